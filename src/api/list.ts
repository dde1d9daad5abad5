import { clamp, type Data, type Key, toText } from '../commands/argv.js'
import { type BlockingOptions, shaped, type Waiting } from '../commands/blocking.js'
import { checkedInteger } from '../commands/deadline.js'
import type { LposOptions } from '../commands/list.js'
import * as bodies from '../commands/list.js'
import * as blocking from '../commands/list-blocking.js'
import type { ListEnd } from '../commands/list-ends.js'
import * as ends from '../commands/list-ends.js'
import * as moves from '../commands/list-moves.js'
import { syntaxError } from '../errors.js'
import { type Int64, integerOf } from '../structures/int64.js'
import { type Names, optionsGiven } from './given.js'
import { GROW, Handle, OUT_TEXT, RUN, UNIT } from './handle.js'
import { BLOCKING_OPTIONS, countedTexts, keyTexts, outText, outTexts, promised, textsOf, waitingFor } from './words.js'

/** LPOS with its COUNT option: an array comes back. */
export interface LposCountOptions extends LposOptions {
  /** Report up to so many matches; 0 for all. */
  readonly count: number | bigint
}

/** Options of `lmpop`. */
export interface LmpopOptions {
  /** Take up to so many elements; 1 by default. */
  readonly count?: number | bigint | undefined
}

/** Options of `blmpop`. */
export interface BlmpopOptions extends LmpopOptions, BlockingOptions {}

/** An element, and the list that it was taken from. */
export interface Popped<T extends string | Uint8Array = string> {
  readonly key: T
  readonly element: T
}

/** Elements, and the list that they were taken from. */
export interface MultiPopped<T extends string | Uint8Array = string> {
  readonly key: T
  readonly elements: T[]
}

/** Lists. */
export abstract class ListCommands<T extends string | Uint8Array> extends Handle<T> {
  /**
   * Puts elements at the front of a list, made if missing, one after the other; returns its length. O(1) each.
   *
   * @example
   * db.lpush('jobs', 'a', 'b', 'c') // 3: the list is c, b, a
   *
   * @throws RedstartError WRONGTYPE
   * @see https://redis.io/docs/latest/commands/lpush/
   */
  lpush(key: Key, ...elements: readonly Data[]): number {
    if (elements.length !== 1) return this[GROW](ends.push, toText(key), textsOf(elements, 'lpush'), true)
    // Not by RUN, here and in what follows: queues live on these calls, and inlined they save a fifth of their time.
    const unit = this[UNIT]
    try {
      if (unit.store.limited) unit.makeRoom()
      return ends.pushOne(unit, toText(key), toText(elements[0]!), true)
    } finally {
      if (unit.store.limited) unit.keepWithin()
      unit.end()
    }
  }

  /**
   * Puts elements at the back of a list, made if missing; returns its length. O(1) each.
   *
   * @throws RedstartError WRONGTYPE
   * @see https://redis.io/docs/latest/commands/rpush/
   */
  rpush(key: Key, ...elements: readonly Data[]): number {
    if (elements.length !== 1) return this[GROW](ends.push, toText(key), textsOf(elements, 'rpush'), false)
    const unit = this[UNIT]
    try {
      if (unit.store.limited) unit.makeRoom()
      return ends.pushOne(unit, toText(key), toText(elements[0]!), false)
    } finally {
      if (unit.store.limited) unit.keepWithin()
      unit.end()
    }
  }

  /**
   * As `lpush` if the list exists; else nothing is made, and 0 comes back. O(1) each.
   *
   * @throws RedstartError WRONGTYPE
   * @see https://redis.io/docs/latest/commands/lpushx/
   */
  lpushx(key: Key, ...elements: readonly Data[]): number {
    return this[GROW](ends.pushx, toText(key), textsOf(elements, 'lpushx'), true)
  }

  /**
   * As `rpush` if the list exists; else nothing is made, and 0 comes back. O(1) each.
   *
   * @throws RedstartError WRONGTYPE
   * @see https://redis.io/docs/latest/commands/rpushx/
   */
  rpushx(key: Key, ...elements: readonly Data[]): number {
    return this[GROW](ends.pushx, toText(key), textsOf(elements, 'rpushx'), false)
  }

  /**
   * Takes the first element of a list and returns it, `null` when the list is missing. A list without elements is gone. O(1).
   *
   * @throws RedstartError WRONGTYPE
   * @see https://redis.io/docs/latest/commands/lpop/
   */
  lpop(key: Key): T | null
  /**
   * As above with up to `count` elements, from the first on; `null` when the list is missing. O(count).
   *
   * @throws RedstartError WRONGTYPE; ERR for a count that is no integer or negative
   * @see https://redis.io/docs/latest/commands/lpop/
   */
  lpop(key: Key, count: number): T[] | null
  lpop(key: Key, count?: number): T | T[] | null {
    if (count !== undefined) return outMany(this, this[RUN](ends.popSome, toText(key), integerOf(count), true))
    const unit = this[UNIT]
    try {
      return outText(this, ends.pop(unit, toText(key), true))
    } finally {
      unit.end()
    }
  }

  /**
   * Takes the last element of a list and returns it, `null` when the list is missing. A list without elements is gone. O(1).
   *
   * @throws RedstartError WRONGTYPE
   * @see https://redis.io/docs/latest/commands/rpop/
   */
  rpop(key: Key): T | null
  /**
   * As above with up to `count` elements, from the last on; `null` when the list is missing. O(count).
   *
   * @throws RedstartError WRONGTYPE; ERR for a count that is no integer or negative
   * @see https://redis.io/docs/latest/commands/rpop/
   */
  rpop(key: Key, count: number): T[] | null
  rpop(key: Key, count?: number): T | T[] | null {
    if (count !== undefined) return outMany(this, this[RUN](ends.popSome, toText(key), integerOf(count), false))
    const unit = this[UNIT]
    try {
      return outText(this, ends.pop(unit, toText(key), false))
    } finally {
      unit.end()
    }
  }

  /**
   * Takes up to `count` elements from one end of the first of the lists that exists; `null` when none does. O(keys + count).
   *
   * @example
   * db.lmpop(['urgent', 'normal'], 'left', { count: 10 }) // { key: 'urgent', elements: ['a', 'b'] }
   *
   * @throws RedstartError WRONGTYPE; ERR without keys or for a count that is no integer or not positive
   * @see https://redis.io/docs/latest/commands/lmpop/
   */
  lmpop(keys: readonly Key[], where: ListEnd, options?: LmpopOptions): MultiPopped<T> | null {
    return outPopped(
      this,
      this[RUN](ends.mpop, countedTexts(keys), countOf(optionsGiven(options, LMPOP_OPTIONS)), isFront(where)),
    )
  }

  /**
   * Returns how many elements a list has, 0 when missing. O(1).
   *
   * @throws RedstartError WRONGTYPE
   * @see https://redis.io/docs/latest/commands/llen/
   */
  llen(key: Key): number {
    return this[RUN](bodies.llen, toText(key))
  }

  /**
   * Returns the element at an index, 0-based, negative from the end; `null` where there is none. O(log n).
   *
   * @throws RedstartError WRONGTYPE; ERR for an index that is no integer
   * @see https://redis.io/docs/latest/commands/lindex/
   */
  lindex(key: Key, index: number): T | null {
    return outText(this, this[RUN](bodies.lindex, toText(key), index))
  }

  /**
   * Returns the elements from `start` to `stop`, both included and 0-based, negative from the end; none where there are none.
   * O(log n + elements returned).
   *
   * @example
   * db.lrange('jobs', 0, -1) // all
   * db.lrange('jobs', -3, -1) // the last three
   *
   * @throws RedstartError WRONGTYPE; ERR for an index that is no integer
   * @see https://redis.io/docs/latest/commands/lrange/
   */
  lrange(key: Key, start: number, stop: number): T[] {
    return outTexts(this, this[RUN](bodies.lrange, toText(key), indexOf(start), indexOf(stop)))
  }

  /**
   * Exchanges the element at an index, 0-based, negative from the end. O(log n).
   *
   * @throws RedstartError WRONGTYPE; ERR when the list is missing or has no such index
   * @see https://redis.io/docs/latest/commands/lset/
   */
  lset(key: Key, index: number, element: Data): 'OK' {
    this[GROW](bodies.lset, toText(key), index, toText(element))
    return 'OK'
  }

  /**
   * Inserts an element before or after the first one that equals `pivot`; returns the length of the list, -1 when there is no
   * such element, 0 when the list is missing. O(elements up to the pivot).
   *
   * @throws RedstartError WRONGTYPE
   * @see https://redis.io/docs/latest/commands/linsert/
   */
  linsert(key: Key, where: 'before' | 'after', pivot: Data, element: Data): number {
    if (where !== 'before' && where !== 'after') throw syntaxError()
    return this[GROW](bodies.linsert, toText(key), where === 'after', toText(pivot), toText(element))
  }

  /**
   * Removes elements that equal `element`: the first `count` of them, the last `-count` for a negative one, all for 0. Returns
   * how many were removed. A list without elements is gone. O(n).
   *
   * @throws RedstartError WRONGTYPE; ERR for a count that is no integer
   * @see https://redis.io/docs/latest/commands/lrem/
   */
  lrem(key: Key, count: number, element: Data): number {
    return this[RUN](bodies.lrem, toText(key), checkedInteger(count), toText(element))
  }

  /**
   * Removes all elements but those from `start` to `stop`, both included and 0-based, negative from the end. A list without
   * elements is gone. O(elements removed).
   *
   * @example
   * db.lpush('log', line)
   * db.ltrim('log', 0, 99) // keeps the last hundred lines
   *
   * @throws RedstartError WRONGTYPE; ERR for an index that is no integer
   * @see https://redis.io/docs/latest/commands/ltrim/
   */
  ltrim(key: Key, start: number, stop: number): 'OK' {
    this[RUN](bodies.ltrim, toText(key), indexOf(start), indexOf(stop))
    return 'OK'
  }

  /**
   * Returns the index of the first element that equals `element`, of another match with `rank`; `null` when there is none.
   * O(elements compared).
   *
   * @example
   * db.lpos('jobs', 'a') // the first
   * db.lpos('jobs', 'a', { rank: -1 }) // the last
   *
   * @throws RedstartError WRONGTYPE; ERR for a rank of 0 or another number that is out of range
   * @see https://redis.io/docs/latest/commands/lpos/
   */
  lpos(key: Key, element: Data, options?: LposOptions & { readonly count?: undefined }): number | null
  /**
   * As above, the indices of up to `count` matches, of all for 0; an empty array when there is none. O(elements compared).
   *
   * @throws RedstartError WRONGTYPE; ERR for a rank of 0 or another number that is out of range
   * @see https://redis.io/docs/latest/commands/lpos/
   */
  lpos(key: Key, element: Data, options: LposCountOptions): number[]
  lpos(
    key: Key,
    element: Data,
    options?: LposOptions & { readonly count?: Int64 | undefined },
  ): number | null | number[] {
    const count = optionsGiven(options, LPOS_OPTIONS)?.count
    if (count === undefined) return this[RUN](bodies.lpos, toText(key), toText(element), options ?? NO_OPTIONS)
    return this[RUN](bodies.lposSome, toText(key), toText(element), count, options!)
  }

  /**
   * Moves an element from one end of a list to an end of another, made if missing, or of the same, and returns it; `null` when
   * the source is missing. O(1).
   *
   * @example
   * const job = db.lmove('waiting', 'running', 'right', 'left')
   *
   * @throws RedstartError WRONGTYPE
   * @see https://redis.io/docs/latest/commands/lmove/
   */
  lmove(source: Key, destination: Key, from: ListEnd, to: ListEnd): T | null {
    return outText(this, this[GROW](moves.move, toText(source), toText(destination), isFront(from), isFront(to)))
  }

  /**
   * Moves the last element of a list to the front of another; as `lmove`. O(1).
   *
   * @deprecated `lmove` from the right to the left does the same.
   * @throws RedstartError WRONGTYPE
   * @see https://redis.io/docs/latest/commands/rpoplpush/
   */
  rpoplpush(source: Key, destination: Key): T | null {
    return outText(this, this[GROW](moves.move, toText(source), toText(destination), false, true))
  }

  /**
   * Takes the first element of the first of the lists that exists. Waits where none does: up to `timeoutSeconds`, which may be
   * a fraction, then `null` comes back; for ever with 0. Who has waited longest for a list is served first. O(keys).
   *
   * @example
   * const job = await db.blpop(['urgent', 'normal'], 5) // { key: 'urgent', element: 'a' }, or null after 5 seconds
   * await db.blpop('jobs', 0, { signal: AbortSignal.timeout(1000) }) // rejects after a second
   *
   * @throws RedstartError (the promise rejects) WRONGTYPE; ERR for a timeout that is negative or no number
   * @see https://redis.io/docs/latest/commands/blpop/
   */
  blpop(keys: Key | readonly Key[], timeoutSeconds: number, options?: BlockingOptions): Promise<Popped<T> | null> {
    return waitForOne(this, keys, 'blpop', timeoutSeconds, options)
  }

  /**
   * Takes the last element of the first of the lists that exists, or waits for one; as `blpop`. O(keys).
   *
   * @throws RedstartError (the promise rejects) WRONGTYPE; ERR for a timeout that is negative or no number
   * @see https://redis.io/docs/latest/commands/brpop/
   */
  brpop(keys: Key | readonly Key[], timeoutSeconds: number, options?: BlockingOptions): Promise<Popped<T> | null> {
    return waitForOne(this, keys, 'brpop', timeoutSeconds, options)
  }

  /**
   * Moves an element as `lmove` does, or waits for one to move; waits as `blpop`. O(1).
   *
   * @throws RedstartError (the promise rejects) WRONGTYPE; ERR for a timeout that is negative or no number
   * @see https://redis.io/docs/latest/commands/blmove/
   */
  blmove(
    source: Key,
    destination: Key,
    from: ListEnd,
    to: ListEnd,
    timeoutSeconds: number,
    options?: BlockingOptions,
  ): Promise<T | null> {
    return promised(this, () => {
      const ends = { fromFront: isFront(from), toFront: isFront(to) }
      return moveOrWait(this, source, destination, ends, waitingFor(timeoutSeconds, options))
    })
  }

  /**
   * Moves an element as `rpoplpush` does, or waits for one to move; waits as `blpop`. O(1).
   *
   * @deprecated `blmove` from the right to the left does the same.
   * @throws RedstartError (the promise rejects) WRONGTYPE; ERR for a timeout that is negative or no number
   * @see https://redis.io/docs/latest/commands/brpoplpush/
   */
  brpoplpush(source: Key, destination: Key, timeoutSeconds: number, options?: BlockingOptions): Promise<T | null> {
    return promised(this, () => {
      return moveOrWait(this, source, destination, blocking.BACK_TO_FRONT, waitingFor(timeoutSeconds, options))
    })
  }

  /**
   * Takes elements as `lmpop` does, or waits for a list to take them from; waits as `blpop`. O(keys + count).
   *
   * @throws RedstartError (the promise rejects) WRONGTYPE; ERR without keys, for a count that is no integer or not positive, or
   * for a timeout that is negative or no number
   * @see https://redis.io/docs/latest/commands/blmpop/
   */
  blmpop(
    keys: readonly Key[],
    where: ListEnd,
    timeoutSeconds: number,
    options?: BlmpopOptions,
  ): Promise<MultiPopped<T> | null> {
    return promised(this, () => {
      const texts = countedTexts(keys)
      const atFront = isFront(where)
      const count = countOf(optionsGiven(options, BLMPOP_OPTIONS))
      const waiting = waitingFor(timeoutSeconds, { signal: options?.signal })
      return shaped(this[RUN](blocking.bmpop, texts, count, atFront, waiting), (popped) => outPopped(this, popped))
    })
  }
}

const NO_OPTIONS: LposOptions = {}

const LPOS_OPTIONS: Names<LposOptions | LposCountOptions> = { rank: true, maxlen: true, count: true }
const LMPOP_OPTIONS: Names<LmpopOptions> = { count: true }
const BLMPOP_OPTIONS: Names<BlmpopOptions> = { ...LMPOP_OPTIONS, ...BLOCKING_OPTIONS }

/** An index: what lies past 2^53 is as good as infinite. */
function indexOf(index: number): number {
  return clamp(checkedInteger(index))
}

function isFront(end: ListEnd): boolean {
  if (end !== 'left' && end !== 'right') throw syntaxError()
  return end === 'left'
}

function countOf(options: LmpopOptions | undefined): Int64 {
  return ends.checkedMpopCount(integerOf(options?.count ?? 1))
}

function outMany<T extends string | Uint8Array>(handle: Handle<T>, elements: string[] | null): T[] | null {
  return elements === null ? null : outTexts(handle, elements)
}

function waitForOne<T extends string | Uint8Array>(
  handle: Handle<T>,
  keys: Key | readonly Key[],
  command: 'blpop' | 'brpop',
  timeoutSeconds: number,
  options: BlockingOptions | undefined,
): Promise<Popped<T> | null> {
  return promised(handle, () => {
    const waiting = waitingFor(timeoutSeconds, options)
    const popped = handle[RUN](blocking.bpop, keyTexts(keys, command), command === 'blpop', waiting)
    return shaped(popped, (element) => outElement(handle, element))
  })
}

function moveOrWait<T extends string | Uint8Array>(
  handle: Handle<T>,
  source: Key,
  destination: Key,
  ends: blocking.MoveEnds,
  waiting: Waiting,
): T | null | Promise<T | null> {
  const moved = handle[GROW](blocking.bmove, toText(source), toText(destination), ends, waiting)
  return shaped(moved, (element) => outText(handle, element))
}

function outElement<T extends string | Uint8Array>(
  handle: Handle<T>,
  popped: blocking.PoppedElement | null,
): Popped<T> | null {
  if (popped === null) return null
  return { key: handle[OUT_TEXT](popped.key), element: handle[OUT_TEXT](popped.element) }
}

function outPopped<T extends string | Uint8Array>(
  handle: Handle<T>,
  popped: ends.PoppedElements | null,
): MultiPopped<T> | null {
  if (popped === null) return null
  return { key: handle[OUT_TEXT](popped.key), elements: outTexts(handle, popped.elements) }
}
