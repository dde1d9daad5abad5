/** The orders of SORT: strings by numbers or texts that belong to them. */
import { ascendingOrder } from './ascending-order.js'
import { sortPart } from './partial-sort.js'
import { compareText } from './text.js'

/** Which part of the order is wanted, `end` exclusive; within the number of elements. */
export interface Part {
  readonly start: number
  readonly end: number
  /** From the last to the first. */
  readonly desc: boolean
}

/** Elements by their weights, equal weights by the bytes of the elements. No weight is NaN. O(n + m·log m), m in the part. */
export function orderByNumber(elements: readonly string[], weights: Float64Array, part: Part): string[] {
  const { start, end, desc } = part
  if (isMost(part, elements)) return byWholeOrder(elements, weights, part)
  const sign = desc ? -1 : 1
  const compare = (a: number, b: number): number => {
    const [left, right] = [weights[a]!, weights[b]!]
    if (left !== right) return left < right ? -sign : sign
    return sign * compareText(elements[a]!, elements[b]!)
  }
  return sortPart(indicesOf(elements), start, end, compare).map((index) => elements[index]!)
}

function byWholeOrder(elements: readonly string[], weights: Float64Array, { start, end, desc }: Part): string[] {
  const order = ascendingOrder(weights)
  settleTies(order, weights, elements)
  const ordered: string[] = []
  for (let i = start; i < end; i++) ordered.push(elements[order[desc ? order.length - 1 - i : i]!]!)
  return ordered
}

/** Orders the elements of equal weights by their bytes. */
function settleTies(order: Uint32Array, weights: Float64Array, elements: readonly string[]): void {
  let start = 0
  for (let i = 1; i <= order.length; i++) {
    if (i < order.length && weights[order[i]!] === weights[order[start]!]) continue
    if (i - start > 1) order.subarray(start, i).sort((a, b) => compareText(elements[a]!, elements[b]!))
    start = i
  }
}

/** Elements by their own bytes. O(n + m·log m), m in the part. */
export function orderByBytes(elements: readonly string[], part: Part): string[] {
  const { start, end, desc } = part
  if (!isMost(part, elements)) {
    return sortPart(elements.slice(), start, end, desc ? (a, b) => compareText(b, a) : compareText)
  }
  // By default strings are sorted by UTF-16 units, which is the order of bytes where none of them is a surrogate; and it
  // takes a quarter of the time.
  const sorted = elements.some(hasSurrogate) ? elements.slice().sort(compareText) : elements.slice().sort()
  return (desc ? sorted.reverse() : sorted).slice(start, end)
}

function hasSurrogate(text: string): boolean {
  return /[\ud800-\udfff]/.test(text)
}

/** Elements by the bytes of their texts, null first; equal ones as `sortPart` leaves them. O(n + m·log m). */
export function orderByText(elements: readonly string[], texts: readonly (string | null)[], part: Part): string[] {
  const sign = part.desc ? -1 : 1
  const compare = (a: number, b: number): number => sign * compareTexts(texts[a]!, texts[b]!)
  return sortPart(indicesOf(elements), part.start, part.end, compare).map((index) => elements[index]!)
}

function compareTexts(a: string | null, b: string | null): number {
  if (a !== null && b !== null) return compareText(a, b)
  return a === b ? 0 : a === null ? -1 : 1
}

/** Whether so many are wanted that all may be sorted. */
function isMost({ start, end }: Part, elements: readonly string[]): boolean {
  return (end - start) * 2 >= elements.length
}

function indicesOf(elements: readonly string[]): number[] {
  return Array.from(elements, (_, index) => index)
}
