/** Hearing of keys that become invalid: CLIENT TRACKING and its kin. Who has read what is kept in keyspace/tracking.ts. */
import { syntaxError } from '../errors.js'
import type { Client } from '../keyspace/client.js'
import type { ClientTracking } from '../keyspace/tracking.js'
import type { Unit } from '../keyspace/unit.js'
import { compareText } from '../structures/text.js'
import { type Argv, integerAt, textAt, tokenAt } from './argv.js'
import {
  cachingNeeds,
  cachingNeedsTracking,
  noClientToRedirectTo,
  optinWithOptout,
  optionsNotWithBcast,
  prefixNeedsBcast,
  prefixOverlaps,
  redirectedTwice,
  trackingModeStays,
} from './client-errors.js'
import { observationOf } from './observation.js'

/** Options of CLIENT TRACKING. */
export interface TrackingOptions {
  /** The id of a session that hears in the place of this one. */
  readonly redirect?: number | undefined
  /** Be told of every key that changes, or of those with one of the prefixes, whether or not they were read. */
  readonly bcast?: boolean | undefined
  readonly prefix?: readonly string[] | undefined
  /** Be told only of keys that were read by a call behind `clientCaching(true)`. */
  readonly optin?: boolean | undefined
  /** Be told of all but keys that were read by a call behind `clientCaching(false)`. */
  readonly optout?: boolean | undefined
  /** Be told nothing of changes of one's own. */
  readonly noloop?: boolean | undefined
}

/** What CLIENT TRACKINGINFO tells. */
export interface TrackingInfo {
  readonly flags: readonly string[]
  /** The session that hears in the place of this one; 0 for itself, -1 without tracking. */
  readonly redirect: number
  readonly prefixes: readonly string[]
}

/** Tells the session from now on of keys that it has read and that change. O(prefixes). */
export function trackingOn(unit: Unit, options: TrackingOptions): void {
  const { client, store } = unit
  const redirect = options.redirect === undefined ? 0 : checkedRedirect(unit, options.redirect)
  const prefixes = options.prefix ?? []
  const { bcast = false, optin = false, optout = false, noloop = false } = options
  if (!bcast && prefixes.length > 0) throw prefixNeedsBcast()
  const before = client.tracking
  if (before !== undefined && before.broadcasts !== bcast) throw trackingModeStays('BCAST mode on/off')
  if (bcast && (optin || optout)) throw optionsNotWithBcast()
  if (optin && optout) throw optinWithOptout()
  if ((optin && before?.optOut) || (optout && before?.optIn)) throw trackingModeStays('OPTIN/OPTOUT mode')
  const all = bcast ? joinedPrefixes(before?.prefixes ?? [], prefixes) : []
  const tracking: ClientTracking = {
    broadcasts: bcast,
    optIn: optin,
    optOut: optout,
    noLoop: noloop,
    redirect,
    prefixes: all,
    caching: undefined,
    isBroken: false,
  }
  store.openTracking().begin(client, tracking)
  observationOf(store).refresh()
}

/** Tells the session no more. O(sessions that are told). */
export function trackingOff(unit: Unit): void {
  endTracking(unit.client, unit)
}

/** As `trackingOff`, for any connection. */
export function endTracking(client: Client, { store }: Unit): void {
  if (client.tracking === undefined) return
  store.tracking?.end(client)
  observationOf(store).refresh()
}

/** A connection that is open, by its id. */
function checkedRedirect({ store }: Unit, id: number): number {
  if (store.connections.get(id) === undefined) throw noClientToRedirectTo()
  return id
}

/** Prefixes, of which none may begin with another; all keys where none is given. */
function joinedPrefixes(before: readonly string[], added: readonly string[]): string[] {
  for (const [i, prefix] of added.entries()) {
    const existing = before.find((other) => overlap(prefix, other))
    if (existing !== undefined) throw prefixOverlaps(prefix, existing, false)
    const other = added.find((given, j) => j > i && overlap(prefix, given))
    if (other !== undefined) throw prefixOverlaps(prefix, other, true)
  }
  const all = new Set([...before, ...(added.length === 0 ? [''] : added)])
  return [...all].sort(compareText)
}

function overlap(one: string, other: string): boolean {
  return one.startsWith(other) || other.startsWith(one)
}

/** Says whether the keys of the next call are to be remembered. Throws ERR outside of OPTIN or OPTOUT. O(1). */
export function clientCaching(unit: Unit, remembers: boolean): void {
  const tracking = needTracking(unit)
  if (remembers && !tracking.optIn) throw cachingNeeds('YES')
  if (!remembers && !tracking.optOut) throw cachingNeeds('NO')
  tracking.caching = remembers
}

/** The tracking of a session. Throws ERR where it is off. O(1). */
export function needTracking({ client }: Unit): ClientTracking {
  if (client.tracking === undefined) throw cachingNeedsTracking()
  return client.tracking
}

/** What the session is told. O(prefixes). */
export function clientTrackinginfo({ client }: Unit): TrackingInfo {
  const { tracking } = client
  if (tracking === undefined) return { flags: ['off'], redirect: -1, prefixes: [] }
  const flags = [
    ['on', true],
    ['bcast', tracking.broadcasts],
    ['optin', tracking.optIn],
    ['caching-yes', tracking.optIn && tracking.caching === true],
    ['optout', tracking.optOut],
    ['caching-no', tracking.optOut && tracking.caching === false],
    ['noloop', tracking.noLoop],
    ['broken_redirect', tracking.isBroken],
  ] as const
  return {
    flags: flags.filter(([, isSet]) => isSet).map(([name]) => name),
    redirect: tracking.redirect,
    prefixes: tracking.prefixes,
  }
}

/** The session that hears in the place of this one; 0 for itself, -1 without tracking. O(1). */
export function clientGetredir({ client }: Unit): number {
  return client.tracking?.redirect ?? -1
}

/** The options of a raw CLIENT TRACKING, from the word behind ON or OFF on. Throws ERR where one is wrong. */
export function trackingOptions(unit: Unit, argv: Argv): TrackingOptions {
  const options: { -readonly [K in keyof TrackingOptions]: TrackingOptions[K] } = {}
  const prefixes: string[] = []
  for (let i = 3; i < argv.length; i++) {
    const token = tokenAt(argv, i)
    const hasOperand = i + 1 < argv.length
    if (token === 'REDIRECT' && hasOperand) {
      if (options.redirect !== undefined) throw redirectedTwice()
      options.redirect = checkedRedirect(unit, Number(integerAt(argv, ++i)))
    } else if (token === 'BCAST') options.bcast = true
    else if (token === 'OPTIN') options.optin = true
    else if (token === 'OPTOUT') options.optout = true
    else if (token === 'NOLOOP') options.noloop = true
    else if (token === 'PREFIX' && hasOperand) prefixes.push(textAt(argv, ++i))
    else throw syntaxError()
  }
  return { ...options, prefix: prefixes }
}
