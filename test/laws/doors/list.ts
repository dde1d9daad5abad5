import * as fc from 'fast-check'
import type { CallReply, Data, Key } from 'redstart'
import { type Door, integers, keys, plain, refused, same, values } from './door.js'

/** Mostly keys that no other group uses, so that most calls meet lists. */
const listKeys: fc.Arbitrary<Key> = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom<Key>('list', 'queue', Uint8Array.of(0x6c, 0xff)) },
  { weight: 1, arbitrary: keys },
)
const elements: fc.Arbitrary<Data> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom<Data>('x', 'y', 'é', '\udcff', Uint8Array.of(0xff), 1, '1') },
  { weight: 2, arbitrary: values },
)
const indices = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: -4, max: 4 }) },
  { weight: 1, arbitrary: integers },
  { weight: 1, arbitrary: refused },
)
const counts = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 0, max: 4 }) },
  { weight: 2, arbitrary: fc.oneof(fc.constantFrom<number | bigint>(-1, -2, 2n ** 53n), refused) },
)
const ends = fc.constantFrom('left' as const, 'right' as const)
const someKeys = fc.array(listKeys, { minLength: 1, maxLength: 3 })
const push = fc.tuple(listKeys, fc.array(elements, { maxLength: 4 })).map(([key, many]) => [key, ...many])
const popDoor = (name: string): Door => plain(name, fc.oneof(fc.tuple(listKeys), fc.tuple(listKeys, counts)))

/** A method of which some arguments are words in upper case. */
function spelled(name: string, args: fc.Arbitrary<readonly Data[]>, tokensAt: readonly number[]): Door {
  return {
    draw: args.map((drawn) => ({
      args: drawn,
      words: [name, ...drawn.map((arg, i) => (tokensAt.includes(i) ? String(arg).toUpperCase() : arg))],
    })),
    reply: same,
  }
}

/** Of two mistakes each door tells the one it meets first, so at most one option is wrong. */
const lposOptions = fc
  .tuple(
    fc.record(
      {
        rank: fc.constantFrom<number | bigint>(1, 2, -1, -2, 2n ** 62n),
        maxlen: fc.constantFrom<number | bigint>(0, 1, 3, 2n ** 62n),
        count: fc.constantFrom<number | bigint>(0, 1, 2),
      },
      { requiredKeys: [] },
    ),
    fc.oneof(
      { weight: 4, arbitrary: fc.constant({}) },
      {
        weight: 1,
        arbitrary: fc.record({ rank: fc.oneof(fc.constantFrom<number | bigint>(0, -(2n ** 63n)), refused) }),
      },
      { weight: 1, arbitrary: fc.record({ maxlen: fc.oneof(fc.constant(-1), refused) }) },
      { weight: 1, arbitrary: fc.record({ count: fc.oneof(fc.constant(-1), refused) }) },
    ),
  )
  .map(([right, wrong]): Record<string, Data> => ({ ...right, ...wrong }))

const lpos: Door = {
  draw: fc.tuple(listKeys, elements, fc.option(lposOptions, { nil: undefined })).map(([key, element, options]) => ({
    args: options === undefined ? [key, element] : [key, element, options],
    words: ['LPOS', key, element, ...Object.entries(options ?? {}).flat()],
  })),
  reply: same,
}

function poppedReply(raw: CallReply): unknown {
  if (raw === null) return null
  const [key, found] = raw as CallReply[]
  return Array.isArray(found) ? { key, elements: found } : { key, element: found }
}

const mpopDraw = fc.tuple(
  someKeys,
  ends,
  fc.oneof(fc.constant(undefined), fc.integer({ min: 1, max: 4 }), fc.constantFrom(0, -1, 1.5)),
)

/** The words of LMPOP behind its name, and behind a timeout. */
function mpopWords(many: readonly Key[], end: string, count: number | undefined): Data[] {
  return [many.length, ...many, end.toUpperCase(), ...(count === undefined ? [] : ['COUNT', count])]
}

const lmpop: Door = {
  draw: mpopDraw.map(([many, end, count]) => ({
    args: count === undefined ? [many, end] : [many, end, { count }],
    words: ['LMPOP', ...mpopWords(many, end, count)],
  })),
  reply: poppedReply,
}

/** Seconds; for ever, some steps of the clock, and what is refused. */
const timeouts = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(0, 0.001, 0.5, 2, -0.001) },
  { weight: 1, arbitrary: fc.constantFrom(-1, 1e300) },
)

function blockingPop(name: string): Door {
  return {
    draw: fc.oneof(
      fc
        .tuple(someKeys, timeouts)
        .map(([many, timeout]) => ({ args: [many, timeout], words: [name, ...many, timeout] })),
      fc.tuple(listKeys, timeouts).map(([key, timeout]) => ({ args: [key, timeout], words: [name, key, timeout] })),
    ),
    reply: poppedReply,
  }
}

const blmpop: Door = {
  draw: fc.tuple(mpopDraw, timeouts).map(([[many, end, count], timeout]) => ({
    args: count === undefined ? [many, end, timeout] : [many, end, timeout, { count }],
    words: ['BLMPOP', timeout, ...mpopWords(many, end, count)],
  })),
  reply: poppedReply,
}

/** Lists. */
export const listDoors: Readonly<Record<string, Door>> = {
  lpush: plain('LPUSH', push),
  rpush: plain('RPUSH', push),
  lpushx: plain('LPUSHX', push),
  rpushx: plain('RPUSHX', push),
  lpop: popDoor('LPOP'),
  rpop: popDoor('RPOP'),
  lmpop,
  llen: plain('LLEN', fc.tuple(listKeys)),
  lindex: plain('LINDEX', fc.tuple(listKeys, indices)),
  lrange: plain('LRANGE', fc.tuple(listKeys, indices, indices)),
  lset: plain('LSET', fc.tuple(listKeys, indices, elements)),
  linsert: spelled('LINSERT', fc.tuple(listKeys, fc.constantFrom('before', 'after'), elements, elements), [1]),
  lrem: plain('LREM', fc.tuple(listKeys, fc.oneof(counts, fc.constant(-(2n ** 63n))), elements)),
  ltrim: plain('LTRIM', fc.tuple(listKeys, indices, indices)),
  lpos,
  lmove: spelled('LMOVE', fc.tuple(listKeys, listKeys, ends, ends), [2, 3]),
  rpoplpush: plain('RPOPLPUSH', fc.tuple(listKeys, listKeys)),
  blpop: blockingPop('BLPOP'),
  brpop: blockingPop('BRPOP'),
  blmove: spelled('BLMOVE', fc.tuple(listKeys, listKeys, ends, ends, timeouts), [2, 3]),
  brpoplpush: plain('BRPOPLPUSH', fc.tuple(listKeys, listKeys, timeouts)),
  blmpop,
}
