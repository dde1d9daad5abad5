import { type Data, toText } from '../commands/argv.js'
import * as bodies from '../commands/client.js'
import { badPauseMode, badUnblockReason, timeoutNotAnInteger, unknownClientType } from '../commands/client-errors.js'
import type { ClientInfo } from '../commands/client-info.js'
import * as pausing from '../commands/client-pause.js'
import * as tracking from '../commands/client-tracking.js'
import { checkedInteger } from '../commands/deadline.js'
import { syntaxError, timeoutNegative } from '../errors.js'
import { listGiven, type Names, objectGiven, optionsGiven } from './given.js'
import { Handle, OUT_TEXT, RUN } from './handle.js'
import { outText } from './words.js'

/** Sessions as connections. */
export abstract class ClientCommands<T extends string | Uint8Array> extends Handle<T> {
  /**
   * Returns the id of the session, which no other of the database has had. O(1).
   *
   * @see https://redis.io/docs/latest/commands/client-id/
   */
  clientId(): number {
    return this[RUN](bodies.clientId)
  }

  /**
   * Returns what there is to know of the session. O(calls that wait).
   *
   * @see https://redis.io/docs/latest/commands/client-info/
   */
  clientInfo(): ClientInfo {
    return this[RUN](bodies.clientInfo)
  }

  /**
   * Returns what there is to know of the sessions that are open, of a type or by their ids. One that nobody holds any more is
   * listed until it is collected. O(sessions × calls that wait).
   *
   * @example
   * db.clientList({ type: 'pubsub' })
   *
   * @throws RedstartError ERR for a type that there is not
   * @see https://redis.io/docs/latest/commands/client-list/
   */
  clientList(options?: bodies.ClientListOptions): ClientInfo[] {
    const { id, type } = optionsGiven(options, LIST_OPTIONS) ?? {}
    if (id !== undefined) listGiven(id, 'id')
    checkType(type)
    return this[RUN](bodies.clientList, options)
  }

  /**
   * Returns the name of the session, `null` for none. O(1).
   *
   * @see https://redis.io/docs/latest/commands/client-getname/
   */
  clientGetname(): T | null {
    return outText(this, this[RUN](bodies.clientGetname))
  }

  /**
   * Names the session; `''` takes the name away. O(1).
   *
   * @throws RedstartError ERR for blanks and characters that are not printed
   * @see https://redis.io/docs/latest/commands/client-setname/
   */
  clientSetname(name: Data): 'OK' {
    this[RUN](bodies.clientSetname, toText(name))
    return 'OK'
  }

  /**
   * Says which library uses the session, and its version. O(1).
   *
   * @throws RedstartError ERR for blanks and characters that are not printed
   * @see https://redis.io/docs/latest/commands/client-setinfo/
   */
  clientSetinfo(attribute: 'lib-name' | 'lib-ver', value: Data): 'OK' {
    this[RUN](bodies.clientSetinfo, attribute, toText(value))
    return 'OK'
  }

  /**
   * Ends the sessions that fit all filters, and returns how many; this one only with `skipme: false`. O(sessions).
   *
   * @example
   * db.clientKill({ user: 'guest', maxage: 3600 })
   *
   * @throws RedstartError ERR for a type or a user that there is not, for numbers that are not positive
   * @see https://redis.io/docs/latest/commands/client-kill/
   */
  clientKill(filter: bodies.KillFilter): number {
    optionsGiven(objectGiven(filter, 'what to end'), KILL_FILTER)
    const { id, type, maxage, user } = filter
    checkType(type)
    for (const number of [id, maxage]) if (number !== undefined) checkedInteger(number)
    const checked = user === undefined ? filter : { ...filter, user: toText(user) }
    return this[RUN](bodies.clientKill, checked)
  }

  /**
   * Spares the session from eviction. Sessions are never evicted here; it is kept to be told. O(1).
   *
   * @see https://redis.io/docs/latest/commands/client-no-evict/
   */
  clientNoEvict(on: boolean): 'OK' {
    this[RUN](bodies.clientNoEvict, on)
    return 'OK'
  }

  /**
   * Has calls of the session, `touch` apart, leave the access times of keys as they are. O(1).
   *
   * @see https://redis.io/docs/latest/commands/client-no-touch/
   */
  clientNoTouch(on: boolean): 'OK' {
    this[RUN](bodies.clientNoTouch, on)
    return 'OK'
  }

  /**
   * Holds back raw calls of all sessions for so many milliseconds, or those that may write: they are answered by promises. Typed
   * methods are not held back. O(1).
   *
   * @throws RedstartError ERR for a time that is negative or no integer
   * @see https://redis.io/docs/latest/commands/client-pause/
   */
  clientPause(timeoutMs: number, mode: pausing.PauseMode = 'all'): 'OK' {
    if (!Number.isInteger(timeoutMs)) throw timeoutNotAnInteger()
    if (timeoutMs < 0) throw timeoutNegative()
    if (mode !== 'all' && mode !== 'write') throw badPauseMode()
    this[RUN](pausing.clientPause, timeoutMs, mode)
    return 'OK'
  }

  /**
   * Ends a pause: calls that were held back are run, in the order in which they came. O(held calls), besides their own cost.
   *
   * @see https://redis.io/docs/latest/commands/client-unpause/
   */
  clientUnpause(): 'OK' {
    this[RUN](pausing.clientUnpause)
    return 'OK'
  }

  /**
   * Ends the waiting of a session: its blocking calls are answered as if their time had run out, or with an error. Returns 1, or
   * 0 when it did not wait. O(calls that wait).
   *
   * @throws RedstartError ERR for another reason
   * @see https://redis.io/docs/latest/commands/client-unblock/
   */
  clientUnblock(id: number, reason: bodies.UnblockReason = 'timeout'): number {
    if (reason !== 'timeout' && reason !== 'error') throw badUnblockReason()
    return this[RUN](bodies.clientUnblock, id, reason) ? 1 : 0
  }

  /**
   * Tells the session from now on of keys that it has read and that change, or tells it no more. What becomes invalid is pushed to
   * `onPush` of a session whose protocol is 3 (`call('HELLO', 3)`), or to the one that `redirect` names. O(prefixes).
   *
   * @example
   * const session = db.session()
   * session.call('HELLO', 3)
   * session.clientTracking('on', { bcast: true, prefix: ['user:'] })
   * session.onPush(([kind, keys]) => kind === 'invalidate' && forget(keys))
   *
   * @throws RedstartError ERR for options that exclude each other, for a session that there is not
   * @see https://redis.io/docs/latest/commands/client-tracking/
   */
  clientTracking(status: 'on' | 'off', options?: tracking.TrackingOptions): 'OK' {
    if (status !== 'on' && status !== 'off') throw syntaxError()
    optionsGiven(options, TRACKING_OPTIONS)
    if (status === 'on') this[RUN](tracking.trackingOn, options ?? {})
    else this[RUN](tracking.trackingOff)
    return 'OK'
  }

  /**
   * Says whether the keys of the next call are remembered, where `clientTracking` was given `optin` or `optout`. O(1).
   *
   * @throws RedstartError ERR without
   * @see https://redis.io/docs/latest/commands/client-caching/
   */
  clientCaching(remembers: boolean): 'OK' {
    this[RUN](tracking.clientCaching, remembers)
    return 'OK'
  }

  /**
   * Returns what the session is told of: flags, prefixes, and the id of the session that is told in its place. O(prefixes).
   *
   * @see https://redis.io/docs/latest/commands/client-trackinginfo/
   */
  clientTrackinginfo(): { flags: string[]; redirect: number; prefixes: T[] } {
    const { flags, redirect, prefixes } = this[RUN](tracking.clientTrackinginfo)
    return { flags: [...flags], redirect, prefixes: prefixes.map((prefix) => this[OUT_TEXT](prefix)) }
  }

  /**
   * Returns the id of the session that is told in the place of this one; 0 for itself, -1 without tracking. O(1).
   *
   * @see https://redis.io/docs/latest/commands/client-getredir/
   */
  clientGetredir(): number {
    return this[RUN](tracking.clientGetredir)
  }
}

const CLIENT_TYPES: Readonly<Record<string, true>> = { normal: true, master: true, replica: true, pubsub: true }

function checkType(type: bodies.ClientType | undefined): void {
  if (type === undefined) return
  const name = toText(type)
  if (CLIENT_TYPES[name] !== true) throw unknownClientType(name)
}

const LIST_OPTIONS: Names<bodies.ClientListOptions> = { type: true, id: true }
const KILL_FILTER: Names<bodies.KillFilter> = {
  id: true,
  type: true,
  user: true,
  addr: true,
  laddr: true,
  maxage: true,
  skipme: true,
}
const TRACKING_OPTIONS: Names<tracking.TrackingOptions> = {
  redirect: true,
  bcast: true,
  prefix: true,
  optin: true,
  optout: true,
  noloop: true,
}
