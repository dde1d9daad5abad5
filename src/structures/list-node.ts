import { CondensedTexts, Condensing } from './condensed-texts.js'
import { EMPTY_BYTES, entryBytes, roughEntryBytes } from './listpack.js'
import { ARRAY, pushedWeight, textsWeight, textWeight } from './weight.js'

/** What Redis allows one node by default (list-max-listpack-size -2); a longer element has a node of its own. */
export const NODE_BYTES_MAX = 8192
/** More than what an entry takes beside its bytes; also Redis's own estimate of it. */
export const ENTRY_OVERHEAD = 8
/** No UTF-16 unit stands for more bytes of UTF-8. */
export const BYTES_PER_UNIT_MAX = 3

/** A node whose exact size falls below this is estimated again: then it takes many pushes until it has to be measured. */
const ESTIMATED_BELOW = NODE_BYTES_MAX / 4
/** What a pop leaves empty at the front is given back when it is more than the rest, and not just a little. */
const FRONT_GAP_KEPT = 16

/** The object and its array. */
const OBJECT = 112 + ARRAY

/** The items of every condensed node. */
const NO_ITEMS: string[] = []

/**
 * A run of elements of a list: as many as Redis has in one node of its quicklist, so that a list shrinks to Redis's
 * encodings at the same step.
 *
 * Elements lie in `items` from `start` on; the gap in front is filled with empty strings, so that the array has no holes.
 * Every element has a position that does not change while the list is used at its ends: `base` is that of `items[0]`.
 *
 * Redis knows the size of each node in bytes. Measuring text costs more than pushing it (25 ns against 10), so a node is
 * either *estimated*, `bytes` being no less than the size, or *tracked*, `bytes` being the size itself. Pushing goes from
 * estimated to tracked when the estimate says that there is no room left.
 *
 * A node away from the ends may be *condensed*, to save memory: its elements lie in `condensed`, it has no items, and `start`
 * is less than 0 by their number, so that `count`, `begin` and `end` hold without a question. All others are *loose*; only
 * these can be pushed to and popped from.
 *
 * Invariants: `ceiling` is NODE_BYTES_MAX in an estimated node and 0 in a tracked or a plain one. A plain node holds one
 * element, longer than NODE_BYTES_MAX.
 */
export class ListNode {
  items: string[]
  start: number
  base: number
  bytes: number
  /** What `bytes` may reach by estimates. */
  ceiling: number
  /** Whether a tracked node counted the bytes of every element, and not the units of some. */
  exact: boolean
  plain: boolean
  condensed: CondensedTexts | undefined
  /** What the items themselves weigh. */
  texts: number
  /** Whether another node has the same array of items; not where the node is pushed to and popped from. */
  private lent: boolean

  constructor(items: string[], start: number, base: number, texts = textsWeight(items, start)) {
    this.items = items
    this.start = start
    this.base = base
    this.bytes = EMPTY_BYTES
    this.ceiling = NODE_BYTES_MAX
    this.exact = false
    this.plain = false
    this.condensed = undefined
    this.texts = texts
    this.lent = false
  }

  /** A node with one element; `rough` where its units are to be counted and not its bytes. */
  static of(element: string, rough = false): ListNode {
    const node = new ListNode([element], 0, 0)
    if (rough) node.track(EMPTY_BYTES + roughEntryBytes(element), false)
    else node.account(element, false)
    return node
  }

  /** A node with the elements of a listpack, whose array it keeps. O(elements). */
  static packed(elements: string[]): ListNode {
    const node = new ListNode(elements, 0, 0)
    let bytes = EMPTY_BYTES
    for (let i = 0; i < elements.length; i++) bytes += BYTES_PER_UNIT_MAX * elements[i]!.length + ENTRY_OVERHEAD
    if (bytes <= NODE_BYTES_MAX) node.bytes = bytes
    else node.measure()
    return node
  }

  /** A node for one element that is too long for others. */
  static plain(element: string): ListNode {
    const node = new ListNode([element], 0, 0)
    node.plain = true
    node.ceiling = 0
    node.bytes = NODE_BYTES_MAX + 1
    return node
  }

  get count(): number {
    return this.items.length - this.start
  }

  /** The bytes that the node takes, roughly. O(1). */
  get weight(): number {
    return (
      OBJECT + (this.condensed === undefined ? pushedWeight(this.items.length) + this.texts : this.condensed.weight)
    )
  }

  /** The position of the first element. */
  get begin(): number {
    return this.base + this.start
  }

  /** The position behind the last element. */
  get end(): number {
    return this.base + this.items.length
  }

  at(offset: number): string {
    return this.condensed === undefined ? this.items[this.start + offset]! : this.condensed.at(offset)
  }

  /** Whether the element at an offset equals `element`. */
  isAt(offset: number, element: string): boolean {
    return this.condensed === undefined
      ? this.items[this.start + offset] === element
      : this.condensed.isAt(offset, element)
  }

  /** The elements from `from` to `to` (exclusive), counted from the first, in an array of their own. */
  slice(from = 0, to = this.count): string[] {
    return this.condensed === undefined
      ? this.items.slice(this.start + from, this.start + to)
      : this.condensed.slice(from, to)
  }

  /** Condenses the node if that saves memory. O(elements of the node). */
  condense(): void {
    if (this.condensed === undefined) this.setCondensed(CondensedTexts.of(this.items, this.start))
  }

  /** Begins what `condense` does at a stroke; undefined where that is done. */
  condensing(): Condensing | undefined {
    return this.condensed === undefined ? new Condensing(this.items, this.start) : undefined
  }

  /** Exchanges the items for their condensed form, if there is one. */
  setCondensed(condensed: CondensedTexts | undefined): void {
    if (condensed === undefined) return
    this.base = this.end
    this.start = -condensed.length
    this.items = NO_ITEMS
    this.lent = false
    this.texts = 0
    this.condensed = condensed
  }

  /** Makes the node fit for pushes and pops. O(elements of the node), O(1) where it is loose and has its items for itself. */
  loosen(): void {
    if (this.condensed !== undefined) this.setItems(this.slice())
    else if (this.lent) {
      this.items = this.items.slice()
      this.lent = false
    }
  }

  /** Puts other elements in the place of all, the first where the first was. */
  private setItems(items: string[]): void {
    this.base = this.begin
    this.start = 0
    this.items = items
    this.lent = false
    this.texts = textsWeight(items)
    this.condensed = undefined
  }

  /** Puts an element before all others; its bytes are the caller's to account. O(1) amortised. */
  unshift(element: string): void {
    if (this.start === 0) this.makeFrontGap(this.items.length + FRONT_GAP_KEPT)
    this.items[--this.start] = element
    this.texts += textWeight(element)
  }

  /** Puts an element behind all others; its bytes are the caller's to account. O(1) amortised. */
  push(element: string): void {
    this.items.push(element)
    this.texts += textWeight(element)
  }

  /** Makes room for so many elements in front, where there is none. */
  makeFrontGap(size: number): void {
    const { items } = this
    const roomy = new Array<string>(size + items.length).fill('', 0, size)
    for (let i = 0; i < items.length; i++) roomy[size + i] = items[i]!
    this.items = roomy
    this.start = size
    this.base -= size
  }

  /** Takes away the first element, which must be there. O(1) amortised. */
  shift(): string {
    const items = this.items
    const element = items[this.start]!
    items[this.start++] = ''
    this.texts -= textWeight(element)
    if (this.ceiling === 0) this.forget(element)
    if (this.start > FRONT_GAP_KEPT && this.start > items.length >> 1) this.closeFrontGap()
    return element
  }

  private closeFrontGap(): void {
    this.items = this.items.slice(this.start)
    this.base += this.start
    this.start = 0
  }

  /** Takes away the last element, which must be there. O(1) amortised. */
  pop(): string {
    const element = this.items.pop()!
    this.texts -= textWeight(element)
    if (this.ceiling === 0) this.forget(element)
    return element
  }

  /** Gives back the memory that was kept for more pushes at one end. */
  trim(atFront: boolean): void {
    if (!atFront) this.items = this.items.slice()
    else if (this.start > this.count >> 3) this.closeFrontGap()
  }

  /** Takes away so many elements at one end, fewer than there are. O(elements of the node). */
  discard(count: number, atFront: boolean): void {
    const { items, start } = this
    const removed = items.splice(atFront ? start : items.length - count, count)
    this.texts -= textsWeight(removed)
    if (atFront) this.base += count
    if (this.ceiling === 0) this.forgetAll(removed)
  }

  /** Where an element that equals `element` stands first, -1 for nowhere. O(elements of the node). */
  indexOf(element: string): number {
    if (this.condensed !== undefined) return this.condensed.indexOf(element)
    const index = this.items.indexOf(element, this.start)
    return index === -1 ? -1 : index - this.start
  }

  /** Removes up to `limit` elements that equal `element`, from the front or the back on; returns how many. */
  removeEqual(element: string, limit: number, fromBack: boolean): number {
    const first = this.indexOf(element)
    if (first === -1) return 0
    const elements = this.slice()
    const matches = elements.reduce((count, other) => (other === element ? count + 1 : count), 0)
    const removed = Math.min(matches, limit)
    let spared = fromBack ? matches - removed : 0
    let left = removed
    const isCondensed = this.condensed !== undefined
    this.setItems(elements.filter((other) => other !== element || spared-- > 0 || left-- <= 0))
    for (let i = 0; i < removed && this.ceiling === 0; i++) this.forget(element)
    if (isCondensed) this.condense()
    return removed
  }

  /** Inserts an element. O(elements of the node). */
  insert(offset: number, element: string): void {
    this.loosen()
    this.items.splice(this.start + offset, 0, element)
    this.texts += textWeight(element)
    this.account(element, false)
  }

  /** Exchanges an element. O(1); O(elements of the node) where it is condensed, as it stays unless the element is too long. */
  replace(offset: number, element: string): void {
    const old = this.at(offset)
    const condensed = this.condensed?.with(offset, element)
    if (condensed !== undefined) this.condensed = condensed
    else {
      this.loosen()
      this.items[this.start + offset] = element
      this.texts += textWeight(element) - textWeight(old)
    }
    if (this.ceiling === 0) this.forget(old)
    this.account(element, false)
  }

  /** Moves the elements from `offset` on into a node of their own. O(elements of the node). */
  split(offset: number): ListNode {
    this.loosen()
    const node = new ListNode(this.items.splice(this.start + offset), 0, 0)
    this.texts -= node.texts
    this.measure()
    node.measure()
    return node
  }

  /** Takes over all elements of the node that follows. O(elements). */
  append(next: ListNode): void {
    const bytes = this.size() + next.size() - EMPTY_BYTES
    this.setItems(this.slice().concat(next.slice()))
    this.track(bytes, true)
  }

  /** Counts an element that has been put in; `rough` where an estimate by its units will do, `length` its bytes, where they are known. */
  account(element: string, rough: boolean, length?: number): void {
    const estimate = this.bytes + BYTES_PER_UNIT_MAX * element.length + ENTRY_OVERHEAD
    if (estimate <= this.ceiling) this.bytes = estimate
    else if (this.ceiling !== 0) this.measure(rough)
    else if (!this.plain) {
      this.bytes += rough ? roughEntryBytes(element) : entryBytes(element, length)
      if (rough) this.exact = false
    }
  }

  /** Counts an element no more that has been taken out of a tracked node. */
  private forget(element: string): void {
    if (this.plain) return
    if (this.exact) {
      this.bytes -= entryBytes(element)
      if (this.bytes < ESTIMATED_BELOW) this.ceiling = NODE_BYTES_MAX
    } else this.bytes -= roughEntryBytes(element)
  }

  private forgetAll(elements: readonly string[]): void {
    if (elements.length > this.count) this.measure()
    else for (const element of elements) this.forget(element)
  }

  /** The size in bytes, exactly. O(1), O(elements of the node) where it is not known. */
  size(): number {
    if (!this.exact || this.ceiling !== 0) this.measure()
    return this.bytes
  }

  /** As `size`, but a size that counts units will do. */
  roughSize(): number {
    if (this.ceiling !== 0) this.measure(true)
    return this.bytes
  }

  private measure(rough = false): void {
    if (this.plain) return
    let bytes = EMPTY_BYTES
    const { count } = this
    const sizeOf = rough ? roughEntryBytes : entryBytes
    for (let i = 0; i < count; i++) bytes += sizeOf(this.at(i))
    this.track(bytes, !rough)
  }

  private track(bytes: number, exact: boolean): void {
    this.bytes = bytes
    this.exact = exact
    this.ceiling = exact && bytes < ESTIMATED_BELOW ? NODE_BYTES_MAX : 0
  }

  /** An independent copy. O(elements of the node), O(1) where it is condensed. */
  clone(): ListNode {
    const isCondensed = this.condensed !== undefined
    return this.copyWith(
      isCondensed
        ? new ListNode(NO_ITEMS, this.start, this.base, 0)
        : new ListNode(this.slice(), 0, this.begin, this.texts),
    )
  }

  /** The same of a node that is loosened before it is changed: so is the copy, and whichever is first copies the items. O(1). */
  twin(): ListNode {
    const copy = new ListNode(this.items, this.start, this.base, this.texts)
    this.lent = true
    copy.lent = true
    return this.copyWith(copy)
  }

  private copyWith(copy: ListNode): ListNode {
    copy.condensed = this.condensed
    copy.bytes = this.bytes
    copy.ceiling = this.ceiling
    copy.exact = this.exact
    copy.plain = this.plain
    return copy
  }

  invariants(): void {
    const { items, start, condensed, plain } = this
    const length = condensed?.length ?? 0
    if (NO_ITEMS.length > 0) throw new Error('list node: something was put into a condensed node')
    if (length > 0 ? items !== NO_ITEMS || start !== -length : items === NO_ITEMS || start < 0) {
      throw new Error('list node: it is neither condensed nor loose')
    }
    condensed?.invariants()
    if (textsWeight(items, Math.max(0, start)) !== this.texts)
      throw new Error('list node: its texts are weighed wrongly')
    if (start > items.length) throw new Error('list node: the gap is longer than the node')
    for (let i = 0; i < start; i++) if (items[i] !== '') throw new Error('list node: an element was left in the gap')
    if (plain) {
      if (this.count !== 1 || this.ceiling !== 0) throw new Error('list node: a plain node holds one element')
      return
    }
    let bytes = EMPTY_BYTES
    for (const element of this.slice()) bytes += entryBytes(element)
    const { ceiling } = this
    if (ceiling !== 0 && ceiling !== NODE_BYTES_MAX) throw new Error('list node: the ceiling is 0 or the most')
    if (ceiling !== 0 && this.bytes < bytes) throw new Error(`list node: ${bytes} bytes estimated as ${this.bytes}`)
    if (ceiling === 0 && this.exact && this.bytes !== bytes) {
      throw new Error(`list node: ${bytes} bytes counted as ${this.bytes}`)
    }
  }
}
