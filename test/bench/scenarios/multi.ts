import type { Redstart } from 'redstart'
import { redstart } from '../contenders/local.js'
import type { World } from '../harness/keys.js'
import type { Op, Scenario } from '../harness/scenario.js'
import { fillWith } from './filling.js'

const CALLS = 10

/** An operation that counts one key up ten times. */
function tenTimes(count: (db: Redstart, key: string) => void): (open: () => Redstart, world: World) => Op {
  return (open, world) => {
    const db = fillWith(open(), world, (store, key) => store.incr(key))
    return (key) => {
      count(db, key)
      return 1
    }
  }
}

/** What it costs to run ten calls as one, beside the ten calls. */
export const multi: Scenario = {
  name: 'multi',
  group: 'strings',
  title: 'MULTI of ten INCR',
  access: 'scatter',
  kinds: ['same', 'fresh'],
  yields: 1,
  contenders: [
    redstart(
      tenTimes((db, key) => {
        const queue = db.multi()
        for (let i = 0; i < CALLS; i++) queue.incr(key)
        queue.exec()
      }),
    ),
    redstart(
      tenTimes((db, key) => {
        for (let i = 0; i < CALLS; i++) db.incr(key)
      }),
      'the ten calls',
    ),
    redstart(
      tenTimes((db, key) =>
        db.transaction(() => {
          for (let i = 0; i < CALLS; i++) db.incr(key)
        }),
      ),
      'transaction',
    ),
    redstart(
      tenTimes((db, key) =>
        db.transaction(
          () => {
            for (let i = 0; i < CALLS; i++) db.incr(key)
          },
          { rollback: true },
        ),
      ),
      'with rollback',
    ),
  ],
}
