import type { Call } from './bytes.js'
import type { Difference } from './compare.js'
import { isNearly, keepDistances } from './state.js'

/** A difference from Redis that is wanted, with the reason that a user would be given. */
export interface Justified {
  readonly id: string
  readonly reason: string
  /** `calls` are those of the sequence. */
  matches(difference: Difference, calls: readonly Call[]): boolean
}

export function justification(difference: Difference, calls: readonly Call[]): Justified | undefined {
  return JUSTIFIED.find((entry) => entry.matches(difference, calls))
}

/** The whole list of what the comparison lets pass; every campaign prints how often each was met. */
export const JUSTIFIED: readonly Justified[] = [
  {
    id: 'last-digit-of-distances',
    reason: 'distances kept as scores come from sines and arcsines of other libraries: their last digit may be another',
    matches: ({ what, name, expected, actual }, calls) =>
      (what === 'reply' || what === 'scan') &&
      /^(GEO|Z)/.test(name) &&
      keepDistances(calls) &&
      isNearly(expected, actual),
  },
  {
    id: 'help-text',
    reason: 'what HELP prints is prose about the subcommands; ours is our own, as status lines like those of Redis',
    matches: ({ what, name, expected, actual }) =>
      what === 'reply' && name.endsWith('|HELP') && expected.startsWith('[+"') && actual.startsWith('[+"'),
  },
  {
    id: 'number-of-keys-that-is-none',
    reason: 'of a number of keys that is refused, ACL DRYRUN reads what C makes of it; Redstart sees no keys then',
    matches: ({ what, name, call }) =>
      what === 'reply' &&
      name === 'ACL|DRYRUN' &&
      call.slice(4).some((word) => /^-?\d{10,}$|^[+ ]\d|^\d+\D/.test(word)),
  },
  {
    id: 'refcount-of-copies',
    reason: 'OBJECT REFCOUNT says of every integer below 10,000 that it is shared; Redis unshares what COPY makes',
    matches: ({ what, name, expected, actual }) =>
      what === 'reply' && name === 'OBJECT|REFCOUNT' && expected === ':1' && actual === ':2147483647',
  },
]
