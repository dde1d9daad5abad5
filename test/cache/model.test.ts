import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Loads, openCache, settled } from './support.js'

const KEYS = ['a', 'b', 'c']
const TAGS = ['x', 'y']

interface Kept {
  readonly value: number
  readonly freshUntil: number
  readonly goneAt: number
  readonly tags: readonly string[]
}

/** What a cache is in so many words: no tokens, no versions, no heads. */
class NaiveCache {
  now = 0
  private readonly kept = new Map<string, Kept>()

  set(key: string, value: number, ttlMs: number, staleTtlMs: number, tags: readonly string[]): void {
    const freshUntil = this.now + ttlMs
    this.kept.set(key, { value, freshUntil, goneAt: freshUntil + staleTtlMs, tags })
    if (ttlMs === 0) this.kept.delete(key)
  }

  find(key: string): Kept | undefined {
    const kept = this.kept.get(key)
    return kept !== undefined && this.now < kept.goneAt ? kept : undefined
  }

  get(key: string, allowStale: boolean): number | undefined {
    const kept = this.find(key)
    return kept !== undefined && (allowStale || this.now < kept.freshUntil) ? kept.value : undefined
  }

  delete(key: string): boolean {
    const had = this.find(key) !== undefined
    this.kept.delete(key)
    return had
  }

  invalidate(tags: readonly string[]): void {
    for (const [key, kept] of this.kept) if (kept.tags.some((tag) => tags.includes(tag))) this.kept.delete(key)
  }

  clear(): void {
    this.kept.clear()
  }
}

const key = fc.constantFrom(...KEYS)
const tags = fc.subarray(TAGS)
const ms = fc.constantFrom(0, 1, 10, 25, Number.POSITIVE_INFINITY)

const step = fc.oneof(
  fc.record({ kind: fc.constant('set' as const), key, ttlMs: ms, staleTtlMs: ms, tags }),
  fc.record({ kind: fc.constant('getOrSet' as const), key, ttlMs: ms, staleTtlMs: ms, tags, refresh: fc.boolean() }),
  fc.record({ kind: fc.constant('get' as const), key, allowStale: fc.boolean() }),
  fc.record({ kind: fc.constant('delete' as const), key }),
  fc.record({ kind: fc.constant('invalidate' as const), tags }),
  fc.record({ kind: fc.constant('advance' as const), ms: fc.constantFrom(1, 9, 15, 30) }),
  fc.record({ kind: fc.constantFrom('clear' as const, 'flush' as const) }),
)

/** The options of a step. */
function optionsOf<S extends { readonly kind: string; readonly key: string }>(next: S): Omit<S, 'kind' | 'key'> {
  const { kind: _kind, key: _key, ...options } = next
  return options
}

describe.each(['structured', 'json', 'reference'] as const)('a cache (%s)', (codec) => {
  it('does what a naive one does, whatever the order of calls', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const { db, clock, users } = openCache<number>({ codec })
        const model = new NaiveCache()
        let values = 0
        for (const next of steps) {
          const value = ++values
          if (next.kind === 'set') {
            users.set(next.key, value, optionsOf(next))
            model.set(next.key, value, next.ttlMs, next.staleTtlMs, next.tags)
          } else if (next.kind === 'getOrSet') {
            const expected = model.get(next.key, true)
            const isKept = expected !== undefined && !next.refresh
            const isFresh = model.get(next.key, false) !== undefined && !next.refresh
            expect(await users.getOrSet(next.key, () => value, optionsOf(next))).toBe(isKept ? expected : value)
            await settled()
            if (!isFresh) model.set(next.key, value, next.ttlMs, next.staleTtlMs, next.tags)
          } else if (next.kind === 'get') {
            expect(users.get(next.key, optionsOf(next))).toBe(model.get(next.key, next.allowStale))
          } else if (next.kind === 'delete') expect(users.delete(next.key)).toBe(model.delete(next.key))
          else if (next.kind === 'invalidate') {
            users.invalidateTags(...next.tags)
            model.invalidate(next.tags)
          } else if (next.kind === 'advance') {
            clock.advance(next.ms)
            model.now += next.ms
          } else {
            if (next.kind === 'clear') users.clear()
            else db.flushall()
            model.clear()
          }
          expect(KEYS.map((it) => users.has(it))).toEqual(KEYS.map((it) => model.get(it, false) !== undefined))
        }
      }),
      { numRuns: 150 },
    )
  })
})

interface Caller {
  readonly load: number | undefined
  readonly controller: AbortController | undefined
  outcome: string
}

/** What is to come of calls, by a model that knows loads by their numbers alone. */
class Airport {
  readonly expected: { load: number; leavable: boolean; outcome: string }[] = []
  readonly loads: { key: string; isCurrent: boolean; isOver: boolean }[] = []
  readonly kept = new Map<string, number>()

  running(key: string): number {
    return this.loads.findIndex((load) => load.key === key && load.isCurrent)
  }

  call(key: string, leavable: boolean): void {
    const kept = this.kept.get(key)
    let load = kept === undefined ? this.running(key) : -1
    if (kept === undefined && load === -1) load = this.loads.push({ key, isCurrent: true, isOver: false }) - 1
    this.expected.push({ load, leavable, outcome: kept === undefined ? 'waits' : `${kept}` })
  }

  abort(index: number): void {
    const caller = this.expected[index]!
    if (!caller.leavable || caller.outcome !== 'waits') return
    caller.outcome = 'left'
    if (!this.expected.some(({ load, outcome }) => load === caller.load && outcome === 'waits')) {
      this.loads[caller.load]!.isCurrent = false
    }
  }

  end(index: number, value: number, outcome: string): void {
    const load = this.loads[index]!
    if (load.isOver) return
    load.isOver = true
    for (const caller of this.expected)
      if (caller.load === index && caller.outcome === 'waits') caller.outcome = outcome
    if (load.isCurrent && outcome !== 'failed') this.kept.set(load.key, value)
    load.isCurrent = false
  }

  write(key: string, value: number | undefined): void {
    const running = this.running(key)
    if (running !== -1) this.loads[running]!.isCurrent = false
    if (value === undefined) this.kept.delete(key)
    else this.kept.set(key, value)
  }
}

const flightStep = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('call' as const), key, leavable: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('abort' as const), which: fc.nat() }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('end' as const), which: fc.nat(), fails: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('set' as const, 'delete' as const), key }) },
)

describe('single flight', () => {
  it('loads once for those who wait together, whatever the order of calls, aborts, ends and writes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(flightStep, { maxLength: 40 }), async (steps) => {
        const { users } = openCache<number>({ codec: 'reference' })
        const loads = new Loads<number>()
        const model = new Airport()
        const callers: Caller[] = []
        let values = 0
        for (const next of steps) {
          const value = ++values
          if (next.kind === 'call') {
            const controller = next.leavable ? new AbortController() : undefined
            const caller: Caller = { load: undefined, controller, outcome: 'waits' }
            callers.push(caller)
            users.getOrSet(next.key, loads.loader, { signal: controller?.signal }).then(
              (result) => {
                caller.outcome = `${result}`
              },
              (error) => {
                caller.outcome = (error as Error).message
              },
            )
            model.call(next.key, next.leavable)
          } else if (next.kind === 'abort' && callers.length > 0) {
            const which = next.which % callers.length
            callers[which]!.controller?.abort(new Error('left'))
            model.abort(which)
          } else if (next.kind === 'end' && loads.count > 0) {
            const which = next.which % loads.count
            if (next.fails) await loads.fail(which, new Error('failed'))
            else await loads.end(which, value)
            model.end(which, value, next.fails ? 'failed' : `${value}`)
          } else if (next.kind === 'set') {
            users.set(next.key, value)
            model.write(next.key, value)
          } else if (next.kind === 'delete') {
            users.delete(next.key)
            model.write(next.key, undefined)
          }
          await settled()
          expect(loads.started.map((load) => load.key)).toEqual(model.loads.map((load) => load.key))
          expect(callers.map(({ outcome }) => outcome)).toEqual(model.expected.map(({ outcome }) => outcome))
          expect(KEYS.map((it) => users.get(it))).toEqual(KEYS.map((it) => model.kept.get(it)))
        }
      }),
      { numRuns: 300 },
    )
  })
})
