import { redstart } from '../contenders/local.js'
import { luaLoop, MEGABYTE, MEGABYTES } from '../contenders/remote.js'
import { COLLECTION } from '../harness/keys.js'
import type { Scenario } from '../harness/scenario.js'

const BITS = MEGABYTE * 8

/** The bytes of a key of `MEGABYTES`. */
function megabyteOf(key: string): Uint8Array {
  return new Uint8Array(MEGABYTE).fill(key.charCodeAt(0))
}

/** Random bits of a string that is long enough for all. */
export const setbit: Scenario = {
  name: 'setbit',
  group: 'bits',
  title: 'SETBIT within 1 MB',
  access: 'scatter',
  kinds: ['fresh'],
  contenders: [
    redstart((open) => {
      const db = open()
      db.setbit(COLLECTION, BITS - 1, 0)
      // The old bit is mostly 0, and calls that answer nothing but 0 would look as if they did nothing.
      return (_member, _value, score) => 1 + db.setbit(COLLECTION, score % BITS, (score & 1) as 0 | 1)
    }),
    luaLoop('bitmap', `call('SETBIT', '${COLLECTION}', score % ${BITS}, score % 2)`),
  ],
}

export const bitcount: Scenario = {
  name: 'bitcount-1mb',
  batchMax: 500,
  group: 'bits',
  title: 'BITCOUNT of 1 MB',
  access: 'scatter',
  kinds: ['fresh'],
  // The letter has three bits.
  yields: MEGABYTE * 3,
  contenders: [
    redstart((open) => {
      const db = open()
      db.set(MEGABYTES[0], megabyteOf(MEGABYTES[0]))
      return () => db.bitcount(MEGABYTES[0])
    }),
    luaLoop('megabytes', `call('BITCOUNT', '${MEGABYTES[0]}')`),
  ],
}

export const bitop: Scenario = {
  name: 'bitop-3x1mb',
  batchMax: 200,
  group: 'bits',
  title: 'BITOP OR of three strings of 1 MB',
  access: 'scatter',
  kinds: ['fresh'],
  yields: MEGABYTE,
  contenders: [
    redstart((open) => {
      const db = open()
      for (const key of MEGABYTES) db.set(key, megabyteOf(key))
      return () => db.bitop('or', 'result', MEGABYTES)
    }),
    luaLoop('megabytes', `call('BITOP', 'OR', 'result', '${MEGABYTES.join("', '")}')`),
  ],
}
