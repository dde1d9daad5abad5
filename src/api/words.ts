/** What callers pass, in the form that bodies take; and texts in the form that callers get. */

import { type Data, type Key, toText } from '../commands/argv.js'
import { type BlockingOptions, checkedTimeout, type Waiting } from '../commands/blocking.js'
import { observationOf } from '../commands/observation.js'
import { numkeysNotPositive, wrongArity } from '../errors.js'
import { listGiven, type Names, optionsGiven, signalGiven } from './given.js'
import { AT_ONCE, type Handle, OUT_TEXT, UNIT } from './handle.js'
import type { HscanOptions } from './hash.js'
import type { SscanOptions } from './set.js'
import type { ZscanOptions } from './sorted-set.js'

export const BLOCKING_OPTIONS: Names<BlockingOptions> = { signal: true }

/** Those of `sscan`, `hscan` and `zscan`. */
export const ELEMENT_SCAN_OPTIONS: Names<SscanOptions | HscanOptions | ZscanOptions> = { match: true, count: true }

/** Throws ERR (wrong number of arguments) where there are none. */
export function textsOf(words: readonly Data[], command: string): string[] {
  if (listGiven(words, 'keys, fields and members').length === 0) throw wrongArity(command)
  return words.map(toText)
}

/** As `textsOf`, of one key or several. */
export function keyTexts(keys: Key | readonly Key[], command: string): string[] {
  return isKey(keys) ? [toText(keys)] : textsOf(keys, command)
}

/** Keys that stand behind their number in a raw call. Throws ERR (numkeys) where there are none. */
export function countedTexts(keys: readonly Key[]): string[] {
  if (listGiven(keys, 'keys').length === 0) throw numkeysNotPositive()
  return keys.map(toText)
}

export function isKey(keys: Key | readonly Key[]): keys is Key {
  return !Array.isArray(keys)
}

/** Throws ERR for a timeout that is negative or no number. */
export function waitingFor(timeoutSeconds: number, options: BlockingOptions | undefined): Waiting {
  return {
    timeoutMs: checkedTimeout(timeoutSeconds),
    signal: signalGiven(optionsGiven(options, BLOCKING_OPTIONS)?.signal),
  }
}

/** A promise of what a blocking body returns or throws; in a multi, whose types say so, what it returns. */
export function promised<R>(handle: Handle<string | Uint8Array>, body: () => R | Promise<R>): Promise<R> {
  if (handle[AT_ONCE]) return body() as unknown as Promise<R>
  try {
    return Promise.resolve(body())
  } catch (error) {
    const { store } = handle[UNIT]
    if (store.hearsCalls) observationOf(store).failed(error)
    return Promise.reject(error)
  }
}

/** Options of a scan, whose glob may have come as bytes. */
export function scanOptions<O extends { readonly match?: Key | undefined }>(
  options: O | undefined,
  names: Names<O>,
): (Omit<O, 'match'> & { readonly match?: string | undefined }) | undefined {
  if (options === undefined) return undefined
  optionsGiven(options, names)
  return { ...options, match: options.match === undefined ? undefined : toText(options.match) }
}

export function outText<T extends string | Uint8Array>(handle: Handle<T>, text: string | null): T | null {
  return text === null ? null : handle[OUT_TEXT](text)
}

/** Texts as the handle returns them, in the same array: it belongs to nobody else. */
export function outTexts<T extends string | Uint8Array>(handle: Handle<T>, texts: string[]): T[] {
  // Both are arrays of pointers; each text is replaced before it is read as a T.
  const shown = texts as unknown as T[]
  for (let i = 0; i < texts.length; i++) shown[i] = handle[OUT_TEXT](texts[i]!)
  return shown
}
