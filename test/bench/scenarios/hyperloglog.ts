import type { Redstart } from 'redstart'
import { redstart } from '../contenders/local.js'
import { luaLoop } from '../contenders/remote.js'
import { COLLECTION, type World } from '../harness/keys.js'
import type { Scenario } from '../harness/scenario.js'
import { fillWith, okay } from './filling.js'

const MERGED = 'merged'

function counted(db: Redstart, world: World): Redstart {
  return fillWith(db, world, (store, key) => store.pfadd(COLLECTION, key))
}

/** Of new elements, from empty to full: sparse at first, dense from some 2,000 on. */
export const pfadd: Scenario = {
  name: 'pfadd',
  group: 'hyperloglogs',
  title: 'PFADD, from empty to full',
  access: 'fill',
  kinds: ['fresh'],
  contenders: [
    redstart((open) => {
      let db = open()
      return {
        op: (element) => db.pfadd(COLLECTION, element),
        renew() {
          db = open()
        },
      }
    }),
    luaLoop('hyperloglog', `call('PFADD', '${COLLECTION}', key)`, 'add'),
  ],
}

/** Of two keys, since the count of one is written down. */
export const pfcount: Scenario = {
  name: 'pfcount',
  group: 'hyperloglogs',
  title: 'PFCOUNT of two keys',
  access: 'scatter',
  kinds: ['fresh'],
  contenders: [
    redstart((open, world) => {
      const db = counted(open(), world)
      return () => db.pfcount(COLLECTION, COLLECTION)
    }),
    luaLoop('hyperloglog', `call('PFCOUNT', '${COLLECTION}', '${COLLECTION}')`),
  ],
}

export const pfmerge: Scenario = {
  name: 'pfmerge',
  group: 'hyperloglogs',
  title: 'PFMERGE of one key into another',
  access: 'scatter',
  kinds: ['fresh'],
  yields: 1,
  contenders: [
    redstart((open, world) => {
      const db = counted(open(), world)
      return () => okay(db.pfmerge(MERGED, COLLECTION))
    }),
    luaLoop('hyperloglog', `call('PFMERGE', '${MERGED}', '${COLLECTION}')`),
  ],
}
