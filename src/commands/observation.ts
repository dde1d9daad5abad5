/**
 * What looks at calls as they run: statistics, SLOWLOG, LATENCY, MONITOR and CLIENT TRACKING. A store that nobody looks into pays
 * one check a raw call (`runCommand`), and nothing for typed calls until the first store of the process is looked into: from
 * then on api/observed-calls.ts brings those here too.
 */
import { RedstartError } from '../errors.js'
import type { Delivery, Outbox } from '../keyspace/outbox.js'
import type { GetTimer } from '../keyspace/statistics.js'
import type { Store } from '../keyspace/store.js'
import type { Unit } from '../keyspace/unit.js'
import { type Argv, textAt } from './argv.js'
import { ADMIN, type Command, FAST, keyIndices, READONLY, SKIP_SLOWLOG } from './command.js'
import { CommandStatistics } from './command-statistics.js'
import { nameOf } from './known-commands.js'
import { LatencySamples } from './latency-samples.js'
import { shownWords } from './redaction.js'
import type { Reply } from './reply.js'
import { SlowCalls } from './slow-calls.js'
import { stringCommands } from './string.js'

/** A call as MONITOR tells of it. */
export interface MonitoredCall {
  /** When it was made, in milliseconds since the epoch. */
  readonly timeMs: number
  readonly db: number
  /** The session that made it, by its address. */
  readonly client: string
  readonly args: readonly string[]
}

/** Somebody who hears of all calls. */
export interface CallListener {
  heard(call: MonitoredCall, outbox: Outbox): void
}

/** A call as it is looked at, whichever door it came by. */
export interface ObservedCall {
  readonly command: Command
  /** Whether the unit counts it: see `CountingUnit.getString`. */
  readonly isCounted?: boolean
  /** The keys and the words, when somebody wants to know. */
  keys(): readonly string[]
  words(): readonly string[]
}

/** Is told how a call has ended that had to wait: of its error, and whether that refused it leave before it was tried again. */
export type CallEnd = (failure: unknown, isRefused: boolean) => void

/** What is known of a call while its body runs. */
interface RunningCall {
  readonly unit: Unit
  readonly call: ObservedCall
  /** How long it has taken, once it has ended or begun to wait; undefined where nobody wants to know. */
  ns: number | undefined
  /** Whether it has begun to wait: it is counted when that ends. */
  isPutOff: boolean
  /** What it has thrown. */
  failure: unknown
}

class MonitorDelivery implements Delivery {
  private readonly listeners: readonly CallListener[]
  private readonly call: MonitoredCall

  constructor(listeners: readonly CallListener[], call: MonitoredCall) {
    this.listeners = listeners
    this.call = call
  }

  deliver(outbox: Outbox): void {
    for (const listener of this.listeners) {
      try {
        listener.heard(this.call, outbox)
      } catch (error) {
        outbox.report(error)
      }
    }
  }
}

/** Of one store; made by the first thing that wants to look. */
export class Observation {
  readonly slowCalls = new SlowCalls()
  readonly latency = new LatencySamples()
  private readonly statistics = new Map<Command, CommandStatistics>()
  /** Whether calls are counted. */
  counts = false
  /** Whether typed calls need be counted only, and an eye be kept on the clock now and then. */
  isBrief = false
  /** Typed calls until the next one that is timed. */
  untilTimed = 1
  /** Whether any connection wants access times to be left as they are. */
  hearsOfTouch = false
  /** Reads a clock that runs steadily, in milliseconds. */
  stopwatch: () => number = () => performance.now()
  private readonly store: Store
  private listeners: readonly CallListener[] = []
  /** The typed call that is running, and whether events were being handed out when it began. */
  private insideSince: boolean | undefined = undefined
  private times = false
  private running: RunningCall | undefined = undefined
  private readonly getTimer: GetTimer

  constructor(store: Store) {
    this.store = store
    this.getTimer = {
      now: () => this.stopwatch(),
      took: (ms) => this.statisticsOf(stringCommands.GET).timed(ms * 1e6, store.settings.latencyTracking),
    }
  }

  /** Finds out what is looked at, after anything of it has changed. */
  refresh(): void {
    const { settings, tracking } = this.store
    this.times = settings.slowlogLogSlowerThan >= 0 || settings.latencyMonitorThreshold > 0
    const sees = this.listeners.length > 0 || tracking?.active === true || this.hearsOfTouch
    this.isBrief = this.counts && !this.times && !sees
    this.store.statistics.gets.timer = this.isBrief ? this.getTimer : undefined
    this.store.hearsCalls = this.counts || this.times || sees || settings.latencyTracking
    const threshold = settings.latencyMonitorThreshold
    this.store.onExpireCycle = threshold > 0 ? (ms) => this.cycled('expire-cycle', ms) : undefined
    if (this.store.hearsCalls) onFirst(this.isBrief)
  }

  /** A round of work that no call has asked for has taken so long. */
  cycled(event: 'expire-cycle' | 'eviction-cycle', ms: number): void {
    const threshold = this.store.settings.latencyMonitorThreshold
    if (threshold > 0 && ms >= threshold) this.latency.add(event, Math.floor(ms), seconds(this.store.clock.now()))
  }

  listen(listener: CallListener): void {
    this.listeners = [...this.listeners, listener]
    this.refresh()
  }

  unlisten(listener: CallListener): void {
    this.listeners = this.listeners.filter((other) => other !== listener)
    this.refresh()
  }

  statisticsOf(command: Command): CommandStatistics {
    let statistics = this.statistics.get(command)
    if (statistics === undefined) {
      statistics = new CommandStatistics()
      this.statistics.set(command, statistics)
    }
    return statistics
  }

  /** What is counted of each command. */
  get commands(): ReadonlyMap<Command, CommandStatistics> {
    if (this.store.statistics.gets.calls > 0) {
      const { calls, failed } = this.store.statistics.takeGets()
      const ofGet = this.statisticsOf(stringCommands.GET)
      ofGet.calls += calls
      ofGet.failed += failed
    }
    return this.statistics
  }

  /** How many calls were counted. O(commands). */
  get calls(): number {
    let calls = 0
    for (const statistics of this.commands.values()) calls += statistics.calls
    return calls
  }

  reset(): void {
    for (const statistics of this.statistics.values()) {
      Object.assign(statistics, new CommandStatistics())
    }
    this.store.statistics.reset()
  }

  /** Runs a typed call, whose methods may call each other: only the outermost counts, and those of listeners. */
  within<R>(body: () => R): R {
    const [before, wasBrief] = [this.insideSince, this.isBrief]
    this.insideSince = this.store.isSettling
    this.isBrief = false
    try {
      return body()
    } finally {
      this.insideSince = before
      if (wasBrief) this.refresh()
    }
  }

  get isInside(): boolean {
    return this.insideSince === this.store.isSettling
  }

  /** Runs a call and takes note of it; what it throws goes on. */
  observe<R>(unit: Unit, call: ObservedCall, isTimed: boolean, body: () => R): R {
    const { store } = this
    const { client } = unit
    if (store.tracking !== undefined) store.tracking.actor = client
    if (client.noTouch) store.leavesAccess = nameOf(call.command) !== 'touch'
    const timed = this.times || (isTimed && (this.counts || store.settings.latencyTracking))
    const started = timed ? this.stopwatch() : 0
    const outer = this.running
    // EXEC is the last command of its connection, and not what it runs.
    if (outer?.unit.client !== client) client.lastCommand = call.command
    const running: RunningCall = { unit, call, ns: undefined, isPutOff: false, failure: undefined }
    this.running = running
    try {
      return body()
    } catch (error) {
      running.failure = error
      throw error
    } finally {
      store.leavesAccess = false
      this.running = outer
      if (timed) running.ns = (this.stopwatch() - started) * 1e6
      this.ended(running)
    }
  }

  /** The running call has failed, and returns a promise that says so. */
  failed(error: unknown): void {
    if (this.running !== undefined) this.running.failure = error
  }

  /**
   * The running call waits: it is counted, and shown to SLOWLOG, when what is returned is told that the waiting has ended. How long it has
   * waited is no part of what it takes.
   */
  putOffEnd(): CallEnd | undefined {
    const { running } = this
    if (running === undefined) return undefined
    running.isPutOff = true
    return (failure, isRefused) => {
      // One whose connection is gone has never been.
      if (running.unit.client.closed || !(failure === undefined || isReply(failure))) return
      if (isRefused) this.rejected(running.call.command, failure)
      else this.record(running, failure)
    }
  }

  private record({ unit, call, ns }: RunningCall, failure: unknown): void {
    if (this.counts && call.isCounted !== true) this.count(call.command, failure)
    if (ns !== undefined) this.took(unit, call, ns)
  }

  private ended(running: RunningCall): void {
    const { store } = this
    const { unit, call, failure } = running
    const { command } = call
    if (!running.isPutOff) this.record(running, failure)
    if (store.tracking !== undefined) {
      store.tracking.actor = undefined
      if (unit.client.tracking !== undefined) track(unit, call, failure === undefined || isReply(failure))
    }
    if (this.listeners.length === 0 || (command.flags & ADMIN) !== 0 || !(failure === undefined || isReply(failure)))
      return
    const { client, database } = unit
    const args = call.words()
    store.tell(
      new MonitorDelivery(this.listeners, { timeMs: unit.now(), db: database.index, client: client.address, args }),
    )
  }

  private count(command: Command, failure: unknown): void {
    const statistics = this.statisticsOf(command)
    statistics.calls++
    if (failure === undefined) return
    statistics.failed++
    this.store.statistics.failed(failure)
  }

  private took(unit: Unit, call: ObservedCall, ns: number): void {
    const { settings, clock } = this.store
    const { command } = call
    if (this.counts || settings.latencyTracking) this.statisticsOf(command).timed(ns, settings.latencyTracking)
    const slow = settings.slowlogLogSlowerThan
    if (slow >= 0 && ns >= slow * 1_000 && (command.flags & SKIP_SLOWLOG) === 0) {
      const { address: client, name: clientName } = unit.client
      const timestamp = seconds(clock.now())
      const entry = { timestamp, durationUs: Math.floor(ns / 1_000), client, clientName }
      this.slowCalls.add(entry, call.words(), settings.slowlogMaxLen)
    }
    const threshold = settings.latencyMonitorThreshold
    const ms = Math.floor(ns / 1e6)
    if (threshold > 0 && ms >= threshold) {
      this.latency.add((command.flags & FAST) === 0 ? 'command' : 'fast-command', ms, seconds(clock.now()))
    }
  }

  /** A call was refused before it was run; of an unknown command the command is undefined. */
  rejected(command: Command | undefined, error: unknown): void {
    if (!this.counts) return
    if (command !== undefined) this.statisticsOf(command).rejected++
    this.store.statistics.failed(error)
  }
}

function isReply(failure: unknown): boolean {
  return failure instanceof RedstartError
}

function seconds(ms: number): number {
  return Math.floor(ms / 1_000)
}

/** Remembers what a connection has read, be the answer an error, and forgets what it has said of this call. */
function track(unit: Unit, call: ObservedCall, isAnswered: boolean): void {
  const { client, store } = unit
  if (isAnswered && (call.command.flags & READONLY) !== 0) store.tracking!.remember(client, call.keys())
  if (client.transaction !== undefined || store.depth > 0 || nameOf(call.command).startsWith('client|')) return
  client.tracking!.caching = undefined
}

/** Runs a raw call that somebody looks at. */
export function observeRaw(unit: Unit, command: Command, argv: Argv): Reply | Promise<Reply> {
  const observation = observationOf(unit.store)
  const call: ObservedCall = {
    command,
    keys: () => (keyIndices(command, argv) ?? []).map(({ index }) => textAt(argv, index)),
    words: () => shownWords(argv),
  }
  return observation.observe(unit, call, true, () => command.call!(unit, argv))
}

/** What looks into a store. */
export function observationOf(store: Store): Observation {
  store.observation ??= new Observation(store)
  // Set here alone.
  return store.observation as Observation
}

/** Counts the calls of a store, from its beginning, and keeps their times. */
export function countCalls(store: Store): void {
  const observation = observationOf(store)
  observation.counts = true
  store.settings.latencyTracking = true
  observation.refresh()
}

/** Looks into a store as another one is looked into, whose settings it has. */
export function observeAs(original: Store, store: Store): void {
  observationOf(store).counts = observationOf(original).counts
  observationOf(store).refresh()
}

/** Whether the calls of a store are counted. */
export function isCounted(store: Store): boolean {
  return store.observation !== undefined && observationOf(store).counts
}

let onFirst = (_isBrief: boolean): void => {}

/**
 * Has `prepare` called whenever somebody begins to look at calls: typed calls have to be brought here, of those that are counted and
 * no more (`isBrief`) all but `get`.
 */
export function beforeCallsAreHeard(prepare: (isBrief: boolean) => void): void {
  onFirst = prepare
}
