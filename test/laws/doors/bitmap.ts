import * as fc from 'fast-check'
import type { CallReply, Data } from 'redstart'
import { type Door, keys, optional, plain, same } from './door.js'

const bitOffsets = fc.oneof(fc.nat(80), fc.constantFrom(-1, 2 ** 32, 1.5))
const bits = fc.constantFrom(0, 1, 0, 1, 2)
const index = fc.integer({ min: -20, max: 40 })

/** A part with both ends, of which BITPOS can do without the second. */
const ranges = fc.oneof(
  fc.constant(undefined),
  fc.record({ start: index, end: index, unit: fc.constantFrom(undefined, 'byte', 'bit') }),
)

function rangeWords(range: object | undefined): Data[] {
  return Object.values(range ?? {}).filter((value) => value !== undefined)
}

function rangeDoor(name: string, first: fc.Arbitrary<readonly Data[]>, range: fc.Arbitrary<object | undefined>): Door {
  const draw = fc.tuple(first, range).map(([drawn, given]) => ({
    args: given === undefined ? drawn : [...drawn, given],
    words: [name, ...drawn, ...rangeWords(given)],
  }))
  return { draw, reply: same }
}

const place = {
  type: fc.constantFrom('u8', 'i8', 'u1', 'i5', 'u63', 'i64', 'u64'),
  offset: fc.oneof(fc.nat(60), fc.constantFrom<string | number>('#0', '#3', '7', -1, '#-1')),
}
const get = fc.record({ op: fc.constant('get'), ...place })
const write = fc.record({
  op: fc.constantFrom('set', 'incrby'),
  ...place,
  value: fc.oneof(fc.integer({ min: -300, max: 300 }), fc.constantFrom(2n ** 63n - 1n, -(2n ** 63n), 1.5)),
  overflow: fc.constantFrom('wrap', 'sat', 'fail', undefined),
})

type Step = { op: string; type: string; offset: Data; value?: Data; overflow?: string | undefined }

function fieldDoor(name: string, step: fc.Arbitrary<Step>): Door {
  const draw = fc.tuple(keys, fc.array(step, { maxLength: 4 })).map(([key, steps]) => {
    const words = steps.flatMap(({ op, type, offset, value, overflow }): Data[] => {
      if (value === undefined) return ['GET', type, offset]
      return ['OVERFLOW', overflow ?? 'WRAP', op, type, offset, value]
    })
    return { args: [key, steps], words: [name, key, ...words] }
  })
  const reply = (raw: CallReply) => (raw as CallReply[]).map((value) => (value === null ? null : Number(value)))
  return { draw, reply }
}

/** Bits of strings. */
export const bitmapDoors: Readonly<Record<string, Door>> = {
  setbit: plain('SETBIT', fc.tuple(keys, bitOffsets, bits)),
  getbit: plain('GETBIT', fc.tuple(keys, bitOffsets)),
  bitcount: rangeDoor('BITCOUNT', fc.tuple(keys), ranges),
  bitpos: rangeDoor('BITPOS', fc.tuple(keys, bits), fc.oneof(ranges, optional({ start: index }))),
  bitop: {
    draw: fc
      .tuple(
        fc.constantFrom('and', 'or', 'xor', 'not', 'diff', 'diff1', 'andor', 'one', 'nand'),
        keys,
        fc.array(keys, { minLength: 1, maxLength: 3 }),
      )
      .map(([operation, destination, of]) => ({
        args: [operation, destination, of],
        words: ['BITOP', operation, destination, ...of],
      })),
    reply: same,
  },
  bitfield: fieldDoor('BITFIELD', fc.oneof<fc.Arbitrary<Step>[]>(get, write)),
  bitfieldRo: fieldDoor('BITFIELD_RO', fc.oneof<fc.Arbitrary<Step>[]>(get, get, get, write)),
}
