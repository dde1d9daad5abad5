/** What is told of a connection: the line of CLIENT INFO and CLIENT LIST, and the same as an object. */
import { idleSeconds } from '../keyspace/access-time.js'
import type { Client } from '../keyspace/client.js'
import type { Store } from '../keyspace/store.js'
import type { Command } from './command.js'
import { nameOf } from './known-commands.js'

/** A session as the typed methods tell of it. */
export interface ClientInfo {
  readonly id: number
  /** 'session:' and the id, or where the connection that it serves comes from. */
  readonly addr: string
  readonly laddr: string
  readonly name: string
  /** Seconds since it began, and since its last call that was looked at. */
  readonly ageSeconds: number
  readonly idleSeconds: number
  /** In Redis's letters: `N` for nothing special, `x` in MULTI, `b` waiting, `P` subscribed, `O` monitoring, `t` tracking, … */
  readonly flags: string
  readonly db: number
  /** How many channels, patterns and shard channels it is subscribed to. */
  readonly sub: number
  readonly psub: number
  readonly ssub: number
  /** How many calls MULTI has queued, -1 outside of it. */
  readonly multi: number
  /** How many keys it watches. */
  readonly watch: number
  /** The last command that it called, `'NULL'` for none. */
  readonly cmd: string
  readonly user: string
  /** The connection that hears in its place what becomes invalid; 0 for itself, -1 without tracking. */
  readonly redir: number
  /** 2 or 3: the protocol that HELLO has chosen. */
  readonly resp: number
  readonly libName: string
  readonly libVer: string
}

/** The sort of a connection, for the filters TYPE: there are no masters and no replicas. */
export function clientType({ subscriptions }: Client): 'normal' | 'pubsub' {
  return subscriptions === undefined ? 'normal' : 'pubsub'
}

/** The name of the user that a connection acts for. */
export function clientUser(client: Client, store: Store): string {
  // Both are users, which have a name: see acl-access.ts.
  const user = (client.user ?? store.defaultUser) as { readonly name: string } | undefined
  return user?.name ?? 'default'
}

/** O(calls that wait). */
export function infoOfClient(client: Client, store: Store): ClientInfo {
  const nowMs = store.clock.now()
  const { subscriptions, transaction, tracking } = client
  const command = client.lastCommand as Command | undefined
  return {
    id: client.id,
    addr: client.address,
    laddr: client.localAddress,
    name: client.name,
    ageSeconds: idleSeconds(client.openedAt, nowMs),
    idleSeconds: idleSeconds(client.activeAt, nowMs),
    flags: flagsOf(client, store),
    db: client.unit?.database.index ?? 0,
    sub: subscriptions?.channel.size ?? 0,
    psub: subscriptions?.pattern.size ?? 0,
    ssub: subscriptions?.shard.size ?? 0,
    multi: transaction?.calls.length ?? -1,
    watch: client.watch?.keys.length ?? 0,
    cmd: command === undefined ? 'NULL' : nameOf(command),
    user: clientUser(client, store),
    redir: tracking?.redirect ?? -1,
    resp: client.protocol,
    libName: client.libraryName,
    libVer: client.libraryVersion,
  }
}

/** In the order in which Redis writes them. */
function flagsOf(client: Client, store: Store): string {
  const { tracking, watch } = client
  const isWaiting = client.heldCalls > 0 || store.waiters.clients().has(client)
  const flags: readonly (readonly [letter: string, isSet: boolean])[] = [
    ['O', client.monitors],
    ['P', client.subscriptions !== undefined],
    ['x', client.transaction !== undefined],
    ['b', isWaiting],
    ['t', tracking !== undefined],
    ['R', tracking?.isBroken === true],
    ['B', tracking?.broadcasts === true],
    ['d', watch?.changed === true],
    ['e', client.noEvict],
    ['T', client.noTouch],
  ]
  const set = flags.filter(([, isSet]) => isSet).map(([letter]) => letter)
  return set.length === 0 ? 'N' : set.join('')
}

/**
 * The connection as a line of CLIENT LIST. Fields about buffers of a socket are zero, as there is none; those about the memory that
 * a connection takes are left out, as nobody counts it.
 */
export function clientLine(client: Client, store: Store): string {
  const info = infoOfClient(client, store)
  const fields = {
    id: info.id,
    addr: info.addr,
    laddr: info.laddr,
    fd: -1,
    name: info.name,
    age: info.ageSeconds,
    idle: info.idleSeconds,
    flags: info.flags,
    db: info.db,
    sub: info.sub,
    psub: info.psub,
    ssub: info.ssub,
    multi: info.multi,
    watch: info.watch,
    qbuf: 0,
    'qbuf-free': 0,
    obl: 0,
    oll: 0,
    omem: 0,
    events: '',
    cmd: info.cmd,
    user: info.user,
    redir: info.redir,
    resp: info.resp,
    'lib-name': info.libName,
    'lib-ver': info.libVer,
    'io-thread': 0,
  }
  return Object.entries(fields)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ')
}
