import * as fc from 'fast-check'
import { databases, instant, keys, soon, type Typed } from './write.js'

/** Keys of any type. */
export const genericWrites: readonly fc.Arbitrary<Typed>[] = [
  fc.tuple(fc.constant('persist'), keys),
  fc.tuple(fc.constantFrom('del', 'unlink'), keys, keys),
  fc.tuple(fc.constantFrom('rename', 'renamenx'), keys, keys),
  fc.tuple(fc.constant('move'), keys, databases),
  fc.tuple(fc.constant('copy'), keys, keys, fc.record({ db: databases, replace: fc.boolean() })),
  fc.tuple(fc.constant('pexpire'), keys, soon),
  fc.tuple(fc.constant('pexpireat'), keys, instant, fc.record({ gt: fc.boolean() })),
]
