import { BUILT, redstart } from '../contenders/local.js'
import { Batch, type KeyKind, VALUE_LENGTH, type World } from '../harness/keys.js'
import { cpuNow, type Effort } from '../harness/measure.js'
import { REDSTART, spread } from '../harness/results.js'
import type { Measured, Op, Scenario } from '../harness/scenario.js'
import { fillWith } from './filling.js'

export const UNCOUNTED = 'Redstart without statistics'

/** What is looked for is less than what others are told apart by. */
const LONGER = 4

const KINDS: readonly KeyKind[] = ['same', 'fresh']

/**
 * Two connections to one store, of which one counts: two fills differ by more than the counting costs. Each has a copy of the build of its
 * own, so that the calls of either know one class of units.
 */
async function connections(world: World): Promise<Readonly<Record<string, Op>>> {
  const [one, other] = await Promise.all([load(''), load('?uncounted')])
  const counted = new one.Redstart({ statistics: true })
  const store = counted.engine
  const { observation } = store
  // A connection counts if the store is looked at when it is made.
  store.observation = undefined
  // A session of the other build on the store of this one.
  const uncounted = Reflect.apply(other.Redstart.prototype.session, { store }, [])
  store.observation = observation
  fillWith(counted, world, (db, key, value) => db.set(key, value))
  return { [REDSTART]: (key) => counted.get(key)!.length, [UNCOUNTED]: (key) => uncounted.get(key)!.length }
}

function load(query: string): Promise<typeof import('redstart')> {
  return import(`${BUILT}${query}`)
}

/** A function for each, so that it is compiled for one of them. */
function driver(name: string): (op: Op, keys: readonly string[]) => number {
  // The same text twice would be the same code.
  const text = `let sum = 0; for (const key of keys) sum += op(key, key, 0); return sum // ${name}`
  return new Function('op', 'keys', text) as never
}

interface Row {
  readonly name: string
  readonly op: Op
  readonly drive: ReturnType<typeof driver>
}

/** Batches of all in turn for some time, twice at least: nanoseconds for a call. */
function play(rows: readonly Row[], world: World, kind: KeyKind, ms: number, calls: number): Map<string, number[]> {
  const times = new Map<string, number[]>(rows.map(({ name }) => [name, []]))
  const batch = new Batch()
  const end = performance.now() + ms
  for (let turn = 0; performance.now() < end || turn < 2; turn++) {
    // Who comes second finds a warmer cache.
    for (const { name, op, drive } of turn % 2 === 0 ? rows : [...rows].reverse()) {
      batch.scatter(world, kind, calls)
      const started = cpuNow()
      const sum = drive(op, batch.keys)
      times.get(name)!.push(((cpuNow() - started) * 1e6) / calls)
      if (sum !== VALUE_LENGTH * calls)
        throw new Error(`get-statistics, ${name}: ${calls} calls answered ${sum} in all`)
    }
  }
  return times
}

async function measureTogether(world: World, effort: Effort): Promise<Readonly<Record<string, Measured>>> {
  const rows = Object.entries(await connections(world)).map(([name, op]) => ({ name, op, drive: driver(name) }))
  const measured: Record<string, Measured> = { [REDSTART]: {}, [UNCOUNTED]: {} }
  for (const kind of KINDS) {
    play(rows, world, kind, effort.warmupMs * rows.length, effort.batch)
    const times = play(rows, world, kind, effort.timeMs * rows.length * LONGER, effort.batch)
    for (const [name, its] of times) measured[name]![kind] = spread(its).median
  }
  return measured
}

/** What it costs that calls, hits and misses are counted. */
export const getStatistics: Scenario = {
  name: 'get-statistics',
  group: 'strings',
  title: 'GET, counted',
  access: 'scatter',
  kinds: KINDS,
  yields: VALUE_LENGTH,
  // For their names; `together` plays them.
  contenders: [redstart(() => () => 0), redstart(() => () => 0, UNCOUNTED)],
  together: measureTogether,
}
