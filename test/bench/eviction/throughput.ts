import { LRUCache } from 'lru-cache'
import { Redstart } from 'redstart'
import { Random } from '../harness/keys.js'

interface Holder {
  get(key: string): unknown
  set(key: string, value: string): unknown
}

/** Ten reads and one write of a new key by turns, in a full cache: CPU nanoseconds for each, the median of some rounds. */
export function throughput(size: number, rounds: number, requests: number): { ours: number; lru: number } {
  const keys = Array.from({ length: size * 2 }, (_, index) => `key:${String(index).padStart(8, '0')}`)
  const ours = new Redstart({ maxKeys: size, maxMemoryPolicy: 'allkeys-lru', seed: 1 })
  const lru = new LRUCache<string, string>({ max: size })
  const times: Record<'ours' | 'lru', number[]> = { ours: [], lru: [] }
  const next = { ours: 0, lru: 0 }
  for (const holder of [ours, lru] as Holder[]) for (const key of keys.slice(0, size)) holder.set(key, key)
  for (let round = 0; round < rounds; round++) {
    for (const [name, holder] of [
      ['ours', ours],
      ['lru', lru],
    ] as const) {
      const random = new Random(round + 1)
      const picks = Int32Array.from({ length: requests }, () => random.below(size * 2))
      const started = process.cpuUsage()
      for (let i = 0; i < requests; i++) {
        if (i % 11 === 10) holder.set(keys[next[name]++ % keys.length]!, 'v')
        else (holder as Holder).get(keys[picks[i]!]!)
      }
      const { user, system } = process.cpuUsage(started)
      times[name].push(((user + system) * 1000) / requests)
    }
  }
  return { ours: median(times.ours), lru: median(times.lru) }
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[values.length >> 1]!
}
