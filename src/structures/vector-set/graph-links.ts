const NODES_FIRST = 16

/**
 * The links of a graph's nodes, level by level: on level 0 up to 2·m each, in rows of one flat array; on the levels above, which one node
 * in m has, up to m each. A row begins with how many there are.
 *
 * Invariant: links are mutual, and both ends are on the level.
 */
export class GraphLinks {
  size = 0
  private readonly m: number
  private base: Int32Array
  private levels = new Uint8Array(NODES_FIRST)
  /** Of nodes that are on a higher level, their rows above the base. */
  private readonly upper: (Int32Array | undefined)[] = []
  private upperCells = 0

  constructor(m: number) {
    this.m = m
    this.base = new Int32Array(NODES_FIRST * this.widthOf(0))
  }

  /** The levels of the nodes as they are now, without links. O(nodes). */
  view(): GraphLinks {
    const view = new GraphLinks(this.m)
    view.size = this.size
    view.levels = this.levels.slice()
    return view
  }

  clone(): GraphLinks {
    const copy = new GraphLinks(this.m)
    copy.size = this.size
    copy.base = this.base.slice()
    copy.levels = this.levels.slice()
    for (const rows of this.upper) copy.upper.push(rows?.slice())
    copy.upperCells = this.upperCells
    return copy
  }

  /** About the bytes of heap. */
  get weight(): number {
    return this.base.byteLength + this.levels.byteLength + this.upper.length * 8 + this.upperCells * 4
  }

  private widthOf(level: number): number {
    return (level === 0 ? 2 * this.m : this.m) + 1
  }

  levelOf(node: number): number {
    return this.levels[node]!
  }

  /** The array in which the links of a node lie, from `startOf` to `endOf`. */
  cellsOf(node: number, level: number): Int32Array {
    return level === 0 ? this.base : this.upper[node]!
  }

  private rowOf(node: number, level: number): number {
    return level === 0 ? node * this.widthOf(0) : (level - 1) * this.widthOf(1)
  }

  startOf(node: number, level: number): number {
    return this.rowOf(node, level) + 1
  }

  endOf(node: number, level: number): number {
    const row = this.rowOf(node, level)
    return row + 1 + this.cellsOf(node, level)[row]!
  }

  countOf(node: number, level: number): number {
    return this.cellsOf(node, level)[this.rowOf(node, level)]!
  }

  isFull(node: number, level: number): boolean {
    return this.countOf(node, level) === this.widthOf(level) - 1
  }

  /** The neighbours of a node, in an array of their own. */
  of(node: number, level: number): number[] {
    const cells = this.cellsOf(node, level)
    const end = this.endOf(node, level)
    const nodes: number[] = []
    for (let i = this.startOf(node, level); i < end; i++) nodes.push(cells[i]!)
    return nodes
  }

  areJoined(a: number, b: number, level: number): boolean {
    return this.placeOf(a, b, level) !== -1
  }

  /** Where b stands among the links of a. */
  private placeOf(a: number, b: number, level: number): number {
    const cells = this.cellsOf(a, level)
    const end = this.endOf(a, level)
    for (let i = this.startOf(a, level); i < end; i++) if (cells[i] === b) return i
    return -1
  }

  /** Adds a node without links and returns its number. O(1) amortised. */
  add(level: number): number {
    const node = this.size++
    if (this.size > this.levels.length) this.grow()
    this.levels[node] = level
    this.base[this.rowOf(node, 0)] = 0
    this.upper[node] = level === 0 ? undefined : new Int32Array(level * this.widthOf(1))
    this.upperCells += level * this.widthOf(1)
    return node
  }

  private grow(): void {
    const levels = new Uint8Array(this.levels.length * 2)
    levels.set(this.levels)
    this.levels = levels
    const base = new Int32Array(this.base.length * 2)
    base.set(this.base)
    this.base = base
  }

  /** Links two nodes that are not; both must have room. */
  join(a: number, b: number, level: number): void {
    this.append(a, b, level)
    this.append(b, a, level)
  }

  private append(a: number, b: number, level: number): void {
    const cells = this.cellsOf(a, level)
    const row = this.rowOf(a, level)
    const count = ++cells[row]!
    cells[row + count] = b
  }

  /** Ends the link between two nodes. O(links). */
  cut(a: number, b: number, level: number): void {
    this.drop(a, b, level)
    this.drop(b, a, level)
  }

  private drop(a: number, b: number, level: number): void {
    const cells = this.cellsOf(a, level)
    const row = this.rowOf(a, level)
    cells[this.placeOf(a, b, level)] = cells[row + cells[row]!]!
    cells[row]!--
  }

  /** Takes away a node that has no links; the last one takes its number. O(links). */
  removeLast(node: number): void {
    const last = this.size - 1
    this.upperCells -= this.levels[node]! * this.widthOf(1)
    if (node !== last) {
      for (let level = this.levels[last]!; level >= 0; level--) {
        for (const other of this.of(last, level)) {
          this.cellsOf(other, level)[this.placeOf(other, last, level)] = node
        }
      }
      this.levels[node] = this.levels[last]!
      const from = this.rowOf(last, 0)
      this.base.copyWithin(this.rowOf(node, 0), from, from + this.widthOf(0))
      this.upper[node] = this.upper[last]
    }
    this.upper.pop()
    this.size--
  }

  /** A node on the highest level, -1 when there is none. O(nodes). */
  highest(): number {
    let found = this.size === 0 ? -1 : 0
    for (let node = 1; node < this.size; node++) if (this.levels[node]! > this.levels[found]!) found = node
    return found
  }

  /** Throws where links are not mutual, doubled or lead nowhere. O(nodes · links²). */
  invariants(): void {
    let cells = 0
    for (let node = 0; node < this.size; node++) {
      cells += this.levels[node]! * this.widthOf(1)
      for (let level = 0; level <= this.levels[node]!; level++) {
        const others = this.of(node, level)
        if (new Set(others).size !== others.length || others.includes(node)) throw new Error('links are doubled')
        for (const other of others) {
          if (other >= this.size || this.levels[other]! < level) throw new Error('a link leads nowhere')
          if (!this.areJoined(other, node, level)) throw new Error('a link is not mutual')
        }
      }
    }
    if (cells !== this.upperCells || this.upper.length !== this.size) throw new Error('rows are not counted right')
  }
}
