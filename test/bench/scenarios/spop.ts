import { redstart } from '../contenders/local.js'
import { ioredisMockCollection, luaLoop } from '../contenders/remote.js'
import { COLLECTION } from '../harness/keys.js'
import type { Scenario } from '../harness/scenario.js'
import { fillAwaiting, fillWith } from './filling.js'

/** A bare Set has no random member, and finds its first one in O(members taken out before). */
export const spop: Scenario = {
  name: 'spop',
  group: 'sets',
  title: 'SPOP, from full to empty',
  access: 'drain',
  kinds: ['fresh'],
  yields: 1,
  contenders: [
    redstart((open, world) => {
      let db = open()
      return {
        op: () => (db.spop(COLLECTION) === null ? 0 : 1),
        renew() {
          db = fillWith(open(), world, (store, key) => store.sadd(COLLECTION, key))
        },
      }
    }),
    ioredisMockCollection(
      async () => {},
      async (redis) => ((await redis.spop(COLLECTION)) === null ? 0 : 1),
      (redis, world) => fillAwaiting(redis, world, (key) => redis.sadd(COLLECTION, key)),
    ),
    luaLoop('set', `call('SPOP', '${COLLECTION}')`, 'remove'),
  ],
}
