import { redstart, sortedBtree } from '../contenders/local.js'
import { ioredisMockCollection, luaLoop } from '../contenders/remote.js'
import { COLLECTION } from '../harness/keys.js'
import type { Scenario } from '../harness/scenario.js'
import { fillAwaiting, fillScores } from './filling.js'

/** From empty to full, in order of the names and at random places of the order. */
export const zadd: Scenario = {
  name: 'zadd',
  group: 'sorted-sets',
  title: 'ZADD of new members, from empty to full',
  access: 'fill',
  kinds: ['fresh'],
  yields: 1,
  contenders: [
    redstart((open) => {
      let db = open()
      return {
        op: (member, _value, score) => db.zadd(COLLECTION, score, member),
        renew() {
          db = open()
        },
      }
    }),
    sortedBtree((open) => {
      let set = open()
      return {
        op: (member, _value, score) => set.set(member, score),
        renew() {
          set = open()
        },
      }
    }),
    ioredisMockCollection(
      async () => {},
      async (redis, member, _value, score) => Number(await redis.zadd(COLLECTION, score, member)),
      async (redis) => {
        await redis.flushall()
      },
    ),
    luaLoop('sorted set', `call('ZADD', '${COLLECTION}', score, key)`, 'add'),
  ],
}

/** Nearly every member goes to another place, far away. */
export const zaddMove: Scenario = {
  name: 'zadd-move',
  group: 'sorted-sets',
  title: 'ZADD of members that are there, with another score',
  access: 'scatter',
  kinds: ['same', 'fresh'],
  yields: 0,
  contenders: [
    redstart((open, world) => {
      const db = fillScores(open(), world, (store, member, score) => store.zadd(COLLECTION, score, member))
      return (member, _value, score) => db.zadd(COLLECTION, score, member)
    }),
    sortedBtree((open, world) => {
      const set = fillScores(open(), world, (store, member, score) => store.set(member, score))
      return (member, _value, score) => set.set(member, score)
    }),
    ioredisMockCollection(
      (redis, world) => fillAwaiting(redis, world, (key) => redis.zadd(COLLECTION, world.random.below(1000), key)),
      async (redis, member, _value, score) => Number(await redis.zadd(COLLECTION, score, member)),
    ),
    luaLoop('sorted set', `call('ZADD', '${COLLECTION}', score, key)`),
  ],
}
