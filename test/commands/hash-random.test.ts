import { describe, expect, it } from 'vitest'
import { UNIT } from '../../src/api/handle.js'
import { PairsReply, replyToText } from '../../src/commands/reply.js'
import { commandTable } from '../../src/commands/table.js'
import { expectRefused, NOT_AN_INTEGER, type Opened, open, SYNTAX, say, WRONGTYPE } from '../support.js'

function openWithFields(count: number): Opened {
  const opened = open()
  opened.db.hset(
    'h',
    Array.from({ length: count }, (_, i) => [`f${i}`, `v${i}`] as const),
  )
  opened.db.set('s', 'v')
  return opened
}

/** How far the counts of `expected` equal shares lie from them: chi square over its degrees of freedom. */
function unfairness(counts: readonly number[], expected: number): number {
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0) / (counts.length - 1)
}

describe('HRANDFIELD', () => {
  it.each([
    ['HRANDFIELD nosuch', null],
    ['HRANDFIELD nosuch 3', []],
    ['HRANDFIELD nosuch -3', []],
    ['HRANDFIELD nosuch 3 WITHVALUES', []],
    ['HRANDFIELD one', 'f'],
    ['HRANDFIELD one 5', ['f']],
    ['HRANDFIELD one 0', []],
    ['HRANDFIELD one -3', ['f', 'f', 'f']],
    ['HRANDFIELD one 5 withvalues', ['f', 'v']],
    ['HRANDFIELD one -2 WITHVALUES', ['f', 'v', 'f', 'v']],
    ['HRANDFIELD one 9223372036854775807', ['f']],
    ['HRANDFIELD one 4611686018427387903 WITHVALUES', ['f', 'v']],
  ])('%s', (words, expected) => {
    const { db } = open()
    say(db, 'HSET one f v')

    expect(say(db, words)).toEqual(expected)
  })

  it.each([3, 24, 100, 1_000])('picks different fields of %i for a positive count, with their values', (size) => {
    const { db } = openWithFields(size)
    for (const count of [1, 2, Math.ceil(size / 2), size - 1]) {
      const found = db.call('HRANDFIELD', 'h', count, 'WITHVALUES') as string[]
      const fields = found.filter((_, i) => i % 2 === 0)

      expect(new Set(fields).size).toBe(count)
      expect(found.filter((_, i) => i % 2 === 1)).toEqual(fields.map((field) => field.replace('f', 'v')))
    }
  })

  it.each([
    ['one field', 'HRANDFIELD h', 1],
    ['some different fields', 'HRANDFIELD h 4', 4],
    ['fields with repeats', 'HRANDFIELD h -4', 4],
  ])('picks every field as often as another: %s', (_what, words, each) => {
    const { db } = openWithFields(40)
    const counts = new Map<string, number>()
    const rounds = 8_000 / each
    for (let i = 0; i < rounds; i++) {
      for (const field of [say(db, words)].flat()) counts.set(field as string, (counts.get(field as string) ?? 0) + 1)
    }

    expect(counts.size).toBe(40)
    // With 39 degrees of freedom chance exceeds 1.9 once in a thousand; the seed is fixed.
    expect(unfairness([...counts.values()], (rounds * each) / 40)).toBeLessThan(1.9)
  })

  it('picks the same again with the same seed', () => {
    const [one, other] = [openWithFields(50).db, openWithFields(50).db]

    expect(one.call('HRANDFIELD', 'h', -20)).toEqual(other.call('HRANDFIELD', 'h', -20))
  })

  it.each([
    ['HRANDFIELD h x', NOT_AN_INTEGER],
    ['HRANDFIELD s x', NOT_AN_INTEGER],
    ['HRANDFIELD h 1.5', NOT_AN_INTEGER],
    ['HRANDFIELD h 1 WITHVALUE', SYNTAX],
    ['HRANDFIELD s 1 x', SYNTAX],
    ['HRANDFIELD h 1 WITHVALUES x', SYNTAX],
    [
      'HRANDFIELD h -9223372036854775808 x',
      'ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807',
    ],
    ['HRANDFIELD s 4611686018427387904 WITHVALUES', 'ERR value is out of range'],
    ['HRANDFIELD h -4611686018427387904 WITHVALUES', 'ERR value is out of range'],
    ['HRANDFIELD h -9223372036854775807', 'ERR value is out of range'],
    ['HRANDFIELD s', WRONGTYPE],
    ['HRANDFIELD s 1', WRONGTYPE],
    ['HRANDFIELD s 1 WITHVALUES', WRONGTYPE],
  ])('refuses %s', (words, message) => {
    const opened = openWithFields(3)

    expectRefused(opened, () => say(opened.db, words), message)
  })

  it('answers WITHVALUES by pairs, which RESP3 nests and RESP2 does not', () => {
    const { db } = openWithFields(1)

    const reply = commandTable.get('HRANDFIELD')!.call!(db[UNIT], ['HRANDFIELD', 'h', '1', 'WITHVALUES'])
    db[UNIT].end()

    expect(reply).toEqual(new PairsReply([['f0', 'v0']]))
    expect(replyToText(reply as PairsReply)).toEqual(['f0', 'v0'])
  })
})
