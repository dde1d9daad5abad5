import * as fc from 'fast-check'
import { type Redstart, RedstartError } from 'redstart'
import { describe, expect, it } from 'vitest'
import { DOORS } from './doors/index.js'
import { filled } from './filled.js'

/*
 * The law: a typed method refuses options with a name that it does not know, and has then changed nothing. What is passed over in
 * silence sets no deadline and makes no lock exclusive; only the compiler would tell.
 */

type Call = (...args: readonly unknown[]) => unknown

const STRANGE = 'gtt'
const TEXT = `there is no option '${STRANGE}' among `

/** Where an object has data, whose names callers choose, or says what is meant: a place, a query, the streams to read. */
const DATA: Readonly<Record<string, readonly number[]>> = {
  ...{ mset: [0], msetnx: [0], configSet: [0], hset: [1], hmset: [1], hsetex: [1] },
  ...{ xadd: [2], xread: [0], xreadgroup: [2], vsim: [1], geosearch: [1, 2], geosearchstore: [2, 3] },
}

function methodOf(db: Redstart, name: string): Call {
  return (db as unknown as Record<string, Call>)[name]!
}

/** The names of a method's parameters. */
function parametersOf(method: Call): string[] {
  const [, list = ''] = /^[^(]*\(([^)]*)\)/.exec(method.toString()) ?? []
  return list.split(',').map((one) => one.trim().split(/[\s=]/)[0]!)
}

/** The call with an unknown name, among the options that it has or as the only one. */
function* callsWith(method: string, args: readonly unknown[]): Generator<readonly unknown[]> {
  const places = args.flatMap((given, i) => (isPlain(given) && !DATA[method]?.includes(i) ? [i] : []))
  for (const i of places) yield args.with(i, { ...(args[i] as object), [STRANGE]: undefined })
  if (places.length > 0) return
  const behind = parametersOf(methodOf(fixture, method))[args.length]
  if (/options$|^range$|^filter$/i.test(behind ?? '')) yield [...args, { [STRANGE]: true }]
}

function isPlain(value: unknown): value is object {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
}

const fixture = filled()

const BEFORE = fixture.dump()

/** What a call throws, and what it leaves. A call that waits is ended. */
async function outcome(method: string, args: readonly unknown[]): Promise<{ error: unknown; after: string }> {
  const db = fixture.fork()
  try {
    const result = methodOf(db, method).apply(db, [...args])
    db.close()
    await (isIterator(result) ? result.next() : result)
    return { error: undefined, after: db.dump() }
  } catch (error) {
    return { error, after: db.dump() }
  } finally {
    db.close()
  }
}

function isIterator(value: unknown): value is Iterator<unknown> {
  return typeof value === 'object' && value !== null && 'next' in value
}

const TAKERS = Object.entries(DOORS).flatMap(([method, { draw }]) => {
  const drawn = fc.sample(draw, { numRuns: 60, seed: 7 })
  const calls = drawn.flatMap(({ args }) => [...callsWith(method, args)])
  return calls.length === 0 ? [] : [{ method, calls }]
})

describe('an option that there is not', () => {
  it.each(TAKERS)('is refused, and nothing is changed: $method', async ({ method, calls }) => {
    const outcomes = await Promise.all(calls.map((args) => outcome(method, args)))

    // Of two mistakes in one call either is told.
    expect(outcomes.filter(({ error }) => !(error instanceof RedstartError))).toEqual([])
    expect(outcomes.filter(({ after }) => after !== BEFORE)).toEqual([])
    expect(outcomes.some(({ error }) => (error as Error).message.includes(TEXT))).toBe(true)
  })
})

describe('names of options', () => {
  /** SET as it is called by who is not compiled. */
  const setBy = (db: Redstart, options: object): unknown => methodOf(db, 'set').call(db, 'k', 'v', options)

  it('are told where one is not among them', () => {
    const known = 'ex, px, exat, pxat, keepttl, nx, xx, get'

    expect(() => setBy(fixture.fork(), { ttl: 60 })).toThrow(`ERR there is no option 'ttl' among ${known}`)
  })

  it.each(['constructor', 'toString', '__proto__', 'hasOwnProperty', '', '0'])(
    'are none, though every object has it: %j',
    (name) => {
      const options = JSON.parse(`{"ex": 10, ${JSON.stringify(name)}: null}`)

      expect(() => setBy(fixture.fork(), options)).toThrow(`ERR there is no option '${name}' among ex,`)
    },
  )

  it('count when they are inherited', () => {
    const db = fixture.fork()

    expect([setBy(db, Object.create({ ex: 10 })), db.ttl('k')]).toEqual(['OK', 10])
    expect(() => setBy(db, Object.create({ ttl: 10 }))).toThrow("ERR there is no option 'ttl'")
  })

  it('may stand in an object that inherits nothing', () => {
    const db = fixture.fork()

    expect([setBy(db, Object.assign(Object.create(null), { ex: 10 })), db.ttl('k')]).toEqual(['OK', 10])
  })

  it.each<[method: string, args: readonly unknown[]]>([
    ['messages', ['c', { limt: 5 }]],
    ['pmessages', ['c', { limt: 5 }]],
    ['smessages', ['c', { limt: 5 }]],
    ['consume', ['b', { group: 'g', consumer: 'c', limt: 5 }]],
    ['optimistic', ['a', () => undefined, { limt: 5 }]],
    ['transaction', [() => 1, { limt: 5 }]],
    ['bitfield', ['a', [{ op: 'set', type: 'u8', offset: 0, value: 1, limt: 5 }]]],
  ])('are checked of what is no command, or has them deeper: %s', async (method, args) => {
    const { error, after } = await outcome(method, args)

    expect(error).toBeInstanceOf(RedstartError)
    expect((error as Error).message).toMatch(/^ERR there is no option 'limt' among /)
    expect(after).toBe(BEFORE)
  })
})
