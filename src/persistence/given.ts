/**
 * What callers pass. Those that are compiled cannot be wrong. Others are told before anything is done: an option that is passed over
 * in silence keeps a store worse than was asked.
 */
import { PersistenceError } from './errors.js'

/** What the value of an option must be. */
export interface Kind {
  readonly words: string
  /** Whether it is a number: one that does not fit is shown then. Others may be secrets in the wrong place. */
  readonly isNumeric?: true
  fits(value: unknown): boolean
}

/** The kind of each option, by its name. */
export type Kinds<O> = Readonly<Record<keyof O, Kind>>

export const TEXT: Kind = { words: 'text', fits: (value) => typeof value === 'string' }
export const NUMBER: Kind = { words: 'a number', fits: (value) => typeof value === 'number' }
export const COUNT: Kind = {
  words: 'an integer from 0 on',
  isNumeric: true,
  fits: (value) => Number.isSafeInteger(value) && (value as number) >= 0,
}
export const TIME: Kind = {
  words: 'milliseconds since the epoch',
  isNumeric: true,
  fits: (value) => Number.isFinite(value),
}
export const TRUTH: Kind = { words: 'true or false', fits: (value) => typeof value === 'boolean' }
export const BYTES: Kind = { words: 'a Uint8Array', fits: (value) => value instanceof Uint8Array }
export const LIST: Kind = { words: 'an array', fits: (value) => Array.isArray(value) }

/** The options, which may be left out. Throws UNUSABLE for what is no object, for a name that is none, and for a value of another kind. */
export function optionsGiven<O extends object>(options: O | undefined, kinds: Kinds<O>): O | undefined {
  if (options === undefined) return undefined
  if (typeof options !== 'object' || options === null) throw unfit('options must be an object', options)
  for (const name in options) {
    if (!Object.hasOwn(kinds, name))
      throw unusable(`there is no option '${name}' among ${Object.keys(kinds).join(', ')}`)
    const value = options[name]
    const { words, isNumeric, fits } = kinds[name]
    if (value === undefined || fits(value)) continue
    const what = `${name} must be ${words}`
    throw isNumeric && typeof value === 'number' ? unusable(`${what}, got ${value}`) : unfit(what, value)
  }
  return options
}

/** A value of another kind than it must be. */
export function unfit(what: string, value: unknown): PersistenceError {
  const type = value === null ? 'null' : Array.isArray(value) ? 'an array' : typeof value
  return unusable(`${what}, got ${type}`)
}

export function unusable(reason: string): PersistenceError {
  return new PersistenceError('UNUSABLE', reason)
}
