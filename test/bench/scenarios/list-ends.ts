import { bareDenque, redstart } from '../contenders/local.js'
import { ioredisMockCollection, luaLoop } from '../contenders/remote.js'
import { COLLECTION, VALUE_LENGTH } from '../harness/keys.js'
import type { Scenario } from '../harness/scenario.js'
import { fillAwaiting, fillWith, lengthOf } from './filling.js'

/** A queue of a length that stays: two commands count as one operation. */
export const listEnds: Scenario = {
  name: 'lpush-rpop',
  group: 'lists',
  title: 'LPUSH and RPOP',
  access: 'scatter',
  kinds: ['fresh'],
  yields: VALUE_LENGTH,
  contenders: [
    redstart((open, world) => {
      const db = fillWith(open(), world, (store, _key, value) => store.rpush(COLLECTION, value))
      return (_key, value) => {
        db.lpush(COLLECTION, value)
        return db.rpop(COLLECTION)!.length
      }
    }),
    bareDenque((open, world) => {
      const list = fillWith(open(), world, (store, _key, value) => store.push(value))
      return (_key, value) => {
        list.unshift(value)
        return list.pop()!.length
      }
    }),
    ioredisMockCollection(
      (redis, world) => fillAwaiting(redis, world, (_key, value) => redis.rpush(COLLECTION, value)),
      async (redis, _key, value) => {
        await redis.lpush(COLLECTION, value)
        return lengthOf(await redis.rpop(COLLECTION))
      },
    ),
    luaLoop('list', `call('LPUSH', '${COLLECTION}', value) call('RPOP', '${COLLECTION}')`),
  ],
}
