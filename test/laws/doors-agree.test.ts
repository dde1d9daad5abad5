import * as fc from 'fast-check'
import { type CallReply, type Data, MemoryLog, manualClock, Redstart } from 'redstart'
import { describe, expect, it } from 'vitest'
import { GROUPS } from '../../src/session.js'
import { fromBytes } from '../../src/structures/text.js'
import { rowsOf } from '../support.js'
import { START } from './doors/door.js'
import { payloads } from './doors/generic.js'
import { DOORS, NO_DOORS } from './doors/index.js'
import { stateOf } from './state.js'

/*
 * The law: the typed method and the raw call are two doors to one room. The same call by either gives the same reply, but
 * for the documented change of shape, the same error, the same state, the same events and the same log.
 */

const CONTAINERS: ReadonlySet<string> = new Set(['OBJECT', 'COMMAND', 'PUBSUB', 'MEMORY', 'XGROUP', 'XINFO'])

/** The words of a call; a container's subcommand is the rest of the method's name. */
function wordsOf(method: string, words: readonly Data[]): readonly Data[] {
  const [name, ...rest] = words
  if (!CONTAINERS.has(String(name))) return words
  return [name!, method.slice(String(name).length), ...rest]
}

interface Step {
  readonly method: string
  readonly args: readonly unknown[]
  readonly words: readonly Data[]
}

const DRASTIC = new Set(['flushdb', 'flushall', 'select', 'swapdb'])

const steps: fc.Arbitrary<(Step | number)[]> = fc.array(
  fc.oneof(
    {
      weight: 12,
      arbitrary: fc.oneof(
        ...Object.entries(DOORS).map(([method, { draw }]) => ({
          weight: DRASTIC.has(method) ? 1 : 4,
          arbitrary: draw.map(({ args, words }): Step => ({ method, args, words: wordsOf(method, words) })),
        })),
      ),
    },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 3_000 }) },
  ),
  { maxLength: 50, size: 'max' },
)

/** A database with everything written down that can be told from outside. */
class Watched {
  readonly clock = manualClock(START)
  readonly log = new MemoryLog()
  readonly db = new Redstart({ clock: this.clock, log: this.log, seed: 1 })
  readonly events: string[] = []
  /** What calls were answered that had to wait, by their numbers. */
  private readonly late: unknown[] = []
  private calls = 0

  constructor() {
    this.db.on('*', (key, { event, db }) => this.events.push(`${event} ${db}:${key}`))
  }

  facts(): unknown {
    const { engine } = this.db
    const log = this.log.batches.map((batch) =>
      batch.map(({ database, words }) => [
        database,
        ...words.map((word) => (typeof word === 'string' ? word : fromBytes(word))),
      ]),
    )
    const waiting = engine.waiters.size
    return { state: stateOf(engine), log, events: this.events, dirty: engine.dirty, late: this.late, waiting }
  }

  /** The reply, or the text of the error reply; that a call waits, and then its reply is a fact later on. */
  async outcome(run: () => unknown): Promise<unknown> {
    this.calls++
    try {
      const reply = run()
      return reply instanceof Promise ? await this.settled(reply) : reply
    } catch (error) {
      return textOfError(error)
    }
  }

  private async settled(promise: Promise<unknown>): Promise<unknown> {
    const call = this.calls
    let outcome: unknown = `waits as number ${call}`
    let isLate = false
    promise.catch(textOfError).then((reply) => {
      if (isLate) this.late[call] = reply
      else outcome = reply
    })
    await reported()
    isLate = true
    return outcome
  }
}

/** Lets promises that are settled report. */
async function reported(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await undefined
}

/** The text of an error reply; other errors are mistakes of the engine. */
function textOfError(error: unknown): string {
  if ((error as Error).name !== 'RedstartError') throw error
  return `throws ${(error as Error).message}`
}

/** Lets time pass for all, to the end of what follows from it. */
async function pass(all: readonly Watched[], ms: number): Promise<void> {
  for (const { clock } of all) clock.advance(ms)
  await reported()
}

/**
 * Both have counted the same accesses. The access clock is up to a second behind until a command reads the time, and where
 * one door looks a key up twice it may read it in between.
 */
function expectSameAccess(one: Redstart, other: Redstart): void {
  for (const [i, database] of one.engine.databases.entries()) {
    const { keys } = other.engine.databases[i]!
    for (const { key, access } of rowsOf(database)) {
      expect(Math.abs(access - keys.accessAt(keys.find(key)))).toBeLessThanOrEqual(1)
    }
  }
}

/** The reply, or the text of the error reply; other errors are mistakes of the engine. */
function outcome(run: () => unknown): unknown {
  try {
    return run()
  } catch (error) {
    return textOfError(error)
  }
}

function byMethod(commands: object, { method, args }: Step): unknown {
  // Methods are found by name here; their arguments are typed where they are drawn.
  return (commands as Record<string, (...args: readonly unknown[]) => unknown>)[method]!(...args)
}

/** Bytes as text, however deep. */
function texts(value: unknown): unknown {
  if (value instanceof Uint8Array) return fromBytes(value)
  if (Array.isArray(value)) return value.map(texts)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, texts(inner)]))
}

describe('the typed method and the raw call', () => {
  it('are both there for every typed method: this law leaves none out but subscriptions', () => {
    const methods = GROUPS.flatMap(({ prototype }) => Object.getOwnPropertyNames(prototype))

    expect(Object.keys(DOORS).sort()).toEqual(
      methods.filter((name) => name !== 'constructor' && !NO_DOORS.has(name)).sort(),
    )
  })

  it('agree in reply, error, state, events, dirty count and log', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (drawn) => {
        const [typed, wire] = [new Watched(), new Watched()]
        for (const step of drawn) {
          if (typeof step === 'number') {
            await pass([typed, wire], step)
            continue
          }
          const { reply: convert, typed: shape } = DOORS[step.method]!
          const [name, ...words] = step.words
          const byName = await typed.outcome(() => {
            const reply = byMethod(typed.db, step)
            return shape === undefined ? reply : shape(reply as never)
          })
          const byWords = await wire.outcome(() => {
            const reply: CallReply | Promise<CallReply> = wire.db.call(name as string, ...words)
            return reply instanceof Promise ? reply.then(convert) : convert(reply)
          })
          await reported()

          // The access clock is read once a second, and either door may have been the one to read it.
          const isSecondOff =
            step.method === 'objectIdletime' && Math.abs((byName as number) - (byWords as number)) === 1
          expect({ step, reply: isSecondOff ? byWords : byName }).toEqual({ step, reply: byWords })
          expect({ step, ...(typed.facts() as object) }).toEqual({ step, ...(wire.facts() as object) })
          expectSameAccess(typed.db, wire.db)
        }
      }),
      { numRuns: 250 },
    )
  })

  it('agree on the side of bytes: what text holds as characters comes as their bytes', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (drawn) => {
        const [text, bytes] = [new Watched(), new Watched()]
        for (const step of drawn) {
          if (typeof step === 'number') {
            await pass([text, bytes], step)
            continue
          }
          const collect = step.method.endsWith('Iterator')
            ? (found: unknown) => [...(found as Iterable<unknown>)]
            : (reply: unknown) => reply
          const asText = await text.outcome(() => collect(byMethod(text.db, step)))
          const asBytes = await bytes.outcome(() => collect(byMethod(bytes.db.bytes, step)))

          expect({ step, reply: texts(asBytes) }).toEqual({ step, reply: texts(asText) })
        }
        await reported()
        expect(texts(bytes.facts())).toEqual(texts(text.facts()))
      }),
      { numRuns: 60 },
    )
  })

  it('agree between call and callBuffer: bulk replies are the bytes of the text, all others are alike', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (drawn) => {
        const [text, bytes] = [new Watched(), new Watched()]
        for (const step of drawn) {
          if (typeof step === 'number') continue
          const [name, ...words] = step.words
          const asText = await text.outcome(() => text.db.call(name as string, ...words))
          const asBytes = await bytes.outcome(() => bytes.db.callBuffer(name as string, ...words))

          expect({ step, reply: texts(asBytes) }).toEqual({ step, reply: asText })
        }
        await reported()
        expect(texts(bytes.facts())).toEqual(texts(text.facts()))
      }),
      { numRuns: 40 },
    )
  })

  /** What both doors say to a call on the string 'abc' at a, and whether they say the same. */
  function both(typed: (db: Redstart) => unknown, ...words: readonly [string, ...Data[]]): readonly [unknown, unknown] {
    const [one, other] = [new Watched().db, new Watched().db]
    for (const db of [one, other]) db.mset({ a: 'abc', b: 'abx' })
    return [outcome(() => typed(one)), outcome(() => other.call(...words))]
  }

  it('agree that -0 is 0', () => {
    // Bug: `incrby` on a missing key stored and returned -0.
    const [typed, raw] = both((db) => db.incrby('missing', -0), 'INCRBY', 'missing', -0)

    expect(typed).toBe(raw)
  })

  it.each(['', '0x0', '0 ', '1e1', '18446744073709551615'])('agree on the cursor %j', (cursor) => {
    // Bug: `scan` read its cursor as JavaScript reads numbers, not as Redis reads cursors.
    const [typed, raw] = both((db) => db.scan(cursor), 'SCAN', cursor)

    expect(typeof typed === 'string').toBe(typeof raw === 'string')
  })

  it.each(['commandGetKeys', 'commandGetKeysAndFlags'] as const)('agree that %s needs a command', (method) => {
    // Bug: without words these threw a TypeError, not a wrong number of arguments.
    const [typed, raw] = both((db) => db[method](), 'COMMAND', method.slice('command'.length))

    expect(typed).toBe(raw)
  })

  it.each([1.5, 2 ** 31, Number.NaN])('agree on the error for the database %d', (index) => {
    // Bug: the typed methods did not check that an index is an integer of 32 bits before they looked for the database.
    const word = Number.isNaN(index) ? 'nan' : index
    const pairsOfErrors = [
      both((db) => db.select(index), 'SELECT', word),
      both((db) => db.move('a', index), 'MOVE', 'a', word),
      both((db) => db.copy('a', 'z', { db: index }), 'COPY', 'a', 'z', 'DB', word),
      both((db) => db.swapdb(index, 0), 'SWAPDB', word, 0),
    ]

    expect(pairsOfErrors.map(([typed]) => typed)).toEqual(pairsOfErrors.map(([, raw]) => raw))
  })

  it.each(['idletime', 'freq'] as const)('agree that the %s of RESTORE is an integer', (option) => {
    // Bug: it was not checked: NaN became the time of the last access, and `objectIdletime` returned NaN.
    const payload = payloads[1]!
    const [typed, raw] = both(
      (db) => db.restore('r', 0, payload, { [option]: Number.NaN }),
      'RESTORE',
      ...['r', 0, payload, option, 'nan'],
    )

    expect(typed).toBe(raw)
  })

  it('agree that the shortest match of LCS is an integer', () => {
    // Bug: it was not checked.
    const [typed, raw] = both(
      (db) => db.lcsIdx('a', 'b', { minmatchlen: 1.5 }),
      'LCS',
      ...['a', 'b', 'IDX', 'MINMATCHLEN', '1.5'],
    )

    expect(typed).toEqual(raw)
  })
})
