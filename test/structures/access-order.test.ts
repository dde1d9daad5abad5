import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AccessOrder } from '../../src/structures/access-order.js'

type Step = readonly [what: 'append' | 'touch' | 'remove' | 'demote', pick: number]
const steps = fc.array(
  fc.tuple(
    fc.constantFrom('append', 'append', 'touch', 'touch', 'remove', 'demote'),
    fc.nat(1000),
  ) as fc.Arbitrary<Step>,
  { maxLength: 120 },
)

describe('AccessOrder', () => {
  it('keeps slots in the order of their accesses, as a list of them does', () => {
    fc.assert(
      fc.property(steps, (drawn) => {
        const order = new AccessOrder()
        // The slots from the oldest on.
        let model: number[] = []
        for (const [what, pick] of drawn) {
          const size = model.length
          if (what === 'append') {
            order.append(size)
            model.push(size)
          } else if (size > 0) {
            const slot = pick % size
            const others = model.filter((other) => other !== slot)
            if (what === 'touch') {
              order.touch(slot)
              model = [...others, slot]
            } else if (what === 'demote') {
              const places = others.slice(0, Math.min(pick % 90, 64))
              order.demote(slot, (other) => others.indexOf(other) < pick % 90)
              model = [...places, slot, ...others.slice(places.length)]
            } else {
              // As in a dense table: the last row moves into the gap.
              order.remove(slot)
              if (slot !== size - 1) order.move(size - 1, slot)
              model = others.map((other) => (other === size - 1 ? slot : other))
            }
          }
          order.invariants(model.length)
        }
        for (const it of [order, order.clone()]) {
          expect([...it.slots()]).toEqual(model)
          expect(it.oldest).toBe(model[0] ?? -1)
        }
      }),
      { numRuns: 150 },
    )
  })

  it('takes more slots than lie in one chunk', () => {
    const order = new AccessOrder()
    const size = (1 << 20) + 1000
    for (let slot = 0; slot < size; slot++) order.append(slot)
    order.touch(5)
    order.touch(size - 3)
    const copy = order.clone()
    copy.touch(0)
    order.touch(0)
    order.remove(7)
    order.move(size - 1, 7)

    const slots = [...order.slots()]
    expect(slots.slice(0, 3)).toEqual([1, 2, 3])
    expect(slots.slice(-4)).toEqual([7, 5, size - 3, 0])
    expect(slots.length).toBe(size - 1)
    expect([...copy.slots()].slice(-4)).toEqual([size - 1, 5, size - 3, 0])
  })
})
