/**
 * Sessions as connections: https://redis.io/docs/latest/commands/?group=connection
 *
 * Their wire is client-command.ts; tracking, pauses and the line of CLIENT LIST have files of their own.
 */

import { syntaxError } from '../errors.js'
import { idleSeconds } from '../keyspace/access-time.js'
import { type Client, REPLIES } from '../keyspace/client.js'
import type { Unit } from '../keyspace/unit.js'
import { accessOf } from './acl-access.js'
import {
  badClientAttribute,
  badClientName,
  clientIdNotPositive,
  maxageNotPositive,
  noSuchClient,
  noSuchClientUser,
  unblocked,
} from './client-errors.js'
import { type ClientInfo, clientType, clientUser, infoOfClient } from './client-info.js'
import { endClient } from './connection.js'
import { observationOf } from './observation.js'

/** How CLIENT UNBLOCK has a call answered. */
export type UnblockReason = 'timeout' | 'error'

export type ClientType = 'normal' | 'master' | 'replica' | 'pubsub'

/** Which sessions CLIENT KILL ends: those that fit all of these. */
export interface KillFilter {
  readonly id?: number | undefined
  readonly type?: ClientType | undefined
  readonly user?: string | undefined
  readonly addr?: string | undefined
  readonly laddr?: string | undefined
  /** At least so many seconds old. */
  readonly maxage?: number | undefined
  /** Whether the session that asks is spared; it is by default. */
  readonly skipme?: boolean | undefined
}

/** Which sessions CLIENT LIST lists; all by default. */
export interface ClientListOptions {
  readonly type?: ClientType | undefined
  readonly id?: readonly number[] | undefined
}

/** The id of the session. O(1). */
export function clientId({ client }: Unit): number {
  return client.id
}

/** What there is to know of the session. O(calls that wait). */
export function clientInfo({ client, store }: Unit): ClientInfo {
  return infoOfClient(client, store)
}

/** The sessions that are open, of a type or by their ids, in the order of their ids. O(sessions). */
export function listClients({ store }: Unit, { type, id }: ClientListOptions = {}): Client[] {
  if (id !== undefined) return id.flatMap((one) => store.connections.get(one) ?? [])
  const clients = store.connections.list()
  return type === undefined ? clients : clients.filter((client) => clientType(client) === type)
}

/** What there is to know of the sessions. O(sessions × calls that wait). */
export function clientList(unit: Unit, options?: ClientListOptions): ClientInfo[] {
  return listClients(unit, options).map((client) => infoOfClient(client, unit.store))
}

/** The name of the session, null for none. O(1). */
export function clientGetname({ client }: Unit): string | null {
  return client.name === '' ? null : client.name
}

/** Names the session; '' takes the name away. Throws ERR for blanks and other characters that are not printed. O(1). */
export function clientSetname({ client }: Unit, name: string): void {
  if (!isPrinted(name)) throw badClientName()
  client.name = name
}

/** Says which library uses the session. Throws ERR as `clientSetname`. O(1). */
export function clientSetinfo({ client }: Unit, attribute: 'lib-name' | 'lib-ver', value: string): void {
  if (attribute !== 'lib-name' && attribute !== 'lib-ver') throw syntaxError()
  if (!isPrinted(value)) throw badClientAttribute(attribute)
  if (attribute === 'lib-name') client.libraryName = value
  else client.libraryVersion = value
}

function isPrinted(text: string): boolean {
  return /^[!-~]*$/.test(text)
}

/** Ends sessions; returns how many. O(sessions). */
export function clientKill(unit: Unit, filter: KillFilter): number {
  const { client: own, store } = unit
  if (filter.id !== undefined && !(filter.id > 0)) throw clientIdNotPositive()
  if (filter.maxage !== undefined && !(filter.maxage > 0)) throw maxageNotPositive()
  if (filter.user !== undefined && accessOf(store).users.get(filter.user) === undefined) {
    throw noSuchClientUser(filter.user)
  }
  const killed = store.connections.list().filter((client) => isMeant(unit, client, filter))
  // The one that asks goes last, as ending it takes away what it stands for.
  killed.sort((a, b) => Number(a === own) - Number(b === own))
  for (const client of killed) end(client)
  return killed.length
}

function isMeant({ client: own, store }: Unit, client: Client, filter: KillFilter): boolean {
  const { id, type, user, addr, laddr, maxage } = filter
  if (client === own && filter.skipme !== false) return false
  return (
    (id === undefined || client.id === id) &&
    (type === undefined || clientType(client) === type) &&
    (user === undefined || clientUser(client, store) === user) &&
    (addr === undefined || client.address === addr) &&
    (laddr === undefined || client.localAddress === laddr) &&
    (maxage === undefined || idleSeconds(client.openedAt, store.clock.now()) >= maxage)
  )
}

/** Ends the session at an address, be it this one. Throws ERR where there is none. O(sessions). */
export function killAddress({ store }: Unit, address: string): void {
  const client = store.connections.list().find((other) => other.address === address)
  if (client === undefined) throw noSuchClient()
  end(client)
}

function end(client: Client): void {
  // Those that are listed have one.
  endClient(client.unit!)
}

/** Spares the session from eviction; of sessions there is none here. O(1). */
export function clientNoEvict({ client }: Unit, on: boolean): void {
  client.noEvict = on
}

/** Has calls of the session leave access times as they are, but for TOUCH. O(1). */
export function clientNoTouch({ client, store }: Unit, on: boolean): void {
  client.noTouch = on
  if (!on) return
  const observation = observationOf(store)
  observation.hearsOfTouch = true
  observation.refresh()
}

/** Says whether the session is answered. O(1). */
export function clientReply({ client }: Unit, mode: 'ON' | 'OFF' | 'SKIP'): void {
  if (mode === 'ON') client.replies = REPLIES.on
  else if (mode === 'OFF') client.replies = REPLIES.off
  else if (client.replies !== REPLIES.off) client.replies = REPLIES.skipNext
}

/** Ends the waiting of a session, with an error or as if time had run out; returns whether it waited. O(calls that wait). */
export function clientUnblock({ store }: Unit, id: number, reason: UnblockReason): boolean {
  const client = store.connections.get(id)
  return client !== undefined && store.waiters.unblock(client, reason === 'error' ? unblocked() : undefined)
}
