import { type Data, type Key, toText } from '../commands/argv.js'
import { checkedInteger } from '../commands/deadline.js'
import type { VaddOptions } from '../commands/vector-set.js'
import * as bodies from '../commands/vector-set.js'
import type { RawVector, VectorSetInfo } from '../commands/vector-set-elements.js'
import * as elements from '../commands/vector-set-elements.js'
import type { VsimOptions } from '../commands/vector-set-search.js'
import { vsim } from '../commands/vector-set-search.js'
import { checkedVector } from '../commands/vector-set-words.js'
import type { Similar } from '../structures/vector-set/vector-set.js'
import { type Names, objectGiven, optionsGiven } from './given.js'
import { GROW, Handle, OUT_TEXT, RUN } from './handle.js'
import { outText, outTexts } from './words.js'

/** Numbers of a vector. They are kept as 32-bit floats or less. */
export type Vector = readonly number[] | Float32Array

/** What others are compared with: a vector, or the one of an element. */
export type SimilarTo = Vector | { readonly element: Data }

/** An element and its score, from 0 for the opposite direction to 1 for the same. */
export interface SimilarElement<T> {
  readonly element: T
  readonly score: number
}

/** VSIM with scores. */
export interface VsimScoredOptions extends VsimOptions {
  readonly withScores: true
}

/** Vector sets: elements with vectors, found by how alike they are. */
export abstract class VectorSetCommands<T extends string | Uint8Array> extends Handle<T> {
  /**
   * Adds an element with a vector to the vector set at a key, made if missing, or gives it another vector; returns 1 if it is
   * new, else 0. O(log n).
   *
   * @example
   * db.vadd('films', [0.1, 0.7, 0.2], 'Alien', { setattr: '{"year": 1979}' })
   *
   * @throws RedstartError WRONGTYPE; ERR for a vector or options that do not fit the set
   * @see https://redis.io/docs/latest/commands/vadd/
   */
  vadd(key: Key, vector: Vector, element: Data, options?: VaddOptions): number {
    const floats = checkedVector(vector)
    const setattr = optionsGiven(options, VADD_OPTIONS)?.setattr
    // Whatever else was kept would be no text when it is read.
    const checked = setattr === undefined ? options : { ...options, setattr: toText(setattr) }
    return this[GROW]((unit) => bodies.vadd(unit, toText(key), floats, toText(element), checked))
  }

  /**
   * Takes an element out: 1, or 0 where it is not there. A vector set without elements is gone. O(log n).
   *
   * @throws RedstartError WRONGTYPE
   * @see https://redis.io/docs/latest/commands/vrem/
   */
  vrem(key: Key, element: Data): number {
    return this[RUN](bodies.vrem, toText(key), toText(element))
  }

  /** As below, but with scores. O(log n · ef). @throws RedstartError WRONGTYPE, ERR as below */
  vsim(key: Key, query: SimilarTo, options: VsimScoredOptions): SimilarElement<T>[]
  /**
   * Returns the elements that are most like a vector or an element, the most alike first, none when the key is missing: an
   * approximation that `ef` makes better, and `truth` exact. O(log n · ef), O(n) with `truth`.
   *
   * @example
   * db.vsim('films', { element: 'Alien' }, { count: 3, filter: '.year < 1990' })
   * db.vsim('films', [0.1, 0.7, 0.2], { withScores: true }) // [{ element: 'Alien', score: 0.999… }]
   *
   * @throws RedstartError WRONGTYPE; ERR for an element that is not there, a vector of another dimension, a filter that is none
   * @see https://redis.io/docs/latest/commands/vsim/
   */
  vsim(key: Key, query: SimilarTo, options?: VsimOptions): T[]
  vsim(key: Key, query: SimilarTo, options?: VsimOptions | VsimScoredOptions): T[] | SimilarElement<T>[] {
    objectGiven(query, 'what to search by')
    const from = 'element' in query ? toText(query.element) : checkedVector(query)
    const found = this[RUN]((unit) => vsim(unit, toText(key), from, optionsGiven(options, VSIM_OPTIONS)))
    if (options !== undefined && 'withScores' in options && options.withScores) return scored(this, found)
    return found.map(({ element }) => this[OUT_TEXT](element))
  }

  /**
   * Returns how many elements a vector set has, 0 when missing. O(1).
   *
   * @throws RedstartError WRONGTYPE
   * @see https://redis.io/docs/latest/commands/vcard/
   */
  vcard(key: Key): number {
    return this[RUN](elements.vcard, toText(key))
  }

  /**
   * Returns the dimension in which vectors are kept. O(1).
   *
   * @throws RedstartError WRONGTYPE; ERR for a missing key
   * @see https://redis.io/docs/latest/commands/vdim/
   */
  vdim(key: Key): number {
    return this[RUN](elements.vdim, toText(key))
  }

  /**
   * Returns the vector of an element as far as it was kept, `null` for a missing one. O(dimension).
   *
   * @throws RedstartError WRONGTYPE
   * @see https://redis.io/docs/latest/commands/vemb/
   */
  vemb(key: Key, element: Data): number[] | null {
    return this[RUN](elements.vemb, toText(key), toText(element))
  }

  /**
   * Returns the bytes in which a vector is kept, and the length that it had (VEMB … RAW); `null` for a missing one. O(dimension).
   *
   * @throws RedstartError WRONGTYPE
   * @see https://redis.io/docs/latest/commands/vemb/
   */
  vembRaw(key: Key, element: Data): RawVector | null {
    return this[RUN](elements.vembRaw, toText(key), toText(element))
  }

  /**
   * Returns facts about a vector set, `null` when missing. O(1).
   *
   * @throws RedstartError WRONGTYPE
   * @see https://redis.io/docs/latest/commands/vinfo/
   */
  vinfo(key: Key): VectorSetInfo | null {
    return this[RUN](elements.vinfo, toText(key))
  }

  /**
   * Tells whether an element is in a vector set: 1, or 0 also when the key is missing. O(1).
   *
   * @throws RedstartError WRONGTYPE
   * @see https://redis.io/docs/latest/commands/vismember/
   */
  vismember(key: Key, element: Data): number {
    return this[RUN](elements.vismember, toText(key), toText(element))
  }

  /**
   * Returns the neighbours of an element in the graph, level by level, the highest first; `null` for a missing one. O(links).
   *
   * @throws RedstartError WRONGTYPE
   * @see https://redis.io/docs/latest/commands/vlinks/
   */
  vlinks(key: Key, element: Data): SimilarElement<T>[][] | null {
    return this[RUN](elements.vlinks, toText(key), toText(element))?.map((level) => scored(this, level)) ?? null
  }

  /**
   * Returns an element chosen at random, `null` when the vector set is missing. O(1).
   *
   * @throws RedstartError WRONGTYPE
   * @see https://redis.io/docs/latest/commands/vrandmember/
   */
  vrandmember(key: Key): T | null
  /**
   * As above with up to `count` different elements, or with exactly `-count` for a negative one, of which some may be the same; an
   * empty array when the vector set is missing. O(count).
   *
   * @throws RedstartError WRONGTYPE; ERR for a count that is no integer
   * @see https://redis.io/docs/latest/commands/vrandmember/
   */
  vrandmember(key: Key, count: number | bigint): T[]
  vrandmember(key: Key, count?: number | bigint): T | T[] | null {
    if (count === undefined) return outText(this, this[RUN](elements.vrandmember, toText(key)))
    return outTexts(this, this[RUN](elements.vrandmembers, toText(key), checkedInteger(count)))
  }

  /**
   * Sets the attributes of an element, a JSON object that filters look at; `''` takes them away. Returns 1, or 0 where the element
   * is not there. O(1).
   *
   * @throws RedstartError WRONGTYPE
   * @see https://redis.io/docs/latest/commands/vsetattr/
   */
  vsetattr(key: Key, element: Data, attributes: string): number {
    return this[RUN]((unit) => bodies.vsetattr(unit, toText(key), toText(element), toText(attributes)))
  }

  /**
   * Returns the attributes of an element, `null` for none. O(1).
   *
   * @throws RedstartError WRONGTYPE
   * @see https://redis.io/docs/latest/commands/vgetattr/
   */
  vgetattr(key: Key, element: Data): T | null {
    return outText(this, this[RUN](elements.vgetattr, toText(key), toText(element)))
  }
}

const VADD_OPTIONS: Names<VaddOptions> = { reduce: true, quantization: true, ef: true, setattr: true, m: true }
const VSIM_OPTIONS: Names<VsimOptions | VsimScoredOptions> = {
  count: true,
  epsilon: true,
  ef: true,
  filter: true,
  filterEf: true,
  truth: true,
  withScores: true,
}

function scored<T extends string | Uint8Array>(handle: Handle<T>, found: readonly Similar[]): SimilarElement<T>[] {
  return found.map(({ element, score }) => ({ element: handle[OUT_TEXT](element), score }))
}
