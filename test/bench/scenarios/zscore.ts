import { redstart } from '../contenders/local.js'
import { ioredisMockCollection, luaLoop } from '../contenders/remote.js'
import { COLLECTION } from '../harness/keys.js'
import type { Scenario } from '../harness/scenario.js'
import { fillAwaiting, fillScores } from './filling.js'

export const zscore: Scenario = {
  name: 'zscore',
  group: 'sorted-sets',
  title: 'ZSCORE',
  access: 'scatter',
  kinds: ['same', 'fresh'],
  contenders: [
    redstart((open, world) => {
      const db = fillScores(open(), world, (store, member, score) => store.zadd(COLLECTION, score, member))
      return (member) => db.zscore(COLLECTION, member)!
    }),
    ioredisMockCollection(
      (redis, world) => fillAwaiting(redis, world, (key) => redis.zadd(COLLECTION, world.random.below(1000), key)),
      async (redis, member) => Number(await redis.zscore(COLLECTION, member)),
    ),
    luaLoop('sorted set', `call('ZSCORE', '${COLLECTION}', key)`),
  ],
}
