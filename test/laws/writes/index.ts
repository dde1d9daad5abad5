import * as fc from 'fast-check'
import { bitmapWrites } from './bitmap.js'
import { genericWrites } from './generic.js'
import { geoWrites } from './geo.js'
import { hashWrites } from './hash.js'
import { hyperLogLogWrites } from './hyperloglog.js'
import { listWrites } from './list.js'
import { serverWrites } from './server.js'
import { setWrites } from './set.js'
import { sortWrites } from './sort.js'
import { sortedSetWrites } from './sorted-set.js'
import { streamWrites } from './stream.js'
import { stringWrites } from './string.js'
import { vectorSetWrites } from './vector-set.js'
import type { Typed } from './write.js'

/** Typed calls that write, each group as often as another. */
export const typedCalls: fc.Arbitrary<Typed> = fc.oneof(
  ...[
    stringWrites,
    listWrites,
    hashWrites,
    setWrites,
    sortedSetWrites,
    bitmapWrites,
    hyperLogLogWrites,
    geoWrites,
    streamWrites,
    vectorSetWrites,
    sortWrites,
    genericWrites,
    serverWrites,
  ]
    .filter((group) => group.length > 0)
    .map((group) => fc.oneof(...group)),
)
