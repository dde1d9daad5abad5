import * as fc from 'fast-check'
import { type Redstart, RedstartError } from 'redstart'
import { describe, expect, it } from 'vitest'
import { DOORS } from './doors/index.js'
import { filled } from './filled.js'

/*
 * The law: whatever stands in the place of an argument, a typed method takes it or throws a RedstartError, and one that throws has
 * changed nothing. Callers in JavaScript, and values that are typed `any`, get past the compiler.
 */

class Odd {}

const UNFIT: readonly unknown[] = [
  ...[undefined, null, true, Number.NaN, 1.5, 1n, 'text', Symbol('s'), () => 1],
  ...[[], [undefined], { 1: 2 }, Object.create(null), new Odd(), new Map([['a', null]]), Uint16Array.of(1)],
  { EX: 10, NX: true, COUNT: 1 },
]

type Path = readonly (string | number)[]

/** Where something stands in the arguments: each of them, and what is within arrays and objects; and behind the last. */
function placesIn(args: readonly unknown[]): Path[] {
  const found: Path[] = [[args.length]]
  const visit = (value: unknown, path: Path): void => {
    if (path.length > 0) found.push(path)
    if (isPlain(value)) for (const [name, part] of Object.entries(value)) visit(part, [...path, name])
  }
  visit(args, [])
  return found
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && (Array.isArray(value) || value.constructor === Object)
}

function replaced(value: unknown, [first, ...rest]: Path, by: unknown): unknown {
  if (first === undefined) return by
  const copy: Record<string, unknown> = Array.isArray(value) ? Object.assign([], value) : Object.assign({}, value)
  copy[first] = replaced(copy[first], rest, by)
  return copy
}

const fixture = filled()

const BEFORE = fixture.dump()

/** What calls did that they must not do. A fork serves until a call has gone through; closed, it ends the calls that wait. */
function* wrongIn(
  method: string,
  calls: Iterable<readonly unknown[]>,
): Generator<{ args: readonly unknown[]; error: unknown }> {
  let db = fixture.fork()
  for (const args of calls) {
    try {
      const call = (db as unknown as Record<string, (...given: readonly unknown[]) => unknown>)[method]!
      const result = call.apply(db, [...args])
      if (result instanceof Promise) {
        result.catch((error) => {
          if (!(error instanceof RedstartError)) throw error
        })
      }
      // What is kept is what can be told.
      db.dump()
      db.close()
      db = fixture.fork()
    } catch (error) {
      if (!(error instanceof RedstartError)) yield { args, error }
      else if (db.dump() !== BEFORE) yield { args, error: `it has changed something, and throws ${error.message}` }
    }
  }
  db.close()
}

function* unfitCalls(args: readonly unknown[]): Generator<readonly unknown[]> {
  for (const place of placesIn(args)) {
    for (const value of UNFIT) yield replaced(args, place, value) as readonly unknown[]
  }
}

describe('an argument that the compiler would refuse', () => {
  it.each(Object.entries(DOORS))('is taken or refused, and then nothing is changed: %s', (method, { draw }) => {
    const drawn = fc.sample(draw, { numRuns: 2, seed: 7 })

    expect(drawn.flatMap(({ args }) => [...wrongIn(method, unfitCalls(args))])).toEqual([])
  })
})

describe('a call as another client has it', () => {
  /** A typed method as it is called by who is not compiled. */
  const loosely = (db: Redstart): Record<string, (...args: readonly unknown[]) => unknown> => db as never

  it.each([
    ['set', ['lock', 'me', { NX: true, PX: 500 }], 'names of options are in lower case, got NX'],
    ['set', ['k', 'v', 'EX', 10], 'options must be an object, got string'],
    ['set', ['k', 'v', null], 'options must be an object, got null'],
    ['expire', ['a', 60, 'NX'], 'options must be an object, got string'],
    ['zrange', ['', 0, -1, 'WITHSCORES'], 'options must be an object, got string'],
    ['zrange', ['', 0, -1, { REV: true }], 'names of options are in lower case, got REV'],
    ['hset', ['é', 'f', 'v', 'g', 'w'], "wrong number of arguments for 'hset' command"],
    ['zadd', ['', 1, 'a', 2, 'b'], 'options must be an object, got number'],
    ['zadd', ['', { score: 1, member: 'a' }], 'entries must be an array, got object'],
    ['mset', ['a', '1', 'b', '2'], 'what has names and values must be an object, got string'],
    ['hset', ['é', ['f', 'v']], 'a name and its value must be an array of two, got string'],
    ['xadd', ['b', { a: 1 }], 'Invalid stream ID specified as stream command argument'],
    ['xadd', ['b', '*', 'a', '1'], 'what has names and values must be an object, got string'],
    ['hexpire', ['é', 10, 'a'], 'keys, fields and members must be an array, got string'],
    ['configSet', ['maxmemory', '1mb'], 'parameters must be an object, got string'],
    ['vadd', ['v', [1, 2], 'a', { setattr: { year: 1979 } }], 'value must be a string, a finite number, a bigint'],
    ['vadd', ['v', [1, 2], 'a', { quantization: 'int8' }], 'syntax error'],
  ])('is refused, and not half understood: %s %j', (method, args, message) => {
    const db = fixture.fork()

    expect(() => loosely(db)[method]!(...args)).toThrow(`ERR ${message}`)
    expect(db.dump()).toBe(fixture.dump())
  })

  it('takes any value that counts as true where an option is on or off', () => {
    const db = fixture.fork()

    expect([loosely(db)['set']!('a', 'y', { nx: 1 }), db.get('a')]).toEqual([null, 'x'])
    expect([loosely(db)['set']!('new', 'y', { nx: 1 }), db.get('new')]).toEqual(['OK', 'y'])
  })

  it.each([new AbortController(), 5, null])('waits for nothing with %s in place of a signal', async (signal) => {
    const db = fixture.fork()
    const options = { signal: signal as never }
    const refused = 'ERR signal must be an AbortSignal'

    await expect(db.blpop('jobs', 0, options)).rejects.toThrow(refused)
    await expect(db.bzpopmin('jobs', 0, options)).rejects.toThrow(refused)
    await expect(db.blmove('jobs', 'l', 'left', 'left', 0, options)).rejects.toThrow(refused)
    await expect(db.xread({ jobs: '$' }, { ...options, block: 0 })).rejects.toThrow(refused)
    await expect(db.optimistic(['jobs'], () => undefined, options)).rejects.toThrow(refused)
    expect(() => db.messages('jobs', options)).toThrow(refused)
    expect([db.rpush('jobs', 'resize'), db.lrange('jobs', 0, -1)]).toEqual([1, ['resize']])
  })
})
