import { Redis } from 'ioredis'
import type { Redstart } from 'redstart'
import { redstartOpener } from '../contenders/local.js'
import { runInChild } from '../harness/job.js'
import { type KeyKind, keyBlock, Random } from '../harness/keys.js'
import { cpuNow } from '../harness/measure.js'
import { spread } from '../harness/results.js'

/** Ten reads of random keys, half of which are there, to one write of a key that is not: in a cache that is full. */
const READS = 10
const BATCH = 11_000
/** Before the clock counts: the compiler is done then. */
const WARM_BATCHES = 10

const CACHES = ['Redstart', 'lru-cache (max)'] as const
export type CacheName = (typeof CACHES)[number]
export const KINDS: readonly KeyKind[] = ['same', 'fresh']

interface Holder {
  get(key: string): unknown
  set(key: string, value: string): unknown
}

async function open(cache: CacheName, size: number): Promise<Holder> {
  if (cache === 'lru-cache (max)') {
    const { LRUCache } = await import('lru-cache')
    return new LRUCache<string, string>({ max: size })
  }
  const db: Redstart = (await redstartOpener({ maxKeys: size, maxMemoryPolicy: 'allkeys-lru', seed: 1 }))()
  return { get: (key) => db.get(key), set: (key, value) => db.set(key, value) }
}

/** CPU nanoseconds for each call, in a process that has one cache only. */
export async function measureCache(cache: CacheName, kind: KeyKind, size: number, batches: number): Promise<number> {
  const holder = await open(cache, size)
  const block = keyBlock(size * 2)
  const keys = Array.from({ length: size * 2 }, (_, index) => block.at(index))
  for (const key of keys.slice(0, size)) holder.set(key, key)
  const random = new Random(7)
  const asked: string[] = new Array(BATCH)
  let [written, spent] = [size, 0]
  for (let batch = -WARM_BATCHES; batch < batches; batch++) {
    for (let i = 0; i < BATCH; i++) {
      const index = i % (READS + 1) === READS ? written++ % keys.length : random.below(keys.length)
      asked[i] = kind === 'fresh' ? block.at(index) : keys[index]!
    }
    const started = cpuNow()
    drive(holder, asked)
    if (batch >= 0) spent += cpuNow() - started
  }
  return (spent * 1e6) / (batches * BATCH)
}

function drive(holder: Holder, asked: readonly string[]): void {
  for (let i = 0; i < asked.length; i++) {
    if (i % (READS + 1) === READS) holder.set(asked[i]!, 'v')
    else holder.get(asked[i]!)
  }
}

/** Medians over rounds that take turns. */
export async function compareCaches(
  kind: KeyKind,
  size: number,
  rounds: number,
  batches: number,
): Promise<Readonly<Record<CacheName, number>>> {
  const times: Record<CacheName, number[]> = { Redstart: [], 'lru-cache (max)': [] }
  for (let round = 0; round < rounds; round++) {
    for (const cache of CACHES) {
      const jobs = [{ kind: 'full-cache', cache, keys: kind, size, batches } as const]
      const [outcome] = await runInChild({ jobs, quick: false, port: undefined })
      if (outcome?.kind === 'full-cache') times[cache].push(outcome.nanoseconds)
    }
  }
  return { Redstart: spread(times.Redstart).median, 'lru-cache (max)': spread(times['lru-cache (max)']).median }
}

const CALLS = `for i = 1, #ARGV do
  if i % 11 == 0 then redis.call('SET', ARGV[i], 'v') else redis.call('GET', ARGV[i]) end
end`

/** The same in a server, by a loop within it: CPU nanoseconds of its main thread for each call. */
export async function measureServer(port: number, size: number, batches: number): Promise<number> {
  const redis = new Redis({ port, host: '127.0.0.1' })
  const told = async (section: string, name: string): Promise<number> =>
    Number((await redis.info(section)).match(new RegExp(`${name}:([\\d.]+)`))?.[1])
  const cpu = async (): Promise<number> =>
    (await told('cpu', 'used_cpu_user_main_thread')) + (await told('cpu', 'used_cpu_sys_main_thread'))
  try {
    const block = keyBlock(size * 2)
    await redis.config('SET', 'maxmemory', '0')
    await redis.flushall('SYNC')
    const chunk = 2000
    for (let at = 0; at < size; at += chunk) {
      const pairs = Array.from({ length: Math.min(chunk, size - at) * 2 }, (_, i) => block.at(at + (i >> 1)))
      await redis.mset(pairs)
    }
    await redis.config('SET', 'maxmemory', String(await told('memory', 'used_memory')))
    await redis.config('SET', 'maxmemory-policy', 'allkeys-lru')
    const random = new Random(7)
    let [written, spent] = [size, 0]
    for (let batch = 0; batch < batches; batch++) {
      const asked = Array.from({ length: BATCH / 5 }, (_, i) =>
        block.at(i % (READS + 1) === READS ? written++ % (size * 2) : random.below(size * 2)),
      )
      const started = await cpu()
      await redis.eval(CALLS, 0, ...asked)
      spent += (await cpu()) - started
    }
    await redis.config('SET', 'maxmemory', '0')
    await redis.flushall('SYNC')
    return (spent * 1e9) / (batches * (BATCH / 5))
  } finally {
    redis.disconnect()
  }
}
