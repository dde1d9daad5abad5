import { invalidExpireTime, notAnInteger } from '../errors.js'
import type { Unit } from '../keyspace/unit.js'
import { INT64_MAX, INT64_MIN, type Int64, integerOf } from '../structures/int64.js'

/** How an expiration is given; at most one of them. */
export interface Expiration {
  /** Seconds from now. */
  readonly ex?: Int64 | undefined
  /** Milliseconds from now. */
  readonly px?: Int64 | undefined
  /** Seconds since the Unix epoch. */
  readonly exat?: Int64 | undefined
  /** Milliseconds since the Unix epoch. */
  readonly pxat?: Int64 | undefined
}

export type TimeUnit = 'ex' | 'px' | 'exat' | 'pxat'

/** How many of the four are given. */
export function countExpirations(options: Expiration): number {
  return (
    (options.ex === undefined ? 0 : 1) +
    (options.px === undefined ? 0 : 1) +
    (options.exat === undefined ? 0 : 1) +
    (options.pxat === undefined ? 0 : 1)
  )
}

/**
 * The deadline that an option asks for, in milliseconds since the epoch; 0 when there is none. Throws ERR (invalid
 * expire time) unless the time given is positive.
 */
export function deadlineOf(unit: Unit, options: Expiration, command: string): Int64 {
  if (options.ex !== undefined) return positiveDeadline(unit, options.ex, 'ex', command)
  if (options.px !== undefined) return positiveDeadline(unit, options.px, 'px', command)
  if (options.exat !== undefined) return positiveDeadline(unit, options.exat, 'exat', command)
  if (options.pxat !== undefined) return positiveDeadline(unit, options.pxat, 'pxat', command)
  return 0
}

/** As `deadlineIn`; zero and negative times are refused. */
function positiveDeadline(unit: Unit, time: Int64, timeUnit: TimeUnit, command: string): Int64 {
  if (checkedInteger(time) <= 0) throw invalidExpireTime(command)
  return deadlineIn(unit, time, timeUnit, command)
}

/**
 * The instant in milliseconds since the epoch. Throws ERR (invalid expire time) where Redis's 64-bit arithmetic would
 * overflow. The time is an int64 already.
 */
export function deadlineIn(unit: Unit, time: Int64, timeUnit: TimeUnit, command: string): Int64 {
  const factor = timeUnit === 'ex' || timeUnit === 'exat' ? 1000 : 1
  const base = timeUnit === 'ex' || timeUnit === 'px' ? unit.now() : 0
  const quick = Number(time) * factor + base
  if (Number.isSafeInteger(quick)) return quick
  const exact = BigInt(time) * BigInt(factor)
  if (exact > INT64_MAX || exact < INT64_MIN || exact + BigInt(base) > INT64_MAX) throw invalidExpireTime(command)
  return exact + BigInt(base)
}

/** Gives a key a deadline; a past one removes the key. O(1). Event expire, or del. */
export function applyDeadline(unit: Unit, key: string, slot: number, deadline: Int64): void {
  if (unit.store.hasPassed(deadline)) {
    unit.delete(slot)
    return
  }
  unit.setDeadline(slot, deadline)
  if (unit.logging) unit.log('PEXPIREAT', key, String(deadline))
  unit.changed(key, 'expire')
}

/** Takes the deadline from a key that has one. O(1). Event persist. */
export function dropDeadline(unit: Unit, key: string, slot: number): void {
  unit.clearDeadline(slot)
  if (unit.logging) unit.log('PERSIST', key)
  unit.changed(key, 'persist')
}

/** An integer from a typed call, which may be any number. Throws ERR (not an integer or out of range). */
export function checkedInteger(value: Int64): Int64 {
  const integer = integerOf(value)
  if (integer === undefined) throw notAnInteger()
  return integer
}
