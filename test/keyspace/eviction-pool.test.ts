import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Database } from '../../src/keyspace/database.js'
import { EvictionPool } from '../../src/keyspace/eviction-pool.js'

const candidates = fc.array(fc.record({ database: fc.nat(1), slot: fc.nat(40), score: fc.nat(25) }), { maxLength: 200 })

describe('EvictionPool', () => {
  it('keeps the sixteen best of those that were drawn, each once, and gives them out from the best on', () => {
    const databases = [new Database(0), new Database(1)]
    fc.assert(
      fc.property(candidates, (drawn) => {
        const pool = new EvictionPool()
        const kept: typeof drawn = []
        for (const candidate of drawn) {
          const { database, slot, score } = candidate
          const wanted = kept.length < 16 || score > kept.at(-1)!.score
          expect(pool.wants(score)).toBe(wanted)
          if (!wanted) continue
          pool.add(databases[database]!, slot, -score, score)
          if (kept.some((other) => other.database === database && other.slot === slot && other.score === score))
            continue
          kept.push(candidate)
          kept.sort((a, b) => b.score - a.score)
          kept.length = Math.min(kept.length, 16)
        }
        const taken: number[] = []
        for (let best = pool.take(); best !== undefined; best = pool.take()) {
          expect(drawn).toContainEqual({ database: best.database.index, slot: best.slot, score: -best.rank })
          taken.push(-best.rank)
        }
        expect(taken).toEqual(kept.map(({ score }) => score))
      }),
      { numRuns: 200 },
    )
  })

  it('is empty when it was cleared', () => {
    const pool = new EvictionPool()
    pool.add(new Database(0), 1, 2, 3)
    pool.clear()

    expect([pool.take(), pool.wants(Number.NEGATIVE_INFINITY)]).toEqual([undefined, true])
  })
})
