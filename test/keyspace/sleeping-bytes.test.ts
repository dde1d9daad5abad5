import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { MovableSource } from '../../src/keyspace/ports.js'
import { SleepingBytes } from '../../src/keyspace/sleeping-bytes.js'

/** Gives out the bytes from the place on, instead of what they stand for. */
class Tail {
  at = 0
  constructor(readonly bytes: Uint8Array) {}
  seek(at: number): void {
    this.at = at
  }
}

const sourceOf = (bytes: Uint8Array): MovableSource => new Tail(bytes) as unknown as MovableSource

interface Sleeper {
  place: number
  readonly value: Uint8Array
}

/** What a model knows of it: where each value lies, and what it is. */
class Room {
  readonly sleepers: Sleeper[]
  constructor(
    readonly bytes: SleepingBytes,
    sleepers: readonly Sleeper[] = [],
  ) {
    this.sleepers = sleepers.map((sleeper) => ({ ...sleeper }))
  }

  /** Lays values that stand in one row of bytes, with gaps between them. */
  lay(sizes: readonly number[], gap: number): void {
    const from = new Uint8Array(sizes.reduce((sum, size) => sum + size + gap, 0)).map((_, i) => (i * 31 + gap) & 0xff)
    let at = 0
    for (const size of sizes) {
      this.sleepers.push({ place: this.bytes.lay(from, at, at + size), value: from.slice(at, at + size) })
      at += size + gap
    }
    this.bytes.settle()
    from.fill(0)
  }

  leave(index: number): void {
    const [sleeper] = this.sleepers.splice(index % this.sleepers.length, 1)
    if (sleeper !== undefined) this.bytes.leave(sleeper.place)
  }

  gather(): void {
    for (const sleeper of this.sleepers) sleeper.place = this.bytes.moved(sleeper.place, sleeper.value.length)
  }

  check(): void {
    this.bytes.invariants(this.sleepers.map(({ place }) => place))
    for (const { place, value } of this.sleepers) {
      const { bytes, at } = this.bytes.read(place) as unknown as Tail
      expect(Buffer.compare(bytes.subarray(at, at + value.length), value)).toBe(0)
    }
  }
}

const step = fc.oneof(
  fc.record({
    sizes: fc.array(fc.constantFrom(1, 7, 300, 2_000), { minLength: 1, maxLength: 300 }),
    gap: fc.nat(200),
  }),
  fc.record({ leaving: fc.array(fc.nat(1_000), { maxLength: 400 }) }),
  fc.constantFrom('gather' as const, 'clone' as const),
)

describe('bytes of values that are asleep', () => {
  it('stay what they are, wherever they are moved and whoever copies them', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
        let room = new Room(new SleepingBytes(sourceOf))
        const rooms = [room]
        for (const step of steps) {
          if (step === 'gather') {
            room.gather()
            expect(room.bytes.hasSparse).toBe(false)
          } else if (step === 'clone') {
            room = new Room(room.bytes.clone(), room.sleepers)
            rooms.push(room)
          } else if ('sizes' in step) room.lay(step.sizes, step.gap)
          else for (const index of step.leaving) room.leave(index)
        }

        for (const each of rooms) each.check()
      }),
      { numRuns: 60 },
    )
  })

  it('take no memory once none is left', () => {
    const room = new Room(new SleepingBytes(sourceOf))
    room.lay(new Array<number>(2_000).fill(1_000), 0)
    expect(room.bytes.size).toBeGreaterThan(2_000_000)

    while (room.sleepers.length > 0) room.leave(0)

    expect(room.bytes.size).toBe(0)
    room.check()
  })
})
