import { DistanceHeap } from './distance-heap.js'
import { GraphLinks } from './graph-links.js'
import type { Query, Vectors } from './vectors.js'

/** A node that was found, and how far away it is. */
export interface Neighbour {
  readonly node: number
  readonly distance: number
}

/** Which nodes may be found, and how many are looked at for them. */
export interface Acceptance {
  accepts(node: number): boolean
  /** How many nodes are looked at at most; 0 for all that it takes. */
  readonly looksMax: number
}

const NONE = -1

/**
 * Which vectors are near to which: a hierarchical navigable small world. Every node has links to near ones on level 0, and one in `m`
 * of those on a level has links on the next as well; a search goes down from the top and widens at the bottom.
 *
 * Links are mutual, other than in the paper: so whoever is removed is known to its neighbours, which are linked among themselves
 * instead. Nodes are the rows of `vectors`, numbered without gaps: the last one moves into a gap.
 *
 * @see Malkov, Yashunin: "Efficient and robust approximate nearest neighbor search using HNSW graphs", arXiv:1603.09320
 */
export class Graph {
  readonly m: number
  private readonly vectors: Vectors
  private readonly links: GraphLinks
  /** Where searches begin: a node on the highest level. */
  private entry = NONE
  /** When each node was last seen by a search, in the numbers of searches. */
  private seen = new Uint32Array(16)
  private searches = 0
  private readonly open = new DistanceHeap(1)
  private readonly best = new DistanceHeap(-1)

  constructor(vectors: Vectors, m: number, links = new GraphLinks(m)) {
    this.vectors = vectors
    this.m = m
    this.links = links
  }

  get size(): number {
    return this.links.size
  }

  /** The highest level, 0 when empty. */
  get levelMax(): number {
    return this.entry === NONE ? 0 : this.links.levelOf(this.entry)
  }

  /** About the bytes of heap. */
  get weight(): number {
    return this.links.weight + this.seen.byteLength
  }

  /** The levels of the nodes as they are now, without links. O(nodes). */
  view(vectors: Vectors): Graph {
    return new Graph(vectors, this.m, this.links.view())
  }

  /** A copy over a copy of the vectors. O(nodes). */
  clone(vectors: Vectors): Graph {
    const copy = new Graph(vectors, this.m, this.links.clone())
    copy.entry = this.entry
    return copy
  }

  /** The neighbours of a node on a level. O(links). */
  neighboursOf(node: number, level: number): Neighbour[] {
    return this.links.of(node, level).map((other) => ({ node: other, distance: this.vectors.between(node, other) }))
  }

  /** The numbers of the neighbours of a node on a level. */
  linksOf(node: number, level: number): number[] {
    return this.links.of(node, level)
  }

  levelOf(node: number): number {
    return this.links.levelOf(node)
  }

  /** Adds the last row of the vectors as a node up to a level; `ef` candidates are looked at on each. O(log n · ef). */
  add(level: number, query: Query, ef: number): void {
    const node = this.links.add(level)
    if (this.entry === NONE) {
      this.entry = node
      return
    }
    const top = this.levelMax
    let from = this.entry
    for (let at = top; at > level; at--) from = this.nearest(query, from, at)
    for (let at = Math.min(level, top); at >= 0; at--) {
      const found = this.widen(query, from, ef, at)
      if (found.length > 0) from = found[0]!.node
      this.connect(node, found, at)
    }
    if (level > top) this.entry = node
  }

  /** Takes a node away; the last one takes its number. O(links²). */
  remove(node: number): void {
    for (let level = this.links.levelOf(node); level >= 0; level--) {
      const others = this.links.of(node, level)
      for (const other of others) this.links.cut(node, other, level)
      this.relink(others, level)
    }
    const last = this.size - 1
    this.links.removeLast(node)
    if (this.entry === node) this.entry = this.links.highest()
    else if (this.entry === last) this.entry = node
  }

  /** The nearest nodes, the nearest first, up to `count`; those on the way are as many as `ef`. O(log n · ef). */
  search(query: Query, count: number, ef: number, acceptance?: Acceptance): Neighbour[] {
    if (this.entry === NONE) return []
    let from = this.entry
    for (let level = this.levelMax; level > 0; level--) from = this.nearest(query, from, level)
    return this.widen(query, from, Math.max(ef, count), 0, acceptance).slice(0, count)
  }

  /** Goes from node to node as long as one is nearer. */
  private nearest(query: Query, from: number, level: number): number {
    let node = from
    let distance = this.vectors.distanceTo(query, node)
    for (let moved = true; moved; ) {
      moved = false
      const end = this.links.endOf(node, level)
      const cells = this.links.cellsOf(node, level)
      for (let i = this.links.startOf(node, level); i < end; i++) {
        const other = cells[i]!
        const far = this.vectors.distanceTo(query, other)
        if (far >= distance) continue
        distance = far
        node = other
        moved = true
      }
    }
    return node
  }

  /** The `ef` nearest nodes that can be found on a level from one on, the nearest first. */
  private widen(query: Query, from: number, ef: number, level: number, acceptance?: Acceptance): Neighbour[] {
    const { open, best, vectors, links } = this
    open.clear()
    best.clear()
    this.beginSearch()
    let looks = 0
    this.look(query, from, acceptance)
    while (open.size > 0) {
      if (best.size >= ef && open.topDistance > best.topDistance) break
      if (acceptance !== undefined && acceptance.looksMax > 0 && looks >= acceptance.looksMax) break
      const node = open.pop()
      const end = links.endOf(node, level)
      const cells = links.cellsOf(node, level)
      for (let i = links.startOf(node, level); i < end; i++) {
        const other = cells[i]!
        if (this.seen[other] === this.searches) continue
        this.seen[other] = this.searches
        looks++
        const distance = vectors.distanceTo(query, other)
        if (best.size >= ef && distance >= best.topDistance) continue
        open.push(other, distance)
        if (acceptance !== undefined && !acceptance.accepts(other)) continue
        best.push(other, distance)
        if (best.size > ef) best.pop()
      }
    }
    return drained(best)
  }

  private look(query: Query, node: number, acceptance: Acceptance | undefined): void {
    const distance = this.vectors.distanceTo(query, node)
    this.seen[node] = this.searches
    this.open.push(node, distance)
    if (acceptance === undefined || acceptance.accepts(node)) this.best.push(node, distance)
  }

  private beginSearch(): void {
    if (this.seen.length < this.size) this.seen = new Uint32Array(this.size * 2)
    this.searches++
    if (this.searches < 2 ** 32) return
    this.seen.fill(0)
    this.searches = 1
  }

  /**
   * Links a new node to some of what was found, in different directions rather than all in one (algorithm 4 of the paper). The
   * nearest is linked in any case.
   */
  private connect(node: number, found: readonly Neighbour[], level: number): void {
    const passed: Neighbour[] = []
    const chosen: number[] = []
    for (const candidate of found) {
      if (chosen.length === this.m) break
      if (chosen.some((other) => this.vectors.between(candidate.node, other) < candidate.distance)) {
        passed.push(candidate)
      } else if (this.offer(node, candidate, level)) chosen.push(candidate.node)
    }
    for (const candidate of passed) {
      if (this.links.countOf(node, level) >= this.m) break
      this.offer(node, candidate, level)
    }
    if (this.links.countOf(node, level) === 0 && found.length > 0) this.force(node, found, level)
  }

  /** Links two nodes unless the other one has no room and nothing farther to give up; returns whether they are. */
  private offer(node: number, { node: other, distance }: Neighbour, level: number): boolean {
    if (this.links.isFull(other, level)) {
      let farthest = NONE
      let far = distance
      for (const third of this.links.of(other, level)) {
        // Whoever has few links keeps them: nobody is to be cut off.
        if (this.links.countOf(third, level) <= this.m >> 1) continue
        const away = this.vectors.between(other, third)
        if (away <= far) continue
        farthest = third
        far = away
      }
      if (farthest === NONE) return false
      this.links.cut(other, farthest, level)
    }
    this.links.join(node, other, level)
    return true
  }

  /** Links a node that nobody took to the nearest with room, or else in the place of that one's last link. */
  private force(node: number, found: readonly Neighbour[], level: number): void {
    const roomy = found.find((candidate) => !this.links.isFull(candidate.node, level))
    if (roomy !== undefined) {
      this.links.join(node, roomy.node, level)
      return
    }
    const other = found[0]!.node
    const given = this.links.of(other, level).at(-1)!
    // The one that loses its link gets the new node in its place: it stays where it can be reached.
    this.links.cut(other, given, level)
    this.links.join(node, other, level)
    this.links.join(node, given, level)
  }

  /** Links nodes among each other that have lost a common neighbour, the nearest pairs first. O(nodes²). */
  private relink(nodes: readonly number[], level: number): void {
    const pairs: { readonly a: number; readonly b: number; readonly distance: number }[] = []
    for (const [i, a] of nodes.entries()) {
      for (const b of nodes.slice(i + 1)) {
        if (!this.links.areJoined(a, b, level)) pairs.push({ a, b, distance: this.vectors.between(a, b) })
      }
    }
    pairs.sort((one, other) => one.distance - other.distance)
    const given = new Set<number>()
    for (const { a, b } of pairs) {
      if (this.links.isFull(a, level) || this.links.isFull(b, level)) continue
      // One link for the one that each has lost; more where few are left.
      if ((given.has(a) || given.has(b)) && this.links.countOf(a, level) > 2 && this.links.countOf(b, level) > 2)
        continue
      this.links.join(a, b, level)
      given.add(a).add(b)
    }
  }

  /** Throws where links are not mutual or lead nowhere. O(nodes · links). */
  invariants(): void {
    this.links.invariants()
    if ((this.entry === NONE) !== (this.size === 0)) throw new Error('the entry is wrong')
    if (this.entry !== NONE && this.links.levelOf(this.links.highest()) !== this.levelMax)
      throw new Error('the entry is low')
  }
}

/** What is in a heap that has the farthest on top, the nearest first. */
function drained(heap: DistanceHeap): Neighbour[] {
  const found = new Array<Neighbour>(heap.size)
  for (let i = heap.size - 1; i >= 0; i--) {
    const distance = heap.topDistance
    found[i] = { node: heap.pop(), distance }
  }
  return found
}
