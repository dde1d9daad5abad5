import type { ChainableCommander, Redis } from 'ioredis'
import { CITIES } from '../harness/cities.js'
import { COLLECTION, KEY_LENGTH, SCORES, SPARE_KEYS, VALUE_LENGTH, type World } from '../harness/keys.js'
import type { AwaitedSubject, Contender, RemoteSubject, Renewing, Subject } from '../harness/scenario.js'

/** TTLs that outlast the run. */
export const LONG_TTL_S = 100_000

/**
 * What a database of the server holds before the timing starts. Each pair of content and size has a database of its
 * own on one server, so it is filled once however many contenders and rounds use it.
 */
export type Content = keyof typeof WRITES

/** How a database is filled, in Lua: for each key and its value. A key is a member or a field of a collection. */
export const MEGABYTE = 1_048_576
/** The keys of three strings of a megabyte each; each name is the letter that its string is made of. */
export const MEGABYTES = ['a', 'b', 'd'] as const

/** Something that is there once and not for each key. */
function once(...calls: readonly string[]): string {
  return `if n == 0 then ${calls.join(' ')} end`
}

/** The time of the first entry of a stream; each of the others is a millisecond later. */
export const STREAM_START_MS = 1_700_000_000_000
const XADD = `call('XADD', '${COLLECTION}', string.format('%d-0', ${STREAM_START_MS} + n), 'field1', key, 'field2', key)`

const WRITES = {
  plain: `call('SET', key, value)`,
  expiring: `call('SET', key, value, 'EX', ${LONG_TTL_S})`,
  counters: `call('SET', key, '0')`,
  'sorted set': `call('ZADD', '${COLLECTION}', math.random(0, ${SCORES - 1}), key)`,
  list: `call('RPUSH', '${COLLECTION}', value)`,
  hash: `call('HSET', '${COLLECTION}', key, value)`,
  'small hashes': `call('HSET', key, 'field1', n, 'field2', n, 'field3', n, 'field4', n, 'field5', n)`,
  set: `call('SADD', '${COLLECTION}', key)`,
  hyperloglog: `call('PFADD', '${COLLECTION}', key)`,
  stream: XADD,
  'stream with a group': `${XADD} ${once(`call('XGROUP', 'CREATE', '${COLLECTION}', 'workers', '0')`)}`,
  bitmap: once(`call('SETBIT', '${COLLECTION}', ${MEGABYTE * 8 - 1}, 0)`),
  megabytes: once(...MEGABYTES.map((key) => `call('SET', '${key}', string.rep('${key}', ${MEGABYTE}))`)),
  // These come from outside: see fillCities.
  cities: '',
}

const LUA_CHUNK = 20_000

/** Over a socket, operations that use up keys act on a few past those that the server holds. */
export type Use = 'keep' | 'add' | 'remove'

/** Opens a connection to the database that holds `content` for the world's size, filling it if it is new. */
async function connect(world: World, content: Content | 'scratch'): Promise<Redis> {
  if (world.port === undefined) throw new Error('This contender needs a server')
  const { Redis } = await import('ioredis')
  const redis = new Redis({ port: world.port, host: '127.0.0.1' })
  const index = await databaseIndex(redis, content, world.size)
  const isNew = (await redis.sadd('filled', index)) === 1
  await redis.select(index)
  if (content !== 'scratch' && isNew) await fill(redis, content, world.size)
  return redis
}

/** Database 0 remembers which content and size lies where. */
async function databaseIndex(redis: Redis, content: string, size: number): Promise<number> {
  const field = `${content}:${size}`
  const known = await redis.hget('databases', field)
  if (known !== null) return Number(known)
  const index = (await redis.hlen('databases')) + 1
  await redis.hset('databases', field, index)
  return index
}

/** All cities by their numbers, however many keys there are otherwise. */
async function fillCities(redis: Redis): Promise<void> {
  for (let first = 0; first < CITIES.length; first += LUA_CHUNK) {
    const part = CITIES.slice(first, first + LUA_CHUNK)
    await redis.geoadd(
      COLLECTION,
      ...part.flatMap(({ longitude, latitude }, i) => [longitude, latitude, String(first + i)]),
    )
  }
}

async function fill(redis: Redis, content: Content, size: number): Promise<void> {
  if (content === 'cities') return fillCities(redis)
  // The index, padded, ends each value, so the values differ as those of the other contenders do.
  const script = `
    local call, start = redis.call, string.rep('x', ${VALUE_LENGTH - KEY_LENGTH})
    math.randomseed(tonumber(ARGV[1]))
    for n = tonumber(ARGV[1]), tonumber(ARGV[2]) - 1 do
      local value = start .. string.format('%0${KEY_LENGTH}d', n)
      local key = string.format('key:%08d', n)
      ${WRITES[content]}
    end`
  for (let first = 0; first < size; first += LUA_CHUNK) {
    await redis.eval(script, 0, first, Math.min(size, first + LUA_CHUNK))
  }
}

/** Adds or removes the spare keys before each iteration. */
function renewal(redis: Redis, world: World, use: Use): Renewing {
  if (use === 'keep') return {}
  const spare = Array.from({ length: SPARE_KEYS }, (_, place) => world.block.at(world.size + place))
  const value = world.pool[0] ?? ''
  return {
    span: { first: world.size, count: SPARE_KEYS },
    async renew() {
      if (use === 'add') await redis.del(...spare)
      else await redis.mset(spare.flatMap((key) => [key, value]))
    },
  }
}

/** One command at a time over loopback, each awaited: what most applications do. */
export function awaited(
  content: Content,
  call: (redis: Redis, key: string, value: string) => Promise<number>,
  use: Use = 'keep',
): Contender {
  let redis: Redis | undefined
  return {
    name: 'ioredis, awaited',
    clock: 'wall',
    needsServer: true,
    kinds: ['fresh'],
    async prepare(world): Promise<Subject> {
      const connection = await connect(world, content)
      redis = connection
      return {
        kind: 'awaited',
        op: (key, value) => call(connection, key, value),
        ...renewal(connection, world, use),
      }
    },
    async close() {
      redis?.disconnect()
    },
  }
}

const PIPELINE_LENGTH = 100

/** A hundred commands to a round trip; `read` turns one reply into the number to check. */
export function pipelined(
  content: Content,
  queue: (pipeline: ChainableCommander, key: string, value: string) => void,
  read: (reply: unknown) => number,
  use: Use = 'keep',
): Contender {
  let redis: Redis | undefined
  return {
    name: `ioredis, pipelined ${PIPELINE_LENGTH}`,
    clock: 'wall',
    needsServer: true,
    kinds: ['fresh'],
    async prepare(world): Promise<Subject> {
      const connection = await connect(world, content)
      redis = connection
      return {
        kind: 'batched',
        async run(keys, values) {
          let sum = 0
          for (let first = 0; first < keys.length; first += PIPELINE_LENGTH) {
            const pipeline = connection.pipeline()
            const end = Math.min(keys.length, first + PIPELINE_LENGTH)
            for (let place = first; place < end; place++) queue(pipeline, keys[place]!, values[place]!)
            for (const [error, reply] of (await pipeline.exec()) ?? []) {
              if (error) throw error
              sum += read(reply)
            }
          }
          return sum
        },
        ...renewal(connection, world, use),
      }
    },
    async close() {
      redis?.disconnect()
    },
  }
}

/**
 * The server's core without the socket: `call` runs for key after key inside one EVAL. The keys are made in Lua; the
 * cost of that, taken from the same loop without the call, is subtracted. Time is CPU time of the server's main thread.
 * `content` is what the database holds at the start, or, to 'add', is going to hold at the end.
 */
export function luaLoop(content: Content, call: string, use: Use = 'keep'): Contender {
  let redis: Redis | undefined
  return {
    name: 'server core, Lua loop',
    clock: 'server',
    needsServer: true,
    kinds: ['fresh'],
    async prepare(world): Promise<Subject> {
      const connection = await connect(world, use === 'keep' ? content : 'scratch')
      redis = connection
      const timed = loop(call, use)
      const empty = loop('', use)
      if (use === 'keep') return scatteringSubject(connection, world, timed, empty)
      return sweepingSubject(connection, world, content, use, timed, empty)
    },
    async close() {
      redis?.disconnect()
    },
  }
}

/** ARGV: size, first place, end place, seed. Shuffling by a prime keeps each key to one visit. */
function loop(call: string, use: Use): string {
  const index = { keep: 'random(0, size - 1)', add: 'place', remove: '(place * 7919) % size' }[use]
  return `
    local size, seed = tonumber(ARGV[1]), tonumber(ARGV[4])
    local call, format, random = redis.call, string.format, math.random
    local value = string.rep('y', ${VALUE_LENGTH})
    math.randomseed(seed + tonumber(ARGV[2]))
    for place = tonumber(ARGV[2]), tonumber(ARGV[3]) - 1 do
      local key, score = format('key:%08d', ${index}), random(0, ${SCORES - 1})
      ${call}
    end`
}

function scatteringSubject(redis: Redis, world: World, timed: string, empty: string): RemoteSubject {
  return {
    kind: 'remote',
    async iterate(calls) {
      const full = await serverTime(redis, () => redis.eval(timed, 0, world.size, 0, calls, world.random.below(1e9)))
      const bare = await serverTime(redis, () => redis.eval(empty, 0, world.size, 0, calls, world.random.below(1e9)))
      return { calls, nanoseconds: full - bare }
    },
  }
}

function sweepingSubject(
  redis: Redis,
  world: World,
  content: Content,
  use: Use,
  timed: string,
  empty: string,
): RemoteSubject {
  const sweep = async (script: string) => {
    for (let first = 0; first < world.size; first += LUA_CHUNK) {
      await redis.eval(script, 0, world.size, first, Math.min(world.size, first + LUA_CHUNK), 1)
    }
  }
  return {
    kind: 'remote',
    async iterate() {
      await redis.flushdb()
      if (use === 'remove') await fill(redis, content, world.size)
      const full = await serverTime(redis, () => sweep(timed))
      const bare = await serverTime(redis, () => sweep(empty))
      return { calls: world.size, nanoseconds: full - bare }
    },
  }
}

/** CPU nanoseconds that the server's main thread spends while `work` is pending. */
export async function serverTime(redis: Redis, work: () => Promise<unknown>): Promise<number> {
  const before = await mainThreadSeconds(redis)
  await work()
  return ((await mainThreadSeconds(redis)) - before) * 1e9
}

async function mainThreadSeconds(redis: Redis): Promise<number> {
  const info = await redis.info('cpu')
  const field = (name: string) => Number(info.match(new RegExp(`${name}:([0-9.]+)`))?.[1] ?? Number.NaN)
  const seconds = field('used_cpu_sys_main_thread') + field('used_cpu_user_main_thread')
  if (Number.isNaN(seconds)) throw new Error('The server does not report the CPU time of its main thread')
  return seconds
}

/** Nanoseconds that a call costs inside EVAL whatever the command: PING, and EXISTS of an absent key. */
export async function luaCallTax(port: number, calls: number): Promise<{ ping: number; existsMiss: number }> {
  const { Redis } = await import('ioredis')
  const redis = new Redis({ port, host: '127.0.0.1' })
  const run = (call: string) =>
    serverTime(redis, () => redis.eval(`local call = redis.call for i = 1, tonumber(ARGV[1]) do ${call} end`, 0, calls))
  try {
    await run(`call('PING')`)
    const empty = await run('')
    const ping = ((await run(`call('PING')`)) - empty) / calls
    const existsMiss = ((await run(`call('EXISTS', 'absent')`)) - empty) / calls
    return { ping, existsMiss }
  } finally {
    redis.disconnect()
  }
}

/** It copies a collection on every call, so that a larger one than this does not come to an end. */
const MOCK_COLLECTION_MOST = 1000

/** The mock with a collection of all keys. */
export function ioredisMockCollection(...how: Parameters<typeof ioredisMock>): Contender {
  return { ...ioredisMock(...how), sizeMost: MOCK_COLLECTION_MOST }
}

/** The mock runs in this process, behind the same promises as a client. */
export function ioredisMock(
  prepare: (redis: Redis, world: World) => Promise<void>,
  call: (redis: Redis, key: string, value: string, score: number) => Promise<number>,
  renew?: (redis: Redis, world: World) => Promise<void>,
): Contender {
  let mock: Redis | undefined
  return {
    name: 'ioredis-mock, awaited',
    clock: 'cpu',
    kinds: ['fresh'],
    async prepare(world): Promise<AwaitedSubject> {
      const { default: RedisMock } = await import('ioredis-mock')
      const redis = new RedisMock()
      mock = redis
      await prepare(redis, world)
      const op = (key: string, value: string, score: number) => call(redis, key, value, score)
      return renew === undefined ? { kind: 'awaited', op } : { kind: 'awaited', op, renew: () => renew(redis, world) }
    },
    async close() {
      mock?.disconnect()
    },
  }
}
