import { redstart } from '../contenders/local.js'
import { ioredisMockCollection, luaLoop, STREAM_START_MS } from '../contenders/remote.js'
import { COLLECTION, type World } from '../harness/keys.js'
import type { Scenario } from '../harness/scenario.js'
import { fillWith } from './filling.js'

const GROUP = 'workers'
const CONSUMER = 'ann'

/** Ids a millisecond apart, so that any of them can be named by its place. */
function idOf(place: number): string {
  return `${STREAM_START_MS + place}-0`
}

const LUA_FIELDS = `'field1', key, 'field2', key`

/** Ids by the clock. */
export const xadd: Scenario = {
  name: 'xadd',
  group: 'streams',
  title: 'XADD of two fields under the next id, from empty to full',
  access: 'fill',
  kinds: ['fresh'],
  contenders: [
    redstart((open) => {
      let db = open()
      return {
        op: (key) => db.xadd(COLLECTION, '*', { field1: key, field2: key }).length,
        renew() {
          db = open()
        },
      }
    }),
    ioredisMockCollection(
      async () => {},
      async (redis, key) => (await redis.xadd(COLLECTION, '*', 'field1', key, 'field2', key))!.length,
      async (redis) => {
        await redis.flushall()
      },
    ),
    luaLoop('stream', `call('XADD', '${COLLECTION}', '*', ${LUA_FIELDS})`, 'add'),
  ],
}

/** Ids that the caller gives. */
export const xaddId: Scenario = {
  name: 'xadd-id',
  group: 'streams',
  title: 'XADD of two fields under an id that is given, from empty to full',
  access: 'fill',
  kinds: ['fresh'],
  yields: idOf(0).length,
  contenders: [
    redstart((open) => {
      let db = open()
      let place = 0
      return {
        op: (key) => db.xadd(COLLECTION, idOf(place++), { field1: key, field2: key }).length,
        renew() {
          db = open()
          place = 0
        },
      }
    }),
    luaLoop(
      'stream',
      `call('XADD', '${COLLECTION}', format('%d-0', ${STREAM_START_MS} + place), ${LUA_FIELDS})`,
      'add',
    ),
  ],
}

/** From somewhere in the first half, so that there are always enough entries behind. ioredis-mock does not find ids that were given. */
function xrange(count: number): Scenario {
  return {
    name: `xrange-${count}`,
    group: 'streams',
    title: `XRANGE of ${count} entries of two fields`,
    access: 'scatter',
    kinds: ['fresh'],
    yields: count,
    contenders: [
      redstart((open, world) => {
        const db = filled(open(), world)
        const half = world.size >>> 1
        return (_key, _value, score) => db.xrange(COLLECTION, idOf(score % half), '+', { count }).length
      }),
      luaLoop(
        'stream',
        `call('XRANGE', '${COLLECTION}', format('%d-0', ${STREAM_START_MS} + score % (size / 2)), '+', 'COUNT', ${count})`,
      ),
    ],
  }
}

export const xrange10 = xrange(10)
export const xrange100 = xrange(100)

type Filled = Parameters<Parameters<typeof redstart>[0]>[0] extends () => infer Store ? Store : never

function filled(store: Filled, world: World): Filled {
  return fillWith(store, world, (db, key, _value, place) =>
    db.xadd(COLLECTION, idOf(place), { field1: key, field2: key }),
  )
}

/** One entry at a time; a group that has read all begins anew. */
export const xreadgroup: Scenario = {
  name: 'xreadgroup-xack',
  group: 'streams',
  title: 'XREADGROUP of one entry, and XACK of it',
  access: 'scatter',
  kinds: ['fresh'],
  yields: 1,
  contenders: [
    redstart((open, world) => {
      const db = filled(open(), world)
      db.xgroupCreate(COLLECTION, GROUP, '0')
      const next = () => db.xreadgroup(GROUP, CONSUMER, { [COLLECTION]: '>' }, { count: 1 })
      return () => {
        let found = next()
        if (found === null) {
          db.xgroupSetid(COLLECTION, GROUP, '0')
          found = next()
        }
        return db.xack(COLLECTION, GROUP, found![0]!.entries[0]!.id)
      }
    }),
    luaLoop(
      'stream with a group',
      `
      local found = call('XREADGROUP', 'GROUP', '${GROUP}', '${CONSUMER}', 'COUNT', 1, 'STREAMS', '${COLLECTION}', '>')
      if not found then
        call('XGROUP', 'SETID', '${COLLECTION}', '${GROUP}', '0')
        found = call('XREADGROUP', 'GROUP', '${GROUP}', '${CONSUMER}', 'COUNT', 1, 'STREAMS', '${COLLECTION}', '>')
      end
      call('XACK', '${COLLECTION}', '${GROUP}', found[1][2][1][1])`,
    ),
  ],
}
