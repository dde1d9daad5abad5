import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DeadlineWheel } from '../../src/structures/deadline-wheel.js'

const NOW = 1_700_000_000_000
const YEAR = 365 * 86_400_000
const LAST = 2 ** 53

/** Removes everything due at `now`, in calls of `budget` steps; returns the owners in the order of handing out. */
function reap<T>(wheel: DeadlineWheel<T>, now: number, budget = 1000): T[] {
  const order: T[] = []
  const onDue = (owner: T, slot: number) => {
    wheel.remove(slot)
    order.push(owner)
  }
  while (wheel.expire(now, budget, onDue));
  return order
}

/** Numbers from 0 to 1 in a fixed order. */
function chances(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0
    return (state >>> 8) / 2 ** 24
  }
}

describe('a deadline wheel', () => {
  it('hands out an owner at its deadline and not a millisecond before', () => {
    const wheel = new DeadlineWheel<string>(NOW)
    wheel.add('a', NOW + 5)

    expect(reap(wheel, NOW + 4)).toEqual([])
    expect(reap(wheel, NOW + 5)).toEqual(['a'])
    expect(wheel.size).toBe(0)
  })

  it('gives slots from 1 on, knows their deadlines and returns the owner on remove', () => {
    const wheel = new DeadlineWheel<string>(NOW)

    const a = wheel.add('a', NOW + 5)
    const b = wheel.add('b', NOW + YEAR)

    expect(a).toBeGreaterThanOrEqual(1)
    expect(b).toBeGreaterThanOrEqual(1)
    expect([wheel.deadlineOf(a), wheel.deadlineOf(b), wheel.size]).toEqual([NOW + 5, NOW + YEAR, 2])
    expect([wheel.remove(a), wheel.size]).toEqual(['a', 1])
    expect(reap(wheel, NOW + YEAR)).toEqual(['b'])
  })

  it('hands out owners of every level in order of deadline after one long jump', () => {
    const wheel = new DeadlineWheel<number>(NOW)
    const offsets = [0, 1, 1023, 1024, 1025, 65_535, 65_536, 2 ** 22, 2 ** 28, 2 ** 34, 2 ** 40, 2 ** 46, 2 ** 52]
    for (const offset of [...offsets].reverse()) wheel.add(offset, NOW + offset)
    wheel.add(LAST, LAST)
    wheel.invariants()

    expect(reap(wheel, LAST, 3)).toEqual([...offsets, LAST])
  })

  it('takes the clock of a test that starts at 0', () => {
    const wheel = new DeadlineWheel<string>(0)
    wheel.add('later', 70_000)
    wheel.add('now', 0)

    expect(reap(wheel, 0)).toEqual(['now'])
    expect(reap(wheel, 69_999)).toEqual([])
    expect(reap(wheel, 70_000)).toEqual(['later'])
  })

  it('comes to an owner put off only at the later deadline', () => {
    const wheel = new DeadlineWheel<string>(NOW)
    const slot = wheel.add('a', NOW + 10)
    wheel.move(slot, NOW + 100_000)

    expect(reap(wheel, NOW + 99_999)).toEqual([])
    expect(reap(wheel, NOW + 100_000)).toEqual(['a'])
  })

  it('comes to an owner moved to the front at the earlier deadline, once', () => {
    const wheel = new DeadlineWheel<string>(NOW)
    const slot = wheel.add('a', NOW + 100_000)
    wheel.move(slot, NOW + 10)

    expect(reap(wheel, NOW + 9)).toEqual([])
    expect(reap(wheel, NOW + 10)).toEqual(['a'])
    expect(reap(wheel, NOW + 200_000)).toEqual([])
  })

  it('does not hand out the next owner of a slot at the deadline of the one before', () => {
    const wheel = new DeadlineWheel<string>(NOW)
    const slot = wheel.add('before', NOW + 10)
    wheel.remove(slot)
    expect(wheel.add('after', NOW + 5000)).toBe(slot)

    expect(reap(wheel, NOW + 4999)).toEqual([])
    expect(reap(wheel, NOW + 5000)).toEqual(['after'])
  })

  it('hands out owners of one deadline in the order of adding when nothing was moved', () => {
    const wheel = new DeadlineWheel<number>(NOW)
    for (let i = 0; i < 100; i++) wheel.add(i, NOW + 100_000)

    expect(reap(wheel, NOW + 100_000)).toEqual(Array.from({ length: 100 }, (_, i) => i))
  })

  it('has an owner added with a past deadline due at once, before all others', () => {
    const wheel = new DeadlineWheel<string>(NOW)
    wheel.add('now', NOW)
    wheel.add('hour ago', NOW - 3_600_000)
    wheel.add('year ago', NOW - YEAR)

    expect(wheel.nextWake()).toBeLessThanOrEqual(NOW)
    expect(reap(wheel, NOW)).toEqual(['year ago', 'hour ago', 'now'])
  })

  it('forgets everything on clear and can be used again', () => {
    const wheel = new DeadlineWheel<number>(NOW)
    for (let i = 0; i < 1000; i++) wheel.add(i, NOW + i * i)
    expect(wheel.expire(NOW + 500, 10, (_, slot) => void wheel.remove(slot))).toBe(true)

    wheel.clear()
    wheel.invariants()

    expect([wheel.size, wheel.nextWake()]).toEqual([0, Number.POSITIVE_INFINITY])
    wheel.add(7, NOW + 600)
    expect(reap(wheel, NOW + YEAR)).toEqual([7])
  })

  it('can be cleared, or emptied of thousands, from inside the callback', () => {
    for (const empty of ['clear', 'remove'] as const) {
      const wheel = new DeadlineWheel<number>(NOW)
      const slots = Array.from({ length: 6000 }, (_, i) => wheel.add(i, NOW + 1 + (i >> 3)))
      let calls = 0

      const more = wheel.expire(NOW + 1000, 1e6, () => {
        calls++
        if (empty === 'clear') wheel.clear()
        else for (const slot of slots) wheel.remove(slot)
      })

      wheel.invariants()
      expect([more, calls, wheel.size]).toEqual([false, 1, 0])
    }
  })

  it('refuses a deadline that is no whole number from 0 to 2^53, and a slot that is not in use', () => {
    const wheel = new DeadlineWheel<string>(NOW)
    const slot = wheel.add('a', NOW)
    for (const deadline of [-1, 0.5, LAST * 2, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => wheel.add('b', deadline)).toThrow('a deadline is a whole number')
      expect(() => wheel.move(slot, deadline)).toThrow('a deadline is a whole number')
    }
    wheel.remove(slot)

    for (const unused of [0, slot, 2, 1e6]) {
      expect(() => wheel.remove(unused)).toThrow('not in use')
      expect(() => wheel.move(unused, NOW)).toThrow('not in use')
      expect(() => wheel.deadlineOf(unused)).toThrow('not in use')
    }
    expect(() => wheel.expire(Number.NaN, 1, () => {})).toThrow('the time is a number')
    wheel.invariants()
  })
})

describe('waking for a deadline', () => {
  it('is never when there are no owners', () => {
    const wheel = new DeadlineWheel<string>(NOW)
    expect(wheel.nextWake()).toBe(Number.POSITIVE_INFINITY)

    wheel.remove(wheel.add('a', NOW + 10))

    expect(wheel.nextWake()).toBe(Number.POSITIVE_INFINITY)
  })

  it('is at the deadline itself when that is near', () => {
    const wheel = new DeadlineWheel<string>(1024)
    wheel.add('b', 1500)
    wheel.add('a', 1400)

    expect(wheel.nextWake()).toBe(1400)
  })

  it('is at the deadline itself also after a long time in which nothing was due', () => {
    const wheel = new DeadlineWheel<string>(0)
    wheel.add('far', 2 ** 50)
    reap(wheel, 2 ** 40)

    wheel.add('near', 2 ** 40 + 1023)

    expect(wheel.nextWake()).toBe(2 ** 40 + 1023)
  })

  it('takes at most nine calls to come to a deadline thousands of years away', () => {
    for (const deadline of [LAST, NOW + 1, NOW + 5000 * YEAR + 12_345]) {
      const wheel = new DeadlineWheel<string>(NOW)
      wheel.add('a', deadline)
      let calls = 0
      let order: string[] = []
      while (order.length === 0) {
        const wake = wheel.nextWake()
        expect(wake).toBeLessThanOrEqual(deadline)
        order = reap(wheel, wake)
        calls++
      }

      expect(order).toEqual(['a'])
      expect(calls).toBeLessThanOrEqual(9)
    }
  })
})

describe('a clock that is set back', () => {
  it('makes nothing due early and loses nothing', () => {
    const wheel = new DeadlineWheel<string>(NOW)
    wheel.add('hour', NOW + 3_600_000)
    expect(reap(wheel, NOW + 1000)).toEqual([])

    const back = NOW - YEAR
    wheel.add('b', back + 20)
    wheel.add('a', back + 10)
    const put = wheel.add('put off', back + 5)
    wheel.move(put, back + 30)
    wheel.invariants()

    expect(reap(wheel, back)).toEqual([])
    expect(wheel.nextWake()).toBeGreaterThan(back)
    expect(reap(wheel, back + 10)).toEqual(['a'])
    expect(reap(wheel, back + 29)).toEqual(['b'])
    expect(reap(wheel, back + 30)).toEqual(['put off'])
    expect(reap(wheel, NOW + 3_599_999)).toEqual([])
    expect(reap(wheel, NOW + 3_600_000)).toEqual(['hour'])
  })

  it('stops handing out in the middle of what was due before', () => {
    const wheel = new DeadlineWheel<number>(NOW)
    for (let i = 1; i <= 20; i++) wheel.add(i, NOW + i)
    const order: number[] = []
    const onDue = (owner: number, slot: number) => {
      wheel.remove(slot)
      order.push(owner)
    }
    expect(wheel.expire(NOW + 20, 5, onDue)).toBe(true)

    expect(wheel.expire(NOW + 3, 1000, onDue)).toBe(false)
    expect(order).toEqual([1, 2, 3, 4, 5])
    expect(reap(wheel, NOW + 20)).toHaveLength(15)
  })
})

describe('a call of expire', () => {
  it('does no more steps than its budget, cascading included', () => {
    for (const spread of [1, 5000, 60_000]) {
      const wheel = new DeadlineWheel<number>(NOW)
      const chance = chances(spread)
      for (let i = 0; i < 20_000; i++) wheel.add(i, NOW + 60_000 + Math.floor(chance() * spread))
      let calls = 0
      let most = 0
      let more = true
      while (more) {
        let handed = 0
        more = wheel.expire(NOW + 200_000, 100, (_, slot) => {
          wheel.remove(slot)
          handed++
        })
        most = Math.max(most, handed)
        calls++
      }

      expect([wheel.size, most]).toEqual([0, 100])
      // Each owner is handed out once and cascaded at least once, at most twice.
      expect(calls).toBeGreaterThanOrEqual(400)
      expect(calls).toBeLessThanOrEqual(601)
    }
  })

  it('does nothing without a budget and says whether work is left', () => {
    const wheel = new DeadlineWheel<string>(NOW)
    wheel.add('a', NOW + 1)

    expect(wheel.expire(NOW, 0, () => expect.unreachable())).toBe(false)
    expect(wheel.expire(NOW + 1, 0, () => expect.unreachable())).toBe(true)
  })

  it('hands out an owner that the callback leaves as it is again and again, within the budget', () => {
    const wheel = new DeadlineWheel<string>(NOW)
    wheel.add('a', NOW + 1)
    let calls = 0

    expect(wheel.expire(NOW + 1, 10, () => void calls++)).toBe(true)

    expect(calls).toBe(10)
    expect(reap(wheel, NOW + 1)).toEqual(['a'])
  })

  it('loses no owner when the callback throws', () => {
    const wheel = new DeadlineWheel<string>(NOW)
    wheel.add('now', NOW)
    wheel.add('past', NOW - 5)
    const fail = () => {
      throw new Error('from the callback')
    }

    expect(() => wheel.expire(NOW, 10, fail)).toThrow('from the callback')
    wheel.invariants()
    expect(reap(wheel, NOW)).toEqual(['past', 'now'])
    wheel.add('next', NOW + 1)
    expect(() => wheel.expire(NOW + 1, 10, fail)).toThrow('from the callback')

    wheel.invariants()
    expect(reap(wheel, NOW + 1)).toEqual(['next'])
  })

  it('may be made again from inside the callback', () => {
    for (const offset of [0, -10]) {
      const wheel = new DeadlineWheel<number>(NOW)
      for (let i = 0; i < 40; i++) wheel.add(i, NOW + offset + (i >> 1))
      wheel.add(40, NOW + 1024)
      const order: number[] = []
      const onDue = (owner: number, slot: number) => {
        wheel.remove(slot)
        order.push(owner)
        if (owner % 5 === 0) wheel.expire(NOW + 1024 + owner, 3, onDue)
      }

      while (wheel.expire(NOW + 2000, 4, onDue));

      wheel.invariants()
      const inOrder = Array.from({ length: 41 }, (_, i) => i)
      expect(order.sort((a, b) => a - b)).toEqual(inOrder)
    }
  })

  it('brings what becomes due meanwhile in order among what is left', () => {
    const wheel = new DeadlineWheel<number>(NOW)
    for (const offset of [10, 20, 30, 2000]) wheel.add(offset, NOW + offset)
    const order: number[] = []
    const onDue = (owner: number, slot: number) => {
      wheel.remove(slot)
      order.push(owner)
      if (owner === 20) for (const offset of [25, 5, 1500, 9000]) wheel.add(offset, NOW + offset)
    }

    while (wheel.expire(NOW + 5000, 1, onDue));

    expect(order).toEqual([10, 20, 5, 25, 30, 1500, 2000])
    expect(reap(wheel, NOW + 9000)).toEqual([9000])
  })
})

describe('references that are left behind', () => {
  it('do not pile up when one slot is added and removed, or moved to and fro, in a loop', () => {
    const wheel = new DeadlineWheel<number>(NOW)
    const slots = Array.from({ length: 50 }, (_, i) => wheel.add(i, NOW + YEAR))
    for (let now = NOW; now < NOW + 30_000; now++) {
      const slot = slots[now % 50]!
      wheel.move(slot, now + 2)
      wheel.move(slot, NOW + YEAR - (now - NOW))
      wheel.remove(wheel.add(-1, now + 60_000 - ((now * 7) % 50_000)))
      wheel.expire(now, 100, () => expect.unreachable())
      if (now % 1000 === 0) wheel.invariants()
    }

    wheel.invariants()
    expect(reap(wheel, NOW + YEAR)).toHaveLength(50)
  })

  it('are swept while every owner is moved earlier over and over, and none is lost', () => {
    const wheel = new DeadlineWheel<number>(NOW)
    const chance = chances(5)
    const count = 2000
    const slots = Array.from({ length: count }, (_, i) => wheel.add(i, NOW + 100 * YEAR))
    for (let round = 0; round < 30; round++) {
      for (const slot of slots) {
        const left = wheel.deadlineOf(slot) - NOW
        wheel.move(slot, NOW + Math.ceil(left * (0.4 + 0.4 * chance())))
      }
      wheel.invariants()
    }
    const expected = slots.map((slot) => wheel.deadlineOf(slot)).sort((a, b) => a - b)

    const order: number[] = []
    wheel.expire(LAST, 1e7, (_, slot) => {
      order.push(wheel.deadlineOf(slot))
      wheel.remove(slot)
    })

    expect(order).toEqual(expected)
  })
})

/** What a property does to the wheel; numbers are read modulo what there is. */
type Step =
  | { readonly do: 'add'; readonly after: number }
  | { readonly do: 'move'; readonly which: number; readonly after: number }
  | { readonly do: 'remove'; readonly which: number }
  | { readonly do: 'expire'; readonly after: number; readonly budget: number; readonly inside: readonly Step[] }

const after = fc.oneof(
  fc.integer({ min: -3, max: 5 }),
  fc.integer({ min: -5000, max: 5000 }),
  fc.integer({ min: 0, max: 200_000 }),
  fc.integer({ min: 0, max: 50 * YEAR }),
  fc.tuple(fc.integer({ min: 8, max: 52 }), fc.integer({ min: -2, max: 2 })).map(([bits, by]) => 2 ** bits + by),
  fc.constantFrom(LAST, LAST - 1),
)
const change: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('add' as const), after }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('move' as const), which: fc.nat(100), after }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('remove' as const), which: fc.nat(100) }) },
)
const jump = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: 0, max: 3 }) },
  { weight: 3, arbitrary: fc.integer({ min: 0, max: 3000 }) },
  { weight: 2, arbitrary: fc.integer({ min: -100_000, max: 100_000 }) },
  { weight: 1, arbitrary: fc.integer({ min: -YEAR, max: 50 * YEAR }) },
)
const expire: fc.Arbitrary<Step> = fc.record({
  do: fc.constant('expire' as const),
  after: jump,
  budget: fc.oneof(fc.integer({ min: 1, max: 6 }), fc.constant(1e6)),
  inside: fc.array(change, { maxLength: 4 }),
})
const steps = fc.array(fc.oneof({ weight: 2, arbitrary: change }, { weight: 1, arbitrary: expire }), {
  minLength: 5,
  maxLength: 80,
})

/** The wheel beside a plain map from owner to deadline, which is asked for its minimum each time. */
class Compared {
  readonly wheel = new DeadlineWheel<number>(NOW)
  readonly deadlines = new Map<number, number>()
  readonly slots = new Map<number, number>()
  now = NOW
  #owners = 0

  earliest(): number {
    return Math.min(...this.deadlines.values())
  }

  change(step: Step): void {
    const owners = [...this.slots.keys()]
    if (step.do === 'add') {
      const deadline = this.#deadline(step.after)
      const owner = ++this.#owners
      this.slots.set(owner, this.wheel.add(owner, deadline))
      this.deadlines.set(owner, deadline)
    } else if (step.do !== 'expire' && owners.length > 0) {
      const owner = owners[step.which % owners.length]!
      if (step.do === 'remove') this.#remove(owner)
      else this.#move(owner, this.#deadline(step.after))
    }
  }

  expire(step: Step & { do: 'expire' }): void {
    this.now = Math.min(Math.max(0, this.now + step.after), LAST)
    const inside = [...step.inside]
    let handed = 0
    const more = this.wheel.expire(this.now, step.budget, (owner, slot) => {
      handed++
      expect(this.slots.get(owner)).toBe(slot)
      expect(this.deadlines.get(owner)).toBeLessThanOrEqual(this.now)
      expect(this.deadlines.get(owner)).toBe(this.earliest())
      const next = inside.shift()
      // Now and then the owner is put off, or stays for the moment.
      if (next?.do === 'move' && next.which % 3 === 0) this.#move(owner, this.#deadline(next.after))
      else if (next?.do !== 'move' || next.which % 3 === 1) this.#remove(owner)
      if (next !== undefined) this.change(next)
    })
    expect(handed).toBeLessThanOrEqual(step.budget)
    if (!more) {
      expect(this.earliest()).toBeGreaterThan(this.now)
      expect(this.wheel.nextWake()).toBeGreaterThan(this.now)
    }
  }

  check(): void {
    this.wheel.invariants()
    expect(this.wheel.size).toBe(this.deadlines.size)
    expect(this.wheel.nextWake()).toBeLessThanOrEqual(this.earliest())
    for (const [owner, slot] of this.slots) expect(this.wheel.deadlineOf(slot)).toBe(this.deadlines.get(owner))
  }

  #deadline(offset: number): number {
    return offset >= LAST - 1 ? offset : Math.min(Math.max(0, this.now + offset), LAST)
  }

  #move(owner: number, deadline: number): void {
    this.wheel.move(this.slots.get(owner)!, deadline)
    this.deadlines.set(owner, deadline)
  }

  #remove(owner: number): void {
    expect(this.wheel.remove(this.slots.get(owner)!)).toBe(owner)
    this.slots.delete(owner)
    this.deadlines.delete(owner)
  }
}

describe('beside a naive model', () => {
  it('the wheel hands out the same owners in the same order, whatever happens in between', () => {
    fc.assert(
      fc.property(steps, (list) => {
        const both = new Compared()
        for (const step of list) {
          if (step.do === 'expire') both.expire(step)
          else both.change(step)
          both.check()
        }
        const everything = { do: 'expire', after: LAST, budget: 3, inside: [] } as const
        for (let calls = 0; both.deadlines.size > 0; calls++) {
          expect(calls).toBeLessThan(2000)
          both.expire(everything)
        }
        both.check()
      }),
      { numRuns: 250 },
    )
  })

  it('a few thousand owners over days come in order, with small budgets and changes in between', () => {
    const wheel = new DeadlineWheel<number>(NOW)
    const chance = chances(11)
    const slots = new Map<number, number>()
    const spans = [10, 2000, 70_000, 5_000_000, 86_400_000]
    const draw = (now: number) => now + Math.floor(chance() * spans[Math.floor(chance() * spans.length)]!)
    let now = NOW
    for (let i = 0; i < 3000; i++) slots.set(i, wheel.add(i, draw(now)))
    let last = 0
    const onDue = (owner: number, slot: number) => {
      const deadline = wheel.deadlineOf(slot)
      if (deadline < last || deadline > now) throw new Error(`${deadline} after ${last} at ${now}`)
      last = deadline
      wheel.remove(slot)
      slots.delete(owner)
    }
    for (let round = 0; slots.size > 0; round++) {
      now += Math.floor(chance() * (round < 500 ? 300 : 3_000_000))
      for (let i = 0; i < 5; i++) {
        const owner = Math.floor(chance() * 3000)
        const slot = slots.get(owner)
        if (slot !== undefined) wheel.move(slot, Math.max(now, draw(now)))
      }
      while (wheel.expire(now, 7, onDue)) wheel.nextWake()
      if (round % 50 === 0) wheel.invariants()
    }

    expect([wheel.size, wheel.nextWake()]).toEqual([0, Number.POSITIVE_INFINITY])
  })
})
