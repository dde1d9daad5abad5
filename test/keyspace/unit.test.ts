import { type Clock, type LogBatch, ManualClock, MemoryLog, manualClock, Redstart } from 'redstart'
import { describe, expect, it, vi } from 'vitest'
import { RandomSource } from '../../src/keyspace/random.js'
import { Store } from '../../src/keyspace/store.js'
import { type CollectionKind, logWord, Unit } from '../../src/keyspace/unit.js'
import { type Collection, type CollectionType, codeOfType } from '../../src/keyspace/value.js'
import { Watch } from '../../src/keyspace/watches.js'
import { ByteString } from '../../src/structures/byte-string.js'
import { rowsOf, valueIn } from '../support.js'

/** A collection for these tests, so that they need none of the real ones. */
class Bag implements Collection {
  readonly encoding = 'bag'
  readonly items: string[] = []

  constructor(readonly type: CollectionType = 'set') {}

  get size(): number {
    return this.items.length
  }

  get weight(): number {
    return 10 * this.size
  }

  view(): Bag {
    return this.clone()
  }

  clone(): Bag {
    const copy = new Bag(this.type)
    copy.items.push(...this.items)
    return copy
  }
}

const kindOf = (type: CollectionType): CollectionKind<Bag> => ({
  code: codeOfType(type),
  create: () => new Bag(type),
})
const BAG = kindOf('set')
const STREAM = kindOf('stream')

/** A store with everything that settles written down in one list. */
function setUp(clock: Clock = manualClock()) {
  const happened: string[] = []
  const log = {
    append: (batch: LogBatch): void => {
      happened.push(`log ${batch.map(({ database, words }) => `${database}:${words.join(' ')}`).join(', ')}`)
    },
  }
  const store = new Store({ clock, random: new RandomSource(1), databases: 4, log })
  store.events.listen('*', (key, { event, db }) => happened.push(`${event} ${db}:${key}`))
  const unit = new Unit(store, store.databases[0]!)
  return { store, unit, happened }
}

/** A command body over the unit, as the commands of collections have: adds an item. */
function put(unit: Unit, key: string, item: string, kind = BAG): void {
  const bag = unit.open(key, kind)
  bag.items.push(item)
  if (unit.logging) unit.log('PUT', key, item)
  unit.changed(key, 'put')
}

/** Removes an item. */
function take(unit: Unit, key: string, kind = BAG): string | undefined {
  const bag = unit.look(key, kind)
  const item = bag?.items.pop()
  if (bag === undefined || item === undefined) return undefined
  if (unit.logging) unit.log('TAKE', key)
  unit.shrunk(key, bag, 'take')
  return item
}

function call<R>(unit: Unit, body: () => R): R {
  try {
    return body()
  } finally {
    unit.end()
  }
}

describe('rule 1: a call that throws', () => {
  it('has changed nothing, logged nothing and announced nothing', () => {
    const { store, unit, happened } = setUp()
    call(unit, () => unit.put('text', 'v'))
    call(unit, () => put(unit, 'bag', 'x'))
    happened.length = 0

    expect(() => call(unit, () => unit.look('text', BAG))).toThrow('WRONGTYPE')
    expect(() => call(unit, () => unit.open('text', BAG))).toThrow('WRONGTYPE')
    expect(() => call(unit, () => unit.open('bag', STREAM))).toThrow('WRONGTYPE')
    expect(() => call(unit, () => unit.findString('bag'))).toThrow('WRONGTYPE')

    expect(happened).toEqual([])
    expect(store.databases[0]!.keys.size).toBe(2)
    expect(store.dirty).toBe(1)
  })

  it('leaves no collection behind that it opened and did not change', () => {
    const { store, unit } = setUp()

    expect(() =>
      call(unit, () => {
        unit.open('bag', BAG)
        throw new Error('refused')
      }),
    ).toThrow('refused')
    call(unit, () => unit.changed('bag', 'other'))

    expect(store.databases[0]!.keys.size).toBe(0)
  })
})

describe('rule 2: saying that a value changed', () => {
  it('counts for the dirty count by what is said', () => {
    const { store, unit } = setUp()

    call(unit, () => {
      unit.changed('k', 'one')
      unit.changed('k', 'more', 5)
      unit.changed('k', 'none', 0)
    })

    expect(store.dirty).toBe(6)
  })

  it('announces the event that the body names, for the database that it names', () => {
    const { store, unit, happened } = setUp()

    call(unit, () => {
      unit.changed('k', 'zincr')
      unit.changed('k', 'move_to', 0, store.databases[2])
    })

    expect(happened).toEqual(['zincr 0:k', 'move_to 2:k'])
  })

  it('touches watches of this key in this database only', () => {
    const { store, unit } = setUp()
    const [here, there, other] = [new Watch(), new Watch(), new Watch()]
    store.watches.add(here, store.databases[0]!, 'k', false)
    store.watches.add(there, store.databases[1]!, 'k', false)
    store.watches.add(other, store.databases[0]!, 'other', false)

    call(unit, () => unit.changed('k', 'set'))

    expect([here.changed, there.changed, other.changed]).toEqual([true, false, false])
  })

  it('collects no events while nobody listens', () => {
    const store = new Store({ clock: manualClock(), random: new RandomSource(1), databases: 1, log: undefined })
    const unit = new Unit(store, store.databases[0]!)
    const heard = vi.fn()
    call(unit, () => unit.changed('early', 'set'))

    const stop = store.events.listen('*', heard)
    call(unit, () => unit.changed('heard', 'set'))
    stop()
    call(unit, () => unit.changed('late', 'set'))

    expect(heard.mock.calls).toEqual([['heard', { event: 'set', db: 0 }]])
  })
})

describe('rule 3: a collection made by open', () => {
  it('joins the keyspace at its first change, not before', () => {
    const { store, unit } = setUp()
    const sizes: number[] = []

    call(unit, () => {
      const bag = unit.open('k', BAG)
      sizes.push(store.databases[0]!.keys.size)
      bag.items.push('x')
      unit.changed('k', 'put')
      sizes.push(store.databases[0]!.keys.size)
    })

    expect(sizes).toEqual([0, 1])
    store.invariants()
  })

  it('does so also where nobody listens, watches, waits or logs', () => {
    const store = new Store({ clock: manualClock(), random: new RandomSource(1), databases: 1, log: undefined })
    const unit = new Unit(store, store.databases[0]!)

    call(unit, () => put(unit, 'k', 'x'))
    const size = store.databases[0]!.keys.size
    call(unit, () => take(unit, 'k'))

    expect(size).toBe(1)
    expect(store.databases[0]!.keys.size).toBe(0)
  })

  it('is the same one however often it is opened in a call, and in the next', () => {
    const { unit } = setUp()

    const [first, second] = call(unit, () => {
      const opened = unit.open('k', BAG)
      const again = unit.open('k', BAG)
      opened.items.push('x')
      unit.changed('k', 'put')
      return [opened, again]
    })

    expect(second).toBe(first)
    expect(call(unit, () => unit.open('k', BAG))).toBe(first)
    expect(call(unit, () => unit.look('k', BAG))).toBe(first)
  })

  it('that stays empty never joins', () => {
    const { store, unit, happened } = setUp()

    call(unit, () => take(unit, 'k'))

    expect(store.databases[0]!.keys.size).toBe(0)
    expect(happened).toEqual([])
  })

  it('leaves the keyspace when it becomes empty, and del is announced after', () => {
    const { store, unit, happened } = setUp()
    call(unit, () => put(unit, 'k', 'x'))
    happened.length = 0

    call(unit, () => take(unit, 'k'))

    expect(store.databases[0]!.keys.size).toBe(0)
    expect(happened).toEqual(['log 0:TAKE k', 'take 0:k', 'del 0:k'])
  })

  it('takes its deadline along when it leaves', () => {
    const { store, unit } = setUp()
    call(unit, () => {
      put(unit, 'k', 'x')
      unit.setDeadline(unit.find('k')!, unit.now() + 1_000)
    })

    call(unit, () => take(unit, 'k'))

    expect(store.databases[0]!.wheel!.size).toBe(0)
    store.invariants()
  })

  it('stays when it is empty if it is a stream', () => {
    const { store, unit, happened } = setUp()
    call(unit, () => put(unit, 'k', 'x', STREAM))
    happened.length = 0

    call(unit, () => {
      const stream = unit.look('k', STREAM)!
      stream.items.pop()
      unit.log('TAKE', 'k')
      unit.shrunk('k', stream, 'take')
    })

    expect(store.databases[0]!.keys.size).toBe(1)
    expect(happened).toEqual(['log 0:TAKE k', 'take 0:k'])
  })

  it('that is emptied and filled again in one unit is there at the end', () => {
    const { store, unit, happened } = setUp()

    unit.nest(() => {
      put(unit, 'k', 'x')
      take(unit, 'k')
      put(unit, 'k', 'y')
    })

    expect(call(unit, () => unit.look('k', BAG)?.items)).toEqual(['y'])
    expect(happened.slice(1)).toEqual(['put 0:k', 'take 0:k', 'del 0:k', 'put 0:k'])
    store.invariants()
  })

  it('of one key is not mistaken for that of another', () => {
    const { store, unit } = setUp()

    call(unit, () => {
      unit.open('a', BAG).items.push('x')
      unit.open('b', BAG)
      unit.changed('a', 'put')
    })

    expect(valueIn(store.databases[0]!, 'a')).toBeDefined()
    expect(valueIn(store.databases[0]!, 'b')).toBeUndefined()
  })

  it('stays away when the same unit deletes its key', () => {
    // Bug: `changed` took every opened entry without a position for a new one, so DEL after a write within one unit
    // (MULTI, a replayed batch) put the key back.
    const { store, unit } = setUp()

    unit.nest(() => {
      put(unit, 'k', 'x')
      unit.remove(unit.peek('k'))
      unit.changed('k', 'del')
    })

    expect(store.databases[0]!.keys.size).toBe(0)
  })

  it('has one name when the same unit renames its key', () => {
    // Bug: as above: `changed(key, 'rename_from')` put the old name back, and both names shared one collection.
    const { store, unit } = setUp()

    unit.nest(() => {
      put(unit, 'old', 'x')
      const value = unit.valueAt('old')!
      unit.remove(unit.find('old'))
      unit.add('new', value)
      unit.changed('old', 'rename_from')
      unit.changed('new', 'rename_to', 0)
    })

    expect(rowsOf(store.databases[0]!).map(({ key }) => key)).toEqual(['new'])
  })

  it('joins the database in which it was opened', () => {
    // Bug: what was opened was remembered without its database, so that after a SELECT within one unit database 1 was
    // given the collection of database 0.
    const { store, unit } = setUp()

    unit.nest(() => {
      unit.open('k', BAG).items.push('of database 0')
      unit.database = store.databases[1]!
      put(unit, 'k', 'of database 1')
    })

    expect(valueIn(store.databases[1]!, 'k')).toHaveProperty('items', ['of database 1'])
    expect(store.databases.map(({ keys }) => keys.size)).toEqual([0, 1, 0, 0])
    store.invariants()
  })

  it('is forgotten at the end of the outermost unit, whichever session opened it', () => {
    // Bug: only the unit that settled forgot what it had opened. One that ended inside of another's remembered its
    // entries, and a later DEL by it put the key back.
    const { store, unit } = setUp()
    const inner = new Unit(store, store.databases[0]!)
    unit.nest(() => call(inner, () => put(inner, 'k', 'x')))
    expect(store.opened).toEqual([])

    call(inner, () => {
      inner.remove(inner.peek('k'))
      inner.changed('k', 'del')
    })

    expect(store.databases[0]!.keys.size).toBe(0)
  })
})

describe('rule 4: the log', () => {
  it('gets the resolved words of a call as one batch, for the database of the call', () => {
    const { store, unit } = setUp()
    const log = new MemoryLog()
    store.log = log
    unit.database = store.databases[2]!

    call(unit, () => {
      unit.log('SET', 'a', '1')
      unit.log('DEL', 'b')
    })

    expect(log.batches).toEqual([
      [
        { database: 2, words: ['SET', 'a', '1'] },
        { database: 2, words: ['DEL', 'b'] },
      ],
    ])
  })

  it('gets no batch from a call that logged nothing', () => {
    const { unit, happened } = setUp()

    call(unit, () => unit.find('k'))

    expect(happened).toEqual([])
  })

  it('is wanted exactly when there is a sink and nothing is replayed', () => {
    const { store, unit } = setUp()
    const wanted = [unit.logging]
    store.replaying = true
    wanted.push(unit.logging)
    store.replaying = false
    wanted.push(unit.logging)
    store.log = undefined
    wanted.push(unit.logging)
    store.log = new MemoryLog()
    wanted.push(unit.logging)

    expect(wanted).toEqual([true, false, true, false, true])
  })

  it('shows strings as text, and as bytes where they are held as bytes', () => {
    const held = ByteString.of(Uint8Array.of(1, 255))

    expect([logWord('text'), logWord(-5), logWord(2n ** 63n - 1n)]).toEqual(['text', '-5', '9223372036854775807'])
    expect(logWord(held)).toEqual(Uint8Array.of(1, 255))
    expect(logWord(held)).not.toBe(held.bytes)
  })

  it('that throws reaches the caller, and the next unit is as any other', () => {
    const { store, unit, happened } = setUp()
    const good = store.log
    store.log = {
      append: () => {
        throw new Error('disk full')
      },
    }

    expect(() => call(unit, () => put(unit, 'a', 'x'))).toThrow('disk full')
    store.log = good
    call(unit, () => put(unit, 'b', 'x'))

    expect(happened).toContain('log 0:PUT b x')
    expect(happened).not.toContain('log 0:PUT a x')
    expect(store.depth).toBe(0)
  })
})

describe('rule 5: units nest', () => {
  it('and only the outermost settles: the log as one batch, then events, then waiters', async () => {
    const { store, unit, happened } = setUp()
    const own = new Unit(store, store.databases[0]!)
    const waiting = store.waiters.block<string>({
      database: store.databases[0]!,
      keys: ['k'],
      type: 'set',
      attempt: () =>
        call(own, () => {
          happened.push('waiter')
          return take(own, 'k')
        }),
      timeoutReply: 'timeout',
      deadlineMs: Number.POSITIVE_INFINITY,
    })

    unit.nest(() => {
      call(unit, () => put(unit, 'k', 'x'))
      unit.nest(() => call(unit, () => put(unit, 'j', 'y')))
      happened.push('end')
    })

    expect(await waiting).toBe('x')
    expect(happened).toEqual([
      'end',
      'log 0:PUT k x, 0:PUT j y',
      'put 0:k',
      'put 0:j',
      'waiter',
      'log 0:TAKE k',
      'take 0:k',
      'del 0:k',
    ])
  })

  it('and settle what was done before a throw, since MULTI rolls nothing back', () => {
    const { store, unit, happened } = setUp()

    expect(() =>
      unit.nest(() => {
        put(unit, 'k', 'x')
        throw new Error('later')
      }),
    ).toThrow('later')

    expect(happened).toEqual(['log 0:PUT k x', 'put 0:k'])
    expect(store.depth).toBe(0)
  })

  it('and have one reading of the clock in all', () => {
    const clock = new ManualClock(1_000)
    const { unit } = setUp(clock)
    const seen: number[] = []

    unit.nest(() => {
      seen.push(unit.now())
      clock.set(2_000)
      seen.push(call(unit, () => unit.now()))
    })
    seen.push(call(unit, () => unit.now()))

    expect(seen).toEqual([1_000, 1_000, 2_000])
  })

  it('and a waiter that is served in turn wakes those who wait for what it did', async () => {
    const { store } = setUp()
    const [database] = store.databases
    const [a, b, own] = [0, 1, 2].map(() => new Unit(store, database!))
    const block = (unit: Unit, key: string, then?: string): Promise<unknown> =>
      store.waiters.block({
        database: database!,
        keys: [key],
        type: 'set',
        attempt: () =>
          call(unit, () => {
            const item = take(unit, key)
            if (item !== undefined && then !== undefined) put(unit, then, item)
            return item
          }),
        timeoutReply: null,
        deadlineMs: Number.POSITIVE_INFINITY,
      })
    const last = block(b!, 'second')
    const first = block(a!, 'first', 'second')

    call(own!, () => put(own!, 'first', 'x'))

    expect(await Promise.all([first, last])).toEqual(['x', 'x'])
    expect(database!.keys.size).toBe(0)
    expect(store.waiters.size).toBe(0)
  })
})

describe('rule 6: time', () => {
  /** Runs on by a millisecond with every reading. */
  class RunningClock extends ManualClock {
    readings = 0

    override now(): number {
      this.readings++
      return super.now() + this.readings
    }
  }

  it('stands still within a unit, however often it is asked for', () => {
    const { unit } = setUp(new RunningClock(1_000))

    const [a, b] = call(unit, () => [unit.now(), unit.now()])
    const c = call(unit, () => unit.now())

    expect(b).toBe(a)
    expect(c).toBeGreaterThan(a!)
  })

  it('is read once at most by each command', () => {
    const clock = new RunningClock(1_000_000)
    const db = new Redstart({ clock })
    db.mset({ a: 1, b: 2 })
    for (const key of ['x', 'y']) db.set(key, 1, { ex: 100 })
    const commands: (() => unknown)[] = [
      () => db.mget('a', 'b', 'x', 'y'),
      () => db.ttl('x'),
      () => db.set('a', 1, { ex: 200 }),
      () => db.getex('x', { ex: 300 }),
      () => db.expire('b', 400, { nx: true }),
      () => db.copy('x', 'z'),
      () => db.rename('x', 'w'),
      () => db.randomkey(),
      () => db.scan(0, { count: 100 }),
      () => db.keys('*'),
      () => db.objectIdletime('a'),
      () => db.time(),
    ]

    for (const command of commands) {
      clock.readings = 0
      command()
      if (clock.readings > 1) expect.fail(`${command} read the clock ${clock.readings} times`)
    }
  })

  it('is read once also by a command that sets the timer', () => {
    // Bug: the timer was set by a reading of its own, so SET … EX with the earliest deadline read the clock twice.
    const clock = new RunningClock(1_000_000)
    const db = new Redstart({ clock })
    db.set('a', 1)
    clock.readings = 0

    db.set('b', 1, { ex: 10 })

    expect(clock.readings).toBe(1)
  })

  it('may be moved while a unit is open', () => {
    // Bug: the unit kept its reading, so nothing expired for the timer, which set itself again for at once, for ever.
    class WatchedClock extends ManualClock {
      schedules = 0

      override schedule(callback: () => void, delayMs: number, keepAlive: boolean) {
        if (++this.schedules > 1_000) throw new Error('the timer goes round in circles')
        return super.schedule(callback, delayMs, keepAlive)
      }
    }
    const clock = new WatchedClock(1_000)
    const { unit, happened } = setUp(clock)
    call(unit, () => unit.setDeadline(unit.add('k', 'v'), unit.now() + 10))

    unit.nest(() => {
      unit.now()
      clock.advance(20)
      happened.push('end')
    })
    clock.advance(0)

    expect(happened).toEqual(['end', 'log 0:DEL k', 'expired 0:k'])
  })
})
