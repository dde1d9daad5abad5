import type { ClientSubscriptions } from './client-subscriptions.js'
import type { Subscriber } from './pubsub.js'
import type { StringValue } from './value.js'
import { Watch } from './watches.js'

/** A call that MULTI has put off, as dispatch reads it; the keyspace only keeps it. */
export interface QueuedCall {
  readonly command: unknown
  readonly argv: readonly (string | Uint8Array)[]
}

/** What MULTI has begun. */
export class Transaction {
  readonly calls: QueuedCall[] = []
  /** A call was refused before it could be queued: EXEC will run nothing. */
  spoiled = false
}

/** A message that a connection gets unasked: its kind, then what it says. */
export type PushMessage = readonly (StringValue | null)[]

/**
 * The state of a connection besides the database that it works on. Every unit belongs to one; the units that serve its
 * blocked calls share it.
 */
export class Client {
  /** 1 for the first one of a store, then ascending. */
  readonly id: number
  name = ''
  /** Who it acts for, which the commands about users know more of; undefined for the default user. */
  user: object | undefined = undefined
  /** Whether it acts for its user for good: it can sign in as no other, and RESET leaves the user. */
  pinned = false
  /** Whether it has given a password, or there was no need for one when it began. */
  authenticated = true
  /** Whether the session has ended: its calls are refused. */
  closed = false
  /** Of the call that runs, if it may wait: asks for leave again, and throws where there is none any more. */
  askAgain: (() => void) | undefined = undefined
  /** What MULTI has queued; undefined outside. */
  transaction: Transaction | undefined = undefined
  /** What WATCH watches until EXEC; undefined when there is nothing. */
  watch: Watch | undefined = undefined
  /** What SUBSCRIBE and its kin have subscribed to; undefined outside of subscriber mode. */
  subscriptions: ClientSubscriptions | undefined = undefined
  /** Typed subscriptions and streams of the session; they end with it. */
  subscribers: Set<Subscriber> | undefined = undefined
  /** Who hears of messages; nobody until a session asks for them. */
  onPush: ((message: PushMessage) => void) | undefined = undefined

  constructor(id: number) {
    this.id = id
  }

  /** Hands a message to whoever listens to the connection. */
  push(message: PushMessage): void {
    this.onPush?.(message)
  }

  /** The watch, made when there is none. */
  openWatch(): Watch {
    this.watch ??= new Watch()
    return this.watch
  }
}
