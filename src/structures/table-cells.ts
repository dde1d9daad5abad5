/**
 * Cells of a hash table, in one array: pairs of a hash and what lies there, 0 in an empty one, from the home of the hash on. Behind them stand how
 * many pairs there are, and the depth of the segment that they are.
 */

/** An empty segment; two words are a cell. */
export function newSegment(depth: number, words: number): Int32Array {
  const segment = new Int32Array(words + 2)
  segment[words + 1] = depth
  return segment
}

/** How many pairs a segment may have. */
export function mostIn(cells: Int32Array): number {
  return ((cells.length - 2) >> 3) * 3
}

/** The pairs of a segment in a new one of so many cells. */
export function rehashed(cells: Int32Array, newCells: number, depth: number): Int32Array {
  const grown = newSegment(depth, newCells * 2)
  const end = cells.length - 2
  for (let at = 0; at < end; at += 2) if (cells[at + 1] !== 0) put(grown, cells[at]!, cells[at + 1]!)
  grown[grown.length - 2] = cells[end]!
  return grown
}

/** The two segments that a full one becomes, by one more bit of the hash. */
export function halvesOf(cells: Int32Array): readonly [Int32Array, Int32Array] {
  const end = cells.length - 2
  const depth = cells[end + 1]!
  const halves = [newSegment(depth + 1, end), newSegment(depth + 1, end)] as const
  const bit = 31 - depth
  for (let at = 0; at < end; at += 2) {
    if (cells[at + 1] === 0) continue
    const half = halves[((cells[at]! >>> bit) & 1) as 0 | 1]
    put(half, cells[at]!, cells[at + 1]!)
    half[end]!++
  }
  return halves
}

/** The segment of so many cells that twins become. The second may be larger than others: it had grown. */
export function joinedOf(cells: Int32Array, twin: Int32Array, newCells: number): Int32Array {
  const joined = rehashed(cells, newCells, cells[cells.length - 1]! - 1)
  const end = twin.length - 2
  for (let at = 0; at < end; at += 2) if (twin[at + 1] !== 0) put(joined, twin[at]!, twin[at + 1]!)
  joined[joined.length - 2]! += twin[end]!
  return joined
}

/** How many pairs a segment has; throws an Error where it counts wrongly. */
export function checkedCount(segment: Int32Array): number {
  const end = segment.length - 2
  let used = 0
  for (let at = 0; at < end; at += 2) if (segment[at + 1] !== 0) used++
  if (used !== segment[end]) throw new Error('hash table: a segment counts wrongly')
  return used
}

/** Puts a pair into the first empty cell from its home on. */
export function put(cells: Int32Array, hash: number, entry: number): void {
  const last = cells.length - 3
  let at = (hash << 1) & last
  while (cells[at + 1] !== 0) at = (at + 2) & last
  cells[at] = hash
  cells[at + 1] = entry
}

/** Where the cell of a key that is there stands. */
export function cellOf(cells: Int32Array, hash: number, slot: number): number {
  const last = cells.length - 3
  let at = (hash << 1) & last
  while (cells[at + 1] !== slot + 1) at = (at + 2) & last
  return at
}

/** Empties a cell and moves cells behind it up, so that none is cut off from its home (Knuth 6.4, algorithm R). */
export function clearCell(cells: Int32Array, gapAt: number): void {
  const last = cells.length - 3
  let gap = gapAt
  for (let at = (gap + 2) & last; cells[at + 1] !== 0; at = (at + 2) & last) {
    const home = (cells[at]! << 1) & last
    if (((at - home) & last) < ((at - gap) & last)) continue
    cells[gap] = cells[at]!
    cells[gap + 1] = cells[at + 1]!
    gap = at
  }
  cells[gap + 1] = 0
}
