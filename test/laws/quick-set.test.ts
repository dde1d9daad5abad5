import fc from 'fast-check'
import { type LogBatch, Redstart, type RedstartOptions, type SetOptions } from 'redstart'
import { expect, it } from 'vitest'

const START_MS = 1_700_000_000_500

/** What tells two stores apart that have seen the same calls. */
interface Witness {
  readonly db: Redstart
  readonly advance: (ms: number) => void
  /** What was logged; nothing where there is no log. */
  readonly logged: LogBatch[]
}

/** One whose SET has nothing to do but to write, and one in which somebody hears of it: that takes another way. */
function twins(limits: RedstartOptions, logs: boolean): [Witness, Witness] {
  return [witness(limits, logs), witness(limits, logs, (db) => db.on('set', () => {}))]
}

/** Its timers never come: what has expired goes when it is looked at. */
function witness(limits?: RedstartOptions, logs = false, arrange?: (db: Redstart) => void): Witness {
  let now = START_MS
  const logged: LogBatch[] = []
  const log = logs ? { append: (batch: LogBatch) => void logged.push(batch) } : undefined
  const db = new Redstart({ ...limits, log, seed: 1, clock: { now: () => now, schedule: () => ({ cancel() {} }) } })
  arrange?.(db)
  return {
    db,
    logged,
    advance: (ms) => {
      now += ms
    },
  }
}

const limits: fc.Arbitrary<RedstartOptions> = fc.constantFrom(
  {},
  { maxKeys: 2, maxMemoryPolicy: 'allkeys-lru' },
  { maxKeys: 3, maxMemoryPolicy: 'allkeys-random' },
  { maxMemory: 300, maxMemoryPolicy: 'allkeys-lru' },
  { maxMemory: 400, maxMemoryPolicy: 'allkeys-lfu' },
  { maxMemory: 400, maxMemoryPolicy: 'volatile-lru' },
  { maxMemory: 300 },
  { maxMemoryPolicy: 'allkeys-lfu' },
)
const key = fc.constantFrom('a', 'a', 'a', 'b', 'b', '\ud800x', '\udc80')
const value = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom('short', 'é'.repeat(30), '日本'.repeat(20), 'x'.repeat(200)) },
  fc.constantFrom('7', '-12', 5, 2 ** 53 - 1, 10n, new Uint8Array([1, 255]), new Uint8Array(60)),
)
const time = fc.constantFrom(1, 2, 400, 999, 1_000, 1_400, 5_000, 2 ** 33)
const options: fc.Arbitrary<SetOptions | undefined> = fc.oneof(
  { weight: 4, arbitrary: fc.constant(undefined) },
  { weight: 4, arbitrary: time.map((ex) => ({ ex })) },
  time.map((px) => ({ px })),
  time.map((ms) => ({ pxat: START_MS + ms })),
  fc.constantFrom(
    { pxat: 1 },
    { exat: 2n ** 40n },
    { pxat: 2n ** 62n },
    { keepttl: true },
    { nx: true },
    { xx: true, px: 50 },
  ),
)
const step: fc.Arbitrary<(witness: Witness) => unknown> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.tuple(key, value, options).map(
      (set) =>
        ({ db }: Witness) =>
          db.set(...set),
    ),
  },
  {
    weight: 2,
    arbitrary: time.map(
      (ms) =>
        ({ advance }: Witness) =>
          advance(Math.min(ms, 5_000)),
    ),
  },
  fc.tuple(key, time).map(
    ([k, ms]) =>
      ({ db }: Witness) =>
        db.pexpire(k, ms),
  ),
  key.map(
    (k) =>
      ({ db }: Witness) =>
        db.del(k),
  ),
  key.map(
    (k) =>
      ({ db }: Witness) =>
        db.rpush(k, 'x'),
  ),
  key.map(
    (k) =>
      ({ db }: Witness) =>
        db.persist(k),
  ),
)

/** The reply, or the text of the error. */
function outcome(witness: Witness, call: (witness: Witness) => unknown): unknown {
  try {
    return call(witness)
  } catch (error) {
    return String(error)
  }
}

function state({ db }: Witness): unknown {
  const info = /rdb_changes_since_last_save:\d+|expired_keys:\d+|evicted_keys:\d+/g
  const counts = String(db.call('INFO')).match(info)
  const { databases, eviction, usedMemory } = db.engine
  const { keys } = databases[0]!
  const names = Array.from({ length: keys.size }, (_, slot) => keys.keyAt(slot)!)
  const rows = names.map((name, slot) => [name, keys.accessAt(slot), eviction.frequencyOf(keys, slot)])
  const order = keys.order && [...keys.order.slots()]
  const weights = [usedMemory, keys.recount()]
  // To dump a key whose time is up is to remove it.
  const values = names.map((name) => [db.pexpiretime(name), db.dump(name)])
  return { counts, rows, order, weights, values }
}

it('SET leaves the same state whether or not anybody hears of it', () => {
  fc.assert(
    fc.property(limits, fc.boolean(), fc.array(step, { maxLength: 40 }), (limit, logs, steps) => {
      const [quick, heard] = twins(limit, logs)

      for (const call of steps) {
        expect(outcome(quick, call)).toEqual(outcome(heard, call))
        expect(quick.db.engine.usedMemory).toBe(heard.db.engine.usedMemory)
      }

      expect(quick.logged).toEqual(heard.logged)
      expect(state(quick)).toEqual(state(heard))
      for (const { keys } of quick.db.engine.databases) keys.invariants()
    }),
    { numRuns: 500 },
  )
})

it('a key whose time is up has expired, though SET reads no clock for the deadline that it is given', () => {
  const { db, advance } = witness()
  db.set('a', 'text', { px: 1_000 })
  advance(1_001)

  db.set('a', 'text', { pxat: START_MS + 9_000 })

  expect(String(db.call('INFO', 'stats'))).toContain('expired_keys:1')
})

it('a text that is too much has the key go, though SET put it over a shorter one', () => {
  const { db } = witness({ maxMemory: 300, maxMemoryPolicy: 'allkeys-lru' })
  db.set('a', 'short')

  db.set('a', 'x'.repeat(200))

  expect(db.dbsize()).toBe(0)
})
