/**
 * Typed calls for those who look at calls as they run: faults, statistics, SLOWLOG, LATENCY, MONITOR and CLIENT TRACKING. Typed
 * methods call bodies and pass no place where all calls meet. So the first who wants to look wraps the methods of all sessions,
 * once in a process; until then they cost nothing.
 */
import { BLOCKING, type Command, WRITE } from '../commands/command.js'
import { type FaultBook, type FaultCall, faultsOf } from '../commands/faults.js'
import { beforeCallsAreHeard, type Observation, observationOf } from '../commands/observation.js'
import { shownWords } from '../commands/redaction.js'
import { sessionClosed } from '../errors.js'
import { TIMED_ONE_IN } from '../keyspace/counting-unit.js'
import type { Store } from '../keyspace/store.js'
import { type Handle, JOINED, UNIT } from './handle.js'
import { commandOfMethod, keysOfCall, wordsOfCall } from './method-calls.js'

/** A session, or its `bytes` side. */
type Connection = Handle<string> | Handle<Uint8Array>

type Method = (this: Connection, ...args: readonly unknown[]) => unknown

/** A method and the command that it stands for. */
interface Typed {
  readonly method: string
  readonly original: Method
  readonly name: string
  readonly command: Command
  /** Whether it returns a promise, also of an error. */
  readonly isAsync: boolean
}

/** Which methods are wrapped: `get` only where it is not enough that its unit counts it. */
const NOTHING = 0
const ALL_BUT_GET = 1
const ALL = 2

let wrapped = NOTHING

/** From here on every typed method looks whether somebody looks at its call. */
export function observeTypedCalls(): void {
  wrapMethods(ALL)
}

/** Has the methods wrapped as soon as somebody looks at calls. */
export function prepareObservedCalls(): void {
  beforeCallsAreHeard((isBrief) => wrapMethods(isBrief ? ALL_BUT_GET : ALL))
}

function wrapMethods(which: number): void {
  if (wrapped >= which) return
  // Both sides of a session have the same methods, which are wrapped once: what is called from one place is inlined there.
  const known = new Map<Method, Method>()
  for (const { prototype } of JOINED) {
    for (const method of Object.getOwnPropertyNames(prototype)) {
      if (!isToBeWrapped(method, which)) continue
      const descriptor = Object.getOwnPropertyDescriptor(prototype, method)!
      const found = commandOfMethod(method)
      if (typeof descriptor.value !== 'function' || found === undefined) continue
      const original = descriptor.value as Method
      const isAsync = (found.command.flags & BLOCKING) !== 0
      const value = known.get(original) ?? wrap({ method, original, isAsync, ...found })
      known.set(original, value)
      Object.defineProperty(prototype, method, { ...descriptor, value })
    }
  }
  wrapped = which
}

/** Whether a method is not wrapped yet. */
function isToBeWrapped(method: string, which: number): boolean {
  return method === 'get' ? which === ALL : wrapped === NOTHING
}

function wrap(typed: Typed): Method {
  const value = typed.method === 'get' ? wrappedGet(typed) : wrappedMethod(typed)
  return Object.defineProperty(value, 'name', { value: typed.method })
}

function wrappedMethod(typed: Typed): Method {
  const { original, command, isAsync } = typed
  let counted: Observation | undefined
  let statistics = { calls: 0, failed: 0 }
  return function call(this: Connection, ...args: readonly unknown[]): unknown {
    const { store } = this[UNIT]
    if (!isLookedAt(store)) return original.apply(this, args as unknown[])
    const observation = observationOf(store)
    // One that may wait is counted when it has.
    if (isAsync || !isOnlyCounted(store, observation)) return look(this, typed, observation, args)
    if (observation !== counted) {
      counted = observation
      statistics = observation.statisticsOf(command)
    }
    try {
      const reply = original.apply(this, args as unknown[])
      statistics.calls++
      return reply
    } catch (error) {
      statistics.calls++
      statistics.failed++
      store.statistics.failed(error)
      throw error
    }
  }
}

/** As `wrappedMethod`, but the unit does the counting. */
function wrappedGet(typed: Typed): Method {
  const { original } = typed
  return function call(this: Connection, key: unknown): unknown {
    const { store } = this[UNIT]
    if (!isLookedAt(store)) return original.call(this, key)
    const observation = observationOf(store)
    const isBrief = observation.isBrief && isUntroubled(store)
    return isBrief ? original.call(this, key) : look(this, typed, observation, [key])
  }
}

/** Whether there is anybody to look at calls, or something that may refuse them. */
function isLookedAt(store: Store): boolean {
  return store.hearsCalls || store.faults !== undefined || store.refusal !== undefined
}

/** Whether a call need be counted and no more: most are not timed. */
function isOnlyCounted(store: Store, observation: Observation): boolean {
  return observation.isBrief && --observation.untilTimed > 0 && isUntroubled(store)
}

/** Whether nothing may refuse calls. */
function isUntroubled(store: Store): boolean {
  return store.faults === undefined && store.refusal === undefined
}

/** Throws while the disk fails: what writes is refused then, as Redis refuses it, and PING. */
function checkRefusal(store: Store, { method, command }: Typed): void {
  const { refusal } = store
  if (refusal === undefined) return
  if ((command.flags & WRITE) !== 0 || (refusal.refusesPing && method === 'ping')) throw refusal.error
}

/** Runs a call that somebody looks at. Calls that are made meanwhile, by listeners say, are no part of it and not looked at. */
function look(handle: Connection, typed: Typed, observation: Observation, args: readonly unknown[]): unknown {
  if (observation.untilTimed <= 0) observation.untilTimed = TIMED_ONE_IN
  const { original, isAsync } = typed
  if (observation.isInside) return original.apply(handle, args as unknown[])
  const unit = handle[UNIT]
  const book = faultsOf(unit.store)
  const run = (): unknown => observation.within(() => original.apply(handle, args as unknown[]))
  try {
    checkRefusal(unit.store, typed)
    if (book === undefined) return heard(handle, typed, observation, args, run)
    return meet(book, handle, typed, args, () => heard(handle, typed, observation, args, run))
  } catch (error) {
    if (isAsync) return Promise.reject(error)
    throw error
  }
}

function heard(
  handle: Connection,
  { method, name, command }: Typed,
  observation: Observation,
  args: readonly unknown[],
  run: () => unknown,
): unknown {
  const unit = handle[UNIT]
  if (!unit.store.hearsCalls) return run()
  const call = {
    command,
    isCounted: method === 'get',
    keys: () => keysOfCall(method, name, command, args),
    words: () => shownWords(wordsOfCall(name, args)),
  }
  try {
    return observation.observe(unit, call, true, run)
  } finally {
    // The call has ended its unit; what has been told since is handed out here.
    unit.end()
  }
}

function meet(
  book: FaultBook,
  handle: Connection,
  { method, name, command, isAsync }: Typed,
  args: readonly unknown[],
  run: () => unknown,
): unknown {
  const unit = handle[UNIT]
  const { client, store } = unit
  const call: FaultCall = { client, name, command, keys: () => keysOfCall(method, name, command, args) }
  if (book.hasBroken(client)) throw sessionClosed()
  book.refuse(unit, call)
  const waiting = isAsync ? store.waiters.size : 0
  const reply = run()
  if (!isAsync) return book.deliver(unit, call, reply, false)
  return book.deliver(unit, call, reply, store.waiters.size > waiting, signalAmong(args))
}

function signalAmong(args: readonly unknown[]): AbortSignal | undefined {
  const options = args.at(-1)
  return typeof options === 'object' && options !== null && 'signal' in options
    ? (options.signal as AbortSignal | undefined)
    : undefined
}
