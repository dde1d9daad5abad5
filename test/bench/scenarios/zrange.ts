import { redstart, sortedBtree } from '../contenders/local.js'
import { ioredisMockCollection, luaLoop } from '../contenders/remote.js'
import { COLLECTION, SCORES } from '../harness/keys.js'
import type { Scenario } from '../harness/scenario.js'
import { fillAwaiting, fillScores } from './filling.js'

/** From somewhere in the lower half of the scores, so that there are always enough members above. */
function zrange(count: number): Scenario {
  return {
    name: `zrange-${count}`,
    group: 'sorted-sets',
    title: `ZRANGE by score, ${count} members`,
    access: 'scatter',
    kinds: ['fresh'],
    yields: count,
    contenders: [
      redstart((open, world) => {
        const db = fillScores(open(), world, (store, member, score) => store.zadd(COLLECTION, score, member))
        return (_member, _value, score) =>
          db.zrange(COLLECTION, score >>> 1, Number.POSITIVE_INFINITY, { by: 'score', limit: { offset: 0, count } })
            .length
      }),
      sortedBtree((open, world) => {
        const set = fillScores(open(), world, (store, member, score) => store.set(member, score))
        return (_member, _value, score) => set.members(score >>> 1, count).length
      }),
      ioredisMockCollection(
        (redis, world) => fillAwaiting(redis, world, (key) => redis.zadd(COLLECTION, world.random.below(SCORES), key)),
        async (redis, _member, _value, score) =>
          (await redis.zrangebyscore(COLLECTION, score >>> 1, '+inf', 'LIMIT', 0, count)).length,
      ),
      luaLoop(
        'sorted set',
        `call('ZRANGE', '${COLLECTION}', (score - score % 2) / 2, '+inf', 'BYSCORE', 'LIMIT', 0, ${count})`,
      ),
    ],
  }
}

export const zrange10 = zrange(10)
export const zrange100 = zrange(100)
