import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Hash } from '../../src/structures/hash.js'
import { byteLength } from '../../src/structures/text.js'

/** Redis's rules told field by field, with no thought of speed. */
class Model {
  fields = new Map<string, { value: string; deadline: number }>()
  encoding = 'listpack'

  set(field: string, value: string, keepsDeadline = false): boolean {
    const old = this.fields.get(field)
    this.fields.set(field, { value, deadline: keepsDeadline ? (old?.deadline ?? -1) : -1 })
    if (this.fields.size > 512 || byteLength(field) > 64 || byteLength(value) > 64) this.encoding = 'hashtable'
    return old === undefined
  }

  setDeadline(field: string, deadline: number): void {
    this.fields.get(field)!.deadline = deadline
    if (this.encoding === 'listpack') this.encoding = 'listpackex'
  }

  takeDue(now: number): string[] {
    const due = [...this.fields].filter(([, { deadline }]) => deadline !== -1 && deadline <= now)
    for (const [field] of due) this.fields.delete(field)
    return due.map(([field]) => field)
  }

  get next(): number {
    return Math.min(...[...this.fields.values()].map(({ deadline }) => (deadline === -1 ? Infinity : deadline)))
  }
}

const fields = fc.oneof(
  { weight: 9, arbitrary: fc.nat(40).map((i) => `f${i}`) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      ...['', '7', '-1', '__proto__', 'constructor', 'é', '\udcff', 'x'.repeat(64), 'x'.repeat(65)],
      ...['é'.repeat(32), 'é'.repeat(33)],
    ),
  },
)
const values = fc.oneof(
  { weight: 9, arbitrary: fc.nat(99).map(String) },
  { weight: 1, arbitrary: fc.constantFrom('', 'é', '\udcff', 'v'.repeat(64), 'v'.repeat(65), `${'é'.repeat(31)}abc`) },
)

type Step = (hash: Hash, model: Model) => void

const setting = ([field, value, keeps]: [string, string, boolean]): Step => {
  return (hash, model) => {
    const isNew = model.set(field, value, keeps)
    expect(keeps ? hash.replace(field, value) : hash.set(field, value)).toBe(isNew)
  }
}

const deleting = (field: string): Step => {
  return (hash, model) => expect(hash.delete(field)).toBe(model.fields.delete(field))
}

const reading = (field: string): Step => {
  return (hash, model) => {
    expect(hash.get(field)).toBe(model.fields.get(field)?.value)
    expect(hash.has(field)).toBe(model.fields.has(field))
  }
}

const editing = ([field, value]: [string, string]): Step => {
  return (hash, model) => {
    const slot = hash.slotOf(field)
    expect(slot >= 0).toBe(model.fields.has(field))
    if (slot < 0) return
    hash.setAt(slot, value)
    model.set(field, value, true)
  }
}

const expiring = ([field, deadline]: [string, number]): Step => {
  return (hash, model) => {
    const slot = hash.slotOf(field)
    if (slot < 0) return
    hash.setDeadlineAt(slot, deadline)
    model.setDeadline(field, deadline)
  }
}

const persisting = (field: string): Step => {
  return (hash, model) => {
    const slot = hash.slotOf(field)
    const old = model.fields.get(field)
    expect(slot >= 0 && hash.clearDeadlineAt(slot)).toBe(old !== undefined && old.deadline !== -1)
    if (old !== undefined) old.deadline = -1
  }
}

const collecting = (now: number): Step => {
  return (hash, model) => {
    const all = [...model.fields.values()].every(({ deadline }) => deadline !== -1 && deadline <= now)
    if (hash.isAllDue(now)) expect(all).toBe(true)
    expect(hash.takeDue(now, Infinity).sort()).toEqual(model.takeDue(now).sort())
  }
}

const filling = (many: number): Step => {
  return (hash, model) => {
    for (let i = 0; i < many; i++) expect(hash.set(`m${i}`, 'v')).toBe(model.set(`m${i}`, 'v'))
  }
}

const emptying = (many: number): Step => {
  return (hash, model) => {
    for (let i = 0; i < many; i++) expect(hash.delete(`m${i}`)).toBe(model.fields.delete(`m${i}`))
  }
}

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 10, arbitrary: fc.tuple(fields, values, fc.boolean()).map(setting) },
    { weight: 6, arbitrary: fields.map(deleting) },
    { weight: 3, arbitrary: fields.map(reading) },
    { weight: 2, arbitrary: fc.tuple(fields, values).map(editing) },
    { weight: 8, arbitrary: fc.tuple(fields, fc.nat(50)).map(expiring) },
    { weight: 2, arbitrary: fields.map(persisting) },
    { weight: 1, arbitrary: fc.nat(50).map(collecting) },
    { weight: 1, arbitrary: fc.constantFrom(5, 19, 24, 5, 19, 24, 511, 513).map(filling) },
    { weight: 1, arbitrary: fc.constantFrom(10, 513).map(emptying) },
  ),
  { maxLength: 80, size: 'max' },
)

function expectSame(hash: Hash, model: Model): void {
  const expected = [...model.fields].map(([field, { value, deadline }]) => [field, value, deadline]).sort()

  expect([...hash].map(([field, value]) => [field, value, hash.deadlineAt(hash.slotOf(field))]).sort()).toEqual(
    expected,
  )
  expect(hash.fields().map((field, slot) => [field, hash.values()[slot]])).toEqual([...hash])
  expectSameFacts(hash, model)
}

function expectSameFacts(hash: Hash, model: Model): void {
  expect([hash.size, hash.encoding, hash.nextDeadline]).toEqual([model.fields.size, model.encoding, model.next])
  hash.invariants()
}

describe('a hash', () => {
  it('does what a map does, with the encodings of Redis and deadlines in order of time', () => {
    fc.assert(
      fc.property(steps, (drawn) => {
        const hash = new Hash()
        const model = new Model()
        for (const step of drawn) {
          step(hash, model)
          expectSameFacts(hash, model)
        }
        expectSame(hash, model)
        expectSame(hash.clone(), model)
      }),
      { numRuns: 120 },
    )
  })

  it('keeps the order of adding while it is small, whatever is removed', () => {
    const hash = new Hash()
    for (let i = 0; i < 24; i++) hash.set(`f${i}`, `v${i}`)
    for (const i of [0, 3, 4, 5, 11, 23]) hash.delete(`f${i}`)
    hash.set('f7', 'again')
    hash.set('f3', 'anew')

    const left = [1, 2, 6, 7, 8, 9, 10, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 3]
    expect(hash.fields()).toEqual(left.map((i) => `f${i}`))
  })

  it('has integer-like fields where they were added', () => {
    const hash = new Hash()
    for (const field of ['b', '2', '1', '__proto__']) hash.set(field, 'v')

    expect(hash.fields()).toEqual(['b', '2', '1', '__proto__'])
  })

  it.each([3, 10, 600])('in a copy of %i fields is independent', (many) => {
    const hash = new Hash()
    for (let i = 0; i < many; i++) hash.set(`f${i}`, 'v')
    hash.setDeadlineAt(0, 5)
    hash.alarm = 7
    const before = [...hash]

    const copy = hash.clone()
    copy.set('f0', 'other')
    copy.set('new', 'v')
    copy.delete('f1')

    expect([...hash]).toEqual(before)
    expect(hash.nextDeadline).toBe(5)
    expect(copy.alarm).toBe(0)
    expect(copy.encoding).toBe(hash.encoding)
    for (const each of [hash, copy]) each.invariants()
  })

  it('gives up its encoding where a call brings more fields than fit, known ones too', () => {
    const hash = new Hash()
    hash.set('f', 'v')

    hash.expect(512)
    expect(hash.encoding).toBe('listpack')
    hash.expect(513)
    expect(hash.encoding).toBe('hashtable')
    hash.setDeadlineAt(0, 5)
    expect(hash.encoding).toBe('hashtable')
  })

  it('stays as Redis found it in a payload, with words too long for its encoding, unless there are too many', () => {
    const long = 'x'.repeat(65)
    const [listpack, listpackex, many] = [new Hash(), new Hash(), new Hash()]
    for (const hash of [listpack, listpackex]) hash.set('f', long)
    for (let i = 0; i < 513; i++) many.set(`f${i}`, 'v')

    listpack.keepAs('listpack')
    listpackex.keepAs('listpackex')
    many.keepAs('listpack')

    expect([listpack, listpackex, many].map(({ encoding }) => encoding)).toEqual([
      'listpack',
      'listpackex',
      'hashtable',
    ])
    for (const hash of [listpack, listpackex, many]) hash.invariants()
    listpack.set('g', 'short')
    expect(listpack.encoding).toBe('listpack')
    listpack.set('g', long)
    expect(listpack.encoding).toBe('hashtable')
  })

  it('takes out no more fields than it is told, the earliest first', () => {
    const hash = new Hash()
    for (let i = 0; i < 100; i++) {
      hash.set(`f${i}`, 'v')
      hash.setDeadlineAt(i, 1_000 - i)
    }

    expect(hash.isAllDue(999)).toBe(false)
    expect(hash.isAllDue(1_000)).toBe(true)
    expect(hash.takeDue(1_000, 2)).toEqual(['f99', 'f98'])
    expect(hash.size).toBe(98)
  })

  it.each([4, 20, 600])('of %i fields is scanned whole while it changes', (many) => {
    fc.assert(
      fc.property(
        fc.infiniteStream(fc.tuple(fc.nat(many * 2), fc.boolean())),
        fc.integer({ min: 1, max: 40 }),
        (edits, count) => {
          const hash = new Hash()
          for (let i = 0; i < many; i++) hash.set(`stays${i}`, 'v')
          hash.set('long', 'x'.repeat(65))
          const seen = new Set<string>()
          let cursor = 0
          do {
            cursor = hash.scan(cursor, count, (slot) => seen.add(hash.fieldAt(slot)))
            const [i, adds] = edits.next().value!
            if (adds) hash.set(`other${i}`, 'v')
            else hash.delete(`other${i}`)
          } while (cursor !== 0)

          for (let i = 0; i < many; i++) expect(seen).toContain(`stays${i}`)
        },
      ),
      { numRuns: 40 },
    )
  })
})
