import { bareSet, redstart } from '../contenders/local.js'
import { ioredisMockCollection, luaLoop } from '../contenders/remote.js'
import { COLLECTION } from '../harness/keys.js'
import type { Scenario } from '../harness/scenario.js'

/** From empty to full, so growing is paid for. */
export const sadd: Scenario = {
  name: 'sadd',
  group: 'sets',
  title: 'SADD of new members, from empty to full',
  access: 'fill',
  kinds: ['fresh'],
  yields: 1,
  contenders: [
    redstart((open) => {
      let db = open()
      return {
        op: (member) => db.sadd(COLLECTION, member),
        renew() {
          db = open()
        },
      }
    }),
    bareSet((open) => {
      let set = open()
      return {
        op: (member) => (set.add(member) === set ? 1 : 0),
        renew() {
          set = open()
        },
      }
    }),
    ioredisMockCollection(
      async () => {},
      (redis, member) => redis.sadd(COLLECTION, member),
      async (redis) => {
        await redis.flushall()
      },
    ),
    luaLoop('set', `call('SADD', '${COLLECTION}', key)`, 'add'),
  ],
}
