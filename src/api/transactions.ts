import type { Key } from '../commands/argv.js'
import { transactionNotSynchronous } from '../errors.js'
import { type Names, optionsGiven } from './given.js'
import { Handle, UNIT } from './handle.js'
import { KeyWatch } from './key-watch.js'
import { type Multi, MultiQueue } from './multi.js'
import {
  type Awaitable,
  type CommittedBy,
  type OptimisticOptions,
  runOptimistic,
  type WatchedMulti,
} from './optimistic.js'

/** Options of `transaction`. */
export interface TransactionOptions {
  /** Take everything back when the function throws. */
  readonly rollback?: boolean | undefined
}

/** The result of a function that is no promise. */
export type Synchronous<R> = R extends PromiseLike<unknown> ? never : R

/** Several calls as one. C are the commands. */
export abstract class Transactions<T extends string | Uint8Array, C> extends Handle<T> {
  /**
   * Begins a transaction: the methods of what comes back queue their calls, and its `exec` runs them as one unit. Arguments are
   * taken as they are when they are queued, and looked at by `exec`. Blocking commands do not wait: they return what there is.
   *
   * @example
   * const [ok, visits] = db.multi().set('seen', Date.now()).incr('visits').exec()
   * db.multi().lpop('jobs').lpop('jobs').execOrThrow() // [string | null, string | null]
   *
   * @see https://redis.io/docs/latest/commands/multi/
   */
  multi(): Multi<C> {
    // The queue has the methods that the type tells of: see `joinQueueMethods`.
    return new MultiQueue<[], never>(this, undefined) as Multi<C>
  }

  /**
   * Watches keys of the selected database: transactions of the watch run only if none of them has changed by then. Any write
   * counts, one of the same value or of one's own too; so do expiration, FLUSHALL and SWAPDB. Any number of watches can be
   * open at once. O(1) a key.
   *
   * @example
   * using watch = db.watch('stock')
   * const stock = Number(db.get('stock'))
   * if (await reserve(stock)) watch.multi().decr('stock').exec() // null when somebody was faster
   *
   * @see https://redis.io/docs/latest/commands/watch/
   */
  watch(...keys: readonly Key[]): KeyWatch<C> {
    return new KeyWatch<C>(this, keys)
  }

  /**
   * Reads, decides and writes as if alone, though `body` may wait: watches `keys`, calls `body`, and executes the transaction that
   * it returns. When a key has changed meanwhile, it begins anew. Resolves with the replies, or with `undefined` when `body`
   * returned none and so gave up.
   *
   * @example
   * await db.optimistic(['balance'], async (watch) => {
   *   const balance = Number(db.get('balance'))
   *   const price = await quote()
   *   if (balance >= price) return watch.multi().decrby('balance', price).rpush('orders', price)
   * }, { attempts: 5 })
   *
   * @throws RedstartError CONFLICT when the attempts are used up
   * @throws the reason of `signal` when that is aborted, and whatever `body` throws
   * @see https://redis.io/docs/latest/develop/using-commands/transactions/
   */
  async optimistic<M extends WatchedMulti | undefined>(
    keys: Key | readonly Key[],
    body: (watch: KeyWatch<C>, attempt: number) => Awaitable<M>,
    options?: OptimisticOptions,
  ): Promise<CommittedBy<M>> {
    // The replies are those of the multi that `body` returned.
    return runOptimistic<C>(this, keys, body, options) as Promise<CommittedBy<M>>
  }

  /**
   * Runs a synchronous function as one unit, and returns what it returns: its changes make one batch of the log, and
   * events and waiting calls come after it. Blocking commands do not wait inside. Transactions inside join it.
   *
   * As in Redis, what it has done stays when it throws. With `rollback` all of that is taken back: values, deadlines, times of access and
   * the selected database are what they were, no event is sent, no watch trips, nothing is logged. This takes time in proportion to
   * what was done, and a copy of each collection and long string that is edited.
   *
   * @example
   * db.transaction(() => {
   *   if (db.decrby('from', 50) < 0) throw new Error('not enough')
   *   db.incrby('to', 50)
   * }, { rollback: true })
   *
   * @throws RedstartError ERR when the function is async, before it is called, or returns a promise: then it counts as one that
   * has thrown
   * @see https://redis.io/docs/latest/develop/using-commands/transactions/
   */
  transaction<R>(body: (db: this) => Synchronous<R>, options?: TransactionOptions): R {
    optionsGiven(options, TRANSACTION_OPTIONS)
    if (isAsync(body)) throw transactionNotSynchronous()
    const unit = this[UNIT]
    const run = (): R => synchronous(body(this)) as R
    return options?.rollback === true ? unit.nestOrUndo(run) : unit.nest(run)
  }
}

const TRANSACTION_OPTIONS: Names<TransactionOptions> = { rollback: true }

/** Whether a function is declared so that it returns a promise: it need not be called then. */
function isAsync(body: (...args: never) => unknown): boolean {
  return Object.prototype.toString.call(body) === '[object AsyncFunction]'
}

/** A result that is no promise. */
function synchronous(result: unknown): unknown {
  if (!isPromiseLike(result)) return result
  // The caller is told by an exception; that it fails as well, in the end, is none of his business.
  result.then(undefined, () => {})
  throw transactionNotSynchronous()
}

function isPromiseLike(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
}
