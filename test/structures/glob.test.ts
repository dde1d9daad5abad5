import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Glob } from '../../src/structures/glob.js'
import { fromBytes, toBytes } from '../../src/structures/text.js'

/**
 * Recorded from Redis 8.0.2: each pattern with the texts that it matches (`+`) or that it does not (`-`), of TEXTS.
 * `<c3>` is the byte 0xC3 alone, `<>` the empty text.
 */
const TEXTS = texts(
  String.raw`<> a b z A ab ba aa abc aXc aabbcc abcabc a*c * ** ? [ ] [] a] ^ ^a - \ a\ a-z é aé 😀 <c3> <a9> <ff> <00> user:1 user:42 user:1:name hello hallo hillo`,
)
const RECORDED = String.raw`
<> + <>
* - <>
** - <>
*** - <>
? + a b z A * ? [ ] ^ - \ <c3> <a9> <ff> <00>
?? + ab ba aa ** [] a] ^a a\ é
??? + abc aXc a*c a-z aé
???? + 😀
*? - <>
?* - <>
*?* - <>
?*? - <> a b z A * ? [ ] ^ - \ <c3> <a9> <ff> <00>
??* - <> a b z A * ? [ ] ^ - \ <c3> <a9> <ff> <00>
*??*? + abc aXc aabbcc abcabc a*c a-z aé 😀 user:1 user:42 user:1:name hello hallo hillo
a + a
a* + a ab aa abc aXc aabbcc abcabc a*c a] a\ a-z aé
*a + a ba aa ^a
*a* + a ab ba aa abc aXc aabbcc abcabc a*c a] ^a a\ a-z aé user:1:name hallo
a*c + abc aXc aabbcc abcabc a*c
a**c + abc aXc aabbcc abcabc a*c
a*b*c + abc aabbcc abcabc
*b* + b ab ba abc aabbcc abcabc
*bc*bc + abcabc
*bc*bc* + abcabc
a?c + abc aXc a*c
a?? + abc aXc a*c a-z aé
?b? + abc
\* + *
\? + ?
\[ + [
\\ + \
\ + \
a\ + a\
\a + a
\a\b + ab
a\*c + a*c
*\* + * **
[a] + a
[ab] + a b
[^a] + b z A * ? [ ] ^ - \ <c3> <a9> <ff> <00>
[^ab] + z A * ? [ ] ^ - \ <c3> <a9> <ff> <00>
[a-b] + a b
[b-a] + a b
[a-z] + a b z
[z-a] + a b z
[a-] + a ] ^
[a-]b + a b ] ^
[-a] + a -
[a-a] + a
[] +
[]] +
[]a] +
[^] + a b z A * ? [ ] ^ - \ <c3> <a9> <ff> <00>
[^]] + [] a]
[^^] + a b z A * ? [ ] - \ <c3> <a9> <ff> <00>
[^ + a b z A * ? [ ] ^ - \ <c3> <a9> <ff> <00>
[ +
a[ +
a[^ + ab aa a] a\
[a + a
[ab + a b
[^a + b z A * ? [ ] ^ - \ <c3> <a9> <ff> <00>
[a- + a -
[a-c + a b
[^a-y + z A * ? [ ] ^ - \ <c3> <a9> <ff> <00>
[\] + ]
[\]] + ]
[\ + \
[\a + a
[\a-z] + a z -
[a-\] + a ] ^ \
[a-\]] + a]
[\--a] + a -
[\^a] + a ^
[a^] + a ^
[a-c-z] + a b z -
[--z] + a b z A ? [ ] ^ - \
[*] + *
[?] + ?
[[] + [
[[-]] + [ ] \
[*?]* + * ** ?
[a-b][a-c] + ab ba aa
*[ab] + a b ab ba aa ^a
[ab]* + a b ab ba aa abc aXc aabbcc abcabc a*c a] a\ a-z aé
*[^a]* - <> a aa
*[bc]*[bc] + abc aabbcc abcabc
[A-Z] + A
[A-z] + a b z A [ ] ^ \
[[]] + []
*] + ] [] a]
*[]* +
é + é
?é + aé
é* + é
*é + é aé
[é] + <c3> <a9>
[é]? + é
[é][é] + é
[^é] + a b z A * ? [ ] ^ - \ <ff> <00>
a[é]? + aé
<c3> + <c3>
<a9> + <a9>
<c3>* + é <c3>
*<a9> + é aé <a9>
<c3>? + é
<c3>\<a9> + é
[<c3>][<a9>] + é
?<a9> + é
😀 + 😀
😀* + 😀
*😀* + 😀
[😀]??? + 😀
<ff> + <ff>
[<80>-<ff>] + <c3> <a9> <ff>
[<ff>-<80>] + <c3> <a9> <ff>
[a-<ff>] + a A * ? [ ] ^ - \ <ff> <00>
[<00>-<ff>] + <ff> <00>
[<80>-a] + a A * ? [ ] ^ - \ <c3> <a9> <ff> <00>
[^<00>-~] + <c3> <a9> <ff>
[<20>-<ff>] + <ff> <00>
<00> + <00>
[<00>-z] + a b z A * ? [ ] ^ - \ <00>
user:* + user:1 user:42 user:1:name
user:? + user:1
user:?? + user:42
user:[0-9] + user:1
user:[0-9]* + user:1 user:42 user:1:name
*:name + user:1:name
user:*:* + user:1:name
*:* + user:1 user:42 user:1:name
u*r:4? + user:42
h?llo + hello hallo hillo
h[ae]llo + hello hallo
h[^e]llo + hallo hillo
h[a-e]llo + hello hallo
h*llo + hello hallo hillo
h[]llo +
h[^]llo + hello hallo hillo
hello* + hello
hellooo* +
*l*l*o + hello hallo hillo
*l*l*l*o +
*?l?* + hello hallo hillo
`

function texts(words: string): string[] {
  return words.split(' ').filter(Boolean).map(decode)
}

function decode(word: string): string {
  return word === '<>' ? '' : word.replace(/<([0-9a-f]{2})>/g, (_, hex) => byteText(Number.parseInt(hex, 16)))
}

function byteText(byte: number): string {
  return String.fromCharCode(byte < 0x80 ? byte : 0xdc00 + byte)
}

/** The naive matcher: Redis's semantics read straight off, by recursion. */
function naive(p: Uint8Array, t: Uint8Array, i = 0, j = 0): boolean {
  if (i === p.length) return j === t.length
  if (p[i] === STAR) return t.length > 0 && (naive(p, t, i + 1, j) || (j < t.length && naive(p, t, i, j + 1)))
  if (j === t.length) return false
  if (p[i] === 0x3f) return naive(p, t, i + 1, j + 1)
  if (p[i] === 0x5b) return naiveClass(p, t, i + 1, j)
  const at = p[i] === BACKSLASH && i + 1 < p.length ? i + 1 : i
  return p[at] === t[j] && naive(p, t, at + 1, j + 1)
}

function naiveClass(p: Uint8Array, t: Uint8Array, start: number, j: number): boolean {
  const negated = p[start] === 0x5e
  const signed = (byte: number) => (byte > 127 ? byte - 256 : byte)
  const byte = signed(t[j]!)
  let found = false
  let i = negated ? start + 1 : start
  for (; i < p.length && p[i] !== 0x5d; i++) {
    let low = signed(p[i]!)
    let high = low
    if (p[i] === BACKSLASH && i + 1 < p.length) {
      i++
      low = high = signed(p[i]!)
    } else if (p[i + 1] === 0x2d && i + 2 < p.length) {
      high = signed(p[i + 2]!)
      i += 2
    }
    if (byte >= Math.min(low, high) && byte <= Math.max(low, high)) found = true
  }
  return found !== negated && naive(p, t, Math.min(i + 1, p.length), j + 1)
}

const STAR = 0x2a
const BACKSLASH = 0x5c

const bytesOf = (pieces: (string | number)[]) =>
  Uint8Array.from(pieces.flatMap((piece) => (typeof piece === 'number' ? [piece] : [...toBytes(piece)])))
const TEXT_PIECES = ['a', 'a', 'b', 'c', '*', '?', '[', ']', '^', '-', '\\', 'é', '😀', 0xc3, 0xa9, 0xff]
const PATTERN_PIECES = [...TEXT_PIECES, '*', '*', '?', '[^', '[a-', '[ab]', '[bc]', ']']
const anyText = (maxLength: number) => fc.array(fc.constantFrom(...TEXT_PIECES), { maxLength }).map(bytesOf)
const anyPattern = (maxLength: number) => fc.array(fc.constantFrom(...PATTERN_PIECES), { maxLength }).map(bytesOf)

describe('Glob', () => {
  it('matches what Redis matches, of thousands of recorded pairs', () => {
    for (const row of RECORDED.trim().split('\n')) {
      const [pattern, sign, ...listed] = row.split(' ')
      const matched = TEXTS.filter((text) => new Glob(decode(pattern!)).matches(text))

      const expected = TEXTS.filter((text) => texts(listed.join(' ')).includes(text) === (sign === '+'))
      expect(matched, row).toEqual(expected)
    }
  })

  it('agrees with a naive byte matcher on patterns of every special character', () => {
    fc.assert(
      fc.property(anyPattern(9), fc.array(anyText(9), { minLength: 8, maxLength: 8 }), (pattern, several) => {
        const glob = new Glob(fromBytes(pattern))
        for (const text of several) expect(glob.matches(fromBytes(text))).toBe(naive(pattern, text))
      }),
      { numRuns: 2500 },
    )
  })

  it('agrees with a naive byte matcher on segments of more than 32 bytes', () => {
    const token = fc.constantFrom('a', 'a', 'b', '?', '[ab]', '[^b]', 'é')
    const segment = fc.array(token, { minLength: 28, maxLength: 100 })
    const noise = fc.array(fc.constantFrom('a', 'b', 'aa', 'é'), { maxLength: 80 })
    fc.assert(
      fc.property(segment, noise, noise, fc.nat(), fc.boolean(), (tokens, before, after, at, damage) => {
        const made = tokens.map((one, k) => (one === '?' || one === '[ab]' ? 'ab'[k & 1]! : one === '[^b]' ? 'a' : one))
        if (damage) made[at % made.length] = 'b'
        const text = [...before, ...made, ...after].join('')
        const pattern = `*${tokens.join('')}*`

        expect(new Glob(pattern).matches(text)).toBe(naive(toBytes(pattern), toBytes(text)))
      }),
      { numRuns: 400 },
    )
  })

  it('agrees with a naive byte matcher where segments overlap each other and themselves', () => {
    const letters = fc.array(fc.constantFrom('a', 'b'), { maxLength: 10 }).map((list) => list.join(''))
    const stars = fc
      .array(fc.constantFrom('a', 'b', 'ab', 'ba', '*'), { maxLength: 8 })
      .map((list) => `*${list.join('')}`)
    const marks = fc.array(fc.constantFrom('a', 'b', '*', '*', '?'), { maxLength: 8 }).map((list) => list.join(''))
    fc.assert(
      fc.property(fc.oneof(stars, marks), fc.array(letters, { minLength: 8, maxLength: 8 }), (pattern, several) => {
        const glob = new Glob(pattern)
        for (const text of several) expect(glob.matches(text)).toBe(naive(toBytes(pattern), toBytes(text)))
      }),
      { numRuns: 1500 },
    )
  })

  it('finds a long literal that overlaps itself', () => {
    const part = fc.constantFrom('a', 'b', 'aab', 'aabaa', 'aabaabaa')
    const literal = fc.array(part, { minLength: 33, maxLength: 40 }).map((list) => list.join(''))
    fc.assert(
      fc.property(literal, fc.nat(), fc.nat(), fc.boolean(), (whole, period, cut, damage) => {
        const motif = whole.slice(0, 1 + (period % 12))
        const periodic = `${motif.repeat(Math.ceil(40 / motif.length))}${whole.slice(0, cut % 12)}`
        const text = `${whole}${periodic.slice(cut % 20)}${periodic}${whole}`

        expect(new Glob(`*${periodic}*`).matches(text)).toBe(true)
        const sought = damage ? `${periodic}bb${motif}` : `${periodic}${motif}`
        expect(new Glob(`*${sought}*`).matches(text)).toBe(text.includes(sought))
      }),
      { numRuns: 500 },
    )
  })

  it('names the only text that a pattern without wildcards can match', () => {
    const literals = ['user:1', 'a\\*b', '[a]b', '', 'é', '\udcc3', '\udcc3\\\udca9'].map((p) => new Glob(p).literal)

    expect(literals).toEqual(['user:1', 'a*b', 'ab', '', 'é', '\udcc3', 'é'])
    for (const pattern of ['*', 'a*', '?', '[ab]', '[]', '[^a]']) expect(new Glob(pattern).literal).toBeUndefined()
  })

  it('tells the pattern * apart, which alone lets KEYS and SCAN show an empty name', () => {
    expect(new Glob('*').matchesAll).toBe(true)
    expect(new Glob('**').matchesAll).toBe(false)
    expect(new Glob('*').matches('')).toBe(false)
  })

  it('ignores case on request as COMMAND LIST does', () => {
    const matches = (pattern: string, text = 'get') => new Glob(pattern, true).matches(text)

    // Recorded: COMMAND LIST FILTERBY PATTERN, whose names are in lower case.
    for (const yes of [
      'GET',
      'G*',
      '[G]et',
      '[\\g]et',
      '\\GET',
      '[F-h]et',
      '[h-F]et',
      '[A-Z]et',
      'G[E-e]t',
      '[^a-Z]et',
    ])
      expect(matches(yes), yes).toBe(true)
    for (const no of ['[\\G]et', '[Z-a]et', '[a-Z]et', '[^G]et', '[A-_]et', '[`-G]et', 'SET'])
      expect(matches(no), no).toBe(false)
    expect(matches('get', 'GeT')).toBe(true)
    expect(new Glob('get', true).literal).toBeUndefined()
    expect(new Glob('1é', true).literal).toBe('1é')
  })

  // Backtracking matchers take from minutes to longer than the universe for these; a timeout would fail the test.
  it('takes linear time on patterns made to be slow', () => {
    const text = 'a'.repeat(100_000)
    const slow: [string, boolean][] = [
      [`${'a*'.repeat(20)}b`, false],
      [`${'a*'.repeat(5000)}b`, false],
      [`${'*a'.repeat(5000)}*b*`, false],
      [`${'*a'.repeat(5000)}`, true],
      [`*${'a'.repeat(20_000)}b`, false],
      [`*${'a'.repeat(20_000)}b*`, false],
      [`*b${'a'.repeat(20_000)}*`, false],
      ['*?'.repeat(50_000), true],
      ['*?'.repeat(100_001), false],
      [`*${'[ab]'.repeat(2000)}c*`, false],
      [`*${'[ab]'.repeat(31)}c*`, false],
      [`${'*[ab]'.repeat(5000)}*[cd]*`, false],
      [`*${'a?'.repeat(2000)}b*`, false],
      ['['.repeat(50_000), false],
    ]
    for (const [pattern, expected] of slow) expect(new Glob(pattern).matches(text)).toBe(expected)
  })
})
