import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Stream } from '../../src/structures/stream.js'

const name = fc.constantFrom('a', 'b', 'c')
const step = fc.record({
  do: fc.constantFrom('deliver', 'deliver', 'deliver', 'deliver', 'acknowledge', 'leave', 'destroy'),
  group: fc.constantFrom('g', 'h'),
  consumer: name,
  // Few ids, or more than a chunk has room for.
  seq: fc.oneof(fc.nat(9), fc.nat(400)),
})

describe('groups of a stream', () => {
  it('hold what is pending as plain Maps do, and are weighed alike however they came to be', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 400 }), (steps) => {
        const stream = new Stream()
        const model = new Map<string, Map<number, string>>()
        for (const one of steps) {
          const group = stream.groups.get(one.group) ?? stream.addGroup(one.group, { ms: 0, seq: 0 }, 0)
          const pending = model.get(one.group) ?? new Map<number, string>()
          model.set(one.group, pending)
          const id = { ms: 1, seq: one.seq }
          const consumer = group.consumers.get(one.consumer) ?? group.createConsumer(one.consumer, 5)
          if (one.do === 'deliver') {
            const known = group.pending.find(id)
            if (known === undefined) group.deliver(id, consumer, 5, 1)
            else group.assign(known, consumer)
            pending.set(one.seq, one.consumer)
          } else if (one.do === 'acknowledge') {
            expect(group.acknowledge(id)).toBe(pending.delete(one.seq))
          } else if (one.do === 'leave') {
            group.deleteConsumer(consumer)
            for (const [seq, owner] of pending) if (owner === one.consumer) pending.delete(seq)
          } else {
            expect(stream.removeGroup(one.group)).toBe(true)
            model.delete(one.group)
          }
        }
        stream.invariants()
        for (const [key, pending] of model) {
          const found = [...stream.groups.get(key)!.pending.from({ ms: 0, seq: 0 })]
          expect(found.map(({ seq, consumer }) => [seq, consumer.name])).toEqual([...pending].sort(([a], [b]) => a - b))
        }
        const copy = stream.clone()
        copy.invariants()
        expect(copy.weight).toBe(stream.weight)
        for (const key of model.keys()) stream.removeGroup(key)
        expect(stream.weight).toBe(new Stream().weight)
        copy.invariants()
      }),
      { numRuns: 100 },
    )
  })
})
