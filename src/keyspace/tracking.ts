import { compareText } from '../structures/text.js'
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

/** A prefix that is told of: to whom, and which keys have changed in the running unit, with who changed them last. */
interface Broadcast {
  readonly clients: Client[]
  readonly changed: Map<string, Client | undefined>
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
  /** What is told of at the end of the unit, in order of the prefixes, which is Redis's. */
  private broadcasts = new Map<string, Broadcast>()
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

  /** How many prefixes are told of, each counted once. */
  get prefixCount(): number {
    return this.broadcasts.size
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

  /** Finds out who hears of which prefixes; what has changed under one that was told of before is kept. */
  private recount(): void {
    const before = this.broadcasts
    const prefixes = [...this.clients].flatMap(({ tracking }) => prefixesOf(tracking)).sort(compareText)
    this.broadcasts = new Map(
      prefixes.map((prefix) => [prefix, { clients: [], changed: before.get(prefix)?.changed ?? new Map() }]),
    )
    for (const client of this.clients) {
      for (const prefix of prefixesOf(client.tracking)) this.broadcasts.get(prefix)?.clients.push(client)
    }
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

  /** A key has changed: by a call of `actor`, or by time. O(connections that have read it, and prefixes). */
  touch(key: string, actor: Client | undefined): void {
    if (this.readers.size > 0) this.invalidate(key, actor)
    for (const [prefix, { changed }] of this.broadcasts) if (key.startsWith(prefix)) changed.set(key, actor)
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

  /** Tells of the changes of a unit to those who hear of prefixes, in order of the keys. O(clients × prefixes × keys). */
  broadcast(): void {
    for (const { clients, changed } of this.broadcasts.values()) {
      if (changed.size === 0) continue
      const sorted = [...changed].sort(([one], [other]) => compareText(one, other))
      changed.clear()
      for (const client of clients) {
        const ownToo = client.tracking?.noLoop !== true
        const keys = sorted.filter(([, actor]) => ownToo || actor !== client).map(([key]) => key)
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

function prefixesOf(tracking: ClientTracking | undefined): readonly string[] {
  return tracking?.broadcasts ? tracking.prefixes : []
}
