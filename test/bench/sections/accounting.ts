import type { Redstart } from 'redstart'
import { redstartOpener } from '../contenders/local.js'
import { heapBytes } from './memory.js'

/** What a mix is made of: `put` adds element `index`, of as many as `count` says for a scale of 1. */
interface Mix {
  readonly count: number
  put(db: Redstart, index: number): unknown
}

/** A text of its own each time: cut from nothing and joined of nothing, so that V8 holds it as one piece. */
function textOf(index: number, length: number): string {
  const digits = Buffer.alloc(length, 'x')
  digits.write(String(index).padStart(Math.min(length, 8), '0'))
  return digits.toString('latin1')
}

function wideTextOf(index: number, length: number): string {
  return Buffer.from('ж'.repeat(length - 8) + String(index).padStart(8, '0')).toString()
}

const fiveFields = (index: number) => ({
  name: textOf(index, 10),
  mail: textOf(index, 12),
  city: textOf(index, 8),
  since: textOf(index, 10),
  visits: textOf(index, 8),
})

const twoFields = (index: number) => ({ field1: textOf(index, 12), field2: textOf(index, 8) })

const idOf = (index: number): string => `${1_700_000_000_000 + 7 * index}-0`

/** Element `index` of many collections of `size`. */
const spread = (index: number, size: number): string => `collection:${Math.floor(index / size)}`

const MIXES = {
  'small strings': { count: 300_000, put: (db, i) => db.set(`key:${textOf(i, 8)}`, textOf(i, 32)) },
  'large strings': { count: 6_000, put: (db, i) => db.set(`key:${textOf(i, 8)}`, textOf(i, 10_000)) },
  'wide strings': { count: 100_000, put: (db, i) => db.set(`key:${textOf(i, 8)}`, wideTextOf(i, 60)) },
  integers: { count: 300_000, put: (db, i) => db.set(`key:${textOf(i, 8)}`, i) },
  bytes: { count: 60_000, put: (db, i) => db.append(`key:${textOf(i % 30_000, 8)}`, textOf(i, 200)) },
  'strings that expire': {
    count: 200_000,
    put: (db, i) => db.set(`key:${textOf(i, 8)}`, textOf(i, 32), { ex: 1000 + (i % 5000) }),
  },
  'small hashes': { count: 100_000, put: (db, i) => db.hset(`user:${textOf(i, 8)}`, fiveFields(i)) },
  'small hashes, names of their own': {
    count: 200_000,
    put: (db, i) => db.hset(spread(i, 5), textOf(i, 12), textOf(i, 10)),
  },
  'hashes of 20': { count: 200_000, put: (db, i) => db.hset(spread(i, 20), `field:${i % 20}`, textOf(i, 10)) },
  'a large hash': { count: 300_000, put: (db, i) => db.hset('collection', textOf(i, 12), textOf(i, 10)) },
  'small sorted sets': { count: 300_000, put: (db, i) => db.zadd(spread(i, 20), (i * 7919) % 1e6, textOf(i, 12)) },
  'large sorted set': { count: 300_000, put: (db, i) => db.zadd('collection', (i * 7919) % 1e6, textOf(i, 12)) },
  'small sets': { count: 300_000, put: (db, i) => db.sadd(spread(i, 20), textOf(i, 12)) },
  'a large set': { count: 300_000, put: (db, i) => db.sadd('collection', textOf(i, 12)) },
  'sets of integers': { count: 500_000, put: (db, i) => db.sadd(spread(i, 100), i) },
  'short lists': { count: 300_000, put: (db, i) => db.rpush(spread(i, 20), textOf(i, 12)) },
  'a long list': { count: 500_000, put: (db, i) => db.rpush('collection', textOf(i, 12)) },
  'a long list of long texts': { count: 50_000, put: (db, i) => db.rpush('collection', textOf(i, 400)) },
  'a stream': { count: 300_000, put: (db, i) => db.xadd('collection', idOf(i), twoFields(i)) },
  'small streams': { count: 200_000, put: (db, i) => db.xadd(spread(i, 20), idOf(i), twoFields(i)) },
  'a stream of entries that are pending': {
    count: 100_000,
    put(db, i) {
      db.xadd('collection', idOf(i), twoFields(i))
      if (i === 0) db.xgroupCreate('collection', 'group', '0')
      db.xreadgroup('group', `consumer:${i % 10}`, { collection: '>' })
    },
  },
} satisfies Record<string, Mix>
export type MixName = keyof typeof MIXES
export const MIX_NAMES = Object.keys(MIXES) as MixName[]

/** What the store says that a mix takes, and by how much the heap has grown, in bytes. */
export interface AccountingReport {
  readonly estimate: number
  readonly heap: number
}

/** Fills a store with a mix, of which `scale` says how much. */
export async function account(mix: MixName, scale: number): Promise<AccountingReport> {
  const open = await redstartOpener()
  const { count, put }: Mix = MIXES[mix]
  const fill = (db: Redstart, elements: number): void => {
    for (let index = 0; index < elements; index++) put(db, index)
  }
  fill(open(), 1000)
  const before = heapBytes()
  const db = open()
  const empty = db.engine.usedMemory
  fill(db, Math.ceil(count * scale))
  const heap = heapBytes() - before
  return { estimate: db.engine.usedMemory - empty, heap }
}
