import { DeadlineWheel } from '../structures/deadline-wheel.js'
import type { Client } from './client.js'
import type { Database } from './database.js'
import { ABSENT } from './key-index.js'
import { type CollectionType, typeOf } from './value.js'

/** What a blocking command waits for. */
export interface WaitRequest<R> {
  /** Who waits. */
  readonly client?: Client | undefined
  readonly database: Database
  readonly keys: readonly string[]
  /** A key of another type has nothing for it. */
  readonly type: ValueType
  /** Whether it is tried too when a key goes or changes its type: it then has nothing to wait for. */
  readonly untilGone?: boolean | undefined
  /** Tries to serve the command, in a unit of its own; undefined while there is still nothing to have. */
  attempt(): R | undefined
  /** The reply when time runs out. */
  readonly timeoutReply: R
  /** When time runs out, in milliseconds since the epoch; Infinity to wait for ever. */
  readonly deadlineMs: number
  readonly signal?: AbortSignal | undefined
  /** Is told when the waiting ends: of the error, or of undefined where there is a reply. */
  readonly ended?: ((failure: unknown) => void) | undefined
}

type ValueType = 'string' | CollectionType

interface Waiter {
  readonly request: WaitRequest<unknown>
  readonly resolve: (reply: unknown) => void
  readonly reject: (reason: unknown) => void
  readonly onAbort: (() => void) | undefined
  slot: number
}

/** Who waits for a key, who has waited longest first. */
interface Queue {
  readonly waiters: Set<Waiter>
  /** Whether the key stands among those that became ready. */
  isReady: boolean
  /** How many of them are tried too when the key goes. */
  untilGone: number
}

/**
 * Blocked calls: who waits for which key, served first come, first served per key, keys in the order in which they
 * became ready (Redis's order).
 *
 * Invariant: a waiter stands in the queue of each of its keys, and in the wheel if it has a deadline, until it is
 * served, times out or is aborted; then it stands nowhere.
 */
export class Waiters {
  active = false
  private readonly queues = new Map<Database, Map<string, Queue>>()
  private ready: { readonly database: Database; readonly key: string }[] = []
  private readonly wheel: DeadlineWheel<Waiter>
  private readonly armed: (deadlineMs: number) => void
  private readonly onActivity: () => void

  /**
   * `armed` is told of each deadline, so that the owner's timer is early enough; `onActivity` is called whenever `active`
   * may have changed.
   */
  constructor(now: number, armed: (deadlineMs: number) => void, onActivity: () => void) {
    this.wheel = new DeadlineWheel<Waiter>(now)
    this.armed = armed
    this.onActivity = onActivity
  }

  /** Waits; the caller has tried in vain already. Rejects with the signal's reason when it is aborted. */
  block<R>(request: WaitRequest<R>): Promise<R> {
    const signal = request.signal
    if (signal?.aborted) return Promise.reject(signal.reason)
    return new Promise<R>((resolve, reject) => {
      const onAbort = signal === undefined ? undefined : () => this.abort(waiter)
      // Replies are handed to the promise that asked for them, so the type of each is its request's.
      const waiter: Waiter = {
        request,
        resolve: resolve as (reply: unknown) => void,
        reject,
        onAbort,
        slot: 0,
      }
      this.enqueue(waiter)
      if (onAbort !== undefined) signal?.addEventListener('abort', onAbort, { once: true })
    })
  }

  /** Whether somebody waits for a timeout: a process should not end before it. */
  get hasTimeouts(): boolean {
    return this.wheel.size > 0
  }

  /** How many calls wait. */
  get size(): number {
    return this.list().size
  }

  /** How many calls wait for a timeout too. */
  get timeouts(): number {
    return this.wheel.size
  }

  /** How many keys are waited for. O(databases). */
  get keyCount(): number {
    let count = 0
    for (const keys of this.queues.values()) count += keys.size
    return count
  }

  /** How many of them are waited for by somebody who is tried too when the key goes. O(keys waited for). */
  get keyCountUntilGone(): number {
    let count = 0
    for (const keys of this.queues.values()) for (const { untilGone } of keys.values()) if (untilGone > 0) count++
    return count
  }

  /** The connections whose calls wait. O(calls). */
  clients(): Set<Client> {
    const clients = new Set<Client>()
    for (const { request } of this.list()) if (request.client !== undefined) clients.add(request.client)
    return clients
  }

  private list(): Set<Waiter> {
    const waiting = new Set<Waiter>()
    for (const keys of this.queues.values()) {
      for (const { waiters } of keys.values()) for (const waiter of waiters) waiting.add(waiter)
    }
    return waiting
  }

  /** Ends the waiting of a connection: with an error, or as if time had run out. Returns whether it waited. O(calls). */
  unblock(client: Client, error: Error | undefined): boolean {
    const own = [...this.list()].filter(({ request }) => request.client === client)
    for (const waiter of own) {
      if (error === undefined) this.answer(waiter, waiter.request.timeoutReply)
      else this.refuse(waiter, error)
    }
    return own.length > 0
  }

  /**
   * A key has been added: whoever waits for it is tried after the unit. As in Redis a key is taken note of when it is added and
   * at no other change, once in a unit, as soon as it has a type that is waited for. O(1) as a rule.
   */
  signal(database: Database, key: string, type: ValueType): void {
    const queue = this.queues.get(database)?.get(key)
    if (queue === undefined || queue.isReady || !isWaitedFor(queue, type)) return
    queue.isReady = true
    this.ready.push({ database, key })
  }

  /** The value of a key goes, or another one takes its place: those are tried after the unit who wait for it to stay. O(1). */
  signalGone(database: Database, key: string): void {
    const queue = this.queues.get(database)?.get(key)
    if (queue === undefined || queue.isReady || queue.untilGone === 0) return
    queue.isReady = true
    this.ready.push({ database, key })
  }

  /** All keys of a database may be others (SWAPDB). O(keys waited for). */
  signalAll(database: Database): void {
    for (const key of this.queues.get(database)?.keys() ?? []) {
      const slot = database.keys.find(key)
      if (slot !== ABSENT) this.signal(database, key, typeOf(database.keys.lookAt(slot)))
      this.signalGone(database, key)
    }
  }

  get hasReady(): boolean {
    return this.ready.length > 0
  }

  /** How many keys have become ready and are not served yet. */
  get pending(): number {
    return this.ready.length
  }

  /** Keys other than the first `pending` of those that became ready are not ready after all. */
  forgetSince(pending: number): void {
    for (const { database, key } of this.ready.splice(pending)) {
      const queue = this.queues.get(database)?.get(key)
      if (queue !== undefined) queue.isReady = false
    }
  }

  /** Serves those whose keys became ready, until nothing more is ready. Runs with no unit open. */
  serve(): void {
    while (this.ready.length > 0) {
      const batch = this.ready
      this.ready = []
      for (const { database, key } of batch) this.serveKey(database, key)
    }
  }

  /** O(calls that are served), unless some wait for a key of another type. */
  private serveKey(database: Database, key: string): void {
    const queue = this.queues.get(database)?.get(key)
    if (queue === undefined) return
    queue.isReady = false
    // Who begins to wait meanwhile stands behind these.
    let before = queue.waiters.size
    for (const waiter of queue.waiters) {
      if (before-- === 0) return
      const slot = database.keys.find(key)
      if (slot === ABSENT && queue.untilGone === 0) return
      const { type, untilGone } = waiter.request
      const isThere = slot !== ABSENT && typeOf(database.keys.lookAt(slot)) === type
      if (isThere || untilGone) this.tryServe(waiter)
    }
  }

  private tryServe(waiter: Waiter): void {
    let reply: unknown
    try {
      reply = waiter.request.attempt()
    } catch (error) {
      this.refuse(waiter, error)
      return
    }
    if (reply === undefined) {
      this.requeue(waiter)
      return
    }
    this.answer(waiter, reply)
  }

  /** Who was tried in vain stands behind the others, as in Redis. O(keys of the call). */
  private requeue(waiter: Waiter): void {
    const { database, keys } = waiter.request
    const queues = this.queues.get(database)
    for (const key of keys) {
      const waiters = queues?.get(key)?.waiters
      if (waiters?.delete(waiter)) waiters.add(waiter)
    }
  }

  /** The next instant at which someone times out. */
  nextWake(): number {
    return this.wheel.nextWake()
  }

  /** Answers those whose time is up; returns whether some are left over. */
  expire(now: number, budget: number): boolean {
    return this.wheel.expire(now, budget, (waiter) => {
      this.answer(waiter, waiter.request.timeoutReply)
    })
  }

  /** Rejects all, at the end of the database, or those of one connection, at its end. */
  rejectAll(reason: Error, client?: Client): void {
    for (const keys of [...this.queues.values()]) {
      for (const queue of [...keys.values()]) {
        for (const waiter of [...queue.waiters]) {
          if (client !== undefined && waiter.request.client !== client) continue
          this.refuse(waiter, reason)
        }
      }
    }
  }

  private abort(waiter: Waiter): void {
    this.refuse(waiter, waiter.request.signal?.reason)
  }

  private answer(waiter: Waiter, reply: unknown): void {
    this.leave(waiter)
    waiter.request.ended?.(undefined)
    waiter.resolve(reply)
  }

  private refuse(waiter: Waiter, reason: unknown): void {
    this.leave(waiter)
    waiter.request.ended?.(reason)
    waiter.reject(reason)
  }

  private enqueue(waiter: Waiter): void {
    const { database, keys, deadlineMs, untilGone } = waiter.request
    let queues = this.queues.get(database)
    if (queues === undefined) {
      queues = new Map()
      this.queues.set(database, queues)
    }
    for (const key of keys) {
      let queue = queues.get(key)
      if (queue === undefined) {
        queue = { waiters: new Set(), isReady: false, untilGone: 0 }
        queues.set(key, queue)
      }
      if (queue.waiters.has(waiter)) continue
      queue.waiters.add(waiter)
      if (untilGone) queue.untilGone++
    }
    this.active = true
    if (deadlineMs !== Number.POSITIVE_INFINITY) waiter.slot = this.wheel.add(waiter, deadlineMs)
    this.onActivity()
    if (waiter.slot !== 0) this.armed(deadlineMs)
  }

  private leave(waiter: Waiter): void {
    const { database, keys, signal } = waiter.request
    const queues = this.queues.get(database)
    for (const key of keys) {
      const queue = queues?.get(key)
      if (queue?.waiters.delete(waiter) && waiter.request.untilGone) queue.untilGone--
      if (queue?.waiters.size === 0) queues?.delete(key)
    }
    if (queues?.size === 0) this.queues.delete(database)
    if (waiter.slot !== 0) this.wheel.remove(waiter.slot)
    waiter.slot = 0
    if (waiter.onAbort !== undefined) signal?.removeEventListener('abort', waiter.onAbort)
    this.active = this.queues.size > 0
    this.onActivity()
  }
}

function isWaitedFor(queue: Queue, type: ValueType): boolean {
  for (const { request } of queue.waiters) if (request.type === type) return true
  return false
}
