/**
 * Holding calls back for a time: CLIENT PAUSE. A raw call that is held back is answered by a promise. Typed methods cannot wait
 * and are not held back: they are calls of the process that holds the data.
 */
import { sessionClosed } from '../errors.js'
import type { Client } from '../keyspace/client.js'
import type { Timer } from '../keyspace/clock.js'
import type { Store } from '../keyspace/store.js'
import type { Unit } from '../keyspace/unit.js'
import { type Argv, copyOf } from './argv.js'
import { type Command, FLAGS, hasQueued, WRITE } from './command.js'
import { nameOf } from './known-commands.js'
import type { Reply } from './reply.js'

/** Whether calls are held back that may write, or all. */
export type PauseMode = 'write' | 'all'

type Dispatch = (unit: Unit, argv: Argv) => Reply | Promise<Reply>

interface HeldCall {
  readonly unit: Unit
  readonly argv: Argv
  readonly dispatch: Dispatch
  resolve(reply: Reply | Promise<Reply>): void
  reject(reason: unknown): void
}

/** The pause of a store, while there is one. */
class Pause {
  mode: PauseMode
  endsAtMs: number
  private held: HeldCall[] = []
  private timer: Timer | undefined
  private readonly store: Store

  constructor(store: Store, mode: PauseMode, endsAtMs: number) {
    this.store = store
    this.mode = mode
    this.endsAtMs = endsAtMs
    this.arm()
  }

  /** A pause that is there already gets no shorter, and holds back no less. */
  extend(mode: PauseMode, endsAtMs: number): void {
    if (mode === 'all') this.mode = mode
    this.endsAtMs = Math.max(this.endsAtMs, endsAtMs)
    this.arm()
  }

  /** The process waits for the end where a call does. */
  private arm(): void {
    this.timer?.cancel()
    const delayMs = Math.max(0, this.endsAtMs - this.store.clock.now())
    this.timer = this.store.clock.schedule(() => this.onTimer(), delayMs, this.held.length > 0)
  }

  private onTimer(): void {
    if (this.store.clock.now() < this.endsAtMs) this.arm()
    else this.end()
  }

  hold(unit: Unit, argv: Argv, dispatch: Dispatch): Promise<Reply> {
    const own = copyOf(argv)
    return new Promise((resolve, reject) => {
      this.held.push({ unit, argv: own, dispatch, resolve, reject })
      unit.client.heldCalls++
      if (this.held.length === 1) this.arm()
    })
  }

  /** How many connections wait. */
  get clients(): number {
    return new Set(this.held.map(({ unit }) => unit.client)).size
  }

  /** A connection ends: its calls are not run any more. */
  forget(client: Client): void {
    const gone = this.held.filter(({ unit }) => unit.client === client)
    this.held = this.held.filter(({ unit }) => unit.client !== client)
    client.heldCalls = 0
    for (const { reject } of gone) reject(sessionClosed())
  }

  /** Runs what was held back, in the order in which it came. */
  end(): void {
    this.timer?.cancel()
    this.store.pause = undefined
    for (const { unit, argv, dispatch, resolve, reject } of this.held) {
      unit.client.heldCalls--
      try {
        resolve(dispatch(unit, argv))
      } catch (error) {
        reject(error)
      }
    }
  }
}

/** Set here alone. */
function pauseOf(store: Store): Pause | undefined {
  return store.pause as Pause | undefined
}

/** Holds back calls that may write, or all, for so many milliseconds. O(1). */
export function clientPause({ store }: Unit, ms: number, mode: PauseMode): void {
  const endsAtMs = store.clock.now() + ms
  const pause = pauseOf(store)
  if (pause === undefined) store.pause = new Pause(store, mode, endsAtMs)
  else pause.extend(mode, endsAtMs)
}

/** Ends a pause: what was held back is run, in the order in which it came. O(held calls), besides their own cost. */
export function clientUnpause({ store }: Unit): void {
  const pause = pauseOf(store)
  if (pause !== undefined) afterUnit(store, () => pause.end())
}

/** Runs something with no unit open. */
function afterUnit(store: Store, body: () => void): void {
  store.tell({ deliver: body })
}

/** The reply of a call that a pause holds back, undefined for others. What a connection calls behind such a call waits too. */
export function holdBack(unit: Unit, command: Command, argv: Argv, dispatch: Dispatch): Promise<Reply> | undefined {
  const pause = pauseOf(unit.store)
  if (pause === undefined) return undefined
  const isHeld = unit.client.heldCalls > 0 || pause.mode === 'all' || mayWrite(unit, command)
  return isHeld ? pause.hold(unit, argv, dispatch) : undefined
}

/** What a pause of writes is about; EXEC by what is queued. */
function mayWrite({ client }: Unit, command: Command): boolean {
  return isReplicated(command) || (nameOf(command) === 'exec' && hasQueued(client, isReplicated))
}

/** Redis sends replicas messages too, and the count that PFCOUNT writes into a key, whatever the flags of these commands say. */
function isReplicated(command: Command): boolean {
  return (command.flags & (WRITE | FLAGS.may_replicate)) !== 0 || /^(s?publish|pfcount)$/.test(nameOf(command))
}
