/** What is shorter is sorted by insertion. */
const INSERTION_BELOW = 7
/** From so many on the pivot is a median of medians. */
const MEDIANS_ABOVE = 40

type Compare<T> = (a: T, b: T) => number

interface Job<T> {
  readonly items: T[]
  /** The places that are wanted, both ends included. */
  readonly first: number
  readonly last: number
  readonly compare: Compare<T>
}

/**
 * Sorts as much of an array as it takes for the items from `start` to `end` (exclusive) to stand where they stand in the whole
 * sorted, and returns those. The order of the others is open. Where all are wanted, equal items stay in the order that they have; else they
 * come as the algorithm leaves them, which is the one of Redis, step by step: its replies show it.
 *
 * O(n + m·log m), n items of which m are wanted: the Quicksort of Bentley and McIlroy ("Engineering a Sort Function", 1993), which leaves alone
 * what is not wanted. Pivots that are bad again and again make it O(n·log n), as everything is sorted otherwise then.
 */
export function sortPart<T>(items: T[], start: number, end: number, compare: Compare<T>): T[] {
  if (end <= start) return []
  const isWhole = end - start === items.length
  const depth = 4 * Math.ceil(Math.log2(items.length + 1))
  if (isWhole || !sortRange({ items, first: start, last: end - 1, compare }, 0, items.length - 1, depth)) {
    items.sort(compare)
  }
  return items.slice(start, end)
}

/** Sorts what is wanted of a range; false when it gives up, as ranges have been parted `depth` times inside each other. */
function sortRange<T>(job: Job<T>, low: number, high: number, depth: number): boolean {
  let from = low
  for (let left = depth; high - from + 1 >= INSERTION_BELOW; left--) {
    if (left === 0) return false
    const { smaller, larger } = partition(job, from, high)
    const lastSmaller = from + smaller - 1
    if (isWanted(job, from, lastSmaller) && !sortRange(job, from, lastSmaller, left - 1)) return false
    from = high - larger + 1
    if (!isWanted(job, from, high)) return true
  }
  sortByInsertion(job, from, high)
  return true
}

/** Whether anything in a range of more than one item is wanted. */
function isWanted<T>({ first, last }: Job<T>, low: number, high: number): boolean {
  return high > low && first <= high && last >= low
}

function sortByInsertion<T>({ items, compare }: Job<T>, low: number, high: number): void {
  for (let i = low + 1; i <= high; i++) {
    for (let j = i; j > low && compare(items[j - 1]!, items[j]!) > 0; j--) swap(items, j - 1, j)
  }
}

/** Parts a range by a pivot, with what is equal to it in the middle; returns how many are smaller and how many larger. */
function partition<T>(
  { items, compare }: Job<T>,
  low: number,
  high: number,
): { readonly smaller: number; readonly larger: number } {
  swap(items, low, pivotOf(items, low, high, compare))
  const pivot = items[low]!
  // Equal ones are gathered before `equalEnd` and behind `equalStart`.
  let equalEnd = low + 1
  let equalStart = high
  let left = low + 1
  let right = high
  for (;;) {
    for (; left <= right; left++) {
      const order = compare(items[left]!, pivot)
      if (order > 0) break
      if (order === 0) swap(items, equalEnd++, left)
    }
    for (; left <= right; right--) {
      const order = compare(items[right]!, pivot)
      if (order < 0) break
      if (order === 0) swap(items, right, equalStart--)
    }
    if (left > right) break
    swap(items, left++, right--)
  }
  const smaller = left - equalEnd
  const larger = equalStart - right
  swapRanges(items, low, left, Math.min(equalEnd - low, smaller))
  swapRanges(items, left, high + 1, Math.min(larger, high - equalStart))
  return { smaller, larger }
}

function pivotOf<T>(items: readonly T[], low: number, high: number, compare: Compare<T>): number {
  const n = high - low + 1
  const middle = low + (n >>> 1)
  if (n === INSERTION_BELOW) return middle
  const median = (a: number, b: number, c: number): number => medianOf(items, a, b, c, compare)
  if (n <= MEDIANS_ABOVE) return median(low, middle, high)
  const step = n >>> 3
  return median(
    median(low, low + step, low + 2 * step),
    median(middle - step, middle, middle + step),
    median(high - 2 * step, high - step, high),
  )
}

/** Of three places, the one whose item is neither the smallest nor the largest. */
function medianOf<T>(items: readonly T[], a: number, b: number, c: number, compare: Compare<T>): number {
  const [x, y, z] = [items[a]!, items[b]!, items[c]!]
  if (compare(x, y) < 0) return compare(y, z) < 0 ? b : compare(x, z) < 0 ? c : a
  return compare(y, z) > 0 ? b : compare(x, z) < 0 ? a : c
}

function swap<T>(items: T[], a: number, b: number): void {
  const item = items[a]!
  items[a] = items[b]!
  items[b] = item
}

/** Exchanges so many items from `start` on with as many before `end`, in their order. */
function swapRanges<T>(items: T[], start: number, end: number, count: number): void {
  for (let i = 0; i < count; i++) swap(items, start + i, end - count + i)
}
