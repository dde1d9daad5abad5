import type { ClientSubscriptions } from './client-subscriptions.js'
import type { OwnedSubscriber } from './pubsub.js'
import type { ClientTracking } from './tracking.js'
import type { Unit } from './unit.js'
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
export type PushMessage = readonly (StringValue | null | readonly StringValue[])[]

/** Whether the connection is sent replies. */
export const REPLIES = {
  on: 0,
  off: 1,
  /** The reply to the next call is left out. */
  skipNext: 2,
  /** The reply to the running call is left out. */
  skip: 3,
} as const

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
  subscribers: Set<OwnedSubscriber> | undefined = undefined
  /** Who hears of messages; nobody until a session asks for them. */
  onPush: ((message: PushMessage) => void) | undefined = undefined
  /** The unit of its session; undefined for units that serve the store itself. */
  unit: Unit | undefined = undefined
  /** When it was opened and when it last made a call, by the access clock. */
  openedAt = 0
  activeAt = 0
  /** The command that it last called, as dispatch knows it. */
  lastCommand: unknown = undefined
  /** 2 or 3: the protocol that HELLO has chosen. */
  protocol: 2 | 3 = 2
  /** One of REPLIES. */
  replies: number = REPLIES.on
  libraryName = ''
  libraryVersion = ''
  /** Whether eviction spares it: there is none of clients here. */
  noEvict = false
  /** Whether its calls leave access times as they are. */
  noTouch = false
  /** Whether it hears of all calls by MONITOR. */
  monitors = false
  /** How many of its calls a pause holds back. */
  heldCalls = 0
  /** What CLIENT TRACKING has asked for; undefined while it is off. */
  tracking: ClientTracking | undefined = undefined
  /** Where it comes from: a session of this process, unless who opened it says otherwise. */
  address: string
  localAddress = ''

  constructor(id: number) {
    this.id = id
    this.address = `session:${id}`
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
