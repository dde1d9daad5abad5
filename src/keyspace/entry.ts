import type { Value } from './value.js'

/**
 * A key and what belongs to it. All fields are small integers or pointers, set in one order, so that all entries share
 * one shape: deadlines are kept outside, in the flat pools of the wheel, because a double in here would cost 16 bytes.
 *
 * What a GET needs to know stands in `marks`, so that it does not have to look at the value itself: with a million keys
 * each look at another object is a cache miss, and costs as much as the rest.
 *
 * Invariant: bit 0 of `marks` is set exactly when the value is something else than a JS string; the bits above it are
 * the deadline's slot.
 */
export class Entry {
  // What a GET reads stands first, so that it mostly lies in one cache line with the header.
  private marks: number
  private held: Value
  /** The second of the deadline, by the access clock: later than any reading that is earlier; 0 without a deadline. */
  expirySecond: number
  /** When it was last accessed: a reading of the access clock, in seconds; never 0. */
  access: number
  readonly key: string
  /** The place in the key index, kept by the index. */
  position: number

  constructor(key: string, value: Value, access: number) {
    this.marks = typeof value === 'string' ? 0 : 1
    this.held = value
    this.expirySecond = 0
    this.access = access
    this.key = key
    this.position = -1
  }

  get value(): Value {
    return this.held
  }

  set value(value: Value) {
    this.held = value
    const marks = this.marks
    if (typeof value === 'string') {
      if (marks & 1) this.marks = marks - 1
    } else if (!(marks & 1)) this.marks = marks + 1
  }

  /** Whether the value is a JS string. */
  get isText(): boolean {
    return (this.marks & 1) === 0
  }

  /** The slot of the deadline in the database's wheel; 0 when the key does not expire. */
  get deadline(): number {
    return this.marks >>> 1
  }

  set deadline(slot: number) {
    this.marks = (slot << 1) | (this.marks & 1)
  }

  /** Whether the key expires. */
  get expires(): boolean {
    return this.marks > 1
  }
}
