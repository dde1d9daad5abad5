import { DISPOSE } from './api/disposable.js'
import { Handle, UNIT } from './api/handle.js'
import { observeTypedCalls } from './api/observed-calls.js'
import { type Key, toText, upperAscii } from './commands/argv.js'
import { BLOCKING, type Command } from './commands/command.js'
import {
  type AnyFault,
  Breaking,
  FAULT_CODES,
  Failing,
  FaultBook,
  type FaultCode,
  type FaultRule,
  faultsOf,
  isMet,
  Lagging,
  refuses,
} from './commands/faults.js'
import { RedstartError } from './errors.js'
import type { Store } from './keyspace/store.js'
import { type Names, noSuchOption, strangeName } from './option-names.js'
import { Glob } from './structures/glob.js'

/** A session, or its `bytes` side. */
type Connection = Handle<string> | Handle<Uint8Array>

/** Which calls a fault meets. Without any option it meets every call that a server would refuse so, until it is ended. */
export interface FaultOptions {
  /**
   * Commands by name: `'SET'`, `'CONFIG'` with all its subcommands, `'CONFIG|GET'`, or a category as `'@write'`. Every
   * door counts: `db.set`, `db.bytes.set` and `db.call('SET', …)`.
   */
  readonly commands?: string | readonly string[] | undefined
  /** Globs, of which one must match one of the keys of the call. */
  readonly keys?: Key | readonly Key[] | undefined
  /** Calls of this session only. */
  readonly session?: Connection | undefined
  /** How many calls it meets; all by default. */
  readonly times?: number | undefined
  /** How many matching calls it lets pass first; 0 by default. */
  readonly after?: number | undefined
  /** How likely it meets a matching call, above 0 and up to 1; drawn from the seeded random source. 1 by default. */
  readonly probability?: number | undefined
}

/** Options of `drop`. */
export interface DropOptions extends FaultOptions {
  /** Whether the call is run all the same, so that only its reply is lost. */
  readonly executes?: boolean | undefined
}

/** A fault that was armed. */
export class Fault {
  readonly #book: FaultBook
  readonly #fault: AnyFault

  /** @internal */
  constructor(book: FaultBook, fault: AnyFault) {
    this.#book = book
    this.#fault = fault
  }

  /** How many calls it has met. */
  get fired(): number {
    return this.#fault.fired
  }

  /** Whether it will meet no more calls: it was ended, or has met as many as it should. */
  get ended(): boolean {
    return this.#fault.ended
  }

  /** Ends the fault. Sessions that it dropped can be used again, as new connections. */
  end(): void {
    this.#book.end(this.#fault)
  }

  /** As `end`, at the end of a block that says `using`. */
  [DISPOSE](): void {
    this.end()
  }
}

/**
 * Makes calls fail or lag as a real server does, to test how an application takes it. `db.faults` has them.
 *
 * They meet raw calls and typed methods alike, before anything is changed. From the first fault that is armed in the process
 * on, every typed method looks whether there is one; until then they cost nothing.
 */
export class Faults {
  readonly #store: Store

  /** @internal */
  constructor(store: Store) {
    this.#store = store
  }

  /**
   * Refuses calls with an error, which is a code that a server answers ('OOM', 'READONLY', 'LOADING', 'BUSY', 'MISCONF',
   * 'NOPERM', 'NOAUTH', 'NOREPLICAS', 'MASTERDOWN', 'CLUSTERDOWN'), or a whole text. With a code only those calls fail that a
   * server would refuse so: OOM meets what needs memory, READONLY what writes.
   *
   * @example
   * using outage = db.faults.fail('OOM', { commands: 'SET', keys: 'user:*', times: 1 })
   * db.set('user:1', 'ada') // throws OOM command not allowed when used memory > 'maxmemory'.
   * outage.fired // 1
   *
   * @throws RangeError for an unknown code, command or option, for a command that no server refuses so, for numbers out of range
   */
  fail(error: FaultCode | (string & {}) | RedstartError, options?: FaultOptions): Fault {
    const reason = checkedError(error)
    const concerns = (command: Command, name: string): boolean =>
      typeof reason !== 'string' || refuses(reason, command, name)
    const why = typeof reason === 'string' ? `is never refused with ${reason}` : ''
    const rule = ruleOf(options, FAULT_OPTIONS, concerns, why)
    return this.#arm((book) => new Failing(rule, book.random, reason))
  }

  /**
   * Delays replies by so many milliseconds of the database's clock: those of blocking commands, as all others are there at
   * once. The command itself is run in time. What waits is late from the moment when it is served.
   *
   * @example
   * db.faults.delay(200, { commands: 'BLPOP' })
   * const job = db.blpop('jobs', 1)
   * clock.advance(200)
   * await job
   *
   * @throws RangeError for a command that does not block, for an unknown option, for numbers out of range
   */
  delay(ms: number, options?: FaultOptions): Fault {
    if (!(ms >= 0 && ms <= Number.MAX_SAFE_INTEGER)) throw new RangeError(`a delay is milliseconds >= 0, got ${ms}`)
    const rule = ruleOf(
      options,
      FAULT_OPTIONS,
      ({ flags }) => (flags & BLOCKING) !== 0,
      'does not block: its reply is there at once',
    )
    return this.#arm((book) => new Lagging(rule, book.random, ms))
  }

  /**
   * Breaks the connection of a session now: its transaction, watches and waiting calls go, and later calls fail as those of a
   * closed session, until the fault is ended. Or, with options, breaks that of whoever makes the call that they describe,
   * before it is run or, by `executes`, after it.
   *
   * @example
   * using outage = db.faults.drop(session)
   * db.faults.drop({ commands: 'EXEC', times: 1, executes: true }) // was it committed? The reply is lost
   *
   * @throws RangeError for an unknown command or option, for numbers out of range
   */
  drop(session: Connection): Fault
  /** As above, at a call. */
  drop(options: DropOptions): Fault
  drop(what: Connection | DropOptions): Fault {
    if (!(what instanceof Handle)) {
      const rule = ruleOf(what, DROP_OPTIONS, () => true, '')
      return this.#arm((book) => new Breaking(rule, book.random, what.executes === true))
    }
    const unit = what[UNIT]
    if (unit.store !== this.#store) throw new RangeError('the session belongs to another database')
    return this.#arm((book) => {
      const fault = new Breaking({ ...EVERY_CALL, commands: [] }, book.random, false)
      book.break(unit, fault)
      return fault
    })
  }

  /** Ends all faults. */
  clear(): void {
    faultsOf(this.#store)?.clear()
  }

  #arm(make: (book: FaultBook) => AnyFault): Fault {
    observeTypedCalls()
    const book = faultsOf(this.#store) ?? new FaultBook(this.#store)
    this.#store.faults = book
    const fault = make(book)
    book.add(fault)
    return new Fault(book, fault)
  }
}

const FAULT_OPTIONS: Names<FaultOptions> = {
  commands: true,
  keys: true,
  session: true,
  times: true,
  after: true,
  probability: true,
}
const DROP_OPTIONS: Names<DropOptions> = { ...FAULT_OPTIONS, executes: true }

const EVERY_CALL: FaultRule = {
  commands: undefined,
  keys: undefined,
  client: undefined,
  times: Number.POSITIVE_INFINITY,
  after: 0,
  probability: 1,
}

function checkedError(error: string | RedstartError): FaultCode | RedstartError {
  if (error instanceof RedstartError) return error
  const code = FAULT_CODES.find((known) => known === error)
  if (code !== undefined) return code
  if (/^\S+ ./.test(error)) return new RedstartError(error)
  throw new RangeError(`a fault is one of ${FAULT_CODES.join(', ')}, or a whole text: 'ERR …', got '${error}'`)
}

function ruleOf(
  options: FaultOptions | undefined,
  names: Names<FaultOptions>,
  concerns: (command: Command, name: string) => boolean,
  why: string,
): FaultRule {
  if (options === undefined) return EVERY_CALL
  const stranger = strangeName(options, names)
  if (stranger !== undefined) throw new RangeError(noSuchOption(stranger, names))
  const { times = Number.POSITIVE_INFINITY, after = 0, probability = 1 } = options
  if (!(times >= 1 && (Number.isInteger(times) || times === Number.POSITIVE_INFINITY)))
    throw new RangeError(`times is a whole number >= 1, got ${times}`)
  if (!(after >= 0 && Number.isInteger(after))) throw new RangeError(`after is a whole number >= 0, got ${after}`)
  if (!(probability > 0 && probability <= 1))
    throw new RangeError(`probability is above 0 and up to 1, got ${probability}`)
  const commands = listOf(options.commands)?.map((name) => checkedName(name, concerns, why))
  const keys = listOf<Key>(options.keys)?.map((glob) => new Glob(toText(glob)))
  return { commands, keys, client: options.session?.[UNIT].client, times, after, probability }
}

function checkedName(given: string, concerns: (command: Command, name: string) => boolean, why: string): string {
  const name = upperAscii(toText(given)).replace(' ', '|')
  if (!isMet(name, () => true)) throw new RangeError(`there is no command '${given}'`)
  if (!isMet(name, concerns)) throw new RangeError(`'${given}' ${why}`)
  return name
}

function listOf<T extends string | Uint8Array>(one: T | readonly T[] | undefined): readonly T[] | undefined {
  return one === undefined || Array.isArray(one) ? (one as readonly T[] | undefined) : [one as T]
}
