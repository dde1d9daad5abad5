import * as fc from 'fast-check'
import type { CallReply, Data, Key } from 'redstart'

export const START = Date.UTC(2025, 0, 1)

/** One way to draw a call of a typed method, its words, and the typed reply for what the words are answered. */
export interface Door {
  readonly draw: fc.Arbitrary<{ readonly args: readonly unknown[]; readonly words: readonly Data[] }>
  readonly reply: (raw: CallReply) => unknown
  /** What is compared of the typed reply, where that is not the whole. */
  readonly typed?: (reply: never) => unknown
}

export const keys: fc.Arbitrary<Key> = fc.constantFrom<Key>(
  ...['a', 'b', 'n', 'user:1', '', 'é', '__proto__', '\udcff\udc80'],
  Uint8Array.of(0xc3, 0xa9),
  Uint8Array.of(0xff, 0x80),
)
export const integers = fc.oneof(
  fc.integer({ min: -20, max: 20 }),
  fc.constantFrom<number | bigint>(2 ** 53 - 1, 1 - 2 ** 53, 2n ** 53n, 2n ** 63n - 1n, -(2n ** 63n)),
)
export const refused = fc.constantFrom<number | bigint>(1.5, -0.5, 2n ** 63n, -(2n ** 63n) - 1n)
export const values: fc.Arbitrary<Data> = fc.oneof(
  fc.constantFrom<Data>('', 'text', '10', '-7', '010', '3.0', '1e5', ' 1', 'é', '\udcc3', '\udca9', 'x'.repeat(50)),
  fc.constantFrom<Data>(0, -0, 12, -3.25, 1e21, 1e-7, 2 ** 53, 2n ** 62n, 2n ** 70n),
  fc.uint8Array({ maxLength: 60 }),
)
export const positive = fc.oneof(
  fc.integer({ min: 1, max: 3_000 }),
  fc.constantFrom<number | bigint>(2 ** 40, 2n ** 62n),
)
export const times = fc.oneof(
  { weight: 8, arbitrary: positive },
  { weight: 2, arbitrary: fc.constantFrom<number | bigint>(0, -1, -(2n ** 63n), 2n ** 63n - 1n) },
)
export const instants = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: START - 2_000, max: START + 9_000 }) },
  { weight: 2, arbitrary: times },
)
export const smallIndex = fc.oneof(fc.nat(3), fc.constantFrom(-1, 16, 2 ** 31 - 1))
export const offsets = fc.oneof(fc.nat(70), fc.constantFrom(-1, 536_870_912))
export const yes = fc.constant(true)

export const same = (raw: CallReply): unknown => raw
export const asNumber = (raw: CallReply): unknown => Number(raw)

/** A method whose words are its arguments. */
export function plain(name: string, args: fc.Arbitrary<readonly Data[]>, reply: Door['reply'] = same): Door {
  return { draw: args.map((drawn) => ({ args: drawn, words: [name, ...drawn] })), reply }
}

/** A method with one last object of options, which becomes words as documented: tokens, with a value unless true. */
export function withOptions(
  name: string,
  args: fc.Arbitrary<readonly Data[]>,
  options: fc.Arbitrary<object | undefined>,
): Door {
  const draw = fc.tuple(args, options).map(([drawn, given]) => {
    const words: Data[] = [name, ...drawn]
    for (const [token, value] of Object.entries(given ?? {})) {
      if (value === undefined || value === false) continue
      words.push(token.toUpperCase())
      if (value !== true) words.push(value as Data)
    }
    return { args: given === undefined ? drawn : [...drawn, given], words }
  })
  return { draw, reply: same }
}

export const optional = (options: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<object | undefined> =>
  fc.oneof(fc.constant(undefined), fc.record(options, { requiredKeys: [] }))

export const oneOf = (options: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<object | undefined> =>
  fc.oneof(fc.constant(undefined), ...Object.entries(options).map(([name, value]) => fc.record({ [name]: value })))

export const globs = fc.constantFrom<Key>(
  '*',
  'a',
  'user:*',
  '?',
  '[ab]',
  '\udcff*',
  Uint8Array.of(0xc3, 0x2a),
  '',
  'nosuch',
)
export const some = (count: number): fc.Arbitrary<Key[]> => fc.array(keys, { maxLength: count })
/** Alternating names and values as an object. */
export function mapOf(raw: CallReply): Record<string, CallReply> {
  const flat = raw as CallReply[]
  const map: Record<string, CallReply> = {}
  for (let i = 0; i < flat.length; i += 2) map[String(flat[i])] = flat[i + 1]!
  return map
}

/** A wrong argument comes without options, since of two mistakes at once each door tells the one it meets first. */
export function eitherDoor(right: Door, wrong: Door): Door {
  return { draw: fc.oneof({ weight: 9, arbitrary: right.draw }, { weight: 1, arbitrary: wrong.draw }), reply: same }
}
