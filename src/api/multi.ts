import { multiOver, RedstartError } from '../errors.js'
import { copyBytes } from '../structures/text.js'
import { ADMIT, AT_ONCE, type Handle, UNIT } from './handle.js'
import type { KeyWatch } from './key-watch.js'

/** The commands that a multi can queue: all but those that are no single call of Redis. */
type Queueable<C> = Exclude<keyof C & string, `${string}Iterator` | 'consume'>

/** A method that queues a call: R is what the calls before it return. A method has two overloads at most, which are told apart here. */
type Queued<C, R extends readonly unknown[], Nil, Method> = Method extends {
  (...args: infer A extends readonly unknown[]): infer X
  (...args: infer B extends readonly unknown[]): infer Y
}
  ? [A, X, B, Y] extends [B, Y, A, X]
    ? (...args: B) => Multi<C, [...R, Awaited<Y>], Nil>
    : {
        /** Queues the call; `exec` returns what the method of this name returns. */
        (...args: A): Multi<C, [...R, Awaited<X>], Nil>
        /** Queues the call; `exec` returns what the method of this name returns. */
        (...args: B): Multi<C, [...R, Awaited<Y>], Nil>
      }
  : Method extends (...args: infer A extends readonly unknown[]) => infer X
    ? (...args: A) => Multi<C, [...R, Awaited<X>], Nil>
    : never

// Over a type parameter the mapped type leads editors to the docs of each method.
type QueueMethods<C, R extends readonly unknown[], Nil, K extends keyof C = Queueable<C>> = {
  [Name in K]: Queued<C, R, Nil, C[Name]>
}

/** What `exec` returns: a reply for each call, or the error that it ended with. */
export type Replies<R extends readonly unknown[]> = { [I in keyof R]: R[I] | RedstartError }

/**
 * A transaction that is being put together: it has the typed commands as methods, and each one queues its call. C are the
 * commands, R is what the queued calls return, Nil is `null` where keys are watched.
 */
export type Multi<C, R extends readonly unknown[] = [], Nil = never> = MultiQueue<R, Nil> & QueueMethods<C, R, Nil>

type AnyMethod = (this: unknown, ...args: unknown[]) => unknown

interface QueuedCall {
  readonly name: string
  readonly args: readonly unknown[]
}

const QUEUE: unique symbol = Symbol('queue')
/** The watch that a multi hangs on. */
export const WATCH: unique symbol = Symbol('watch')

/** What a `Multi` has besides commands. */
export class MultiQueue<R extends readonly unknown[], Nil> {
  readonly [WATCH]: [Nil] extends [never] ? undefined : KeyWatch<unknown>
  private readonly handle: Handle<string | Uint8Array>
  private calls: QueuedCall[] | undefined = []

  /** @internal */
  constructor(handle: Handle<string | Uint8Array>, watch: [Nil] extends [never] ? undefined : KeyWatch<unknown>) {
    this.handle = handle
    this[WATCH] = watch
  }

  /**
   * Runs the queued calls as one unit. Returns their replies in order, `[]` when there are none. A call that fails leaves its
   * `RedstartError` among the replies, and the others run all the same; `null`, and nothing has run, when a watched key has
   * changed. It can be called once, and ends the watch. O(calls) besides their own cost.
   *
   * @throws RedstartError ERR when it was called before, or the transaction or its watch was given up
   * @see https://redis.io/docs/latest/commands/exec/
   */
  exec(): Replies<R> | Nil {
    const calls = this.takeCalls()
    const { handle } = this
    // Nil is null where there is a watch.
    if (this[WATCH]?.end() === true) return null as Nil
    // A reply for each call that the type tells of.
    return handle[UNIT].nest(() => runAll(handle, calls)) as unknown as Replies<R>
  }

  /**
   * As `exec`, but where calls have failed throws the error of the first one, after all have run: for transactions whose calls
   * cannot fail unless something is wrong.
   *
   * @throws RedstartError of the first call that failed
   * @see https://redis.io/docs/latest/commands/exec/
   */
  execOrThrow(): R | Nil {
    const replies = this.exec()
    if (replies !== null) for (const reply of replies as Replies<R>) if (reply instanceof RedstartError) throw reply
    return replies as R | Nil
  }

  /**
   * Forgets the queued calls, and ends the watch.
   *
   * @throws RedstartError ERR when the transaction is over
   * @see https://redis.io/docs/latest/commands/discard/
   */
  discard(): void {
    this.takeCalls()
    this[WATCH]?.unwatch()
  }

  [QUEUE](name: string, args: unknown[]): this {
    if (this.calls === undefined) throw multiOver()
    this.handle[ADMIT](name, args)
    for (let i = 0; i < args.length; i++) args[i] = captured(args[i])
    this.calls.push({ name, args })
    return this
  }

  private takeCalls(): readonly QueuedCall[] {
    const { calls } = this
    if (calls === undefined) throw multiOver()
    this.calls = undefined
    return calls
  }
}

function runAll(handle: Handle<string | Uint8Array>, calls: readonly QueuedCall[]): unknown[] {
  const replies = new Array<unknown>(calls.length)
  handle[AT_ONCE] = true
  try {
    for (let i = 0; i < calls.length; i++) replies[i] = replyOf(handle, calls[i]!)
  } finally {
    handle[AT_ONCE] = false
  }
  return replies
}

/** By name, so that the call is the one that a caller of the handle would make: faults may stand before it. */
function replyOf(handle: Handle<string | Uint8Array>, { name, args }: QueuedCall): unknown {
  try {
    return (handle as unknown as Record<string, AnyMethod>)[name]!.apply(handle, args as unknown[])
  } catch (error) {
    if (error instanceof RedstartError) return error
    throw error
  }
}

/** An argument as it is now: what the caller does with his arrays, bytes and objects until `exec` is no part of the call. */
function captured(arg: unknown): unknown {
  if (typeof arg !== 'object' || arg === null) return arg
  if (arg instanceof Uint8Array) return copyBytes(arg)
  if (Array.isArray(arg)) return arg.map(captured)
  if (Symbol.iterator in arg) return Array.from(arg as Iterable<unknown>, captured)
  const prototype: unknown = Object.getPrototypeOf(arg)
  if (prototype !== Object.prototype && prototype !== null) return arg
  const copy: Record<string, unknown> = { ...arg }
  for (const name of Object.keys(copy)) copy[name] = captured(copy[name])
  return copy
}

/** Whether a method of a group can be queued: `Queueable`, for names. */
function isQueueable(name: string | symbol): name is string {
  return typeof name === 'string' && name !== 'constructor' && !name.endsWith('Iterator') && name !== 'consume'
}

/** Gives `Multi` the methods that queue: one for each of the group classes' methods. */
export function joinQueueMethods(groups: readonly { readonly prototype: object }[]): void {
  for (const { prototype } of groups) {
    for (const name of Reflect.ownKeys(prototype)) {
      const method: unknown = Object.getOwnPropertyDescriptor(prototype, name)?.value
      if (!isQueueable(name) || typeof method !== 'function') continue
      const queue = function (this: MultiQueue<readonly unknown[], unknown>, ...args: unknown[]): unknown {
        return this[QUEUE](name, args)
      }
      Object.defineProperty(MultiQueue.prototype, name, { value: queue, writable: true, configurable: true })
    }
  }
}
