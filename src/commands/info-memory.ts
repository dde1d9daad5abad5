import type { Store } from '../keyspace/store.js'
import { host } from './host.js'
import { bytesForHumans, type Field } from './info-text.js'

/** The fields of INFO memory. */
export function memoryFields(store: Store): Field[] {
  const { usedMemory, settings } = store
  const rss = host.facts().memoryUsage?.().rss
  const ofProcess: Field[] =
    rss === undefined
      ? []
      : [
          ['used_memory_rss', rss],
          ['used_memory_rss_human', bytesForHumans(rss)],
        ]
  return [
    ['used_memory', usedMemory],
    ['used_memory_human', bytesForHumans(usedMemory)],
    ...ofProcess,
    ['used_memory_peak', store.peakMemory],
    ['used_memory_peak_human', bytesForHumans(store.peakMemory)],
    ['used_memory_dataset', usedMemory],
    ['maxmemory', settings.maxMemory],
    ['maxmemory_human', bytesForHumans(settings.maxMemory)],
    ['maxmemory_policy', settings.maxMemoryPolicy],
    ['mem_allocator', 'javascript'],
    ['lazyfree_pending_objects', 0],
  ]
}
