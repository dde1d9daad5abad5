import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Graph } from '../../../src/structures/vector-set/graph.js'
import { type Quantization, Vectors } from '../../../src/structures/vector-set/vectors.js'

/** Numbers from -1 to 1 that are the same in every run. */
function source(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0
    return state / 2 ** 31
  }
}

const vectorOf = (next: () => number, dimension: number): number[] => Array.from({ length: dimension }, next)

/** A graph and the vectors in it, by row. */
class Kept {
  readonly rows: number[][] = []
  readonly vectors: Vectors
  readonly graph: Graph

  constructor(dimension: number, quantization: Quantization, m: number) {
    this.vectors = new Vectors(dimension, quantization)
    this.graph = new Graph(this.vectors, m)
  }

  add(vector: number[], level: number, ef = 50): void {
    this.vectors.set(this.rows.length, vector)
    this.graph.add(level, this.vectors.query(vector), ef)
    this.rows.push(vector)
  }

  remove(row: number): void {
    const last = this.rows.length - 1
    this.graph.remove(row)
    this.vectors.move(last, row)
    this.rows[row] = this.rows[last]!
    this.rows.pop()
  }

  /** The distances of the nearest, by looking at all. */
  truth(vector: number[], count: number): number[] {
    const query = this.vectors.query(vector)
    return this.rows
      .map((_, row) => this.vectors.distanceTo(query, row))
      .sort((a, b) => a - b)
      .slice(0, count)
  }

  found(vector: number[], count: number, ef: number): number[] {
    return this.graph.search(this.vectors.query(vector), count, ef).map(({ distance }) => distance)
  }
}

function cosineDistance(a: readonly number[], b: readonly number[]): number {
  const dot = (x: readonly number[], y: readonly number[]) => x.reduce((sum, value, i) => sum + value * y[i]!, 0)
  return 1 - dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b))
}

describe('vectors', () => {
  it.each([
    ['f32', 1e-6],
    ['int8', 0.02],
  ] as const)('kept as %s have distances by the cosine', (quantization, error) => {
    const next = source(1)
    for (const dimension of [1, 3, 4, 31, 130]) {
      const [a, b] = [vectorOf(next, dimension), vectorOf(next, dimension)]
      const vectors = new Vectors(dimension, quantization)
      vectors.set(0, a)
      vectors.set(1, b)

      expect(Math.abs(vectors.between(0, 1) - cosineDistance(a, b))).toBeLessThan(error)
      expect(vectors.distanceTo(vectors.query(b), 0)).toBe(vectors.between(1, 0))
      for (const [i, value] of vectors.get(0).entries()) expect(Math.abs(value - a[i]!)).toBeLessThan(error)
    }
  })

  it('kept as bytes that are as large as can be have exact distances', () => {
    const vectors = new Vectors(8, 'int8')
    const rows = [0x00, 0xff, 0xaa, 0x33, 0x0f, 0x81].map((bits) =>
      Array.from({ length: 8 }, (_, i) => ((bits >> i) & 1 ? -1 : 1)),
    )
    for (const [row, vector] of rows.entries()) vectors.set(row, vector)

    for (const [a, one] of rows.entries()) {
      for (const [b, other] of rows.entries()) {
        expect(vectors.distanceTo(vectors.queryOf(a), b)).toBe(vectors.between(a, b))
        expect(vectors.between(a, b)).toBeCloseTo(cosineDistance(one, other), 6)
      }
    }
  })

  it('kept by their signs have distances by how many are equal', () => {
    const vectors = new Vectors(40, 'bin')
    vectors.set(
      0,
      Array.from({ length: 40 }, () => 0.1),
    )
    vectors.set(
      1,
      Array.from({ length: 40 }, (_, i) => (i % 4 === 0 ? -3 : 0.2)),
    )

    expect(vectors.between(0, 1)).toBe(0.5)
    expect(vectors.get(1).slice(0, 5)).toEqual([-1, 1, 1, 1, -1])
  })

  it('of length 0 are as far from all as can be without a direction', () => {
    for (const quantization of ['f32', 'int8'] as const) {
      const vectors = new Vectors(2, quantization)
      vectors.set(0, [0, 0])
      vectors.set(1, [1, 0])

      expect([vectors.between(0, 1), vectors.get(0)]).toEqual([1, [0, 0]])
    }
  })
})

describe('the graph', () => {
  it.each(['f32', 'int8', 'bin'] as const)('finds nearly all of the nearest, and more with a larger ef: %s', (form) => {
    const next = source(2)
    const kept = new Kept(16, form, 16)
    for (let i = 0; i < 1_500; i++) kept.add(vectorOf(next, 16), i % 16 === 0 ? (i % 256 === 0 ? 2 : 1) : 0)
    let hits = 0
    for (let i = 0; i < 40; i++) {
      const vector = vectorOf(next, 16)
      const truth = kept.truth(vector, 10)
      hits += kept.found(vector, 10, 100).filter((distance) => distance <= truth.at(-1)!).length
      expect(kept.found(vector, 10, 3_000)).toEqual(truth)
    }

    expect(hits / 400).toBeGreaterThan(0.95)
    kept.graph.invariants()
  })

  it('stays sound, and finds everything, whatever is added and removed', () => {
    const steps = fc.array(fc.record({ remove: fc.nat(3).map((n) => n === 0), at: fc.nat(1_000), level: fc.nat(2) }), {
      maxLength: 150,
      size: 'max',
    })
    fc.assert(
      fc.property(steps, fc.constantFrom(2, 4, 16), fc.integer(), (all, m, seed) => {
        const next = source(seed)
        const kept = new Kept(3, 'f32', m)
        for (const { remove, at, level } of all) {
          if (remove && kept.rows.length > 0) kept.remove(at % kept.rows.length)
          else kept.add(vectorOf(next, 3), level)
        }
        kept.graph.invariants()

        expect(kept.graph.size).toBe(kept.rows.length)
        if (m < 16) return
        const vector = vectorOf(next, 3)
        expect(kept.found(vector, 10, 500)).toEqual(kept.truth(vector, 10))
      }),
      { numRuns: 60 },
    )
  })

  it('finds only what is accepted, and looks at no more than it may', () => {
    const next = source(3)
    const kept = new Kept(4, 'f32', 8)
    for (let i = 0; i < 300; i++) kept.add(vectorOf(next, 4), i % 8 === 0 ? 1 : 0)
    const query = kept.vectors.query(vectorOf(next, 4))
    const even = (node: number) => node % 2 === 0

    const found = kept.graph.search(query, 20, 100, { accepts: even, looksMax: 0 })
    let looks = 0
    const counting = (node: number) => {
      looks++
      return even(node)
    }
    kept.graph.search(query, 20, 100, { accepts: counting, looksMax: 10 })

    expect([found.length, found.every(({ node }) => even(node))]).toEqual([20, true])
    expect(looks).toBeLessThan(30)
  })

  it('is independent of its copy', () => {
    const next = source(4)
    const kept = new Kept(4, 'int8', 4)
    for (let i = 0; i < 50; i++) kept.add(vectorOf(next, 4), i % 4 === 0 ? 1 : 0)
    const copy = kept.graph.clone(kept.vectors.clone())
    const query = kept.vectors.query(vectorOf(next, 4))
    const before = kept.graph.search(query, 10, 60)
    for (let i = 0; i < 40; i++) copy.remove(0)

    expect(kept.graph.search(query, 10, 60)).toEqual(before)
    kept.graph.invariants()
    copy.invariants()
  })
})
