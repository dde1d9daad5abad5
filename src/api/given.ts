/**
 * What callers pass where an object or an array is asked for. Those that are compiled cannot be wrong. Others are told before
 * anything is done. Each interface of options has its names in one table, beside the methods that take it.
 */
import type { Data } from '../commands/argv.js'
import { notASignal, optionInUpperCase, unfit, unknownOption } from '../errors.js'
import { type Names, strangeName } from '../option-names.js'

export type { Names }

/** The options. Throws ERR for what is no object, and for a name that is not among theirs, whatever its value. */
export function optionsGiven<O extends object | undefined>(options: O, names: Names<NonNullable<O>>): O {
  if (options === undefined) return options
  if (typeof options !== 'object' || options === null) throw unfit('options must be an object', options)
  const stranger = strangeName(options, names)
  if (stranger === undefined) return options
  // As clients of servers have them.
  throw /^[A-Z]/.test(stranger) ? optionInUpperCase(stranger) : unknownOption(stranger, names)
}

/** The signal. Throws ERR for what is none, like the controller it belongs to: whoever waits could not leave any more. */
export function signalGiven(signal: AbortSignal | undefined): AbortSignal | undefined {
  if (signal !== undefined && typeof signal?.addEventListener !== 'function') throw notASignal()
  return signal
}

/** The list; `what` begins the text of the error. Throws ERR for what is no array. */
export function listGiven<T>(list: readonly T[], what: string): readonly T[] {
  if (!Array.isArray(list)) throw unfit(`${what} must be an array`, list)
  return list
}

/** The object; `what` begins the text of the error. Throws ERR for what is none. */
export function objectGiven<O extends object>(value: O, what: string): O {
  if (typeof value !== 'object' || value === null) throw unfit(`${what} must be an object`, value)
  return value
}

/**
 * What an object of type `O` must be, to be names with their values. An interface fits, though it has no index signature; where there is
 * no type to go by, as in a multi, it is a record, and one whose type is an interface goes as `{ ...user }`.
 */
export type DataRecord<O> = [keyof O] extends [never]
  ? Readonly<Record<string, Data>>
  : { readonly [Name in keyof O & string]: Data }

/** Whether names and values come as pairs, or as an object. Throws ERR for what is neither. */
export function isPairs<K, V>(
  given: Iterable<readonly [K, V]> | Readonly<Record<string, V>>,
): given is Iterable<readonly [K, V]> {
  return Symbol.iterator in objectGiven(given, 'what has names and values')
}

/** The pair. Throws ERR for a text, which would fall into two characters, and for what is no array. */
export function pairGiven<K, V>(pair: readonly [K, V]): readonly [K, V] {
  if (!Array.isArray(pair)) throw unfit('a name and its value must be an array of two', pair)
  return pair
}
