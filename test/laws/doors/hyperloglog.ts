import * as fc from 'fast-check'
import type { Data, Key } from 'redstart'
import { asNumber, type Door, keys, plain, values } from './door.js'

/** Mostly keys that no other group uses, so that most calls meet HyperLogLogs. */
const hllKeys: fc.Arbitrary<Key> = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom<Key>('hll', 'hll:2', Uint8Array.of(0x68, 0xff)) },
  { weight: 1, arbitrary: keys },
)
const elements: fc.Arbitrary<Data> = fc.oneof(fc.nat(300), values)

/** HyperLogLogs. */
export const hyperLogLogDoors: Readonly<Record<string, Door>> = {
  pfadd: plain(
    'PFADD',
    fc.tuple(hllKeys, fc.array(elements, { maxLength: 6 })).map(([key, many]) => [key, ...many]),
  ),
  pfcount: plain('PFCOUNT', fc.array(hllKeys, { maxLength: 3 }), (raw) =>
    typeof raw === 'bigint' ? asNumber(raw) : raw,
  ),
  pfmerge: plain(
    'PFMERGE',
    fc.tuple(hllKeys, fc.array(hllKeys, { maxLength: 2 })).map(([key, many]) => [key, ...many]),
  ),
}
