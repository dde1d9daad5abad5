import type { Outbox } from '../keyspace/outbox.js'
import type { Message, OwnedSubscriber, SubscriptionKind } from '../keyspace/pubsub.js'
import type { Unit } from '../keyspace/unit.js'
import { DISPOSE } from './disposable.js'
import { type Handle, OUT, UNIT } from './handle.js'

/**
 * Hears of the messages of channels: the message, the channel, and of a subscription by pattern the pattern. What it returns
 * is of no account, but the error of an async function is reported as one that is thrown.
 */
export type MessageListener<T extends string | Uint8Array> = (
  message: T,
  channel: string,
  pattern: string | undefined,
) => unknown

/** What a typed subscription and a stream of messages have in common: they are of a session, and end with it. */
export abstract class TypedSubscriber implements OwnedSubscriber {
  /** The channels or patterns, without repetitions, in the form in which listeners get them. */
  readonly channels: readonly string[]
  /** @internal */
  readonly kind: SubscriptionKind
  private readonly unit: Unit
  private subscribed = true

  /** @internal */
  constructor(unit: Unit, kind: SubscriptionKind, channels: readonly string[]) {
    this.unit = unit
    this.kind = kind
    this.channels = [...new Set(channels)]
    const { client, store } = unit
    for (const channel of this.channels) store.pubsub.subscribe(this, kind, channel)
    client.subscribers ??= new Set()
    client.subscribers.add(this)
  }

  /** Whether it still is subscribed. */
  get active(): boolean {
    return this.subscribed
  }

  /** Ends the subscription: nothing more comes, not even what is on its way. A second call does nothing. */
  unsubscribe(): void {
    if (!this.subscribed) return
    this.subscribed = false
    const { client, store } = this.unit
    for (const channel of this.channels) store.pubsub.unsubscribe(this, this.kind, channel)
    client.subscribers?.delete(this)
  }

  [DISPOSE](): void {
    this.unsubscribe()
  }

  /** @internal */
  abstract receive(message: Message, outbox: Outbox): void

  /** @internal The session or the database has ended. */
  end(): void {
    this.unsubscribe()
  }
}

/** A subscription with a listener; `db.subscribe` and its kin make one. */
export class Subscription<T extends string | Uint8Array> extends TypedSubscriber {
  private readonly handle: Handle<T>
  private readonly listener: MessageListener<T>

  /** @internal */
  constructor(handle: Handle<T>, kind: SubscriptionKind, channels: readonly string[], listener: MessageListener<T>) {
    if (typeof listener !== 'function') throw new TypeError(`a listener is a function, got ${typeof listener}`)
    super(handle[UNIT], kind, channels)
    this.handle = handle
    this.listener = listener
  }

  /** @internal */
  override receive(message: Message, outbox: Outbox): void {
    if (!this.active) return
    const { listener } = this
    const returned = listener(this.handle[OUT](message.payload), message.channel, message.pattern)
    if (returned !== undefined) outbox.watch(returned)
  }
}
