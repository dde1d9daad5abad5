import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { lcs, lcsLength, lcsTableBytes } from '../../src/structures/lcs.js'
import { fromBytes, toBytes } from '../../src/structures/text.js'

/** Recorded from Redis 8.0.2: LCS a b, and LCS a b IDX with its ranges as `first-last/first-last`. */
const RECORDED: [a: string, b: string, subsequence: string, ranges: string][] = [
  ['ohmytext', 'mynewtext', 'mytext', '4-7/5-8 2-3/0-1'],
  ['', '', '', ''],
  ['', 'abc', '', ''],
  ['abc', '', '', ''],
  ['abc', 'abc', 'abc', '0-2/0-2'],
  ['abc', 'xyz', '', ''],
  ['aaaa', 'aa', 'aa', '2-3/0-1'],
  ['aa', 'aaaa', 'aa', '0-1/2-3'],
  ['abab', 'baba', 'bab', '1-3/0-2'],
  ['baba', 'abab', 'aba', '1-3/0-2'],
  ['abcbdab', 'bdcaba', 'bdab', '5-6/3-4 3-4/0-1'],
  ['bdcaba', 'abcbdab', 'bcba', '5-5/5-5 4-4/3-3 2-2/2-2 0-0/1-1'],
  ['xaxbxc', 'abc', 'abc', '5-5/2-2 3-3/1-1 1-1/0-0'],
  ['abc', 'xaxbxcx', 'abc', '2-2/5-5 1-1/3-3 0-0/1-1'],
  ['abcdefgh', 'abxdefxh', 'abdefh', '7-7/7-7 3-5/3-5 0-1/0-1'],
  ['ab', 'ba', 'b', '1-1/0-0'],
  ['ba', 'ab', 'a', '1-1/0-0'],
  ['aabbaabb', 'abababab', 'abaabb', '7-7/7-7 5-6/4-5 3-4/1-2 1-1/0-0'],
  [
    'AGGTABQWERTYAGGTAB',
    'GXTXAYBQWXERTYGTABX',
    'GTABQWERTYGTAB',
    '14-17/14-17 8-11/10-13 5-7/6-8 4-4/4-4 3-3/2-2 2-2/0-0',
  ],
  ['caba', 'abca', 'aba', '3-3/3-3 1-2/0-1'],
  [
    'the quick brown fox jumps over the lazy dog',
    'the lazy dog jumps over the quick brown fox',
    'the  o jumps over the  o',
    '41-41/36-36 39-39/33-33 19-34/12-27 17-17/10-10 15-15/8-8 9-9/3-3 0-2/0-2',
  ],
]

/** The classic table and walk, one number per cell. */
function naive(a: Uint8Array, b: Uint8Array) {
  const table = Array.from({ length: a.length + 1 }, () => new Array<number>(b.length + 1).fill(0))
  for (let i = 1; i <= a.length; i++) {
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      table[i]![j] = same ? table[i - 1]![j - 1]! + 1 : Math.max(table[i - 1]![j]!, table[i]![j - 1]!)
    }
  }
  const pairs: [i: number, j: number][] = []
  for (let i = a.length, j = b.length; i > 0 && j > 0; ) {
    if (a[i - 1] === b[j - 1]) pairs.push([--i, --j])
    else if (table[i - 1]![j]! > table[i]![j - 1]!) i--
    else j--
  }
  return { length: table[a.length]![b.length]!, pairs }
}

const bytes = fc.constantFrom(1, 2, 3, 255).chain((max) => fc.uint8Array({ max, maxLength: 80 }))

describe('lcs', () => {
  it.each(RECORDED)('of %j and %j is %j, as Redis says', (a, b, subsequence, ranges) => {
    const { length, bytes, matches } = lcs(toBytes(a), toBytes(b))

    expect(fromBytes(bytes)).toBe(subsequence)
    expect(length).toBe(subsequence.length)
    expect(matches.map((m) => `${m.aFirst}-${m.aLast}/${m.bFirst}-${m.bLast}`).join(' ')).toBe(ranges)
    expect(matches.reduce((sum, match) => sum + match.length, 0)).toBe(length)
  })

  it('takes the same bytes as the classic walk over a full table', () => {
    fc.assert(
      fc.property(bytes, bytes, (a, b) => {
        const { length, bytes, matches } = lcs(a, b)
        const pairs = matches.flatMap((m) =>
          Array.from({ length: m.length }, (_, k) => [m.aLast - k, m.bLast - k] as [number, number]),
        )

        const expected = naive(a, b)
        expect(pairs).toEqual(expected.pairs)
        expect([...bytes].reverse()).toEqual(expected.pairs.map(([i]) => a[i]))
        expect(length).toBe(expected.length)
        expect(lcsLength(a, b)).toBe(expected.length)
      }),
      { numRuns: 500 },
    )
  })

  it('joins adjacent bytes into one match', () => {
    const { matches } = lcs(toBytes('xabcx'), toBytes('yabcy'))

    expect(matches).toEqual([{ aFirst: 1, aLast: 3, bFirst: 1, bLast: 3, length: 3 }])
  })

  it('works on bytes, not on characters', () => {
    const { bytes } = lcs(toBytes('é'), toBytes('è'))

    expect([...bytes]).toEqual([0xc3])
  })

  it('states the size of the table by which Redis refuses: 512 MiB is allowed, more is not', () => {
    expect(lcsTableBytes(0, 0)).toBe(4)
    expect(lcsTableBytes(67_108_863, 1)).toBe(512 * 1024 * 1024)
    expect(lcsTableBytes(511, 511)).toBe(1024 * 1024)
    expect(lcsTableBytes(2 ** 29, 2 ** 29)).toBeGreaterThan(2 ** 59)
  })
})
