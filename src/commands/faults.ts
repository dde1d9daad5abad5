/**
 * Faults for tests: calls that fail as a server fails them, replies that come late, connections that break. Redis has nothing
 * like it; the texts are its own.
 */
import { closed, RedstartError, sessionClosed } from '../errors.js'
import type { Client } from '../keyspace/client.js'
import type { Timer } from '../keyspace/clock.js'
import { RandomSource } from '../keyspace/random.js'
import type { Store } from '../keyspace/store.js'
import type { Unit } from '../keyspace/unit.js'
import type { Glob } from '../structures/glob.js'
import { User } from './acl-user.js'
import { type Argv, textAt, upperAscii } from './argv.js'
import {
  ALLOW_BUSY,
  aclCategories,
  BLOCKING,
  type Command,
  DENYOOM,
  hasQueued,
  keyIndices,
  LOADING,
  NO_AUTH,
  STALE,
  WRITE,
} from './command.js'
import { endClient } from './connection.js'
import { namedCommands, nameOf } from './known-commands.js'

/** Why a server refuses calls that are right in themselves. */
export type FaultCode =
  | 'BUSY'
  | 'CLUSTERDOWN'
  | 'LOADING'
  | 'MASTERDOWN'
  | 'MISCONF'
  | 'NOAUTH'
  | 'NOPERM'
  | 'NOREPLICAS'
  | 'OOM'
  | 'READONLY'

/** Which calls a fault meets, and when. Without any of these it meets all that a server would refuse so. */
export interface FaultRule {
  /** All in upper case: 'SET', 'CONFIG|GET', 'CONFIG' with all its subcommands; categories as '@WRITE'. */
  readonly commands: readonly string[] | undefined
  readonly keys: readonly Glob[] | undefined
  readonly client: Client | undefined
  /** How many calls it meets, Infinity for all. */
  readonly times: number
  /** How many it lets pass first. */
  readonly after: number
  /** How likely it meets a call, above 0 and up to 1. */
  readonly probability: number
}

/** A call as faults see it, whichever door it came by. */
export interface FaultCall {
  readonly client: Client
  /** As in the rules, the subcommand included. */
  readonly name: string
  readonly command: Command
  /** What it asks about, when somebody wants to know. */
  keys(): readonly string[]
}

interface Refusal {
  readonly message: (call: FaultCall, rule: FaultRule) => string
  /** Whether a server in that state refuses the command. */
  readonly refuses: (command: Command, name: string) => boolean
  /** Whether EXEC is refused for what is queued: so where the state came about after MULTI. */
  readonly looksIntoQueue: boolean
}

const writes = (command: Command): boolean => (command.flags & WRITE) !== 0
const needsKeys = (command: Command): boolean => command.keys.length > 0
const lacks = (flag: number) => (command: Command) => (command.flags & flag) === 0

function refusal(message: string, refuses: Refusal['refuses'], looksIntoQueue = true): Refusal {
  return { message: () => message, refuses, looksIntoQueue }
}

/** What Redis 8.0.2 says and to which commands: processCommand in its server.c, and asked. */
const REFUSALS: Readonly<Record<FaultCode, Refusal>> = {
  BUSY: refusal(
    'BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.',
    lacks(ALLOW_BUSY),
  ),
  CLUSTERDOWN: refusal('CLUSTERDOWN The cluster is down', needsKeys),
  LOADING: refusal('LOADING Redis is loading the dataset in memory', lacks(LOADING)),
  MASTERDOWN: refusal("MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.", lacks(STALE)),
  MISCONF: refusal(
    "MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to disk. Commands that may " +
      'modify the data set are disabled, because this instance is configured to report errors during writes if RDB ' +
      'snapshotting fails (stop-writes-on-bgsave-error option). Please check the Redis logs for details about the RDB error.',
    (command, name) => writes(command) || name === 'PING',
  ),
  NOAUTH: refusal('NOAUTH Authentication required.', lacks(NO_AUTH), false),
  NOPERM: {
    message: ({ name, client }, { keys }) =>
      keys === undefined
        ? `NOPERM User ${userName(client.user)} has no permissions to run the '${name.toLowerCase()}' command`
        : 'NOPERM No permissions to access a key',
    refuses: lacks(NO_AUTH),
    looksIntoQueue: false,
  },
  NOREPLICAS: refusal('NOREPLICAS Not enough good replicas to write.', writes),
  OOM: refusal("OOM command not allowed when used memory > 'maxmemory'.", (command) => (command.flags & DENYOOM) !== 0),
  READONLY: refusal("READONLY You can't write against a read only replica.", writes),
}

export const FAULT_CODES = Object.keys(REFUSALS) as readonly FaultCode[]

/** A fault that has been armed. */
export abstract class ArmedFault {
  /** How many calls it has met. */
  fired = 0
  ended = false
  private passed = 0
  protected readonly rule: FaultRule
  private readonly random: RandomSource

  constructor(rule: FaultRule, random: RandomSource) {
    this.rule = rule
    this.random = random
  }

  /** Whether a call is of the kind, whatever the rule says. */
  protected abstract concerns(call: FaultCall): boolean

  /** Whether it meets this call, which is counted then. O(names, and keys × globs of the rule). */
  meets(call: FaultCall): boolean {
    const { rule } = this
    if (rule.client !== undefined && rule.client !== call.client) return false
    if (rule.commands !== undefined && !rule.commands.some((wanted) => isNamed(call.name, call.command, wanted)))
      return false
    if (!this.concerns(call)) return false
    const globs = rule.keys
    if (globs !== undefined && !call.keys().some((key) => globs.some((glob) => glob.matches(key)))) return false
    if (this.passed < rule.after) {
      this.passed++
      return false
    }
    if (rule.probability < 1 && this.random.next() >= rule.probability * 2 ** 32) return false
    this.fired++
    if (this.fired >= rule.times) this.ended = true
    return true
  }
}

/** A call is refused. */
export class Failing extends ArmedFault {
  readonly kind = 'fail'
  private readonly error: FaultCode | RedstartError

  constructor(rule: FaultRule, random: RandomSource, error: FaultCode | RedstartError) {
    super(rule, random)
    this.error = error
  }

  protected concerns(call: FaultCall): boolean {
    if (typeof this.error !== 'string') return true
    const { refuses, looksIntoQueue } = REFUSALS[this.error]
    if (refuses(call.command, call.name)) return true
    return call.name === 'EXEC' && looksIntoQueue && hasQueued(call.client, (command) => refuses(command, ''))
  }

  errorFor(call: FaultCall): RedstartError {
    if (typeof this.error !== 'string') return new RedstartError(this.error.message)
    return new RedstartError(REFUSALS[this.error].message(call, this.rule))
  }
}

/** A reply that comes by a promise comes late. */
export class Lagging extends ArmedFault {
  readonly kind = 'delay'
  readonly ms: number

  constructor(rule: FaultRule, random: RandomSource, ms: number) {
    super(rule, random)
    this.ms = ms
  }

  protected concerns({ command }: FaultCall): boolean {
    return (command.flags & BLOCKING) !== 0
  }
}

/** A connection breaks at a call: before it is run, or before its reply has come. */
export class Breaking extends ArmedFault {
  readonly kind = 'drop'
  readonly executes: boolean
  /** Those that it has broken. */
  readonly clients = new Set<Client>()

  constructor(rule: FaultRule, random: RandomSource, executes: boolean) {
    super(rule, random)
    this.executes = executes
  }

  protected concerns(): boolean {
    return true
  }
}

export type AnyFault = Failing | Lagging | Breaking

interface LateReply {
  readonly timer: Timer
  reject(reason: Error): void
}

/** The faults of one store. `store.faults` is undefined until the first is armed. */
export class FaultBook {
  private readonly store: Store
  private faults: AnyFault[] = []
  private readonly late = new Set<LateReply>()
  private source: RandomSource | undefined

  constructor(store: Store) {
    this.store = store
  }

  /** Chance of its own, so that arming a fault changes no random choice of the store. */
  get random(): RandomSource {
    this.source ??= new RandomSource(this.store.random.clone().next())
    return this.source
  }

  add(fault: AnyFault): void {
    this.faults = this.faults.filter((other) => !other.ended || (other.kind === 'drop' && other.clients.size > 0))
    this.faults.push(fault)
  }

  /** Ends a fault; connections that it has broken can be used again. */
  end(fault: AnyFault): void {
    fault.ended = true
    this.faults = this.faults.filter((other) => other !== fault)
    if (fault.kind !== 'drop') return
    for (const client of fault.clients) client.closed = false
    fault.clients.clear()
  }

  clear(): void {
    for (const fault of [...this.faults]) this.end(fault)
  }

  /** Breaks a connection: what it waits for is given up, and its calls are refused from now on. */
  break(unit: Unit, fault: Breaking): void {
    if (unit.client.closed) return
    endClient(unit)
    fault.clients.add(unit.client)
  }

  /** Whether a fault has broken the connection. */
  hasBroken(client: Client): boolean {
    return this.faults.some((fault) => fault.kind === 'drop' && fault.clients.has(client))
  }

  /** Throws where a call is to fail before it is run. */
  refuse(unit: Unit, call: FaultCall): void {
    for (const fault of this.faults) {
      if (fault.ended || fault.kind === 'delay' || (fault.kind === 'drop' && fault.executes)) continue
      if (!fault.meets(call)) continue
      if (fault.kind === 'fail') throw fault.errorFor(call)
      this.break(unit, fault)
      throw sessionClosed()
    }
  }

  /** The reply of a call that has run: at once, late, or not at all. `waits`: it is not there yet. */
  deliver<R>(unit: Unit, call: FaultCall, reply: R, waits: boolean, signal?: AbortSignal): R | Promise<Awaited<R>> {
    for (const fault of this.faults) {
      if (fault.ended || fault.kind === 'fail' || (fault.kind === 'drop' && !fault.executes)) continue
      if (!fault.meets(call)) continue
      if (fault.kind === 'delay') return this.afterwards(reply, waits, fault.ms, signal)
      if (reply instanceof Promise) reply.catch(() => {})
      this.break(unit, fault)
      throw sessionClosed()
    }
    return reply
  }

  /** At the end of the database: whoever still waits for a late reply is told. */
  close(): void {
    for (const { timer, reject } of this.late) {
      timer.cancel()
      reject(closed())
    }
    this.late.clear()
  }

  /** A reply that is there is late from the call on, so that a clock which is moved next finds the timer. */
  private afterwards<R>(reply: R, waits: boolean, ms: number, signal: AbortSignal | undefined): Promise<Awaited<R>> {
    const arrived = Promise.resolve(reply)
    if (!waits) return this.lag(ms, signal, arrived)
    return arrived.then(
      () => this.lag(ms, signal, arrived),
      () => this.lag(ms, signal, arrived),
    )
  }

  /** Hands on a reply in some time, or the reason of an abort at once. */
  private lag<R>(ms: number, signal: AbortSignal | undefined, reply: Promise<R>): Promise<R> {
    // Whatever it holds is told when its time has come.
    reply.catch(() => {})
    if (signal?.aborted) return Promise.reject(signal.reason)
    return new Promise<R>((resolve, reject) => {
      const leave = (): void => {
        this.late.delete(waiting)
        signal?.removeEventListener('abort', onAbort)
      }
      const onAbort = (): void => {
        waiting.timer.cancel()
        leave()
        reject(signal?.reason)
      }
      const onTime = (): void => {
        leave()
        resolve(reply)
      }
      const waiting: LateReply = { timer: this.store.clock.schedule(onTime, ms, true), reject }
      this.late.add(waiting)
      signal?.addEventListener('abort', onAbort, { once: true })
    })
  }
}

/** The faults of a store; undefined while none was ever armed. The keyspace only keeps them. */
export function faultsOf(store: Store): FaultBook | undefined {
  return store.faults as FaultBook | undefined
}

/** A raw call as faults see it. */
export function rawCall(unit: Unit, command: Command, argv: Argv): FaultCall {
  return {
    client: unit.client,
    name: upperAscii(nameOf(command)),
    command,
    keys: () => (keyIndices(command, argv) ?? []).map(({ index }) => textAt(argv, index)),
  }
}

function isNamed(name: string, command: Command, wanted: string): boolean {
  if (wanted.startsWith('@')) return wanted === '@ALL' || aclCategories(command).includes(wanted.slice(1).toLowerCase())
  return name === wanted || name.startsWith(`${wanted}|`)
}

/** Whether there is a command of such a name or category that a fault may meet. */
export function isMet(wanted: string, concerns: (command: Command, name: string) => boolean): boolean {
  for (const [name, command] of namedCommands()) {
    if (command.call !== undefined && isNamed(name, command, wanted) && concerns(command, name)) return true
  }
  return false
}

/** Whether a server in such a state refuses the command. */
export function refuses(code: FaultCode, command: Command, name: string): boolean {
  // EXEC is refused for what is queued.
  return REFUSALS[code].refuses(command, name) || (name === 'EXEC' && REFUSALS[code].looksIntoQueue)
}

/** The name of the user that a connection acts for. */
function userName(user: object | undefined): string {
  return user instanceof User ? user.name : 'default'
}
