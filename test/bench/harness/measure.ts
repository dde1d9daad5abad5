import { Bench, type FnReturnedObject } from 'tinybench'
import { Batch, indexes, type KeyKind, type World } from './keys.js'
import type { AwaitedSubject, Contender, Measured, Op, Scenario, Subject } from './scenario.js'

/** How long and how often to measure. */
export interface Effort {
  /** Measured time per row in milliseconds, on the contender's clock. */
  readonly timeMs: number
  /** The compiler takes some 50,000 calls to get through a sorted set; its threads count as time of the process. */
  readonly warmupMs: number
  /** Operations per iteration, before the limits of {@link batchSize}. */
  readonly batch: number
  /** At least this many calls are made before the clock counts, and at least this many while it does. */
  readonly callsMin: number
}

export const FULL: Effort = { timeMs: 300, warmupMs: 400, batch: 10_000, callsMin: 1000 }
export const QUICK: Effort = { timeMs: 4, warmupMs: 2, batch: 200, callsMin: 200 }

/** A call that awaits costs microseconds, one over a socket tens of them: smaller batches give the same time. */
const BATCH_LIMITS: Record<Subject['kind'], number> = { sync: 10_000, awaited: 1000, batched: 2000, remote: 20_000 }
const WALL_BATCH_LIMIT = 250

const WARMUP_SWEEP = 100_000
const SWEEP_LARGE = 500_000

/** CPU time of this process in milliseconds, all its threads included, so collection and compilation are paid for. */
export function cpuNow(): number {
  const usage = process.cpuUsage()
  return (usage.user + usage.system) / 1000
}

function batchSize(subject: Subject, scenario: Scenario, contender: Contender, effort: Effort): number {
  const limit = subject.kind === 'awaited' && contender.clock === 'wall' ? WALL_BATCH_LIMIT : BATCH_LIMITS[subject.kind]
  return Math.min(effort.batch, limit, scenario.batchMax ?? effort.batch)
}

/** Times one contender of a scenario in this process; returns nanoseconds per operation for each kind of key. */
export async function measure(
  scenario: Scenario,
  contender: Contender,
  world: World,
  effort: Effort,
): Promise<Measured> {
  const subject = await contender.prepare(world)
  const measured: Measured = {}
  for (const kind of contender.kinds ?? scenario.kinds) {
    if (!scenario.kinds.includes(kind)) continue
    globalThis.gc?.()
    const run = { scenario, contender, world, effort, kind, subject, batch: new Batch() }
    measured[kind] = subject.kind === 'remote' ? await timeRemote(run, subject) : await timeHere(run, subject)
  }
  await contender.close?.()
  return measured
}

interface Run {
  readonly scenario: Scenario
  readonly contender: Contender
  readonly world: World
  readonly effort: Effort
  readonly kind: KeyKind
  readonly batch: Batch
}

type LocalSubject = Exclude<Subject, { kind: 'remote' }>

async function timeHere(run: Run, subject: LocalSubject): Promise<number> {
  const { batch, effort, scenario, contender } = run
  const calls = batchSize(subject, scenario, contender, effort)
  const refill = filler(run, subject, calls)
  const check = checker(run)
  const bench = new Bench({
    now: contender.clock === 'cpu' ? cpuNow : () => performance.now(),
    time: effort.timeMs,
    warmupTime: effort.warmupMs,
    ...iterationCounts(run, calls),
    subtractTimerOverhead: true,
    throws: true,
  })
  let sum = 0
  let operations = 0
  const body = timedBody(subject, batch, (total) => {
    sum = total
  })
  bench.add(run.contender.name, body, {
    async: subject.kind !== 'sync',
    async beforeEach(mode) {
      await refill(mode === 'warmup')
      await turn()
    },
    afterEach(mode) {
      check(sum, batch.keys.length)
      if (mode === 'run') operations += batch.keys.length
    },
  })
  const [task] = await bench.run()
  const result = task?.result
  if (result?.state !== 'completed') throw new Error(`${run.scenario.name}, ${contender.name}: ${result?.state}`)
  return (result.totalTime * 1e6) / operations
}

/** Lets timers fire between two iterations: lru-cache, for one, renews its reading of the clock in one. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

/** One pass over a large store that is used up is long enough, and renewing it is what costs the time. */
function iterationCounts(run: Run, calls: number): { iterations: number; warmupIterations: number } {
  if (run.scenario.access !== 'scatter' && run.world.size >= SWEEP_LARGE) return { iterations: 1, warmupIterations: 1 }
  const count = Math.max(2, Math.ceil(run.effort.callsMin / calls))
  return { iterations: count, warmupIterations: count }
}

/** The function that tinybench times: one pass over the batch. */
function timedBody(subject: LocalSubject, batch: Batch, tell: (sum: number) => void): () => unknown {
  switch (subject.kind) {
    case 'sync':
      return () => {
        tell(drive(subject.op, batch))
      }
    case 'awaited':
      return async () => {
        tell(await driveAwaited(subject.op, batch))
      }
    case 'batched':
      return async () => {
        tell(await subject.run(batch.keys, batch.values))
      }
  }
}

/** A process times one contender only, so `op` is always the same function here and the compiler inlines it. */
function drive(op: Op, { keys, values, scores }: Batch): number {
  let sum = 0
  for (let place = 0; place < keys.length; place++) sum += op(keys[place]!, values[place]!, scores[place]!)
  return sum
}

async function driveAwaited(op: AwaitedSubject['op'], { keys, values, scores }: Batch): Promise<number> {
  let sum = 0
  for (let place = 0; place < keys.length; place++) sum += await op(keys[place]!, values[place]!, scores[place]!)
  return sum
}

/** What has to happen before an iteration: the store renewed if it is used up, the batch filled again. */
function filler(run: Run, subject: LocalSubject, calls: number): (warming: boolean) => Promise<void> {
  const { scenario, world, kind, batch } = run
  if (scenario.access === 'scatter') return async () => batch.scatter(world, kind, calls)
  const span = subject.span ?? { first: 0, count: world.size }
  const order = indexes(span.first, span.count, scenario.access === 'drain', world.random)
  return async (warming) => {
    batch.sweep(world, kind, order, 0)
    await subject.renew?.()
    batch.sweep(world, kind, order, warming ? Math.min(WARMUP_SWEEP, order.length) : order.length)
    if (order.length >= SWEEP_LARGE / 5) globalThis.gc?.()
  }
}

function checker(run: Run): (sum: number, calls: number) => void {
  const { scenario, contender } = run
  return (sum, calls) => {
    const right = scenario.yields === undefined ? sum > 0 : sum === scenario.yields * calls
    if (!right) throw new Error(`${scenario.name}, ${contender.name}: ${calls} calls answered ${sum} in all`)
  }
}

async function timeRemote(run: Run, subject: Extract<Subject, { kind: 'remote' }>): Promise<number> {
  const { effort, contender } = run
  let calls = 0
  let nanoseconds = 0
  const bench = new Bench({
    time: effort.timeMs,
    // A server is compiled before.
    warmupTime: effort.warmupMs / 4,
    iterations: 1,
    warmup: run.scenario.access === 'scatter',
    warmupIterations: 1,
    throws: true,
  })
  bench.add(
    contender.name,
    async (): Promise<FnReturnedObject> => {
      const outcome = await subject.iterate(batchSize(subject, run.scenario, contender, effort))
      calls += outcome.calls
      nanoseconds += outcome.nanoseconds
      const milliseconds = outcome.nanoseconds / 1e6
      return { overriddenDuration: milliseconds, overriddenIterationCost: milliseconds }
    },
    {
      async: true,
      beforeAll() {
        calls = 0
        nanoseconds = 0
      },
    },
  )
  await bench.run()
  return nanoseconds / calls
}
