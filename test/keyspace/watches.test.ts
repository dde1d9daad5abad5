import { manualClock, Redstart } from 'redstart'
import { describe, expect, it } from 'vitest'
import type { Database } from '../../src/keyspace/database.js'
import { Watch } from '../../src/keyspace/watches.js'

function setUp() {
  const clock = manualClock()
  const db = new Redstart({ clock })
  const { watches, databases } = db.engine
  const watch = (key: string, database: Database = databases[0]!, into = new Watch()): Watch => {
    watches.add(into, database, key, false)
    return into
  }
  return { clock, db, watches, databases, watch }
}

describe('a watch', () => {
  it('is unchanged until its key changes', () => {
    const { db, watch } = setUp()
    const watched = watch('k')

    db.get('k')
    db.set('other', 1)
    const before = watched.changed
    db.set('k', 1)

    expect(before).toBe(false)
    expect(watched.changed).toBe(true)
  })

  it('has changed also by a write of the same value, a deadline, and an expiry', () => {
    const { clock, db, watch } = setUp()
    db.set('k', 1)
    const seen: boolean[] = []
    const steps = [() => db.set('k', 1), () => db.expire('k', 9), () => db.persist('k'), () => db.incrby('k', 0)]
    for (const step of steps) {
      const watched = watch('k')
      step()
      seen.push(watched.changed)
    }
    db.expire('k', 5)
    const watched = watch('k')
    clock.advance(5_000)
    seen.push(watched.changed)

    expect(seen).toEqual([true, true, true, true, true])
  })

  it('has not changed by commands that did nothing', () => {
    const { db, watch } = setUp()
    const watched = watch('k')

    db.del('k')
    db.expire('k', 9)
    db.set('k', 1, { xx: true })
    db.setrange('k', 5, '')
    db.persist('k')

    expect(watched.changed).toBe(false)
  })

  it('of several keys has changed when any of them has', () => {
    const { db, watch, databases } = setUp()
    const watched = watch('a')
    watch('b', databases[2], watched)

    db.select(2)
    db.set('a', 1)
    const before = watched.changed
    db.set('b', 1)

    expect(before).toBe(false)
    expect(watched.changed).toBe(true)
  })

  it('has each key once, however often it is added', () => {
    const { watch, watches, databases } = setUp()
    const watched = watch('k')
    watch('k', databases[0], watched)
    watch('k', databases[1], watched)

    expect(watched.keys.map(({ database, key }) => [database.index, key])).toEqual([
      [0, 'k'],
      [1, 'k'],
    ])
    watches.cancel(watched)
    expect(watches.active).toBe(false)
  })

  it('remembers whether its key had expired when it was added', () => {
    const { watches, databases } = setUp()
    const watched = new Watch()

    watches.add(watched, databases[0]!, 'k', true)

    expect(watched.keys[0]).toEqual({ database: databases[0], key: 'k', expired: true })
  })

  it('that is cancelled hears of nothing more, and others go on', () => {
    const { db, watches, watch } = setUp()
    const [cancelled, other] = [watch('k'), watch('k')]

    watches.cancel(cancelled)
    const active = watches.active
    db.set('k', 1)

    expect(active).toBe(true)
    expect(cancelled.changed).toBe(false)
    expect(cancelled.keys).toEqual([])
    expect(other.changed).toBe(true)
  })

  it('can be cancelled twice, and used again', () => {
    const { db, watches, watch, databases } = setUp()
    const watched = watch('k')
    watches.cancel(watched)
    watches.cancel(watched)
    const active = watches.active
    watch('j', databases[0], watched)

    db.set('j', 1)

    expect(active).toBe(false)
    expect(watched.changed).toBe(true)
  })
})

describe('watches of a database as a whole', () => {
  it('have changed by a flush exactly where there was a key', () => {
    const { db, watch, databases } = setUp()
    db.set('there', 1)
    const watched = [watch('there'), watch('missing'), watch('there', databases[1])]

    db.flushdb()

    expect(watched.map(({ changed }) => changed)).toEqual([true, false, false])
  })

  it('have changed by FLUSHALL in every database', () => {
    const { db, watch, databases } = setUp()
    db.set('k', 1)
    db.select(1)
    db.set('k', 1)
    const watched = [watch('k'), watch('k', databases[1]), watch('k', databases[2])]

    db.flushall()

    expect(watched.map(({ changed }) => changed)).toEqual([true, true, false])
  })

  it('have changed by SWAPDB where the key is on either side, even with the same value on both', () => {
    const { db, watch, databases } = setUp()
    db.set('both', 1)
    db.set('first', 1)
    db.select(1)
    db.set('both', 1)
    db.set('second', 1)
    const names = ['both', 'first', 'second', 'neither']
    const watched = [databases[0], databases[1], databases[2]].map((database) =>
      names.map((name) => watch(name, database)),
    )

    db.swapdb(0, 1)

    expect(watched.map((row) => row.map(({ changed }) => changed))).toEqual([
      [true, true, true, false],
      [true, true, true, false],
      [false, false, false, false],
    ])
  })

  it('have not changed by SWAPDB of a database with itself', () => {
    const { db, watch } = setUp()
    db.set('k', 1)
    const watched = watch('k')

    db.swapdb(0, 0)

    expect(watched.changed).toBe(false)
  })

  it('follow the database, not its keys: after SWAPDB a change in the other database is none', () => {
    const { db, watches, watch } = setUp()
    db.set('k', 1)
    db.swapdb(0, 1)
    const watched = watch('k')

    db.select(1)
    db.set('k', 2)
    const before = watched.changed
    db.select(0)
    db.set('k', 3)

    expect(before).toBe(false)
    expect(watched.changed).toBe(true)
    watches.cancel(watched)
  })
})
