import { parseInt64 } from './int64.js'
import { BYTES_PER_UNIT_MAX, ENTRY_OVERHEAD, ListNode, NODE_BYTES_MAX } from './list-node.js'
import { roughEntryBytes } from './listpack.js'
import { Quicklist } from './quicklist.js'
import { byteLength } from './text.js'

/** A quicklist becomes a listpack again at half of what a listpack may grow to, so that it does not go to and fro. */
const PACKED_AGAIN_BYTES = NODE_BYTES_MAX / 2

/** The object itself. */
const OBJECT = 80

/** Where a search stops. */
export interface SearchLimits {
  /** Which match is the first to be reported, from 1 on. */
  readonly rank: number
  /** How many are reported; Infinity for all. */
  readonly count: number
  /** How many elements are compared; Infinity for all. */
  readonly compared: number
}

/**
 * A Redis list: elements in order, quick at both ends.
 *
 * Redis keeps a short list as one listpack and a longer one as a quicklist. `isPacked` says which, and `compact`, `reserve`
 * and the cuts of the nodes follow Redis's rules to the byte. All else is that of Quicklist: it is the base and not a field,
 * since pushes and pops have nothing to spare.
 *
 * Pushing and popping are O(1) amortised and at most some 10 µs; no more than the elements of one node are ever moved.
 * The list must not be changed while it is iterated.
 */
export class List extends Quicklist {
  private isPacked = true

  /** A list as Redis builds one at a stroke; a quicklist however short it is, unless it `packs`. O(elements). */
  static of(elements: Iterable<string>, packs = true): List {
    const list = new List()
    list.isPacked = false
    for (const element of elements) list.append(element, false)
    if (packs) list.packBelow(NODE_BYTES_MAX)
    return list
  }

  /** A list with the nodes that a dump has, whose arrays it keeps; a plain one has one element. Empty nodes are left out. O(elements). */
  static ofNodes(nodes: Iterable<{ readonly elements: string[]; readonly plain: boolean }>): List {
    const list = new List()
    const taken: ListNode[] = []
    for (const { elements, plain } of nodes) {
      if (elements.length > 0) taken.push(plain ? ListNode.plain(elements[0]!) : ListNode.packed(elements))
    }
    list.isPacked = false
    if (taken.length > 0) list.takeOver(taken)
    list.packBelow(NODE_BYTES_MAX)
    return list
  }

  get type(): 'list' {
    return 'list'
  }

  /** As OBJECT ENCODING says it. */
  get encoding(): 'listpack' | 'quicklist' {
    return this.isPacked ? 'listpack' : 'quicklist'
  }

  /** The bytes that the list takes, roughly. O(1). */
  get weight(): number {
    return OBJECT + this.nodesWeight
  }

  /** Puts an element at the front. O(1) amortised. */
  unshift(element: string): void {
    const node = this.first
    const bytes = node.bytes + BYTES_PER_UNIT_MAX * element.length + ENTRY_OVERHEAD
    if (bytes <= node.ceiling) {
      node.bytes = bytes
      node.unshift(element)
    } else this.pushMeasured(element, true)
  }

  /** Puts an element at the back. O(1) amortised. */
  push(element: string): void {
    const node = this.last
    const bytes = node.bytes + BYTES_PER_UNIT_MAX * element.length + ENTRY_OVERHEAD
    if (bytes <= node.ceiling) {
      node.bytes = bytes
      node.push(element)
    } else this.pushMeasured(element, false)
  }

  private pushMeasured(element: string, atFront: boolean): void {
    if (this.isLong) {
      this.pushRough(element, atFront)
      return
    }
    const bytes = byteLength(element)
    this.reserve(bytes)
    this.append(element, atFront, bytes)
  }

  /** As `pushEnd` does it for most elements of a long list. */
  private pushRough(element: string, atFront: boolean): void {
    const node = atFront ? this.first : this.last
    if (node.ceiling !== 0 || node.bytes + element.length > NODE_BYTES_MAX - ENTRY_OVERHEAD) {
      this.pushEnd(element, atFront)
      return
    }
    if (this.pending !== undefined) this.condenseFurther()
    node.bytes += roughEntryBytes(element)
    node.exact = false
    if (atFront) node.unshift(element)
    else node.push(element)
  }

  /** Puts elements at one end, one after the other. O(elements). */
  pushAll(elements: readonly string[], atFront: boolean): void {
    if (this.isPacked) {
      let bytes = 0
      for (const element of elements) bytes += byteLength(element)
      this.reserve(bytes)
    }
    for (const element of elements) this.append(element, atFront)
  }

  /**
   * Redis asks before it adds whether the list will be too large for a listpack, and takes the bytes of the new elements
   * for what they will add.
   */
  private reserve(bytes: number): void {
    if (!this.isPacked) return
    const node = this.first
    if (node.ceiling !== 0 && node.bytes + bytes <= NODE_BYTES_MAX) return
    if (node.size() + bytes > NODE_BYTES_MAX) this.isPacked = false
  }

  /** `bytes` are those of the element, where they are known. */
  private append(element: string, atFront: boolean, bytes?: number): void {
    if (this.isPacked) this.putInto(atFront ? this.first : this.last, element, atFront, bytes)
    else this.pushEnd(element, atFront, bytes)
  }

  /** Takes the first element away, undefined when the list is empty. O(1) amortised. */
  shift(): string | undefined {
    const element = this.takeEnd(true)
    if (this.nodes === undefined) this.compact()
    return element
  }

  /** Takes the last element away, undefined when the list is empty. O(1) amortised. */
  pop(): string | undefined {
    const element = this.takeEnd(false)
    if (this.nodes === undefined) this.compact()
    return element
  }

  private takeEnd(atFront: boolean): string | undefined {
    const node = atFront ? this.first : this.last
    if (node.items.length === node.start) return undefined
    const element = atFront ? node.shift() : node.pop()
    if (node.items.length === node.start) this.dropNode(atFront)
    return element
  }

  /** After a loss: what fits well into a listpack becomes one again. O(1) amortised. */
  private compact(): void {
    if (!this.isPacked) this.packBelow(PACKED_AGAIN_BYTES)
  }

  private packBelow(bytes: number): void {
    const node = this.first
    if (this.nodes !== undefined || node.plain || node.count === 0) return
    if ((node.ceiling !== 0 && node.bytes <= bytes) || node.size() <= bytes) this.isPacked = true
  }

  /** Takes an element from one end and puts it at an end of `target`, which may be this list. O(1) amortised. */
  moveTo(target: List, fromFront: boolean, toFront: boolean): string | undefined {
    // What Redis takes from a quicklist as an integer adds nothing, to its mind.
    const isCounted = this.isPacked
    const element = this.takeEnd(fromFront)
    if (element === undefined) return undefined
    if (target.isPacked) target.reserve(isCounted || !isInteger(element) ? byteLength(element) : 0)
    target.append(element, toFront)
    this.compact()
    return element
  }

  /** Takes up to `count` elements from one end, in the order in which single pops would. O(count). */
  take(count: number, atFront: boolean): string[] {
    const { size } = this
    const many = Math.min(count, size)
    const taken = atFront ? this.range(0, many - 1) : this.range(size - many, size - 1).reverse()
    this.discard(many, atFront)
    this.compact()
    return taken
  }

  /** Keeps the elements from `start` to `last`, both included and within the list; none where `last` is before `start`. O(removed). */
  trim(start: number, last: number): void {
    const { size } = this
    this.discard(start > last ? size : start, true)
    if (start <= last) this.discard(size - 1 - last, false)
    this.compact()
  }

  /** The element at an index within the list. O(log nodes), O(1) as a rule. */
  at(index: number): string {
    const position = this.first.begin + index
    const node = this.nodeAt(this.nodeOf(position))
    return node.at(position - node.begin)
  }

  /** Exchanges the element at an index; returns whether there is one. O(1) as `at`, but some µs; O(nodes) for very long elements. */
  set(index: number, element: string): boolean {
    // Redis makes room before it knows whether there will be something to put in.
    this.reserve(byteLength(element))
    if (index < 0 || index >= this.size) return false
    const position = this.first.begin + index
    const at = this.nodeOf(position)
    this.replaceAt(at, position - this.nodeAt(at).begin, element)
    this.compact()
    return true
  }

  /** The elements from `start` to `last`, both included and within the list. O(log nodes + elements returned). */
  range(start: number, last: number): string[] {
    if (start > last) return []
    const { begin } = this.first
    let at = this.nodeOf(begin + start)
    let node = this.nodeAt(at)
    const end = begin + last + 1
    this.noteRead(node)
    const elements = node.slice(begin + start - node.begin, Math.min(node.count, end - node.begin))
    while (node.end < end) {
      node = this.nodeAt(++at)
      const more = node.slice(0, Math.min(node.count, end - node.begin))
      for (let i = 0; i < more.length; i++) elements.push(more[i]!)
    }
    return elements
  }

  /** Inserts an element before or after the first that equals `pivot`; returns whether there is one. O(elements up to it). */
  insert(pivot: string, element: string, after: boolean): boolean {
    this.reserve(byteLength(element))
    for (let at = 0; at < this.nodeCount; at++) {
      const offset = this.nodeAt(at).indexOf(pivot)
      if (offset === -1) continue
      if (this.isPacked) this.first.insert(after ? offset + 1 : offset, element)
      else this.insertBeside(at, offset, element, after)
      return true
    }
    return false
  }

  /** Removes up to `limit` elements that equal `element`, from the front or the back on; returns how many. O(elements). */
  remove(element: string, limit: number, fromBack: boolean): number {
    const removed = this.removeEqual(element, limit, fromBack)
    if (removed > 0) this.compact()
    return removed
  }

  /** The indices of elements that equal `element`, in the order of the search. O(elements compared). */
  positionsOf(element: string, limits: SearchLimits, fromBack: boolean): number[] {
    const found: number[] = []
    const { size, nodeCount } = this
    const most = Math.min(limits.compared, size)
    let matches = 0
    let compared = 0
    for (let at = 0; at < nodeCount && compared < most; at++) {
      const node = this.nodeAt(fromBack ? nodeCount - 1 - at : at)
      const { count } = node
      const looked = Math.min(count, most - compared)
      for (let i = 0; i < looked; i++) {
        if (!node.isAt(fromBack ? count - 1 - i : i, element) || ++matches < limits.rank) continue
        found.push(fromBack ? size - 1 - compared - i : compared + i)
        if (found.length === limits.count) return found
      }
      compared += looked
    }
    return found
  }

  *[Symbol.iterator](): IterableIterator<string> {
    for (let at = 0; at < this.nodeCount; at++) {
      const node = this.nodeAt(at)
      for (let i = 0; i < node.count; i++) yield node.at(i)
    }
  }

  /** The elements by nodes, as a dump has them; a listpack is one node. */
  *runs(): IterableIterator<{ elements: string[]; plain: boolean }> {
    for (let at = 0; at < this.nodeCount; at++) yield this.run(at)
  }

  /** One of `runs`, by its index from 0 to `nodeCount` - 1. O(elements of the node). */
  run(index: number): { elements: string[]; plain: boolean } {
    const node = this.nodeAt(index)
    return { elements: node.slice(), plain: node.plain }
  }

  /** As `clone`. */
  view(): List {
    return this.clone()
  }

  /** An independent copy, kept as this one is: nodes inside share what they hold until one of them changes. O(nodes). */
  clone(): List {
    const copy = new List()
    copy.isPacked = this.isPacked
    this.copyNodesTo(copy)
    return copy
  }

  override invariants(): void {
    super.invariants()
    if (!this.isPacked) return
    if (this.nodes !== undefined || this.first.plain) throw new Error('list: a listpack is one node')
  }
}

function isInteger(element: string): boolean {
  return parseInt64(element) !== undefined
}
