import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BoundedQueue } from '../../src/structures/bounded-queue.js'

describe('BoundedQueue', () => {
  it('gives out what came first, as an array would', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.nat(), fc.constant('shift')), { maxLength: 300, size: 'max' }), (steps) => {
        const [queue, model] = [new BoundedQueue<number>(80), [] as number[]]
        for (const step of steps) {
          if (typeof step === 'string') expect(queue.shift()).toBe(model.shift())
          else if (!queue.isFull) {
            queue.push(step)
            model.push(step)
          }

          expect([queue.size, queue.isFull]).toEqual([model.length, model.length === 80])
        }
      }),
    )
  })

  it('keeps nothing of what is gone, however much passes through it', () => {
    const queue = new BoundedQueue<number>(1_000)
    for (let i = 0; i < 100_000; i++) {
      queue.push(i)
      if (i >= 10) queue.shift()
    }

    expect(queue.size).toBe(10)
    // The array behind it is private; its length is what a leak would show in.
    expect((queue as unknown as { items: unknown[] }).items.length).toBeLessThan(100)
  })

  it('takes no more than its limit, and all again once it is cleared', () => {
    const queue = new BoundedQueue<string>(1)
    queue.push('a')

    expect(() => queue.push('b')).toThrow('it is full')
    queue.clear()
    queue.push('c')

    expect([queue.shift(), queue.shift()]).toEqual(['c', undefined])
  })
})
