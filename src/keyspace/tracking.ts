import type { Client } from './client.js'
import type { Delivery, Outbox } from './outbox.js'
import type { Store } from './store.js'

/** What a connection has asked CLIENT TRACKING for. */
export interface ClientTracking {
  /** Whether it hears of all keys with its prefixes, and not of those that it has read. */
  readonly broadcasts: boolean
  readonly optIn: boolean
  readonly optOut: boolean
  readonly noLoop: boolean
  /** The connection that hears in its place; 0 for itself. */
  readonly redirect: number
  readonly prefixes: readonly string[]
  /** What CLIENT CACHING has said of the next call. */
  caching: boolean | undefined
  /** The connection that should hear in its place is gone. */
  isBroken: boolean
}

/** Where connections of the older protocol hear what becomes invalid. */
const CHANNEL = '__redis__:invalidate'

/** Keys that a connection has to forget; null for all. */
class Invalidation implements Delivery {
  private readonly tracking: Tracking
  private readonly client: Client
  private readonly keys: readonly string[] | null

  constructor(tracking: Tracking, client: Client, keys: readonly string[] | null) {
    this.tracking = tracking
    this.client = client
    this.keys = keys
  }

  deliver(outbox: Outbox): void {
    try {
      this.tracking.send(this.client, this.keys)
    } catch (error) {
      outbox.report(error)
    }
  }
}

/**
 * Who keeps copies of which keys (CLIENT TRACKING): what connections have read is remembered by the names of the keys, whatever
 * database they are in, and they are told once when one of them changes. Broadcasts remember nothing: they are told of all
 * keys that begin with a prefix, at the end of the unit.
 *
 * Invariant: a key is remembered for a connection at most until it changes. Messages go out with the events of the unit.
 */
export class Tracking {
  /** Who makes the running call; it may want to hear nothing of its own changes. */
  actor: Client | undefined = undefined
  private readonly store: Store
  private readonly readers = new Map<string, Set<Client>>()
  private readonly clients = new Set<Client>()
  /** Keys that broadcasts of the running unit are about, with who changed them last. */
  private readonly changed = new Map<string, Client | undefined>()
  private broadcasters = 0
  private items = 0

  constructor(store: Store) {
    this.store = store
  }

  /** Whether anybody may have to be told. */
  get active(): boolean {
    return this.clients.size > 0
  }

  get clientCount(): number {
    return this.clients.size
  }

  get keyCount(): number {
    return this.readers.size
  }

  /** How many pairs of a key and a connection are remembered. */
  get itemCount(): number {
    return this.items
  }

  /** How many prefixes are told of, each counted once. O(clients). */
  get prefixCount(): number {
    const prefixes = new Set<string>()
    for (const { tracking } of this.clients) for (const prefix of prefixesOf(tracking)) prefixes.add(prefix)
    return prefixes.size
  }

  /** Tells a connection from now on; what it has asked for before is replaced. */
  begin(client: Client, tracking: ClientTracking): void {
    client.tracking = tracking
    this.clients.add(client)
    this.recount()
  }

  /** Tells a connection no more. */
  end(client: Client): void {
    client.tracking = undefined
    if (!this.clients.delete(client)) return
    this.recount()
    if (this.active) return
    this.readers.clear()
    this.items = 0
  }

  private recount(): void {
    this.broadcasters = 0
    for (const { tracking } of this.clients) if (tracking?.broadcasts) this.broadcasters++
    this.store.observe()
  }

  /** Remembers that a connection has read keys. O(keys). */
  remember(client: Client, keys: readonly string[]): void {
    const { tracking } = client
    if (tracking === undefined || tracking.broadcasts) return
    if (tracking.optIn && tracking.caching !== true) return
    if (tracking.optOut && tracking.caching === false) return
    for (const key of keys) {
      let readers = this.readers.get(key)
      if (readers === undefined) {
        readers = new Set()
        this.readers.set(key, readers)
      }
      if (!readers.has(client)) this.items++
      readers.add(client)
    }
    this.shrink()
  }

  /** Forgets keys, those that were first read first, until there are no more than may be. */
  private shrink(): void {
    const most = this.store.settings.trackingTableMaxKeys
    if (most === 0 || this.readers.size <= most) return
    for (const key of this.readers.keys()) {
      if (this.readers.size <= most) return
      this.invalidate(key, undefined)
    }
  }

  /** A key has changed: by a call of `actor`, or by time. O(connections that have read it). */
  touch(key: string, actor: Client | undefined): void {
    if (this.readers.size > 0) this.invalidate(key, actor)
    if (this.broadcasters > 0) this.changed.set(key, actor)
  }

  private invalidate(key: string, actor: Client | undefined): void {
    const readers = this.readers.get(key)
    if (readers === undefined) return
    this.readers.delete(key)
    this.items -= readers.size
    for (const client of readers) {
      const { tracking } = client
      if (tracking === undefined || tracking.broadcasts || (tracking.noLoop && client === actor)) continue
      this.store.tell(new Invalidation(this, client, [key]))
    }
  }

  /** All keys are gone, or are others. O(clients). */
  flushed(): void {
    if (!this.active) return
    this.readers.clear()
    this.items = 0
    for (const client of this.clients) this.store.tell(new Invalidation(this, client, null))
  }

  /** Tells of the changes of a unit to those who hear of prefixes. O(clients × prefixes × keys). */
  broadcast(): void {
    if (this.changed.size === 0) return
    const changed = [...this.changed]
    this.changed.clear()
    for (const client of this.clients) {
      const { tracking } = client
      if (tracking === undefined || !tracking.broadcasts) continue
      for (const prefix of prefixesOf(tracking)) {
        const keys = changed
          .filter(([key, actor]) => key.startsWith(prefix) && !(tracking.noLoop && actor === client))
          .map(([key]) => key)
        if (keys.length > 0) this.store.outbox.add(new Invalidation(this, client, keys))
      }
    }
  }

  /** Hands a message to the connection, or to the one that hears in its place. */
  send(client: Client, keys: readonly string[] | null): void {
    const { tracking } = client
    if (tracking === undefined) return
    if (tracking.redirect === 0) {
      if (client.protocol === 3) client.push(['invalidate', keys])
      return
    }
    const target = this.store.connections.get(tracking.redirect)
    if (target === undefined || target.closed) {
      tracking.isBroken = true
      if (client.protocol === 3) client.push(['tracking-redir-broken', tracking.redirect])
    } else if (target.protocol === 3) target.push(['invalidate', keys])
    else if (target.subscriptions !== undefined) target.push(['message', CHANNEL, keys])
  }
}

/** In the order in which they are told of. */
function prefixesOf(tracking: ClientTracking | undefined): readonly string[] {
  return tracking?.broadcasts ? tracking.prefixes : []
}
