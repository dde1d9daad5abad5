/**
 * Sorts as much of an array as it takes for the items from `start` to `end` (exclusive) to stand where they stand in the whole
 * sorted, and returns those. The order of the others is open. `compare` must tell all items apart.
 *
 * O(n + m·log m), n items of which m are wanted: Hoare's selection, with the median of three as pivot, finds both ends of the
 * part before it is sorted. Pivots that are chosen badly again and again make it O(n·log n), as everything is sorted then.
 */
export function sortPart<T>(items: T[], start: number, end: number, compare: (a: T, b: T) => number): T[] {
  if (end <= start) return []
  // For nearly all of them the selection would only cost more.
  if ((end - start) * 2 < items.length) {
    const isFound = select(items, 0, items.length - 1, start, compare)
    if (isFound && select(items, start, items.length - 1, end - 1, compare)) {
      return items.slice(start, end).sort(compare)
    }
  }
  return items.sort(compare).slice(start, end)
}

/** Brings the item to `index` that belongs there, with smaller ones before and larger ones behind; false when it gives up. */
function select<T>(items: T[], first: number, last: number, index: number, compare: (a: T, b: T) => number): boolean {
  let low = first
  let high = last
  let turns = 4 * Math.ceil(Math.log2(items.length + 1))
  while (low < high) {
    if (turns-- === 0) return false
    const [left, right] = partition(items, low, high, compare)
    if (index <= right) high = right
    else if (index >= left) low = left
    else return true
  }
  return true
}

/** Parts a range in two by a pivot: what is from `left` on is not smaller than what is up to `right`. */
function partition<T>(
  items: T[],
  low: number,
  high: number,
  compare: (a: T, b: T) => number,
): readonly [left: number, right: number] {
  const pivot = medianOf(items[low]!, items[(low + high) >>> 1]!, items[high]!, compare)
  let left = low
  let right = high
  while (left <= right) {
    while (compare(items[left]!, pivot) < 0) left++
    while (compare(items[right]!, pivot) > 0) right--
    if (left > right) break
    const item = items[left]!
    items[left] = items[right]!
    items[right] = item
    left++
    right--
  }
  return [left, right]
}

function medianOf<T>(a: T, b: T, c: T, compare: (a: T, b: T) => number): T {
  if (compare(a, b) > 0) return medianOf(b, a, c, compare)
  if (compare(b, c) <= 0) return b
  return compare(a, c) <= 0 ? c : a
}
