import type { Store } from '../keyspace/store.js'
import { host } from './host.js'
import { bytesForHumans, type Field } from './info-text.js'

/** The fields of INFO memory. */
export function memoryFields(_store: Store): Field[] {
  const rss = host().memoryUsage?.().rss
  const ofProcess: Field[] =
    rss === undefined
      ? []
      : [
          ['used_memory_rss', rss],
          ['used_memory_rss_human', bytesForHumans(rss)],
        ]
  return [
    ...ofProcess,
    ['maxmemory', 0],
    ['maxmemory_human', '0B'],
    ['maxmemory_policy', 'noeviction'],
    ['mem_allocator', 'javascript'],
    ['lazyfree_pending_objects', 0],
  ]
}
