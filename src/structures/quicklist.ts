import Denque from 'denque'
import type { CondensedTexts, Condensing } from './condensed-texts.js'
import { ENTRY_OVERHEAD, ListNode, NODE_BYTES_MAX } from './list-node.js'
import { EMPTY_BYTES } from './listpack.js'
import { byteLength } from './text.js'
import { WORD } from './weight.js'

/** From so many nodes on (a quarter of a megabyte) sizes are taken by UTF-16 units. See `isLong`. */
const ROUGH_FROM_NODES = 32
/** No insertion touches nodes further away than this. */
const RENUMBERED = 4
/** So many nodes at either end stay loose as the list grows: an end that moves to and fro by a node condenses nothing. */
const LOOSE_ENDS = 2

/**
 * A list as a deque of nodes, cut where Redis cuts its quicklists: whether a list goes back to a listpack as it shrinks
 * depends on how many nodes are left of it, and so on where all of them have begun and ended.
 *
 * Invariants: the nodes follow each other without a gap in the positions. No node is empty but the only one of an empty
 * list. `nodes` is undefined while there is one node, as in nearly every list. The first and the last node are loose.
 */
export class Quicklist {
  protected first: ListNode
  protected last: ListNode
  protected nodes: Denque<ListNode> | undefined
  /**
   * Whether the list is so long that text is taken for ASCII when its nodes are cut. That saves a quarter of the time of a
   * push, and can be told from Redis only when a long list of other text has shrunk to a hundredth.
   */
  protected isLong: boolean
  /** The condensed node that was read last. One that is read twice in a row keeps its elements loose as well. */
  private lately: CondensedTexts | undefined
  /** What is left to do of condensing a node: pushes do it, a little each, so that none of them takes long. */
  protected pending: { readonly node: ListNode; readonly condensing: Condensing } | undefined
  /** What all nodes weigh but the first and the last, which change all the time. */
  private innerWeight: number

  constructor() {
    this.first = new ListNode([], 0, 0)
    this.last = this.first
    this.nodes = undefined
    this.isLong = false
    this.lately = undefined
    this.pending = undefined
    this.innerWeight = 0
  }

  /** What the nodes weigh. O(1). */
  protected get nodesWeight(): number {
    const { nodes } = this
    if (nodes === undefined) return this.first.weight
    return this.first.weight + this.innerWeight + this.last.weight + nodes.length * WORD
  }

  /** Weighs all inner nodes anew. O(nodes). */
  private weighInner(): void {
    this.innerWeight = this.sumOfInner()
  }

  private sumOfInner(): number {
    let weight = 0
    for (let i = this.nodeCount - 2; i > 0; i--) weight += this.nodeAt(i).weight
    return weight
  }

  /** How many elements there are. O(1). */
  get size(): number {
    return this.last.end - this.first.begin
  }

  /** How many nodes Redis would have. O(1). */
  get nodeCount(): number {
    return this.nodes === undefined ? (this.size === 0 ? 0 : 1) : this.nodes.length
  }

  protected nodeAt(index: number): ListNode {
    return this.nodes === undefined ? this.first : this.nodes.peekAt(index)!
  }

  /** Puts an element at one end; `known` are its bytes, where they are. O(1) amortised, at most some 10 µs. */
  protected pushEnd(element: string, atFront: boolean, known?: number): void {
    const node = atFront ? this.first : this.last
    const bytes = this.isLong ? element.length : (known ?? byteLength(element))
    if (this.pending !== undefined) this.condenseFurther()
    if (bytes > NODE_BYTES_MAX) this.addNode(ListNode.plain(element), atFront)
    else if (!this.hasRoom(node, bytes)) this.addNode(ListNode.of(element, this.isLong), atFront)
    else this.putInto(node, element, atFront, bytes)
  }

  /** Puts an element at one end of a node; `bytes` are its own, where they are known. */
  protected putInto(node: ListNode, element: string, atFront: boolean, bytes?: number): void {
    node.loosen()
    if (atFront) node.unshift(element)
    else node.push(element)
    node.account(element, this.isLong, bytes)
  }

  /** Whether Redis would put an element of so many bytes into a node. */
  private hasRoom(node: ListNode | undefined, bytes: number): boolean {
    if (node === undefined || node.plain || bytes > NODE_BYTES_MAX) return false
    const most = NODE_BYTES_MAX - ENTRY_OVERHEAD - bytes
    if (node.ceiling !== 0 && node.bytes <= most) return true
    // Redis has no nodes without elements.
    return node.count === 0 || (this.isLong ? node.roughSize() : node.size()) <= most
  }

  /** Makes a node of elements the first or the last one. The list may be empty. */
  protected addNode(node: ListNode, atFront: boolean): void {
    if (this.size === 0) {
      node.base = this.first.begin
      this.first = node
      this.last = node
      return
    }
    this.nodes ??= new Denque([this.first])
    const former = atFront ? this.first : this.last
    const becomesInner = this.nodes.length > 1
    if (atFront) {
      node.base = this.first.begin - node.items.length
      // Most likely as many elements will follow.
      node.makeFrontGap(this.first.count)
      this.first.trim(true)
      this.first = node
      this.nodes.unshift(node)
    } else {
      node.base = this.last.end - node.start
      this.last.trim(false)
      this.last = node
      this.nodes.push(node)
    }
    if (becomesInner) this.innerWeight += former.weight
    this.beginCondensing(atFront ? LOOSE_ENDS : this.nodes.length - 1 - LOOSE_ENDS)
    this.isLong = this.nodes.length > ROUGH_FROM_NODES
  }

  /** A node, unless it is near an end. */
  private innerAt(index: number): ListNode | undefined {
    const { nodes } = this
    if (nodes === undefined || index < LOOSE_ENDS || index >= nodes.length - LOOSE_ENDS) return undefined
    return nodes.peekAt(index)
  }

  /** Condenses a node, unless it is near an end. O(elements of the node). */
  private condenseInner(index: number): void {
    const node = this.innerAt(index)
    if (node === undefined) return
    const before = node.weight
    node.condense()
    this.innerWeight += node.weight - before
  }

  /** As `condenseInner`, but leaves the work to the pushes that follow. */
  private beginCondensing(index: number): void {
    this.finishCondensing()
    const node = this.innerAt(index)
    const condensing = node?.condensing()
    if (node !== undefined && condensing !== undefined) this.pending = { node, condensing }
  }

  protected condenseFurther(): void {
    const { node, condensing } = this.pending!
    if (condensing.step()) return
    this.pending = undefined
    const before = node.weight
    node.setCondensed(condensing.result)
    this.innerWeight += node.weight - before
  }

  /** To be called before nodes are changed that are not ends. O(elements of a node). */
  private finishCondensing(): void {
    while (this.pending !== undefined) this.condenseFurther()
  }

  /** As `condenseInner`, for all of the nodes that a change may have loosened or moved. */
  private condenseAround(index: number): void {
    for (let i = index - RENUMBERED; i <= index + RENUMBERED; i++) this.condenseInner(i)
  }

  /** Takes away the first or the last node, which has lost its elements. */
  protected dropNode(atFront: boolean): void {
    this.cutNode(atFront)
    this.loosenEnds()
  }

  private loosenEnds(): void {
    const node = this.pending?.node
    if (node === this.first || node === this.last) this.pending = undefined
    this.first.loosen()
    this.last.loosen()
  }

  /** As `dropNode`, but what is the end then may be condensed. */
  private cutNode(atFront: boolean): void {
    const { nodes } = this
    if (nodes === undefined) {
      const begin = this.first.begin
      this.first = new ListNode([], 0, begin)
      this.last = this.first
      return
    }
    const gone = atFront ? nodes.shift() : nodes.pop()
    if (this.pending?.node === gone) this.pending = undefined
    if (atFront) this.first = nodes.peekFront()!
    else this.last = nodes.peekBack()!
    if (nodes.length > 1) this.innerWeight -= (atFront ? this.first : this.last).weight
    this.nodesRemoved(nodes)
  }

  private nodesRemoved(nodes: Denque<ListNode>): void {
    const { length } = nodes
    if (length === 1) {
      this.nodes = undefined
      this.lately = undefined
      this.pending = undefined
    }
    if (this.isLong) this.isLong = length > ROUGH_FROM_NODES
  }

  /** The index of the node that holds a position, which must be within the list. O(log nodes), O(1) as a rule. */
  protected nodeOf(position: number): number {
    const { nodes } = this
    if (nodes === undefined || position < this.first.end) return 0
    let low = 1
    let high = nodes.length - 1
    if (position >= this.last.begin) return high
    high--
    // Nodes are of similar lengths: where the position should be it mostly is. Halving by turns bounds the rest.
    for (let guess = true; low < high; guess = !guess) {
      const begin = nodes.peekAt(low)!.begin
      const end = nodes.peekAt(high)!.end
      const middle = guess
        ? low + Math.floor(((position - begin) / (end - begin)) * (high - low + 1))
        : (low + high) >> 1
      const node = nodes.peekAt(middle)!
      if (position < node.begin) high = middle - 1
      else if (position >= node.end) low = middle + 1
      else return middle
    }
    return low
  }

  /** Tells that a run of elements of a node is read. */
  protected noteRead(node: ListNode): void {
    const { condensed } = node
    if (condensed === undefined) return
    if (this.lately === condensed) condensed.keepLoose()
    else {
      this.lately?.forgetLoose()
      this.lately = condensed
    }
  }

  /** Takes away so many elements at one end, as many as there are at most. O(nodes + elements of a node). */
  protected discard(count: number, atFront: boolean): void {
    let left = count
    while (left > 0) {
      const node = atFront ? this.first : this.last
      if (left < node.count) {
        node.loosen()
        node.discard(left, atFront)
        break
      }
      left -= node.count
      this.cutNode(atFront)
    }
    this.loosenEnds()
  }

  /** Removes up to `limit` elements that equal `element`, from the front or the back on; returns how many. O(elements). */
  protected removeEqual(element: string, limit: number, fromBack: boolean): number {
    this.finishCondensing()
    const count = this.nodeCount
    let removed = 0
    let emptied = false
    for (let i = 0; i < count && removed < limit; i++) {
      const node = this.nodeAt(fromBack ? count - 1 - i : i)
      removed += node.removeEqual(element, limit - removed, fromBack)
      emptied ||= node.count === 0
    }
    if (removed === 0) return 0
    if (emptied) this.dropEmptied()
    this.renumber(0, count)
    this.weighInner()
    return removed
  }

  private dropEmptied(): void {
    const kept = this.nodes === undefined ? [] : this.nodes.toArray().filter((node) => node.count > 0)
    if (kept.length > 0) this.takeOver(kept)
    else {
      this.nodes = undefined
      this.innerWeight = 0
      this.isLong = false
      this.dropNode(true)
    }
  }

  /** A new list takes over elements and nodes as they are. */
  protected takeOver(nodes: ListNode[]): void {
    this.adopt(nodes)
    this.renumber(0, nodes.length)
    for (let i = 0; i < nodes.length; i++) this.condenseInner(i)
    this.loosenEnds()
    this.weighInner()
  }

  /** Has these nodes and no others, which are in order. */
  private adopt(nodes: ListNode[]): void {
    this.first = nodes[0]!
    this.last = nodes.at(-1)!
    this.nodes = nodes.length === 1 ? undefined : new Denque(nodes)
    this.isLong = nodes.length > ROUGH_FROM_NODES
  }

  /** Fills an empty list with copies of all nodes. O(nodes + elements of the nodes at the ends). */
  protected copyNodesTo(copy: Quicklist): void {
    const count = this.nodeCount
    const nodes = new Array<ListNode>(count)
    for (let at = 0; at < count; at++) {
      const node = this.nodeAt(at)
      // Those at the ends are not loosened before they are pushed to.
      nodes[at] = at === 0 || at === count - 1 ? node.clone() : node.twin()
    }
    if (count === 0) return
    copy.adopt(nodes)
    copy.innerWeight = this.innerWeight
  }

  /**
   * Inserts an element before or after the one at `offset` of a node, as Redis does: a full node is split, unless the place
   * is at its end and the next node has room or a new one will do. O(nodes + elements of a node).
   */
  protected insertBeside(index: number, offset: number, element: string, after: boolean): void {
    this.finishCondensing()
    const node = this.nodeAt(index)
    const bytes = byteLength(element)
    const cut = after ? offset + 1 : offset
    if (this.hasRoom(node, bytes)) node.insert(cut, element)
    else if (node.plain || cut === (after ? node.count : 0))
      this.insertBetween(after ? index + 1 : index, element, after)
    else if (bytes > NODE_BYTES_MAX) {
      this.insertNode(index + 1, node.split(cut))
      this.insertNode(index + 1, ListNode.plain(element))
    } else {
      const rest = node.split(cut)
      if (after) this.putInto(rest, element, true)
      else this.putInto(node, element, false)
      this.insertNode(index + 1, rest)
      this.mergeAround(after ? index : index + 1)
    }
    this.renumber(index)
    this.condenseAround(index)
    this.weighInner()
  }

  /** Inserts an element between the nodes index - 1 and `index`, which comes from a full one; `after`: from the first. */
  private insertBetween(index: number, element: string, after: boolean): void {
    const bytes = byteLength(element)
    const neighbour = this.neighbour(after ? index : index - 1)
    if (bytes > NODE_BYTES_MAX) this.insertNode(index, ListNode.plain(element))
    else if (this.hasRoom(neighbour, bytes)) this.putInto(neighbour!, element, after)
    else this.insertNode(index, ListNode.of(element))
  }

  /** A node that need not be there. */
  private neighbour(index: number): ListNode | undefined {
    return index < 0 || index >= this.nodeCount ? undefined : this.nodeAt(index)
  }

  /** Exchanges the element at `offset` of a node, as Redis does. O(1); O(nodes + elements of a node) for long elements. */
  protected replaceAt(index: number, offset: number, element: string): void {
    this.finishCondensing()
    const node = this.nodeAt(index)
    const isLong = byteLength(element) > NODE_BYTES_MAX
    if (node.plain === isLong) {
      const before = node.weight
      node.replace(offset, element)
      if (node !== this.first && node !== this.last) this.innerWeight += node.weight - before
    } else {
      if (isLong) this.replaceByPlain(index, offset, element)
      else {
        this.insertBetween(index + 1, element, true)
        this.removeNode(index)
      }
      this.renumber(index)
      this.condenseAround(index)
      this.weighInner()
    }
  }

  private replaceByPlain(index: number, offset: number, element: string): void {
    const node = this.nodeAt(index)
    if (offset < node.count - 1) this.insertNode(index + 1, node.split(offset + 1))
    this.insertNode(index + 1, ListNode.plain(element))
    if (node.count === 1) this.removeNode(index)
    else {
      node.loosen()
      node.pop()
      this.mergeAround(index + 1)
    }
  }

  /** Joins a node and those around it where two fit into one, in Redis's order. */
  private mergeAround(index: number): void {
    let center = index
    if (this.mergeInto(center - 2)) center--
    this.mergeInto(center + 1)
    if (this.mergeInto(center - 1)) center--
    this.mergeInto(center)
  }

  /** Joins a node with the next if both are there and fit into one; returns whether they did. */
  private mergeInto(index: number): boolean {
    const [left, right] = [this.neighbour(index), this.neighbour(index + 1)]
    if (left === undefined || right === undefined || left.plain || right.plain) return false
    if (left.size() + right.size() - EMPTY_BYTES > NODE_BYTES_MAX) return false
    left.append(right)
    this.removeNode(index + 1)
    return true
  }

  private insertNode(index: number, node: ListNode): void {
    this.nodes ??= new Denque([this.first])
    this.nodes.splice(index, 0, node)
    this.first = this.nodes.peekFront()!
    this.last = this.nodes.peekBack()!
    this.isLong = this.nodes.length > ROUGH_FROM_NODES
  }

  /** Removes one of several nodes. */
  private removeNode(index: number): void {
    const nodes = this.nodes!
    nodes.removeOne(index)
    this.first = nodes.peekFront()!
    this.last = nodes.peekBack()!
    this.loosenEnds()
    this.nodesRemoved(nodes)
  }

  /** Lets the positions follow each other again after a change in the nodes around `index`. O(nodes). */
  protected renumber(index: number, reach = RENUMBERED): void {
    const { nodes } = this
    if (nodes === undefined) return
    const count = nodes.length
    if (index > count >> 1) {
      for (let i = Math.max(index - reach, 1); i < count; i++) {
        const node = nodes.peekAt(i)!
        node.base = nodes.peekAt(i - 1)!.end - node.start
      }
    } else {
      for (let i = Math.min(index + reach, count - 2); i >= 0; i--) {
        const node = nodes.peekAt(i)!
        node.base = nodes.peekAt(i + 1)!.begin - node.items.length
      }
    }
  }

  invariants(): void {
    const { nodes } = this
    if (this.isLong !== this.nodeCount > ROUGH_FROM_NODES) throw new Error('quicklist: long means of many nodes')
    if (this.innerWeight !== this.sumOfInner()) throw new Error('quicklist: nodes are weighed wrongly')
    if (nodes === undefined) {
      if (this.first !== this.last) throw new Error('quicklist: a single node is both the first and the last')
      this.first.invariants()
      return
    }
    if (nodes.length < 2) throw new Error('quicklist: a single node needs no deque')
    if (this.first.condensed !== undefined || this.last.condensed !== undefined)
      throw new Error('quicklist: an end is not loose')
    if (nodes.peekFront() !== this.first || nodes.peekBack() !== this.last) throw new Error('quicklist: wrong ends')
    for (let i = 0; i < nodes.length; i++) {
      const node = nodes.peekAt(i)!
      node.invariants()
      if (node.count === 0) throw new Error('quicklist: a node is empty')
      if (i > 0 && nodes.peekAt(i - 1)!.end !== node.begin) throw new Error('quicklist: a gap in the positions')
    }
  }
}
