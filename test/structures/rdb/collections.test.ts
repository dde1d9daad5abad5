import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Hash } from '../../../src/structures/hash.js'
import { List } from '../../../src/structures/list.js'
import { dumpCollection, type EncodedCollection, readCollection } from '../../../src/structures/rdb/collections.js'
import { openPayload } from '../../../src/structures/rdb/payload.js'
import { RdbFormatError } from '../../../src/structures/rdb/reader.js'
import { RdbType } from '../../../src/structures/rdb/types.js'
import { SetOfStrings } from '../../../src/structures/set.js'
import { SortedSet } from '../../../src/structures/sorted-set.js'
import { fromBytes } from '../../../src/structures/text.js'
import { oldPayloads } from '../../oracle/old-payloads.js'
import { recordedPayloads, restoredEncoding } from '../../oracle/payloads.js'
import { callsOfRecipe } from '../../oracle/recipes.js'
import * as a from './assemble.js'
import { damaged, damages, returnsOrRefuses } from './damage.js'

const GROUPS = ['list', 'set', 'hash', 'sorted-set']
const recorded = recordedPayloads
  .filter(({ group }) => GROUPS.includes(group))
  .map((row) => ({ ...row, payload: Uint8Array.from(Buffer.from(row.payload, 'base64')) }))
const old = oldPayloads.filter(({ group }) => GROUPS.includes(group))

function read(payload: Uint8Array): EncodedCollection {
  const opened = openPayload(payload)
  if (opened.status !== 'ok') throw new Error(`a payload whose ${opened.status} is wrong`)
  const value = readCollection(opened.type, opened.reader)
  if (value === undefined) throw new Error(`no collection of type ${opened.type}`)
  value.invariants()
  return value
}

/** The elements, in order where there is one; a field of a hash with its deadline, -1 for none. */
function contents(value: EncodedCollection): unknown {
  if (value instanceof SetOfStrings) return [...value].sort()
  if (!(value instanceof Hash)) return [...value]
  return [...value].map(([field, text], slot) => [field, text, value.deadlineAt(slot)]).sort()
}

/** The elements that the commands of a recipe name. */
function named(group: string, recipe: string): unknown {
  const calls = callsOfRecipe(recipe)
  const words = calls[0]!.slice(2).map((word) => fromBytes(Buffer.from(word, 'latin1')))
  if (group === 'list') return words
  if (group === 'set') return words.sort()
  const pairs = words.flatMap((word, i) => (i % 2 === 0 ? [[word, words[i + 1]!] as const] : []))
  if (group === 'sorted-set') {
    const rows = pairs.map(([score, member]) => [member, Number(score.replace('inf', 'Infinity'))] as const)
    return rows.sort((x, y) => (x[1] < y[1] ? -1 : x[1] > y[1] ? 1 : 0))
  }
  const deadlines = new Map(calls.slice(1).map((call) => [call[5]!, Number(call[2])]))
  return pairs.map(([field, value]) => [field, value, deadlines.get(field) ?? -1]).sort()
}

function hashOf(elements: readonly string[]): Hash {
  const hash = new Hash()
  for (const [i, element] of elements.entries()) {
    const isNew = hash.set(element, elements[(i * 7) % elements.length]!)
    if (isNew && element.length % 3 === 0) hash.setDeadlineAt(hash.size - 1, 4_102_444_800_000 + element.length)
  }
  return hash
}

function sortedSetOf(elements: readonly string[]): SortedSet {
  const set = new SortedSet()
  const scores = [0, -0, 1, 2.5, 1e300, Number.NEGATIVE_INFINITY, 2 ** 60, 2 ** 63, 0.1, 5e-324]
  for (const [i, element] of elements.entries()) set.set(element, scores[(i + element.length) % scores.length]!)
  return set
}

function scored(...rows: readonly (readonly [member: string, score: number])[]): Uint8Array {
  return a.payload(5, a.size(rows.length), ...rows.map(([member, score]) => a.join(a.string(member), a.double(score))))
}

function metadata(base: number | bigint, ...rows: readonly (readonly [time: number, field: string, value: string])[]) {
  const parts = rows.map(([time, field, value]) => a.join(a.size(time), a.string(field), a.string(value)))
  return a.payload(RdbType.HASH_METADATA, a.little(base, 8), a.size(rows.length), ...parts)
}

function listpackEx(...elements: readonly a.Element[]): Uint8Array {
  return a.payload(RdbType.HASH_LISTPACK_EX, a.little(0, 8), a.string(a.listpack(elements)))
}

describe('dumpCollection', () => {
  it.each(recorded)('writes what Redis dumps after $recipe', ({ encoding, restored, payload }) => {
    const value = read(payload)

    expect(value.encoding).toBe(restored)
    if (encoding === 'hashtable') expect(contents(read(dumpCollection(value)))).toEqual(contents(value))
    else expect(Buffer.from(dumpCollection(value))).toEqual(Buffer.from(payload))
  })

  it('writes an intset no wider than its members need', () => {
    const set = SetOfStrings.of(['1', '70000'])
    set.delete('70000')

    expect(dumpCollection(set)).toEqual(dumpCollection(SetOfStrings.of(['1'])))
  })
})

describe('readCollection', () => {
  it.each(old)('reads a $group as $name, the value of $recipe', ({ group, name, recipe, payload }) => {
    const value = read(payload)

    expect(contents(value)).toEqual(named(group, recipe))
    expect(value.encoding).toBe(restoredEncoding(name, recipe))
  })

  it('leaves other types alone', () => {
    for (const type of [RdbType.STRING, RdbType.MODULE_PRE_GA, RdbType.MODULE_2, 8, 26, 255]) {
      const opened = openPayload(a.payload(type, a.size(0)))

      expect(opened.status === 'ok' && readCollection(type, opened.reader)).toBeUndefined()
    }
  })

  it('reads what is written, whatever lies in it', () => {
    const element = fc.oneof(
      fc.integer().map(String),
      fc.string(),
      fc.uint8Array().map((bytes) => fromBytes(bytes)),
      fc.constantFrom('x'.repeat(65), 'y'.repeat(8186), 'z'.repeat(8193)),
    )
    fc.assert(
      fc.property(fc.array(element, { minLength: 1 }), (elements) => {
        const values = [List.of(elements), List.of(elements, false), SetOfStrings.of(elements)]
        for (const value of [...values, hashOf(elements), sortedSetOf(elements)]) {
          const again = read(dumpCollection(value))

          expect(contents(again)).toEqual(contents(value))
          expect(dumpCollection(again)).toEqual(dumpCollection(value))
        }
      }),
    )
  })

  const twice = ['a', 'b', 'a']
  const many = Array.from({ length: 200 }, (_, i): [string, number] => [`m${i}`, i])
  it.each<[string, Uint8Array]>([
    ['an empty list', a.payload(RdbType.LIST, a.size(0))],
    ['an empty ziplist for a list', a.payload(RdbType.LIST_ZIPLIST, a.string(a.ziplist([])))],
    ['a list of no nodes', a.payload(RdbType.LIST_QUICKLIST, a.size(0))],
    ['a list of empty nodes', a.payload(RdbType.LIST_QUICKLIST_2, a.size(1), 2, a.string(a.listpack([])))],
    ['an empty element in a node of its own', a.payload(RdbType.LIST_QUICKLIST_2, a.size(1), 1, a.string(''))],
    ['a list node of an unknown kind', a.payload(RdbType.LIST_QUICKLIST_2, a.size(1), 3, a.string('x'))],
    ['a listpack in a list of ziplists', a.payload(RdbType.LIST_QUICKLIST, a.size(1), a.string(a.listpack(['x'])))],
    ['a ziplist in a list of listpacks', a.payload(RdbType.LIST_QUICKLIST_2, a.size(1), 2, a.string(a.ziplist(['x'])))],
    ['an empty set', a.payload(RdbType.SET, a.size(0))],
    ['an empty intset', a.payload(RdbType.SET_INTSET, a.string(a.intset([], 2)))],
    ['an empty listpack for a set', a.payload(RdbType.SET_LISTPACK, a.string(a.listpack([])))],
    ['a member twice', a.payload(RdbType.SET, a.size(3), ...twice.map(a.string))],
    ['an integer twice', a.payload(RdbType.SET, a.size(2), 0xc0, 5, a.string('5'))],
    ['a member of a listpack twice', a.payload(RdbType.SET_LISTPACK, a.string(a.listpack(twice)))],
    ['an integer of a listpack twice', a.payload(RdbType.SET_LISTPACK, a.string(a.listpack([5, '5'])))],
    ['an empty hash', a.payload(RdbType.HASH, a.size(0))],
    ['an empty zipmap', a.payload(RdbType.HASH_ZIPMAP, a.string(a.zipmap([])))],
    ['an empty ziplist for a hash', a.payload(RdbType.HASH_ZIPLIST, a.string(a.ziplist([])))],
    ['an empty listpack for a hash', a.payload(RdbType.HASH_LISTPACK, a.string(a.listpack([])))],
    ['an empty hash with deadlines', a.payload(RdbType.HASH_METADATA, a.little(0, 8), a.size(0))],
    ['an empty listpack with deadlines', a.payload(RdbType.HASH_LISTPACK_EX, a.little(0, 8), a.string(a.listpack([])))],
    ['a field twice', a.payload(RdbType.HASH, a.size(2), ...['f', '1', 'f', '2'].map(a.string))],
    ['a field of a zipmap twice', a.payload(RdbType.HASH_ZIPMAP, a.string(a.zipmap(['f', '1', 'f', '2'])))],
    ['a field of a ziplist twice', a.payload(RdbType.HASH_ZIPLIST, a.string(a.ziplist(['f', '1', 'f', '2'])))],
    ['a field of a listpack twice', a.payload(RdbType.HASH_LISTPACK, a.string(a.listpack(['f', '1', 'f', '2'])))],
    ['a field with deadline twice', metadata(1, [1, 'f', 'v'], [0, 'f', 'w'])],
    ['a field with deadline in a listpack twice', listpackEx('f', 'v', 0, 'f', 'w', 5)],
    ['a field without a value', a.payload(RdbType.HASH_LISTPACK, a.string(a.listpack(['f', 'v', 'g'])))],
    ['a field without a value in a ziplist', a.payload(RdbType.HASH_ZIPLIST, a.string(a.ziplist(['f'])))],
    ['a field without a deadline', listpackEx('f', 'v')],
    ['a deadline that is no integer', listpackEx('f', 'v', 'soon')],
    ['a deadline below 0', listpackEx('f', 'v', -1)],
    ['a deadline past all integers', listpackEx('f', 'v', 2n ** 62n)],
    ['a deadline below 0 from a base', metadata(-5, [1, 'f', 'v'])],
    ['a deadline past 48 bits', metadata(2 ** 48 - 1, [1, 'f', 'v'])],
    ['a base past all integers', metadata(2n ** 62n, [1, 'f', 'v'])],
    ['a deadline past 48 bits as a preview has it', a.payload(22, a.size(1), a.size(2 ** 48), 1, 'f', 1, 'v')],
    ['an empty sorted set', a.payload(RdbType.ZSET_2, a.size(0))],
    ['an empty ziplist for a sorted set', a.payload(RdbType.ZSET_ZIPLIST, a.string(a.ziplist([])))],
    ['an empty listpack for a sorted set', a.payload(RdbType.ZSET_LISTPACK, a.string(a.listpack([])))],
    ['a scored member twice', scored(['a', 1], ['b', 2], ['a', 3])],
    ['a scored member twice in reverse order', scored(['a', 3], ['b', 2], ['a', 1])],
    ['a scored member twice out of order', scored(['a', 3], ['b', 2], ['c', 5], ['a', 1])],
    ['a scored member and its score twice', scored(['a', 1], ['a', 1])],
    ['a scored member twice among many', scored(...many, ['m7', 9999])],
    ['a scored member of a listpack twice', a.payload(RdbType.ZSET_LISTPACK, a.string(a.listpack(['a', 1, 'a', 2])))],
    ['a scored member of a ziplist twice', a.payload(RdbType.ZSET_ZIPLIST, a.string(a.ziplist(['a', 1, 'a', 1])))],
    ['a member without a score', a.payload(RdbType.ZSET_LISTPACK, a.string(a.listpack(['a', 1, 'b'])))],
    ['a member without a score in a ziplist', a.payload(RdbType.ZSET_ZIPLIST, a.string(a.ziplist(['a'])))],
    ['a score that is not a number', scored(['a', Number.NaN])],
    ['a score as text that is not a number', a.payload(RdbType.ZSET, a.size(1), a.string('a'), 253)],
    ['a score as text that is none', a.payload(RdbType.ZSET, a.size(1), a.string('a'), a.textDouble('1x'))],
    [
      'a score in a listpack that is not a number',
      a.payload(RdbType.ZSET_LISTPACK, a.string(a.listpack(['a', 'nan']))),
    ],
    ['a score in a ziplist that is none', a.payload(RdbType.ZSET_ZIPLIST, a.string(a.ziplist(['a', 'b'])))],
    ['integers out of order', a.payload(RdbType.SET_INTSET, a.string(a.intset([2, 1], 2)))],
  ])('refuses %s', (_name, payload) => {
    expect(() => read(payload)).toThrow(RdbFormatError)
  })

  const counted = [1, 14, 18, 2, 4, 22, 3, 5]
  it.each(counted)('refuses a count that the bytes do not account for: type %i', (type) => {
    for (const count of [2, 63, 16383, 2 ** 31, 2 ** 32 - 1, 2 ** 40, 2 ** 53 - 1]) {
      expect(() => read(a.payload(type, a.size(count), a.string('x')))).toThrow(RdbFormatError)
    }
  })

  it('takes a sorted set in any order, a base of deadlines that is wrong, and a deadline that has passed', () => {
    const pairs = many.map(([member, score]): [string, number] => [member, (score * 7919) % 200])
    const inOrder = [...pairs].sort((x, y) => x[1] - y[1])

    expect(contents(read(scored(...pairs)))).toEqual(inOrder)
    expect(contents(read(scored(...inOrder)))).toEqual(inOrder)
    expect(contents(read(listpackEx('f', 'v', 5, 'g', 'w', 0, 'h', 'x', 1)))).toEqual([
      ['f', 'v', 5],
      ['g', 'w', -1],
      ['h', 'x', 1],
    ])
    expect(contents(read(metadata(-5, [20, 'f', 'v'])))).toEqual([['f', 'v', 14]])
  })

  it('reads scores as old versions wrote them', () => {
    const words = ['a', '-inf', 'b', '1.0000000000000001e-05', 'c', '3', 'd', '1e+22', 'e', 'inf']

    expect(contents(read(a.payload(RdbType.ZSET_ZIPLIST, a.string(a.ziplist(words)))))).toEqual([
      ['a', Number.NEGATIVE_INFINITY],
      ['b', 1e-5],
      ['c', 3],
      ['d', 1e22],
      ['e', Number.POSITIVE_INFINITY],
    ])
  })

  it('takes -0 in a listpack for 0, also beside a member that is too long for one', () => {
    const long = 'x'.repeat(65)

    expect(contents(read(a.payload(RdbType.ZSET_LISTPACK, a.string(a.listpack(['a', '-0', long, '-0'])))))).toEqual([
      ['a', 0],
      [long, 0],
    ])
  })

  it('refuses a value cut off at any byte', () => {
    for (const { payload } of [...old, ...recorded].filter((row) => row.payload.length < 300)) {
      const value = payload.slice(0, -10)
      for (let end = 1; end < value.length; end++) {
        expect(() => read(a.sealed(value.subarray(0, end)))).toThrow(RdbFormatError)
      }
    }
  })

  it('returns or refuses whatever is damaged under a right checksum', () => {
    const short = [...old, ...recorded].filter(({ payload }) => payload.length < 2000)
    fc.assert(
      fc.property(fc.constantFrom(...short), damages, ({ payload }, by) => {
        const value = damaged(payload.slice(1, -10), by)

        returnsOrRefuses(() => read(a.payload(payload[0]!, value)))
      }),
      { numRuns: 5000 },
    )
  })

  it('returns or refuses any bytes behind any type', () => {
    const types = fc.constantFrom(...Object.values(RdbType).filter((type) => type > 0 && type !== 6 && type !== 7))
    fc.assert(
      fc.property(types, fc.uint8Array({ maxLength: 60 }), (type, bytes) => {
        const opened = openPayload(a.payload(type, bytes))
        if (opened.status === 'ok') returnsOrRefuses(() => readCollection(type, opened.reader))
      }),
      { numRuns: 5000 },
    )
  })
})
