import { countOfPlace, placeOf } from '../hyperloglog-hash.js'
import type { Attributes, Filter } from './filter.js'
import { type Acceptance, Graph } from './graph.js'
import { projected, projectionMatrix } from './projection.js'
import { type Quantization, type Query, Vectors } from './vectors.js'

/** What all vectors of a set have in common. */
export interface VectorForm {
  readonly dimension: number
  readonly quantization: Quantization
  /** How many links a node has on the upper levels; twice as many on the lowest. */
  readonly m: number
  /** The dimension that vectors are given in, where they are reduced; else 0. */
  readonly inputDimension: number
}

/** An element that was found, and how similar it is: from 0, the opposite direction, to 1, the same. */
export interface Similar {
  readonly element: string
  readonly score: number
}

/** An element as it is kept, but for its links. */
export interface VectorElement {
  readonly name: string
  readonly attributes: string
  readonly level: number
  readonly bytes: Uint8Array
  readonly norm: number
  readonly range: number
}

export interface VectorNode extends VectorElement {
  /** The slots of its neighbours, level by level from the lowest. */
  readonly links: readonly (readonly number[])[]
}

/** How a search goes. */
export interface SearchHow {
  readonly count: number
  readonly ef: number
  readonly filter?: Filter | undefined
  /** How many nodes a filtered search looks at at most; 0 for all that it takes. */
  readonly looksMax: number
  /** Whether all vectors are looked at. */
  readonly exact: boolean
}

const EMPTY: VectorForm = { dimension: 0, quantization: 'int8', m: 16, inputDimension: 0 }
/** No graph has nodes on a higher level. */
const LEVEL_MAX = 15
const EF_OF_RESTORED = 200
/** An element beside its vector: name, place in the map, attributes. */
const ELEMENT_WEIGHT = 96

/**
 * Elements with vectors, each perhaps with attributes.
 *
 * Invariant: an element's slot is its row in `vectors` and its node in `graph`; slots have no gaps. The form is set by the first element
 * and stays. The level of a node follows from its name, so that the same calls make the same graph.
 */
export class VectorSet {
  readonly type = 'vectorset'
  readonly encoding = 'raw'
  form = EMPTY
  /** What vectors are projected by, where they are reduced. */
  matrix: Float32Array | undefined
  private vectors = new Vectors(1, 'f32', 0)
  private graph = new Graph(this.vectors, EMPTY.m)
  private slots = new Map<string, number>()
  private names: string[] = []
  /** As they were given, '' for none. */
  private attributes: string[] = []
  /** The same as objects, made when a filter needs them; null for what is no JSON object. */
  private parsed: (Attributes | null | undefined)[] = []
  attributesCount = 0
  /** How many nodes there have ever been. */
  nodesMade = 0

  get size(): number {
    return this.names.length
  }

  get levelMax(): number {
    return this.graph.levelMax
  }

  get weight(): number {
    return this.vectors.weight + this.graph.weight + this.size * ELEMENT_WEIGHT
  }

  clone(): VectorSet {
    const copy = new VectorSet()
    copy.form = this.form
    copy.matrix = this.matrix
    copy.vectors = this.vectors.clone()
    copy.graph = this.graph.clone(copy.vectors)
    copy.slots = new Map(this.slots)
    copy.names = this.names.slice()
    copy.attributes = this.attributes.slice()
    copy.parsed = this.parsed.slice()
    copy.attributesCount = this.attributesCount
    copy.nodesMade = this.nodesMade
    return copy
  }

  /** The elements as they are now, to be read by `elementAt` alone, whatever happens to the set. O(elements). */
  view(): VectorSet {
    const view = new VectorSet()
    view.form = this.form
    view.matrix = this.matrix
    view.vectors = this.vectors.view()
    view.graph = this.graph.view(view.vectors)
    view.names = this.names.slice()
    view.attributes = this.attributes.slice()
    return view
  }

  /** Elements with the vectors as they are kept, and attributes, in no order. */
  *[Symbol.iterator](): IterableIterator<[element: string, vector: number[], attributes: string]> {
    for (const [slot, name] of this.names.entries()) yield [name, this.vectors.get(slot), this.attributes[slot]!]
  }

  has(element: string): boolean {
    return this.slots.has(element)
  }

  /** The element in a slot. */
  at(slot: number): string {
    return this.names[slot]!
  }

  elements(): string[] {
    return this.names.slice()
  }

  /**
   * Adds an element, or gives it another vector; returns whether it is new. The first one sets the form, which all others must fit.
   * O(log n · ef).
   */
  set(element: string, vector: ArrayLike<number>, form: VectorForm, ef: number): boolean {
    if (this.size === 0) this.begin(form)
    const known = this.slots.get(element)
    const attributes = known === undefined ? '' : this.attributes[known]!
    if (known !== undefined) this.remove(element)
    const given = this.fit(vector)
    this.vectors.set(this.size, given)
    this.append(element, this.levelFor(element), this.vectors.query(given), ef)
    if (attributes !== '') this.setAttributes(element, attributes)
    return known === undefined
  }

  private begin(form: VectorForm, matrix?: Float32Array): void {
    this.form = form
    this.matrix =
      form.inputDimension === 0 ? undefined : (matrix ?? projectionMatrix(form.inputDimension, form.dimension))
    this.vectors = new Vectors(form.dimension, form.quantization)
    this.graph = new Graph(this.vectors, form.m)
  }

  /** The element whose vector stands in the first free row. */
  private append(element: string, level: number, query: Query, ef: number): void {
    this.slots.set(element, this.size)
    this.names.push(element)
    this.attributes.push('')
    this.parsed.push(null)
    this.graph.add(level, query, ef)
    this.nodesMade++
  }

  /** An empty one that has its form. */
  static empty(form: VectorForm, matrix: Float32Array | undefined): VectorSet {
    const set = new VectorSet()
    set.begin(form, matrix)
    return set
  }

  /** The element in a slot. */
  elementAt(slot: number): VectorElement {
    const level = this.graph.levelOf(slot)
    return { name: this.names[slot]!, attributes: this.attributes[slot]!, level, ...this.vectors.raw(slot) }
  }

  /** The same with its links. */
  nodeAt(slot: number): VectorNode {
    const element = this.elementAt(slot)
    return { ...element, links: Array.from({ length: element.level + 1 }, (_, at) => this.graph.linksOf(slot, at)) }
  }

  /** Adds an element as `elementAt` gave it; returns false where it does not fit. O(log n). */
  restore(node: VectorElement): boolean {
    if (this.slots.has(node.name) || !this.vectors.restore(this.size, node)) return false
    this.append(node.name, Math.min(node.level, LEVEL_MAX), this.vectors.queryOf(this.size), EF_OF_RESTORED)
    if (node.attributes !== '') this.setAttributes(node.name, node.attributes)
    return true
  }

  /** One node in m is on the next level. */
  private levelFor(element: string): number {
    const zeros = countOfPlace(placeOf(element)) - 1
    return Math.min(LEVEL_MAX, Math.floor(zeros / Math.log2(this.form.m)))
  }

  /** A vector in the dimension in which it is kept. */
  private fit(vector: ArrayLike<number>): ArrayLike<number> {
    const isGiven = this.matrix !== undefined && vector.length === this.form.inputDimension
    return isGiven ? projected(vector, this.matrix!) : vector
  }

  /** Takes an element out; returns whether it was there. The last slot moves into the gap. O(links²). */
  remove(element: string): boolean {
    const slot = this.slots.get(element)
    if (slot === undefined) return false
    if (this.attributes[slot] !== '') this.attributesCount--
    const last = this.size - 1
    this.graph.remove(slot)
    this.slots.delete(element)
    if (slot !== last) {
      this.vectors.move(last, slot)
      this.names[slot] = this.names[last]!
      this.attributes[slot] = this.attributes[last]!
      this.parsed[slot] = this.parsed[last]
      this.slots.set(this.names[slot]!, slot)
    }
    this.names.pop()
    this.attributes.pop()
    this.parsed.pop()
    return true
  }

  /** The vector of an element as it is kept, in the length that it had; undefined for none. O(dimension). */
  vectorOf(element: string): number[] | undefined {
    const slot = this.slots.get(element)
    return slot === undefined ? undefined : this.vectors.get(slot)
  }

  /** The bytes in which a vector is kept, its length and what 127 stands for; undefined for none. O(dimension). */
  rawOf(element: string): { bytes: Uint8Array; norm: number; range: number } | undefined {
    const slot = this.slots.get(element)
    return slot === undefined ? undefined : this.vectors.raw(slot)
  }

  /** The attributes of an element, '' for none; undefined where it is missing. */
  attributesOf(element: string): string | undefined {
    const slot = this.slots.get(element)
    return slot === undefined ? undefined : this.attributes[slot]
  }

  /** Sets the attributes of an element, '' takes them away; returns whether it is there. */
  setAttributes(element: string, attributes: string): boolean {
    const slot = this.slots.get(element)
    if (slot === undefined) return false
    if (this.attributes[slot] !== '') this.attributesCount--
    if (attributes !== '') this.attributesCount++
    this.attributes[slot] = attributes
    this.parsed[slot] = attributes === '' ? null : undefined
    return true
  }

  /** The neighbours of an element by level, the highest first; undefined where it is missing. O(links · dimension). */
  linksOf(element: string): Similar[][] | undefined {
    const slot = this.slots.get(element)
    if (slot === undefined) return undefined
    const levels: Similar[][] = []
    for (let level = this.graph.levelOf(slot); level >= 0; level--) {
      levels.push(this.graph.neighboursOf(slot, level).map(({ node, distance }) => this.similar(node, distance)))
    }
    return levels
  }

  /** The elements whose vectors are most like one, the most alike first. O(log n · ef), O(n) for an exact search. */
  search(vector: ArrayLike<number>, how: SearchHow): Similar[] {
    const query = this.vectors.query(this.fit(vector))
    const acceptance = how.filter === undefined ? undefined : this.acceptance(how.filter, how.looksMax)
    const found = how.exact
      ? this.exact(query, how.count, acceptance)
      : this.graph.search(query, how.count, how.ef, acceptance)
    return found.map(({ node, distance }) => this.similar(node, distance))
  }

  /** As `search`, from the vector of an element as it is kept, which must be there. */
  searchFrom(element: string, how: SearchHow): Similar[] {
    return this.search(this.vectors.get(this.slots.get(element)!), how)
  }

  private exact(query: Query, count: number, acceptance: Acceptance | undefined) {
    const found: { node: number; distance: number }[] = []
    for (let node = 0; node < this.size; node++) {
      if (acceptance === undefined || acceptance.accepts(node)) {
        found.push({ node, distance: this.vectors.distanceTo(query, node) })
      }
    }
    return found.sort((a, b) => a.distance - b.distance).slice(0, count)
  }

  private acceptance(filter: Filter, looksMax: number): Acceptance {
    return {
      looksMax,
      accepts: (node) => {
        const attributes = this.parsedAt(node)
        return attributes !== null && filter(attributes)
      },
    }
  }

  private parsedAt(slot: number): Attributes | null {
    const known = this.parsed[slot]
    if (known !== undefined) return known
    const parsed = parseObject(this.attributes[slot]!)
    this.parsed[slot] = parsed
    return parsed
  }

  private similar(node: number, distance: number): Similar {
    const inRange = Math.min(2, Math.max(0, Math.fround(distance)))
    return { element: this.names[node]!, score: 1 - inRange / 2 }
  }

  /** Throws where slots, names and nodes do not agree. O(n). */
  invariants(): void {
    this.graph.invariants()
    if (this.graph.size !== this.size || this.slots.size !== this.size) throw new Error('sizes differ')
    for (const [name, slot] of this.slots) if (this.names[slot] !== name) throw new Error(`${name} is not in its slot`)
    if (this.attributes.filter((text) => text !== '').length !== this.attributesCount) throw new Error('attributes')
  }
}

function parseObject(text: string): Attributes | null {
  try {
    const parsed: unknown = JSON.parse(text)
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed) ? (parsed as Attributes) : null
  } catch {
    return null
  }
}
