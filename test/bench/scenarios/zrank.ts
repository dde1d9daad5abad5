import { redstart } from '../contenders/local.js'
import { ioredisMockCollection, luaLoop } from '../contenders/remote.js'
import { COLLECTION } from '../harness/keys.js'
import type { Scenario } from '../harness/scenario.js'
import { fillAwaiting, fillScores } from './filling.js'

export const zrank: Scenario = {
  name: 'zrank',
  group: 'sorted-sets',
  title: 'ZRANK',
  access: 'scatter',
  kinds: ['same', 'fresh'],
  contenders: [
    redstart((open, world) => {
      const db = fillScores(open(), world, (store, member, score) => store.zadd(COLLECTION, score, member))
      return (member) => db.zrank(COLLECTION, member)!
    }),
    ioredisMockCollection(
      (redis, world) => fillAwaiting(redis, world, (key) => redis.zadd(COLLECTION, world.random.below(1000), key)),
      async (redis, member) => Number(await redis.zrank(COLLECTION, member)),
    ),
    luaLoop('sorted set', `call('ZRANK', '${COLLECTION}', key)`),
  ],
}
