import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CondensedTexts } from '../../src/structures/condensed-texts.js'

/** Some that begin or end as others do, some of two-byte characters, some empty, and one that V8 would not copy. */
const short = fc.oneof(
  fc.constantFrom('', 'a', 'aa', 'ab', 'ba', 'b', '12', 'é', '€', '\udcff', '😀', 'a'.repeat(30)),
  fc.string({ maxLength: 20 }),
)
const shorts = fc.array(short, { minLength: 16, maxLength: 70, size: 'max' })

/** The condensed form of texts that are short enough. */
function condensed(texts: readonly string[], first = 0): CondensedTexts {
  const made = CondensedTexts.of(texts, first)
  if (made === undefined) throw new Error('these texts are not condensed')
  made.invariants()
  return made
}

describe('condensed texts', () => {
  it('are the texts that they were made of', () => {
    fc.assert(
      fc.property(shorts, short, fc.nat(), fc.nat(), (texts, other, a, b) => {
        const made = condensed(texts)
        const [from, to] = [a % texts.length, b % texts.length].sort((x, y) => x - y) as [number, number]

        expect(made.length).toBe(texts.length)
        expect(made.slice(0, texts.length)).toEqual(texts)
        expect(made.slice(from, to)).toEqual(texts.slice(from, to))
        expect(texts.map((_, i) => made.at(i))).toEqual(texts)
        for (const text of [other, texts[from]!]) {
          expect(made.indexOf(text)).toBe(texts.indexOf(text))
          expect(texts.map((_, i) => made.isAt(i, text))).toEqual(texts.map((own) => own === text))
        }
      }),
    )
  })

  it('stay as they are when one is exchanged in a copy', () => {
    fc.assert(
      fc.property(shorts, short, fc.nat(), (texts, text, a) => {
        const made = condensed(texts)
        const index = a % texts.length

        const other = made.with(index, text)
        other?.invariants()

        expect(made.slice(0, texts.length)).toEqual(texts)
        if (other !== undefined) expect(other.slice(0, texts.length)).toEqual(texts.with(index, text))
      }),
    )
  })

  it('are read the same while they are kept loose as well', () => {
    const texts = Array.from({ length: 40 }, (_, i) => `text ${i}`)
    const made = condensed(texts)
    made.keepLoose()

    const read = made.slice(3, 33)
    read[0] = 'changed'

    expect(made.slice(3, 33)).toEqual(texts.slice(3, 33))
    expect(made.with(5, 'other')!.slice(5, 7)).toEqual(['other', 'text 6'])
    made.forgetLoose()
    expect(made.slice(3, 33)).toEqual(texts.slice(3, 33))
  })

  it('leave out what is in front of the first', () => {
    const texts = Array.from({ length: 40 }, (_, i) => (i < 20 ? '' : `text ${i}`))

    expect(condensed(texts, 20).slice(0, 20)).toEqual(texts.slice(20))
  })

  it('are not made of few texts, nor of long ones', () => {
    expect(CondensedTexts.of(Array(15).fill('a'), 0)).toBeUndefined()
    expect(CondensedTexts.of(Array(40).fill('a'), 25)).toBeUndefined()
    expect(CondensedTexts.of(Array(16).fill('a'.repeat(33)), 0)).toBeUndefined()
    expect(CondensedTexts.of(Array(16).fill('a'.repeat(32)), 0)).toBeDefined()
    // Short on average, but a group is longer than what is known of it can say.
    expect(CondensedTexts.of([...Array(5_000).fill('a'), 'a'.repeat(70_000)], 0)).toBeUndefined()
    expect(condensed(Array(16).fill('a')).with(3, 'a'.repeat(600))).toBeUndefined()
  })
})

describe('the invariants of condensed texts', () => {
  it('see a lost group and a wrong end', () => {
    const damages: ((made: { groups: string[]; ends: Uint16Array }) => void)[] = [
      (made) => {
        made.groups.pop()
      },
      (made) => {
        made.groups[1] = 'x'
      },
      (made) => {
        made.ends[3] = 1
      },
    ]
    for (const damage of damages) {
      const made = condensed(Array.from({ length: 40 }, (_, i) => `text ${i}`))
      damage(made as never)

      expect(() => made.invariants()).toThrow(/^condensed texts/)
    }
  })
})
