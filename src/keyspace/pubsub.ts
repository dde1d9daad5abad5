import { Glob } from '../structures/glob.js'
import type { Delivery, Outbox } from './outbox.js'
import type { StringValue } from './value.js'

/** The three kinds of subscription, by the prefix of their commands. */
export type SubscriptionKind = 'channel' | 'pattern' | 'shard'

/** Somebody who hears of messages. */
export interface Subscriber {
  /** Called with no unit open. What it throws harms nobody else. */
  receive(message: Message, outbox: Outbox): void
  /** The database is closed: there will be no more. */
  end(): void
}

/** What a message is called when it is pushed. */
const PUSH_KINDS = { channel: 'message', pattern: 'pmessage', shard: 'smessage' } as const

/** A subscriber that is of a connection, and ends with it. */
export interface OwnedSubscriber extends Subscriber {
  readonly kind: SubscriptionKind
  readonly channels: readonly string[]
}

/** A message to those who were subscribed to one channel, or to one pattern, when it was published. */
export class Message implements Delivery {
  readonly kind: SubscriptionKind
  readonly channel: string
  /** Of a message by a pattern. */
  readonly pattern: string | undefined
  readonly payload: StringValue
  private readonly subscribers: readonly Subscriber[]
  private push: readonly StringValue[] | undefined

  constructor(topic: Topic, channel: string, payload: StringValue) {
    this.kind = topic.kind
    this.channel = channel
    this.pattern = topic.kind === 'pattern' ? topic.name : undefined
    this.payload = payload
    this.subscribers = topic.list()
    this.push = undefined
  }

  /** The message as it is pushed to connections, which share it. */
  pushed(): readonly StringValue[] {
    const name = PUSH_KINDS[this.kind]
    const { pattern, channel, payload } = this
    this.push ??= pattern === undefined ? [name, channel, payload] : [name, pattern, channel, payload]
    return this.push
  }

  deliver(outbox: Outbox): void {
    const { subscribers } = this
    for (let i = 0; i < subscribers.length; i++) {
      try {
        subscribers[i]!.receive(this, outbox)
      } catch (error) {
        outbox.report(error)
      }
    }
  }
}

/** A channel or a pattern that somebody is subscribed to. */
class Topic {
  readonly kind: SubscriptionKind
  readonly name: string
  readonly glob: Glob | undefined
  readonly subscribers = new Set<Subscriber>()
  private listed: readonly Subscriber[] | undefined

  constructor(kind: SubscriptionKind, name: string) {
    this.kind = kind
    this.name = name
    this.glob = kind === 'pattern' ? new Glob(name) : undefined
  }

  add(subscriber: Subscriber): void {
    this.subscribers.add(subscriber)
    this.listed = undefined
  }

  remove(subscriber: Subscriber): void {
    this.subscribers.delete(subscriber)
    this.listed = undefined
  }

  /** Who is subscribed now, in an array that stays as it is. O(1), and O(subscribers) after a change. */
  list(): readonly Subscriber[] {
    this.listed ??= [...this.subscribers]
    return this.listed
  }
}

/**
 * Channels, patterns and shard channels with those who are subscribed to them.
 *
 * Invariant: a topic is listed exactly while it has a subscriber. A message goes to those who are subscribed when it is
 * published, first by channel, then by pattern, each in the order of their subscriptions; it is handed out by the outbox.
 */
export class PubSub {
  private readonly outbox: Outbox
  private readonly onActivity: () => void
  private readonly topics = {
    channel: new Map<string, Topic>(),
    pattern: new Map<string, Topic>(),
    shard: new Map<string, Topic>(),
  }
  private readonly channels = this.topics.channel
  private readonly patterns = this.topics.pattern

  /** `onActivity` is called whenever `hasSubscribers` may have changed. */
  constructor(outbox: Outbox, onActivity: () => void) {
    this.outbox = outbox
    this.onActivity = onActivity
  }

  /** Whether `publish` may reach anybody. */
  get hasSubscribers(): boolean {
    return this.channels.size > 0 || this.patterns.size > 0
  }

  /** O(1). A subscriber is listed once, however often it subscribes. */
  subscribe(subscriber: Subscriber, kind: SubscriptionKind, name: string): void {
    const topics = this.topics[kind]
    let topic = topics.get(name)
    if (topic === undefined) {
      topic = new Topic(kind, name)
      topics.set(name, topic)
      this.onActivity()
    }
    topic.add(subscriber)
  }

  /** O(1). */
  unsubscribe(subscriber: Subscriber, kind: SubscriptionKind, name: string): void {
    const topics = this.topics[kind]
    const topic = topics.get(name)
    if (topic === undefined) return
    topic.remove(subscriber)
    if (topic.subscribers.size > 0) return
    topics.delete(name)
    this.onActivity()
  }

  /** Returns how many will get the message; who gets it twice counts twice. O(1) for the channel, and O(patterns). */
  publish(channel: string, payload: StringValue): number {
    let receivers = 0
    const topic = this.channels.get(channel)
    if (topic !== undefined) receivers += this.send(topic, channel, payload)
    if (this.patterns.size > 0) {
      for (const pattern of this.patterns.values()) {
        if (pattern.glob!.matches(channel)) receivers += this.send(pattern, channel, payload)
      }
    }
    return receivers
  }

  /** As `publish`, for shard channels, which no pattern reaches. O(1). */
  publishToShard(channel: string, payload: StringValue): number {
    const topic = this.topics.shard.get(channel)
    return topic === undefined ? 0 : this.send(topic, channel, payload)
  }

  private send(topic: Topic, channel: string, payload: StringValue): number {
    this.outbox.add(new Message(topic, channel, payload))
    return topic.subscribers.size
  }

  /** The names that somebody is subscribed to. */
  names(kind: SubscriptionKind): Iterable<string> {
    return this.topics[kind].keys()
  }

  /** How many names somebody is subscribed to. O(1). */
  count(kind: SubscriptionKind): number {
    return this.topics[kind].size
  }

  /** How many are subscribed to a name. O(1). */
  subscribersOf(kind: SubscriptionKind, name: string): number {
    return this.topics[kind].get(name)?.subscribers.size ?? 0
  }

  /** Ends all subscriptions, at the end of the database. */
  close(): void {
    for (const topics of Object.values(this.topics)) {
      for (const topic of [...topics.values()]) for (const subscriber of topic.list()) subscriber.end()
    }
  }
}
