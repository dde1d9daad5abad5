import {
  type KeyspaceEvent,
  type ManualClock,
  MemoryLog,
  manualClock,
  Redstart,
  RedstartError,
  type Session,
} from 'redstart'
import { expect } from 'vitest'
import { type Database, deadlineOf } from '../src/keyspace/database.js'
import { Unit } from '../src/keyspace/unit.js'
import { type Collection, type CollectionType, isString, stringToText, type Value } from '../src/keyspace/value.js'
import { Hash } from '../src/structures/hash.js'
import type { Int64 } from '../src/structures/int64.js'

/** 2025-01-01T00:00:00Z: where the clock of these tests starts. */
export const START_MS = 1_735_689_600_000

export const WRONGTYPE = 'WRONGTYPE Operation against a key holding the wrong kind of value'
export const SYNTAX = 'ERR syntax error'
export const NOT_AN_INTEGER = 'ERR value is not an integer or out of range'
export const LONE_SURROGATE =
  'ERR string holds a lone surrogate and stands for no bytes; pass a Uint8Array for data that is not text'

/** A database whose clock stands still, with everything that it says written down. */
export interface Opened {
  readonly db: Redstart
  readonly clock: ManualClock
  readonly log: MemoryLog
  /** Keyspace events as 'set k', with the database behind them where it is not 0: 'set k @1'. */
  readonly seen: string[]
}

export function open(): Opened {
  const clock = manualClock(START_MS)
  const log = new MemoryLog()
  const db = new Redstart({ clock, log, seed: 1 })
  const seen: string[] = []
  db.on('*', (key, event) => seen.push(nameOf(key, event)))
  return { db, clock, log, seen }
}

export function nameOf(key: string, { event, db }: KeyspaceEvent): string {
  return db === 0 ? `${event} ${key}` : `${event} ${key} @${db}`
}

/** A database with an expired key 'k' that nobody has noticed yet: the timer of a manual clock fires on `advance` only. */
export function openWithExpired(value = '5'): Opened {
  const opened = open()
  opened.db.set('k', value, { pxat: START_MS })
  forget(opened)
  return opened
}

/** Forgets what has been written down so far. */
export function forget({ seen, log }: Opened): void {
  seen.length = 0
  log.batches.length = 0
}

/** The words that were logged, one line a command. */
export function logged({ log }: Opened): string[] {
  return log.batches.flat().map(({ words }) => words.map(textOf).join(' '))
}

/** Runs a call whose words have no blanks in them. */
export function say(db: Pick<Redstart, 'call'>, line: string): ReturnType<Redstart['call']> {
  const [name = '', ...args] = line.split(' ')
  return db.call(name, ...args)
}

/** Runs lines one after another and returns the replies, an error as its text. */
export function answers(session: Pick<Session, 'call'>, ...all: readonly string[]): unknown[] {
  return all.map((line) => {
    try {
      return say(session, line)
    } catch (error) {
      if (!(error instanceof RedstartError)) throw error
      return error.message
    }
  })
}

/** Expects Redis's whole error text, and that nothing was changed, announced or logged. */
export function expectRefused(opened: Opened, call: () => unknown, message: string): void {
  const before = photo(opened)

  expect(call).toThrow(new RedstartError(message))

  expect(photo(opened)).toEqual(before)
  opened.db.engine.databases.forEach((database) => {
    database.invariants()
  })
}

/** Everything that a refused call may not change. */
export function photo({ db, seen, log }: Opened): unknown {
  return { keys: contents(db), seen: [...seen], logged: log.batches.length, dirty: db.engine.dirty }
}

/** A key of a database as the index has it. */
export interface Row {
  readonly key: string
  readonly value: Value
  readonly access: number
  /** undefined for a key that does not expire. */
  readonly deadline: Int64 | undefined
}

/** Every key of a database, those included whose time is up and that still stand. */
export function rowsOf(database: Database): Row[] {
  const { keys } = database
  return Array.from({ length: keys.size }, (_, slot) => ({
    key: keys.keyAt(slot)!,
    value: keys.valueAt(slot),
    access: keys.accessAt(slot),
    deadline: deadlineOf(database, slot),
  }))
}

/** The value at a key of a database, undefined when it is missing. */
export function valueIn(database: Database, key: string): Value | undefined {
  const slot = database.keys.find(key)
  return slot < 0 ? undefined : database.keys.valueAt(slot)
}

/** All keys of all databases, with their values and deadlines; not those whose time is up. */
export function contents({ engine }: Redstart): unknown[] {
  const now = engine.clock.now()
  return engine.databases.flatMap((database) => {
    const { keys } = database
    return Array.from({ length: keys.size }, (_, slot) => {
      const value = keys.lookAt(slot)
      const expiresAtMs = deadlineOf(database, slot)
      if (expiresAtMs !== undefined && expiresAtMs <= now) return []
      return [
        [database.index, keys.keyAt(slot), isString(value) ? stringToText(value) : [...elementsOf(value)], expiresAtMs],
      ]
    }).flat()
  })
}

/** What is in a collection: of a hash a field, its value and its deadline, where it has one. */
export function elementsOf(collection: Collection): Iterable<unknown> {
  // Every structure can be iterated; what it gives is its own affair.
  if (!(collection instanceof Hash)) return collection as unknown as Iterable<unknown>
  return [...collection].map((pair, slot) => {
    const deadline = collection.deadlineAt(slot)
    return deadline === -1 ? pair : [...pair, deadline]
  })
}

/** A collection as small as can be: it stands in for the types that there are no commands for. */
export class Toy implements Collection {
  readonly type: CollectionType
  readonly encoding = 'toy'
  readonly members: Set<string>

  constructor(members: Iterable<string> = ['member'], type: CollectionType = 'set') {
    this.members = new Set(members)
    this.type = type
  }

  get size(): number {
    return this.members.size
  }

  get weight(): number {
    return 100 * this.size
  }

  view(): Toy {
    return this.clone()
  }

  clone(): Toy {
    return new Toy(this.members, this.type)
  }

  [Symbol.iterator](): IterableIterator<string> {
    return this.members.values()
  }
}

/** Puts a value at a key of database 0, past all commands. */
export function plant<T extends Value>({ db }: Pick<Opened, 'db'>, key: string, value: T): T {
  const unit = new Unit(db.engine, db.engine.databases[0]!)
  unit.put(key, value)
  unit.end()
  return value
}

/** Lets a call wait that nobody waits for; a mistake of the engine is told all the same. */
export function unattended(reply: unknown): void {
  if (!(reply instanceof Promise)) return
  reply.catch((error: Error) => {
    if (error.name !== 'RedstartError') throw error
  })
}

/** Bytes from numbers, or from text as UTF-8. */
export function bytes(...of: readonly number[] | readonly [string]): Uint8Array {
  return typeof of[0] === 'string' ? new TextEncoder().encode(of[0]) : Uint8Array.from(of as readonly number[])
}

function textOf(word: string | Uint8Array): string {
  return typeof word === 'string' ? word : new TextDecoder().decode(word)
}

/** What a caller in JavaScript may pass in spite of the types. */
export const NOT_DATA: readonly [name: string, value: unknown, shown: string][] = [
  ['undefined', undefined, 'undefined'],
  ['null', null, 'null'],
  ['NaN', Number.NaN, 'NaN'],
  ['Infinity', Number.POSITIVE_INFINITY, 'Infinity'],
  ['a boolean', true, 'boolean'],
  ['an object', { toString: () => 'text' }, 'object'],
  ['an array', ['text'], 'an array'],
  ['a Date', new Date(0), 'object'],
  ['an ArrayBuffer', new ArrayBuffer(1), 'object'],
  ['a Uint16Array', new Uint16Array(1), 'object'],
  ['a symbol', Symbol('text'), 'symbol'],
  ['a function', () => 'text', 'function'],
]

export function notAString(shown: string): string {
  return `ERR value must be a string, a finite number, a bigint or a Uint8Array, got ${shown}`
}
