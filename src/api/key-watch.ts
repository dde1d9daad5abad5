import { type Key, toText } from '../commands/argv.js'
import { hasChanged, watchKey } from '../commands/transactions.js'
import { watchOver, wrongArity } from '../errors.js'
import { Watch } from '../keyspace/watches.js'
import { DISPOSE } from './disposable.js'
import { type Handle, UNIT } from './handle.js'
import { type Multi, MultiQueue } from './multi.js'

/**
 * Keys that are watched for changes: `db.watch` makes one. It holds until `unwatch`, or until a transaction of it has been
 * executed or discarded; `using` ends it with its block.
 */
export class KeyWatch<C> {
  private readonly handle: Handle<string | Uint8Array>
  private watch: Watch | undefined

  /** @internal Watches keys of the database that is selected. */
  constructor(handle: Handle<string | Uint8Array>, keys: readonly Key[]) {
    if (keys.length === 0) throw wrongArity('watch')
    const texts = keys.map(toText)
    const unit = handle[UNIT]
    const watch = new Watch()
    this.handle = handle
    this.watch = watch
    try {
      for (const key of texts) watchKey(unit, watch, key)
    } finally {
      unit.end()
    }
  }

  /**
   * Begins a transaction whose `exec` returns `null`, and runs nothing, when one of the keys has changed since they are watched.
   *
   * @throws RedstartError ERR when the watch has ended
   * @see https://redis.io/docs/latest/commands/multi/
   */
  multi(): Multi<C, [], null> {
    if (this.watch === undefined) throw watchOver()
    // The queue has the methods that the type tells of: see `joinQueueMethods`.
    return new MultiQueue<[], null>(this.handle, this) as Multi<C, [], null>
  }

  /** Whether a key has changed, so that `exec` of a transaction would return `null`; false once the watch has ended. */
  get changed(): boolean {
    if (this.watch === undefined) return false
    const unit = this.handle[UNIT]
    try {
      return hasChanged(unit, this.watch)
    } finally {
      unit.end()
    }
  }

  /** Ends the watch; its transactions can no more be executed. */
  unwatch(): void {
    if (this.watch !== undefined) this.handle[UNIT].store.watches.cancel(this.watch)
    this.watch = undefined
  }

  /** As `unwatch`. */
  [DISPOSE](): void {
    this.unwatch()
  }

  /** @internal Ends the watch and returns whether a key had changed. @throws RedstartError ERR when it has ended before */
  end(): boolean {
    if (this.watch === undefined) throw watchOver()
    const { changed } = this
    this.unwatch()
    return changed
  }
}
