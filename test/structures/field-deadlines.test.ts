import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { HeapedDeadlines, ListedDeadlines, NEVER } from '../../src/structures/field-deadlines.js'

const times = fc.oneof(fc.nat(20), fc.constantFrom(0, 1_735_689_600_000, 2 ** 46 - 1))
type Step = readonly [what: 'set' | 'clear' | 'remove' | 'add', slot: number, time: number]
const steps = (slots: number): fc.Arbitrary<Step[]> =>
  fc.array(fc.tuple(fc.constantFrom('set', 'set', 'clear', 'remove', 'add'), fc.nat(slots), times), {
    maxLength: 120,
    size: 'max',
  })

/** What both kinds are compared with: the time of each slot in order. */
function expectSame(deadlines: ListedDeadlines | HeapedDeadlines, model: readonly number[]): void {
  const set = model.filter((time) => time !== NEVER)
  const next = Math.min(...set)

  expect(model.map((_, slot) => deadlines.timeOf(slot))).toEqual(model)
  expect(deadlines.size).toBe(set.length)
  expect(deadlines.next).toBe(next)
  expect(deadlines.latest).toBeGreaterThanOrEqual(Math.max(...set))
  if (set.length > 0) expect(model[deadlines.first()]).toBe(next)
  deadlines.invariants(model.length)
}

describe('listed deadlines', () => {
  it('are those of a plain list, whatever is set, cleared and removed', () => {
    fc.assert(
      fc.property(steps(20), (drawn) => {
        const deadlines = new ListedDeadlines()
        const model: number[] = []
        for (const [what, drawnSlot, time] of drawn) {
          const slot = drawnSlot % Math.max(1, model.length)
          if (what === 'add' || model.length === 0) model.push(NEVER)
          else if (what === 'set') {
            deadlines.set(slot, time)
            model[slot] = time
          } else if (what === 'clear') {
            expect(deadlines.clear(slot)).toBe(model[slot] !== NEVER)
            model[slot] = NEVER
          } else {
            deadlines.removeSlot(slot)
            model.splice(slot, 1)
          }
          expectSame(deadlines, model)
        }
        expectSame(deadlines.clone(), model)
        expectSame(HeapedDeadlines.of(deadlines, model.length), model)
      }),
      { numRuns: 300 },
    )
  })

  it('in a copy are independent', () => {
    const deadlines = new ListedDeadlines()
    deadlines.set(1, 5)

    const copy = deadlines.clone()
    copy.set(1, 9)
    copy.set(0, 1)

    expectSame(deadlines, [NEVER, 5])
    expectSame(copy, [1, 9])
  })
})

describe('heaped deadlines', () => {
  it.each([5, 70, 3_000])('are those of a plain list whose last slot fills gaps, with %i slots', (slots) => {
    fc.assert(
      fc.property(steps(slots), fc.boolean(), (drawn, crowded) => {
        const deadlines = new HeapedDeadlines()
        const model = new Array<number>(crowded ? slots : 1).fill(NEVER)
        for (const [what, drawnSlot, time] of drawn) {
          const slot = drawnSlot % Math.max(1, model.length)
          if (what === 'add' || model.length === 0) model.push(NEVER)
          else if (what === 'set') {
            deadlines.set(slot, time)
            model[slot] = time
          } else if (what === 'clear') {
            expect(deadlines.clear(slot)).toBe(model[slot] !== NEVER)
            model[slot] = NEVER
          } else {
            deadlines.removeSlot(slot, model.length - 1)
            const last = model.pop()!
            if (slot < model.length) model[slot] = last
          }
        }
        expectSame(deadlines, model)
        expectSame(deadlines.clone(), model)
      }),
      { numRuns: 150 },
    )
  })

  it('come in order of time', () => {
    const deadlines = new HeapedDeadlines()
    const drawn = fc.sample(fc.nat(1_000), { numRuns: 2_000, seed: 1 })
    drawn.forEach((time, slot) => {
      deadlines.set(slot, time)
    })

    const seen: number[] = []
    while (deadlines.size > 0) {
      seen.push(deadlines.next)
      deadlines.clear(deadlines.first())
    }

    expect(seen).toEqual([...drawn].sort((a, b) => a - b))
  })

  it('in a copy are independent', () => {
    const deadlines = new HeapedDeadlines()
    deadlines.set(1, 5)

    const copy = deadlines.clone()
    copy.set(1, 9)
    copy.set(0, 1)

    expectSame(deadlines, [NEVER, 5])
    expectSame(copy, [1, 9])
  })
})
