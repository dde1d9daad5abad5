import * as fc from 'fast-check'
import type { CallReply, Data, Key } from 'redstart'
import { type Door, keys, plain, same } from './door.js'

/** Mostly keys that no other group uses, so that most calls meet vector sets. */
const vectorKeys: fc.Arbitrary<Key> = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom<Key>('vec', 'vec:2', Uint8Array.of(0x76, 0xff)) },
  { weight: 1, arbitrary: keys },
)
const elements: fc.Arbitrary<Data> = fc.constantFrom<Data>('a', 'b', 'c', 4, 'é', Uint8Array.of(0xff))
const vectors = fc.array(fc.integer({ min: -5, max: 5 }), { minLength: 2, maxLength: 3 })
const attributes = fc.constantFrom('', '{"a":1}', '{"a":2,"b":"x"}', 'no JSON')
const ofElement = fc.tuple(vectorKeys, elements)

const words = (vector: readonly number[]): Data[] => ['VALUES', vector.length, ...vector]

const vaddOptions = fc.record(
  { ef: fc.constantFrom(1, 50, 0), setattr: attributes, m: fc.constantFrom(4, 16, 3), bin: fc.constant(true) },
  { requiredKeys: [] },
)

const vadd: Door = {
  draw: fc.tuple(vectorKeys, vectors, elements, vaddOptions).map(([key, vector, element, { bin, ...options }]) => {
    // One mistake at a time, since each door meets its own first.
    const given = options.ef === 0 && options.m === 3 ? { ...options, m: 4 } : options
    const tail = Object.entries(given).flatMap(([name, value]): Data[] => [name.toUpperCase(), value])
    return {
      args: [key, vector, element, bin ? { ...given, quantization: 'bin' } : given],
      words: ['VADD', key, ...words(vector), element, ...(bin ? ['BIN'] : []), ...tail],
    }
  }),
  reply: same,
}

const vsimOptions = fc.record(
  {
    count: fc.constantFrom(1, 3),
    ef: fc.constantFrom(1, 100),
    epsilon: fc.constantFrom(0.2, 0.9),
    filter: fc.constantFrom('.a == 1', '.b in ["x"]', '.missing'),
  },
  { requiredKeys: [] },
)

/** Alternating elements and scores. */
function scored(raw: CallReply): { element: string; score: number }[] {
  const flat = raw as string[]
  return Array.from({ length: flat.length / 2 }, (_, i) => ({ element: flat[2 * i]!, score: Number(flat[2 * i + 1]) }))
}

const vsim: Door = {
  draw: fc
    .tuple(vectorKeys, fc.oneof(vectors, elements), vsimOptions, fc.boolean())
    .map(([key, from, options, truth]) => {
      const tail = Object.entries(options).flatMap(([name, value]): Data[] => [name.toUpperCase(), value])
      return {
        args: [key, Array.isArray(from) ? from : { element: from }, { ...options, truth, withScores: true }],
        words: [
          ...['VSIM', key, ...(Array.isArray(from) ? words(from as number[]) : ['ELE', from as Data]), 'WITHSCORES'],
          ...(truth ? ['TRUTH'] : []),
          ...tail,
        ],
      }
    }),
  reply: scored,
}

const numbers = (raw: CallReply): unknown => (raw === null ? null : (raw as string[]).map(Number))

function rawReply(raw: CallReply): unknown {
  if (raw === null) return null
  const [quantization, , norm, range] = raw as string[]
  return { quantization, norm: Number(norm), range: range === undefined ? null : Number(range) }
}

function infoReply(raw: CallReply): unknown {
  if (raw === null) return null
  const flat = raw as CallReply[]
  const of = (name: string) => flat[flat.indexOf(name) + 1]
  return [of('quant-type'), of('hnsw-m'), of('vector-dim'), of('size'), of('attributes-count'), of('hnsw-max-node-uid')]
}

/** Vector sets. */
export const vectorSetDoors: Readonly<Record<string, Door>> = {
  vadd,
  vsim,
  vrem: plain('VREM', ofElement),
  vcard: plain('VCARD', fc.tuple(vectorKeys)),
  vdim: plain('VDIM', fc.tuple(vectorKeys)),
  vemb: plain('VEMB', ofElement, numbers),
  vembRaw: {
    draw: ofElement.map((args) => ({ args, words: ['VEMB', ...args, 'RAW'] })),
    reply: rawReply,
    typed: (found: { bytes: Uint8Array } | null) => {
      if (found === null) return null
      const { bytes: _, ...facts } = found
      return facts
    },
  },
  vinfo: {
    ...plain('VINFO', fc.tuple(vectorKeys), infoReply),
    typed: (found: Record<string, unknown> | null) =>
      found && [
        found['quantization'],
        found['m'],
        found['dimension'],
        found['size'],
        found['attributesCount'],
        found['nodesMade'],
      ],
  },
  vismember: plain('VISMEMBER', ofElement),
  vlinks: {
    draw: ofElement.map((args) => ({ args, words: ['VLINKS', ...args, 'WITHSCORES'] })),
    reply: (raw) => (raw === null ? null : (raw as CallReply[]).map(scored)),
  },
  vrandmember: plain(
    'VRANDMEMBER',
    fc.oneof(fc.tuple(vectorKeys), fc.tuple(vectorKeys, fc.integer({ min: -4, max: 4 }))),
  ),
  vsetattr: plain(
    'VSETATTR',
    fc.tuple(vectorKeys, elements, attributes).map((args): Data[] => args),
  ),
  vgetattr: plain('VGETATTR', ofElement),
}
