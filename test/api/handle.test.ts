import { inspect } from 'node:util'
import { BytesCommands, Session } from 'redstart'
import { describe, expect, it } from 'vitest'
import { joinMethods, OUT, OUT_TEXT, RUN } from '../../src/api/handle.js'
import { commandTable } from '../../src/commands/table.js'
import { GROUPS } from '../../src/session.js'
import { ByteString } from '../../src/structures/byte-string.js'
import { WIRE_ONLY } from '../laws/wire-only.js'
import { bytes, open, START_MS } from '../support.js'

describe('joining the groups of commands', () => {
  it('gives both sides every method of every group', () => {
    for (const group of GROUPS) {
      for (const name of Object.getOwnPropertyNames(group.prototype)) {
        if (name === 'constructor') continue
        // Not the same function: where a test has armed a fault, another one stands before it.
        for (const { prototype } of [Session, BytesCommands]) {
          const method = Object.getOwnPropertyDescriptor(prototype, name)
          expect([name, typeof method?.value, method?.enumerable]).toEqual([name, 'function', false])
          expect([name, method?.value.name]).toEqual([name, name])
        }
      }
    }
  })

  it('has a method for every command that is no container', () => {
    const methods = new Set(GROUPS.flatMap((group) => Object.getOwnPropertyNames(group.prototype)))

    const missing = [...commandTable].filter(([name, { subcommands }]) => {
      // SORT_RO is sortRo.
      const method = name.toLowerCase().replace(/_(.)/g, (_, letter: string) => letter.toUpperCase())
      return subcommands === undefined && !WIRE_ONLY.has(name) && !methods.has(method)
    })

    expect(missing.map(([name]) => name)).toEqual([])
  })

  it('refuses a method that is there already', () => {
    class One {
      get() {}
    }
    class Two {
      get() {}
    }
    class Target {}

    expect(() => joinMethods(Target, [One, Two])).toThrow('joinMethods: get is there twice')
  })

  it('leaves the target its constructor', () => {
    class Group {
      method() {
        return 1
      }
    }
    class Target {}

    joinMethods(Target, [Group])

    expect(Target.prototype.constructor).toBe(Target)
    expect((new Target() as Group).method()).toBe(1)
  })
})

describe('a handle', () => {
  it('turns kept strings into what its side returns', () => {
    const { db } = open()
    const kept = ['é', 5, 2n ** 60n, ByteString.of(bytes(0xff))]

    expect(kept.map((value) => db[OUT](value))).toEqual(['é', '5', String(2n ** 60n), '\udcff'])
    expect(kept.map((value) => db.bytes[OUT](value))).toEqual([
      bytes('é'),
      bytes('5'),
      bytes(String(2n ** 60n)),
      bytes(0xff),
    ])
    expect([db[OUT_TEXT]('é'), db.bytes[OUT_TEXT]('é')]).toEqual(['é', bytes('é')])
  })

  it('closes the unit of a body that throws', () => {
    const { db, clock, seen } = open()

    expect(() =>
      db[RUN]((unit) => {
        unit.now()
        throw new Error('a body')
      }),
    ).toThrow('a body')
    clock.advance(1000)
    db.set('k', 'v')

    expect(seen).toEqual(['set k'])
    expect(db.time()).toEqual([START_MS / 1000 + 1, 0])
  })

  it('shows nothing but its methods to Object.keys and JSON', () => {
    const { db } = open()

    expect(Object.keys(db.bytes)).toEqual([])
    expect(JSON.stringify(db.bytes)).toBe('{}')
  })
})

describe('what is logged', () => {
  it('shows what a database is, and not the engine with its passwords', () => {
    const { db } = open()
    db.configSet({ requirepass: 'secret' })
    db.mset({ a: 1, b: 2 })
    const other = db.session()
    other.select(3)

    expect(inspect(db)).toBe('Redstart { database: 0, keys: 2 }')
    expect(inspect(other)).toBe('Session { database: 3, keys: 0 }')
    expect(inspect({ bytes: db.bytes, fork: db.fork() })).toBe(
      '{\n  bytes: BytesCommands { database: 0, keys: 2 },\n  fork: Redstart { database: 0, keys: 2 }\n}',
    )
  })
})
