import { bareMap, redstart } from '../contenders/local.js'
import { ioredisMock, luaLoop } from '../contenders/remote.js'
import { VALUE_LENGTH } from '../harness/keys.js'
import type { Scenario } from '../harness/scenario.js'
import { fillAwaiting, fillWith, lengthOf, SMALL_FIELDS, smallHash } from './filling.js'

type Fields = Map<string, string>

function fieldsOf(value: string): Fields {
  return new Map(SMALL_FIELDS.map((field) => [field, value]))
}

export const hgetSmall: Scenario = {
  name: 'hget-small',
  group: 'hashes',
  title: 'HGET, every key is a hash of five fields',
  access: 'scatter',
  kinds: ['same', 'fresh'],
  yields: VALUE_LENGTH,
  contenders: [
    redstart((open, world) => {
      const db = fillWith(open(), world, (store, key, value) => store.hset(key, smallHash(value)))
      return (key) => db.hget(key, 'field4')!.length
    }),
    bareMap<Fields>((open, world) => {
      const map = fillWith(open(), world, (store, key, value) => store.set(key, fieldsOf(value)))
      return (key) => map.get(key)!.get('field4')!.length
    }),
    ioredisMock(
      (redis, world) => fillAwaiting(redis, world, (key, value) => redis.hset(key, smallHash(value))),
      async (redis, key) => lengthOf(await redis.hget(key, 'field4')),
    ),
    luaLoop('small hashes', `call('HGET', key, 'field4')`),
  ],
}

export const hsetSmall: Scenario = {
  name: 'hset-small',
  group: 'hashes',
  title: 'HSET of a field that is there, every key is a hash of five fields',
  access: 'scatter',
  kinds: ['same', 'fresh'],
  yields: 0,
  contenders: [
    redstart((open, world) => {
      const db = fillWith(open(), world, (store, key, value) => store.hset(key, smallHash(value)))
      return (key, value) => db.hset(key, 'field4', value)
    }),
    bareMap<Fields>((open, world) => {
      const map = fillWith(open(), world, (store, key, value) => store.set(key, fieldsOf(value)))
      return (key, value) => (map.get(key)!.set('field4', value).size === SMALL_FIELDS.length ? 0 : 1)
    }),
    ioredisMock(
      (redis, world) => fillAwaiting(redis, world, (key, value) => redis.hset(key, smallHash(value))),
      (redis, key, value) => redis.hset(key, 'field4', value),
    ),
    luaLoop('small hashes', `call('HSET', key, 'field4', value)`),
  ],
}
