/** How the numbers of a vector are kept: as they are, as signed bytes, or by their signs alone. */
export type Quantization = 'f32' | 'int8' | 'bin'

/** Rows that there is room for at first. */
const ROWS_FIRST = 16
const WORD_BITS = 32
const WORD_BYTES = 4

type Cells = Float32Array | Int8Array | Int32Array

/** The bytes of a row, the length of its vector and what 127 stands for in it. */
export interface Row {
  readonly bytes: Uint8Array
  readonly norm: number
  readonly range: number
}

/**
 * Vectors of one dimension in rows of one flat array, scaled to length 1, and the length that each had. Distances are 1 - cosine, from
 * 0 for the same direction to 2 for the opposite one.
 *
 * Rows are numbered without gaps by whoever calls: `set` writes one, `move` puts one in the place of another.
 */
export class Vectors {
  readonly dimension: number
  readonly quantization: Quantization
  /** Cells of a row. */
  readonly width: number
  private cells: Cells
  /** For bytes: the same cells, four at a time. */
  private words: Int32Array
  /** The length that each vector had. */
  private norms: Float32Array
  /** For bytes: what 127 stands for in each row. */
  private ranges: Float32Array
  /** Views that have these very arrays, for as long as somebody reads them. */
  private views = NO_VIEWS
  /** In a view: rows as they were, of those that have changed since. */
  private former: Map<number, Row> | undefined = undefined

  constructor(dimension: number, quantization: Quantization, rows = ROWS_FIRST) {
    this.dimension = dimension
    this.quantization = quantization
    this.width = widthOf(dimension, quantization)
    this.cells = cellsFor(quantization, rows * this.width)
    this.words = wordsOf(this.cells)
    this.norms = new Float32Array(rows)
    this.ranges = new Float32Array(quantization === 'int8' ? rows : 0)
  }

  /** The rows as they are now, to be read by `raw` alone: each is copied before it changes. O(1). */
  view(): Vectors {
    const view = new Vectors(this.dimension, this.quantization, 0)
    view.cells = this.cells
    view.norms = this.norms
    view.ranges = this.ranges
    view.former = new Map()
    this.views = [...this.views.filter((ref) => ref.deref() !== undefined), new WeakRef(view)]
    return view
  }

  /** A row is about to change. */
  private changing(row: number): void {
    for (const ref of this.views) {
      const former = ref.deref()?.former
      if (former !== undefined && !former.has(row)) former.set(row, this.raw(row))
    }
  }

  /** A copy with as many rows. O(rows). */
  clone(): Vectors {
    const copy = new Vectors(this.dimension, this.quantization, 0)
    copy.cells = this.cells.slice()
    copy.words = wordsOf(copy.cells)
    copy.norms = this.norms.slice()
    copy.ranges = this.ranges.slice()
    return copy
  }

  /** About the bytes of heap. */
  get weight(): number {
    return this.cells.byteLength + this.norms.byteLength + this.ranges.byteLength
  }

  /** Writes a row. O(dimension), amortised for the room. */
  set(row: number, vector: ArrayLike<number>): void {
    this.makeReady(row)
    const norm = lengthOf(vector)
    this.norms[row] = norm
    const start = row * this.width
    const scale = norm === 0 ? 0 : 1 / norm
    if (this.quantization === 'bin') this.setSigns(start, vector)
    else if (this.quantization === 'int8') this.setBytes(row, start, vector, scale)
    else for (let i = 0; i < this.dimension; i++) this.cells[start + i] = vector[i]! * scale
  }

  private makeReady(row: number): void {
    if (row >= this.norms.length) this.grow(row + 1)
    else if (this.views.length > 0) this.changing(row)
  }

  private setSigns(start: number, vector: ArrayLike<number>): void {
    this.cells.fill(0, start, start + this.width)
    for (let i = 0; i < this.dimension; i++) {
      if (vector[i]! > 0) this.cells[start + (i >>> 5)]! |= 1 << (i & 31)
    }
  }

  private setBytes(row: number, start: number, vector: ArrayLike<number>, scale: number): void {
    let range = 0
    for (let i = 0; i < this.dimension; i++) range = Math.max(range, Math.abs(vector[i]! * scale))
    this.ranges[row] = range
    const steps = range === 0 ? 0 : 127 / range
    for (let i = 0; i < this.dimension; i++) this.cells[start + i] = Math.round(vector[i]! * scale * steps)
  }

  /** Puts a row in the place of another. O(width). */
  move(from: number, to: number): void {
    this.makeReady(to)
    this.cells.copyWithin(to * this.width, from * this.width, (from + 1) * this.width)
    this.norms[to] = this.norms[from]!
    if (this.quantization === 'int8') this.ranges[to] = this.ranges[from]!
  }

  /** The vector as it was given, as far as it was kept. O(dimension). */
  get(row: number): number[] {
    const start = row * this.width
    const vector = new Array<number>(this.dimension)
    for (let i = 0; i < this.dimension; i++) {
      if (this.quantization === 'bin') vector[i] = (this.cells[start + (i >>> 5)]! >>> (i & 31)) & 1 ? 1 : -1
      else vector[i] = Math.fround(this.floatAt(row, start + i) * this.norms[row]!)
    }
    return vector
  }

  private floatAt(row: number, at: number): number {
    return this.quantization === 'int8' ? Math.fround((this.cells[at]! * this.ranges[row]!) / 127) : this.cells[at]!
  }

  /** Cells of a row that mean something; those behind are there to fill a word. */
  private get kept(): number {
    return this.quantization === 'int8' ? this.dimension : this.width
  }

  /** O(width). */
  raw(row: number): Row {
    const former = this.former?.get(row)
    if (former !== undefined) return former
    const start = row * this.width
    const cells = this.cells.slice(start, start + this.kept)
    const bytes = new Uint8Array(cells.buffer, cells.byteOffset, cells.byteLength)
    return { bytes, norm: this.norms[row]!, range: this.quantization === 'int8' ? this.ranges[row]! : 0 }
  }

  /** Writes a row as `raw` gave it; returns false where it has another form. O(width). */
  restore(row: number, { bytes, norm, range }: Row): boolean {
    if (bytes.length !== this.kept * this.cells.BYTES_PER_ELEMENT || !(norm >= 0) || !(range >= 0)) return false
    this.makeReady(row)
    new Uint8Array(this.cells.buffer).set(bytes, row * this.width * this.cells.BYTES_PER_ELEMENT)
    this.norms[row] = norm
    if (this.quantization === 'int8') this.ranges[row] = range
    const cells = this.cells.subarray(row * this.width, (row + 1) * this.width)
    return this.quantization !== 'f32' || cells.every(Number.isFinite)
  }

  /** The vector of a row as a query. */
  queryOf(row: number): Query {
    const cells = this.cells.slice(row * this.width, (row + 1) * this.width)
    return cells instanceof Int8Array ? new Query(packed(cells), this.ranges[row]!) : new Query(cells, 1)
  }

  /** How far two rows are from each other. O(dimension). */
  between(a: number, b: number): number {
    const [one, other] = [a * this.width, b * this.width]
    if (this.quantization === 'int8') {
      const count = this.width / WORD_BYTES
      const dot = dotOfBytes(this.words, one / WORD_BYTES, other / WORD_BYTES, count)
      return this.ofBytes(dot, this.ranges[a]!, b)
    }
    return this.distance(this.cells as Float32Array | Int32Array, one, other)
  }

  /** A row of another store of the same form, of which `distanceTo` measures: a query. */
  query(vector: ArrayLike<number>): Query {
    const one = new Vectors(this.dimension, this.quantization, 1)
    one.set(0, vector)
    return one.queryOf(0)
  }

  distanceTo(query: Query, row: number): number {
    const start = row * this.width
    if (this.quantization === 'int8') {
      const dot = dotOfPacked(query.cells as Int32Array, this.words, start / WORD_BYTES, this.width / WORD_BYTES)
      return this.ofBytes(dot, query.range, row)
    }
    return this.distance(query.cells, 0, start)
  }

  /** The distance of a row from bytes of some range, by their dot product. */
  private ofBytes(dot: number, range: number, row: number): number {
    return 1 - (dot * range * this.ranges[row]!) / (127 * 127)
  }

  private distance(cells: Float32Array | Int32Array, start: number, other: number): number {
    const { width } = this
    if (this.quantization === 'bin') {
      return (2 * signsApart(cells as Int32Array, start, this.cells as Int32Array, other, width)) / this.dimension
    }
    return 1 - dotOfFloats(cells as Float32Array, start, this.cells as Float32Array, other, width)
  }

  private grow(rows: number): void {
    const room = Math.max(rows, this.norms.length * 2)
    // Nothing is written to the former arrays any more.
    this.views = NO_VIEWS
    this.cells = widened(this.cells, cellsFor(this.quantization, room * this.width))
    this.words = wordsOf(this.cells)
    this.norms = widened(this.norms, new Float32Array(room))
    if (this.quantization === 'int8') this.ranges = widened(this.ranges, new Float32Array(room))
  }
}

const NO_VIEWS: readonly WeakRef<Vectors>[] = []

/** A vector that others are measured from; bytes are packed, see `packed`. */
export class Query {
  readonly cells: Float32Array | Int32Array
  readonly range: number

  constructor(cells: Float32Array | Int32Array, range: number) {
    this.cells = cells
    this.range = range
  }
}

/** How many cells a row has: of bits whole words of 64, as Redis keeps them, of bytes whole words of 32. */
function widthOf(dimension: number, quantization: Quantization): number {
  if (quantization === 'bin') return 2 * Math.ceil(dimension / (2 * WORD_BITS))
  return quantization === 'int8' ? WORD_BYTES * Math.ceil(dimension / WORD_BYTES) : dimension
}

function wordsOf(cells: Cells): Int32Array {
  return cells instanceof Int8Array ? new Int32Array(cells.buffer) : NO_WORDS
}

const NO_WORDS = new Int32Array(0)

function cellsFor(quantization: Quantization, count: number): Cells {
  if (quantization === 'f32') return new Float32Array(count)
  return quantization === 'int8' ? new Int8Array(count) : new Int32Array(count)
}

function widened<T extends Cells>(old: T, room: T): T {
  room.set(old)
  return room
}

function lengthOf(vector: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < vector.length; i++) sum += vector[i]! * vector[i]!
  return Math.sqrt(sum)
}

// One function for each kind of array, or V8 would make code for all kinds: four times as slow. Several sums at a time, as
// each addition has to wait for the one before it. Bytes are read four at a time: 130 ns for 128 of them rather than 210.

function dotOfFloats(a: Float32Array, i: number, b: Float32Array, j: number, count: number): number {
  let [s, t, u, v] = [0, 0, 0, 0]
  const whole = count & ~3
  for (let k = 0; k < whole; k += 4) {
    s += a[i + k]! * b[j + k]!
    t += a[i + k + 1]! * b[j + k + 1]!
    u += a[i + k + 2]! * b[j + k + 2]!
    v += a[i + k + 3]! * b[j + k + 3]!
  }
  for (let k = whole; k < count; k++) s += a[i + k]! * b[j + k]!
  return s + t + u + v
}

/** The dot product of two rows of bytes, of so many words. */
function dotOfBytes(words: Int32Array, i: number, j: number, count: number): number {
  let [s, t] = [0, 0]
  for (let k = 0; k < count; k++) {
    const x = words[i + k]!
    const y = words[j + k]!
    s = (s + Math.imul((x << 24) >> 24, (y << 24) >> 24) + Math.imul((x << 16) >> 24, (y << 16) >> 24)) | 0
    t = (t + Math.imul((x << 8) >> 24, (y << 8) >> 24) + Math.imul(x >> 24, y >> 24)) | 0
  }
  return s + t
}

/** So much more makes the lower half of a product round to nothing. */
const HALF = 0x8000
/** Two bytes of a word, and what their signs take away. */
const PAIR = 0x00ff00ff
const SIGNS = 0x00800080

/**
 * Bytes as `dotOfPacked` takes them: for each four, the third with the first 16 bits higher, and the fourth with the second. No byte
 * is -128, whose products would not fit.
 */
function packed(bytes: Int8Array): Int32Array {
  const words = wordsOf(bytes)
  const query = new Int32Array(2 * words.length)
  const byteOf = (word: number, index: number): number => Math.max((word << (24 - 8 * index)) >> 24, -127)
  for (const [k, word] of words.entries()) {
    query[2 * k] = byteOf(word, 2) + byteOf(word, 0) * 0x10000
    query[2 * k + 1] = byteOf(word, 3) + byteOf(word, 1) * 0x10000
  }
  return query
}

/**
 * The dot product of a packed query and a row of bytes, of so many words. One multiplication makes two products and adds them: of a
 * pair (a, c) with the packed (c', a') the upper half is a·a' + c·c', which fits, and the lower half a·c', which is rounded away. 90 ns for 128
 * bytes, where `dotOfBytes` takes 130.
 */
function dotOfPacked(query: Int32Array, words: Int32Array, from: number, count: number): number {
  let [s, t] = [0, 0]
  for (let k = 0; k < count; k++) {
    const x = words[from + k]!
    const even = (((x & PAIR) ^ SIGNS) - SIGNS) | 0
    const odd = ((((x >>> 8) & PAIR) ^ SIGNS) - SIGNS) | 0
    s = (s + ((Math.imul(even, query[2 * k]!) + HALF) >> 16)) | 0
    t = (t + ((Math.imul(odd, query[2 * k + 1]!) + HALF) >> 16)) | 0
  }
  return s + t
}

function signsApart(a: Int32Array, i: number, b: Int32Array, j: number, count: number): number {
  let bits = 0
  for (let k = 0; k < count; k++) {
    let word = a[i + k]! ^ b[j + k]!
    // The number of bits that are set, two, four and eight at a time.
    word -= (word >>> 1) & 0x55555555
    word = (word & 0x33333333) + ((word >>> 2) & 0x33333333)
    bits += Math.imul((word + (word >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
  }
  return bits
}
