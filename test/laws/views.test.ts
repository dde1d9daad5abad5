import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Form, formOf } from '../../src/keyspace/plain-values.js'
import type { PlainSink } from '../../src/keyspace/ports.js'
import type { Collection } from '../../src/keyspace/value.js'
import { Hash } from '../../src/structures/hash.js'
import { List } from '../../src/structures/list.js'
import { SetOfStrings } from '../../src/structures/set.js'
import { SortedSet } from '../../src/structures/sorted-set.js'
import { DEFAULT_LIMITS, Stream } from '../../src/structures/stream.js'
import { VectorSet } from '../../src/structures/vector-set/vector-set.js'

/*
 * The law: a view of a collection is packed as the collection was when it was taken, whatever is done to the collection, and that is
 * then what it would be without the view. The collections are large enough to have several chunks, of which views share some.
 */

/** What a sink is given, in order. */
class Record implements PlainSink {
  readonly given: unknown[] = []
  private doublesGiven = 0

  none(): void {
    this.given.push(null)
  }
  number(value: number): void {
    this.given.push(value)
  }
  bigint(value: bigint): void {
    this.given.push(value)
  }
  text(text: string): void {
    this.given.push(text)
  }
  binary(bytes: Uint8Array): void {
    this.given.push(Buffer.from(bytes).toString('hex'))
  }
  list(length: number): void {
    this.given.push(`list of ${length}`)
  }
  doubles(count: number): number {
    this.doublesGiven += count
    return this.doublesGiven - count
  }
  setDouble(at: number, value: number): void {
    this.given.push(`${at}: ${value}`)
  }
}

function packed(form: Form, value: Collection, units: number): unknown[] {
  const record = new Record()
  for (let at = 0; at < units; at += form.unitsOfPart) {
    form.pack(value, at, Math.min(units, at + form.unitsOfPart), record)
  }
  return record.given
}

/** Where two rows differ first, -1 for nowhere. */
function firstDifference(one: readonly unknown[], other: readonly unknown[]): number {
  if (one.length !== other.length) return Math.min(one.length, other.length)
  return one.findIndex((item, at) => item !== other[at])
}

/** One change, by two numbers from 0 to below a million. */
type Edit<T> = (value: T, a: number, b: number) => unknown

interface Kind<T extends Collection> {
  readonly name: string
  readonly make: () => T
  readonly edits: readonly Edit<T>[]
  readonly rounds?: number
}

/** Each with its type, and all in one list. */
function kind<T extends Collection & { clone(): T; invariants?(): void }>(kind: Kind<T>): Kind<Collection> {
  // What is made is what is edited.
  return kind as unknown as Kind<Collection>
}

function hashOf(count: number, deadlines: boolean): Hash {
  const hash = new Hash()
  for (let i = 0; i < count; i++) {
    hash.set(`f${i}`, `v${i}`)
    if (deadlines && i % 3 === 0) hash.setDeadlineAt(i, 1_000_000 + ((i * 7_919) % count))
  }
  return hash
}

function setOf(count: number): SetOfStrings {
  const set = new SetOfStrings()
  for (let i = 0; i < count; i++) set.add(i % 50 === 0 ? `é${i}` : `m${i}`)
  return set
}

const HASH_EDITS: readonly Edit<Hash>[] = [
  (hash, a, b) => hash.set(`f${a % 40_000}`, `other ${b}`),
  (hash, a) => hash.delete(`f${a % 40_000}`),
  (hash, a, b) => hash.set(`new ${a}`, `${b}`),
  (hash, a) => {
    for (let i = 0; i < 300; i++) hash.delete(hash.fieldAt((a + i * 31) % hash.size))
  },
]
const SET_EDITS: readonly Edit<SetOfStrings>[] = [
  (set, a) => set.add(`new ${a}`),
  (set, a) => set.removeAt(a % set.size),
  (set, a) => {
    for (let i = 0; i < 300 && set.size > 500; i++) set.removeAt((a + i * 31) % set.size)
  },
  (set, a) => {
    for (let i = 0; i < 300; i++) set.add(`${a}-${i}`.padEnd(i))
  },
]

function listOf(count: number, width: number): List {
  return List.of(Array.from({ length: count }, (_, i) => `${i}`.padEnd(width, '.')))
}

const LIST_EDITS: readonly Edit<List>[] = [
  (list, a, b) => list.set(a % list.size, `other ${b}`),
  (list, a) => list.push(`${a}`),
  (list, a) => list.unshift(`${a}`),
  (list, a) => list.take(a % 100, true),
  (list, a) => list.take(a % 100, false),
  (list, a, b) => list.insert(list.at(a % list.size), `${b}`, a % 2 === 0),
  (list, a) => list.remove(list.at(a % list.size), 1, a % 2 === 0),
  (list, a) => list.set(a % list.size, 'long'.repeat(3_000)),
  (list, a) => list.trim(a % 100, list.size - 1 - (a % 50)),
]

const KINDS: readonly Kind<Collection>[] = [
  kind<Hash>({ name: 'a hash', make: () => hashOf(33_000, false), edits: HASH_EDITS }),
  kind<Hash>({
    name: 'a hash with deadlines',
    make: () => hashOf(33_000, true),
    edits: [
      ...HASH_EDITS,
      (hash, a, b) => hash.setDeadlineAt(a % hash.size, 1_000_000 + b),
      (hash, a) => hash.clearDeadlineAt(a % hash.size),
      (hash, a) => hash.takeDue(1_000_000 + (a % 20_000), 200),
    ],
  }),
  kind<SetOfStrings>({ name: 'a set', make: () => setOf(33_000), edits: SET_EDITS }),
  kind<SetOfStrings>({
    name: 'a set that is about to be packed',
    make: () => setOf(131_071),
    edits: SET_EDITS,
    rounds: 2,
  }),
  kind<SetOfStrings>({
    name: 'a packed set',
    make: () => setOf(160_000),
    edits: [...SET_EDITS, (set, a) => a % 40 === 0 && set.rebuild(set.members().slice(0, 1_000))],
    rounds: 1,
  }),
  kind<SortedSet>({
    name: 'a sorted set',
    make: () => {
      const set = new SortedSet()
      for (let i = 0; i < 20_000; i++) set.set(`m${i}`, (i * 7_919) % 20_000)
      return set
    },
    edits: [
      (set, a, b) => set.set(`m${a % 20_000}`, b % 20_000),
      (set, a, b) => set.set(`new ${a}`, b % 30_000),
      (set, a) => set.set(set.memberAt(a % (set.size - 2)), set.scoreAt((a % (set.size - 2)) + 2)),
      (set, a) => set.delete(`m${a % 20_000}`),
      (set, a) => set.deleteRange(a % (set.size - 50), (a % (set.size - 50)) + 45),
      (set) => set.popMin(),
      (set) => set.popMax(),
      (set, a) => set.deleteRange(a % (set.size >> 1), (a % (set.size >> 1)) + (a % 900)),
    ],
  }),
  kind<List>({ name: 'a list', make: () => listOf(20_000, 8), edits: LIST_EDITS }),
  kind<List>({ name: 'a list of long elements', make: () => listOf(12_000, 50), edits: LIST_EDITS }),
  kind<Stream>({
    name: 'a stream',
    make: () => {
      const stream = new Stream()
      for (let i = 1; i < 5_000; i++)
        stream.append({ ms: i, seq: 0 }, ['name', `v${i}`.padEnd(i % 200)], DEFAULT_LIMITS)
      const group = stream.addGroup('group', { ms: 10, seq: 0 }, 10)
      const consumer = group.createConsumer('consumer', 1)
      for (let i = 1; i < 10; i++) group.deliver({ ms: i, seq: 0 }, consumer, i, 1)
      return stream
    },
    edits: [
      (stream, a) => {
        stream.delete({ ms: a % 5_000, seq: 0 })
        stream.settleFirst()
      },
      (stream, a) =>
        stream.append({ ms: Number(stream.lastId.ms) + 1, seq: a }, ['name', `${a}`, 'other', 'x'], DEFAULT_LIMITS),
      (stream, a) => stream.trim({ keep: 4_000 - (a % 500), wholeBlocks: a % 2 === 0, most: 0 }),
      (stream) => {
        // The block before the last becomes the last.
        for (let left = stream.log.blocksFrom().at(-1)?.live ?? 0; left > 0; left--) stream.delete(stream.edge(false)!)
        stream.settleFirst()
      },
      (stream, a) => {
        const group = stream.groups.get('group')!
        const id = { ms: 100 + (a % 500), seq: 0 }
        if (group.pending.find(id) === undefined) group.deliver(id, group.consumers.get('consumer')!, a, 1)
      },
    ],
  }),
  kind<VectorSet>({
    name: 'a vector set',
    make: () => {
      const set = new VectorSet()
      for (let i = 0; i < 300; i++) set.set(`e${i}`, [i, i % 7, 1], VECTORS, 20)
      return set
    },
    edits: [
      (set, a) => set.remove(`e${a % 300}`),
      (set, a, b) => set.set(`e${a % 300}`, [a + 1, b, 1], VECTORS, 20),
      (set, a, b) => set.set(`new ${a}`, [a + 1, b, 1], VECTORS, 20),
      (set, a, b) => set.setAttributes(`e${a % 300}`, `{"b":${b}}`),
      (set, a) => {
        for (let i = 0; i < 250; i++) set.set(`more ${a + i}`, [a + 1, i, 1], VECTORS, 20)
      },
    ],
  }),
]

const VECTORS = { dimension: 3, quantization: 'int8', m: 4, inputDimension: 0 } as const
const NUMBER = fc.nat(999_999)
const ROUNDS = 4

describe('a view', () => {
  it.each(KINDS)('of $name is what it was', ({ make, edits, rounds = ROUNDS }) => {
    const steps = fc.array(fc.tuple(fc.nat(edits.length - 1), NUMBER, NUMBER), { maxLength: 15 })
    const original = make()
    const form = formOf(original)!
    const made = packed(form, original, form.units(original))
    fc.assert(
      fc.property(steps, steps, steps, steps, steps, (...phases) => {
        const value = original.clone()
        const other = original.clone()
        const views: { view: Collection; form: Form; units: number; wanted: unknown[] }[] = []
        for (const phase of phases) {
          for (const [at, a, b] of phase) {
            edits[at]!(value, a, b)
            edits[at]!(other, a, b)
          }
          const form = formOf(value)!
          const units = form.units(value)
          const wanted = packed(form, value, units)
          views.push({ view: value.view(), form, units, wanted })
        }
        for (const [at, a, b] of phases[0]!) edits[at]!(value, a + 1, b)
        for (const [at, a, b] of phases[0]!) edits[at]!(other, a + 1, b)

        for (const { view, form, units, wanted } of views)
          expect(firstDifference(packed(form, view, units), wanted)).toBe(-1)
        const wanted = packed(formOf(other)!, other, form.units(other))
        expect(firstDifference(packed(formOf(value)!, value, form.units(value)), wanted)).toBe(-1)
        expect(firstDifference(packed(form, original, form.units(original)), made)).toBe(-1)
        for (const one of [value, other, original]) (one as { invariants?(): void }).invariants?.()
      }),
      { numRuns: rounds },
    )
  })
})
