import type { Client } from './client.js'
import type { Message, PubSub, Subscriber, SubscriptionKind } from './pubsub.js'

/**
 * What a connection has subscribed to by SUBSCRIBE and its kin; messages are pushed to it. While there is anything, the
 * connection is in subscriber mode.
 *
 * Invariant: a client has one of these exactly while one of the sets has a name in it.
 */
export class ClientSubscriptions implements Subscriber {
  readonly channel = new Set<string>()
  readonly pattern = new Set<string>()
  readonly shard = new Set<string>()
  private readonly client: Client

  constructor(client: Client) {
    this.client = client
  }

  /** A message that was published before the connection unsubscribed is pushed all the same, as on a wire. */
  receive(message: Message): void {
    this.client.push(message.pushed())
  }

  /** The connection stays subscribed: it is the session that ends. */
  end(): void {}
}

/** How many names the replies of a kind count: those of channels and patterns together, those of shard channels apart. */
export function countSubscriptions(client: Client, kind: SubscriptionKind): number {
  const { subscriptions } = client
  if (subscriptions === undefined) return 0
  return kind === 'shard' ? subscriptions.shard.size : subscriptions.channel.size + subscriptions.pattern.size
}

/** O(1). */
export function subscribeClient(pubsub: PubSub, client: Client, kind: SubscriptionKind, name: string): void {
  client.subscriptions ??= new ClientSubscriptions(client)
  const { subscriptions } = client
  if (subscriptions[kind].has(name)) return
  subscriptions[kind].add(name)
  pubsub.subscribe(subscriptions, kind, name)
}

/** O(1). Does nothing where the client is not subscribed. */
export function unsubscribeClient(pubsub: PubSub, client: Client, kind: SubscriptionKind, name: string): void {
  const { subscriptions } = client
  if (subscriptions === undefined || !subscriptions[kind].delete(name)) return
  pubsub.unsubscribe(subscriptions, kind, name)
  const { channel, pattern, shard } = subscriptions
  if (channel.size + pattern.size + shard.size === 0) client.subscriptions = undefined
}

/** Ends subscriber mode. O(subscriptions). */
export function unsubscribeAll(pubsub: PubSub, client: Client): void {
  for (const kind of ['channel', 'pattern', 'shard'] as const) {
    for (const name of client.subscriptions?.[kind] ?? []) unsubscribeClient(pubsub, client, kind, name)
  }
}

/** Ends the typed subscriptions of a session. O(subscriptions). */
export function endSubscribers(client: Client): void {
  for (const subscriber of client.subscribers ?? []) subscriber.end()
}
