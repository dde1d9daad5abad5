import { bareSet, redstart } from '../contenders/local.js'
import { ioredisMockCollection, luaLoop } from '../contenders/remote.js'
import { COLLECTION } from '../harness/keys.js'
import type { Scenario } from '../harness/scenario.js'
import { fillAwaiting, fillWith } from './filling.js'

export const sismember: Scenario = {
  name: 'sismember',
  group: 'sets',
  title: 'SISMEMBER of members that are there',
  access: 'scatter',
  kinds: ['same', 'fresh'],
  yields: 1,
  contenders: [
    redstart((open, world) => {
      const db = fillWith(open(), world, (store, key) => store.sadd(COLLECTION, key))
      return (member) => db.sismember(COLLECTION, member)
    }),
    bareSet((open, world) => {
      const set = fillWith(open(), world, (store, key) => store.add(key))
      return (member) => (set.has(member) ? 1 : 0)
    }),
    ioredisMockCollection(
      (redis, world) => fillAwaiting(redis, world, (key) => redis.sadd(COLLECTION, key)),
      (redis, member) => redis.sismember(COLLECTION, member),
    ),
    luaLoop('set', `call('SISMEMBER', '${COLLECTION}', key)`),
  ],
}
