import { manualClock, Redstart } from 'redstart'
import { describe, expect, it } from 'vitest'
import { type Database, emptyTable } from '../../src/keyspace/database.js'
import type { Store } from '../../src/keyspace/store.js'

function storeWithKeys(): { store: Store; first: Database; second: Database } {
  const db = new Redstart({ clock: manualClock(1_000), databases: 2 })
  db.set('plain', 'v')
  db.set('timed', 'v', { px: 5_000 })
  const [first, second] = db.engine.databases
  return { store: db.engine, first: first!, second: second! }
}

describe('a database', () => {
  it('keeps its index and its identity when its keys are exchanged', () => {
    const { first, second } = storeWithKeys()
    const table = { keys: first.keys, wheel: first.wheel, farDeadlines: first.farDeadlines }

    const former = second.replace(first.replace(emptyTable()))

    expect(first.index).toBe(0)
    expect(second.index).toBe(1)
    const { keys, wheel, farDeadlines } = second
    expect({ keys, wheel, farDeadlines }).toEqual(table)
    expect(former.keys.size).toBe(0)
    expect(first.keys.size).toBe(0)
    first.invariants()
    second.invariants()
  })

  it('makes a wheel with its first deadline only', () => {
    const { first, second } = storeWithKeys()

    expect(first.wheel).toBeDefined()
    expect(second.wheel).toBeUndefined()
  })

  it('notices in its invariants a key whose deadline is nowhere', () => {
    const { first } = storeWithKeys()
    first.wheel = undefined

    expect(() => first.invariants()).toThrow("'timed' has a deadline but there is no wheel")
  })

  it('notices in its invariants a deadline whose key is nowhere', () => {
    const { first } = storeWithKeys()
    first.keys.remove(first.keys.find('timed'))

    expect(() => first.invariants()).toThrow('deadlines without a key')
  })
})
