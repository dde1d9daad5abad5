/** How the numbers of a vector are kept: as they are, as signed bytes, or by their signs alone. */
export type Quantization = 'f32' | 'int8' | 'bin'

/** Rows that there is room for at first. */
const ROWS_FIRST = 16
const WORD_BITS = 32

type Cells = Float32Array | Int8Array | Int32Array

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
  /** The length that each vector had. */
  private norms: Float32Array
  /** For bytes: what 127 stands for in each row. */
  private ranges: Float32Array

  constructor(dimension: number, quantization: Quantization, rows = ROWS_FIRST) {
    this.dimension = dimension
    this.quantization = quantization
    // Whole words of 64 bits, as Redis keeps them.
    this.width = quantization === 'bin' ? 2 * Math.ceil(dimension / (2 * WORD_BITS)) : dimension
    this.cells = cellsFor(quantization, rows * this.width)
    this.norms = new Float32Array(rows)
    this.ranges = new Float32Array(quantization === 'int8' ? rows : 0)
  }

  /** A copy with as many rows. O(rows). */
  clone(): Vectors {
    const copy = new Vectors(this.dimension, this.quantization, 0)
    copy.cells = this.cells.slice()
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
    if (row >= this.norms.length) this.grow(row + 1)
    const norm = lengthOf(vector)
    this.norms[row] = norm
    const start = row * this.width
    const scale = norm === 0 ? 0 : 1 / norm
    if (this.quantization === 'bin') this.setSigns(start, vector)
    else if (this.quantization === 'int8') this.setBytes(row, start, vector, scale)
    else for (let i = 0; i < this.dimension; i++) this.cells[start + i] = vector[i]! * scale
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

  /** The bytes of a row, the length of the vector and what 127 stands for in it. O(width). */
  raw(row: number): { bytes: Uint8Array; norm: number; range: number } {
    const cells = this.cells.slice(row * this.width, (row + 1) * this.width)
    const bytes = new Uint8Array(cells.buffer, cells.byteOffset, cells.byteLength)
    return { bytes, norm: this.norms[row]!, range: this.quantization === 'int8' ? this.ranges[row]! : 0 }
  }

  /** Writes a row as `raw` gave it; returns false where it has another form. O(width). */
  restore(row: number, { bytes, norm, range }: { bytes: Uint8Array; norm: number; range: number }): boolean {
    if (bytes.length !== this.width * this.cells.BYTES_PER_ELEMENT || !(norm >= 0) || !(range >= 0)) return false
    if (row >= this.norms.length) this.grow(row + 1)
    new Uint8Array(this.cells.buffer).set(bytes, row * bytes.length)
    this.norms[row] = norm
    if (this.quantization === 'int8') this.ranges[row] = range
    const cells = this.cells.subarray(row * this.width, (row + 1) * this.width)
    return this.quantization !== 'f32' || cells.every(Number.isFinite)
  }

  /** The vector of a row as a query. */
  queryOf(row: number): Query {
    return new Query(this.cells.slice(row * this.width, (row + 1) * this.width), this.rangeOf(row))
  }

  /** How far two rows are from each other. O(dimension). */
  between(a: number, b: number): number {
    return this.distance(this.cells, a * this.width, this.rangeOf(a), b)
  }

  /** A row of another store of the same form, of which `distanceTo` measures: a query. */
  query(vector: ArrayLike<number>): Query {
    const one = new Vectors(this.dimension, this.quantization, 1)
    one.set(0, vector)
    return new Query(one.cells, one.rangeOf(0))
  }

  distanceTo(query: Query, row: number): number {
    return this.distance(query.cells, 0, query.range, row)
  }

  private rangeOf(row: number): number {
    return this.quantization === 'int8' ? this.ranges[row]! : 1
  }

  private distance(cells: Cells, start: number, range: number, row: number): number {
    const { width } = this
    const other = row * width
    if (this.quantization === 'bin') {
      return (2 * signsApart(cells as Int32Array, start, this.cells as Int32Array, other, width)) / this.dimension
    }
    if (this.quantization === 'f32') {
      return 1 - dotOfFloats(cells as Float32Array, start, this.cells as Float32Array, other, width)
    }
    const dot = dotOfBytes(cells as Int8Array, start, this.cells as Int8Array, other, width)
    return 1 - (dot * range * this.ranges[row]!) / (127 * 127)
  }

  private grow(rows: number): void {
    const room = Math.max(rows, this.norms.length * 2)
    this.cells = widened(this.cells, cellsFor(this.quantization, room * this.width))
    this.norms = widened(this.norms, new Float32Array(room))
    if (this.quantization === 'int8') this.ranges = widened(this.ranges, new Float32Array(room))
  }
}

/** A vector that others are measured from. */
export class Query {
  readonly cells: Cells
  readonly range: number

  constructor(cells: Cells, range: number) {
    this.cells = cells
    this.range = range
  }
}

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

// One function for each kind of array, or V8 would make code for all kinds: four times as slow. Four sums at a time, as
// each addition has to wait for the one before it.

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

function dotOfBytes(a: Int8Array, i: number, b: Int8Array, j: number, count: number): number {
  let [s, t] = [0, 0]
  const whole = count & ~3
  for (let k = 0; k < whole; k += 4) {
    s = (s + a[i + k]! * b[j + k]! + a[i + k + 1]! * b[j + k + 1]!) | 0
    t = (t + a[i + k + 2]! * b[j + k + 2]! + a[i + k + 3]! * b[j + k + 3]!) | 0
  }
  for (let k = whole; k < count; k++) s = (s + a[i + k]! * b[j + k]!) | 0
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
