import * as fc from 'fast-check'
import { instant, keys, soon, type Typed, values } from './write.js'

/** Strings, with times that fall due on the way. */
export const stringWrites: readonly fc.Arbitrary<Typed>[] = [
  fc.tuple(fc.constant('set'), keys, values),
  fc.tuple(fc.constant('set'), keys, values, fc.record({ px: soon })),
  fc.tuple(fc.constant('set'), keys, values, fc.record({ pxat: instant, get: fc.constant(true) })),
  fc.tuple(fc.constant('set'), keys, values, fc.record({ keepttl: fc.constant(true), xx: fc.boolean() })),
  fc.tuple(fc.constantFrom('setnx', 'getset', 'append'), keys, values),
  fc.tuple(fc.constantFrom('getdel', 'incr', 'decr', 'get'), keys),
  fc.tuple(fc.constant('psetex'), keys, soon, values),
  fc.tuple(fc.constant('getex'), keys, fc.oneof(fc.record({ px: soon }), fc.record({ persist: fc.constant(true) }))),
  fc.tuple(fc.constant('getex'), keys, fc.record({ pxat: instant })),
  fc.tuple(fc.constantFrom('mset', 'msetnx'), fc.array(fc.tuple(keys, values), { minLength: 1, maxLength: 3 })),
  fc.tuple(fc.constantFrom('incrby', 'decrby'), keys, fc.constantFrom<number | bigint>(0, 5, -9, 2n ** 60n)),
  fc.tuple(fc.constant('incrbyfloat'), keys, fc.constantFrom(0.1, '-2.5', 1e20)),
  fc.tuple(fc.constant('setrange'), keys, fc.nat(60), values),
]
