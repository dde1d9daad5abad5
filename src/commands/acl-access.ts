import { sessionClosed } from '../errors.js'
import type { Client } from '../keyspace/client.js'
import type { SubscriptionKind } from '../keyspace/pubsub.js'
import type { Store } from '../keyspace/store.js'
import type { Unit } from '../keyspace/unit.js'
import {
  authRequired,
  channelDenied,
  commandDenied,
  keyDenied,
  noLongerAllowed,
  noSuchUser,
  wrongPassword,
} from './acl-errors.js'
import { applyRule, hashPassword } from './acl-rules.js'
import {
  type CheckedCall,
  DENIED_CHANNEL,
  DENIED_COMMAND,
  DENIED_KEY,
  type Denial,
  READS,
  User,
  WRITES,
} from './acl-user.js'
import { type Argv, textAt, toText, upperAscii } from './argv.js'
import { clientLine } from './client-info.js'
import { type Command, keyIndices, NO_AUTH } from './command.js'
import { endClient } from './connection.js'
import { nameOf } from './known-commands.js'

/** Something that was refused. */
export interface AclLogEntry {
  readonly id: number
  count: number
  readonly reason: 'auth' | 'command' | 'key' | 'channel'
  readonly context: 'toplevel' | 'multi'
  /** The command, key or channel that was refused. */
  readonly object: string
  readonly username: string
  clientInfo: string
  /** Milliseconds since the epoch. */
  readonly createdMs: number
  updatedMs: number
}

/** The same refusal within this time is counted, not listed again. */
const GROUPED_MS = 60_000
/** So many of the newest entries are looked at for it, as in Redis. */
const GROUPED_AMONG = 10

/** Users of one store, and what was refused to them. Made by the first call that is about users. */
export class AccessControl {
  readonly users = new Map<string, User>()
  readonly default: User
  log: AclLogEntry[] = []
  private entries = 0
  private readonly store: Store

  constructor(store: Store) {
    this.store = store
    this.default = new User('default')
    for (const rule of ['on', 'nopass', '+@all', '~*', '&*']) applyRule(this.default, rule)
    this.users.set('default', this.default)
  }

  /** The users in the order of their names. */
  sorted(): User[] {
    return [...this.users.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
  }

  /**
   * Changes a user, or makes one: by all rules, or not at all; connections that are subscribed to what it may not hear any more
   * end. Throws `BadRule`, with the rule.
   */
  setUser(name: string, rules: readonly string[], onBadRule: (rule: string, error: unknown) => never): void {
    const draft = this.users.get(name)?.clone() ?? this.newUser(name)
    for (const rule of rules) {
      try {
        applyRule(draft, rule)
        if (rule.toLowerCase() === 'reset') this.resetChannels(draft)
      } catch (error) {
        onBadRule(rule, error)
      }
    }
    const user = this.users.get(name)
    if (user === undefined) this.users.set(name, draft)
    else {
      user.take(draft)
      this.endClients(user, (client) => !mayListen(user, client))
    }
    if (name === 'default') this.settle()
  }

  private newUser(name: string): User {
    const user = new User(name)
    this.resetChannels(user)
    return user
  }

  /** Whether a user that no rule has been given to may use channels is a setting. */
  private resetChannels(user: User): void {
    user.root.resetChannels(this.store.settings.allowsChannels)
  }

  /** Gives the default user this password alone, or lets it do without for ''. */
  requirePassword(password: string): void {
    this.setUser('default', ['resetpass', password === '' ? 'nopass' : `>${password}`], (_rule, error) => {
      throw error
    })
  }

  /** Ends those connections that act for a user of which something is so, if any does. O(connections). */
  private endClients(user: User, isMeant: (client: Client) => boolean): void {
    for (const client of this.store.connections.list()) {
      // Those that are listed have a unit.
      if ((client.user ?? this.default) === user && isMeant(client)) endClient(client.unit!)
    }
  }

  /** Takes a user out, and ends its connections. Returns whether there was one. */
  deleteUser(name: string): boolean {
    const user = this.users.get(name)
    if (user === undefined) return false
    user.deleted = true
    this.endClients(user, () => true)
    return this.users.delete(name)
  }

  /** Becomes what the users of another store are. */
  takeUsers(other: AccessControl): void {
    for (const user of other.users.values()) {
      const own = this.users.get(user.name)
      if (own === undefined) this.users.set(user.name, user.clone())
      else own.take(user.clone())
    }
    if (other.store.defaultUser !== undefined) this.settle()
  }

  /** Connections that say nothing of themselves act for the default user. */
  private settle(): void {
    this.store.defaultUser = this.default
    this.store.authRequired = !this.default.nopass || !this.default.enabled
  }

  /** The user with this name and password. Throws WRONGPASS; every password is compared in full. */
  authenticate(unit: Unit, name: string, password: string, word: string): User {
    const user = this.users.get(name)
    const hash = hashPassword(password)
    let matches = user?.nopass === true
    for (const other of user?.passwords ?? []) if (isSame(hash, other)) matches = true
    if (user?.enabled === true && matches) return user
    this.refused(unit, { reason: 'auth', object: word, username: name })
    throw wrongPassword()
  }

  /** Writes down a refusal. */
  refused(unit: Unit, what: Pick<AclLogEntry, 'reason' | 'object' | 'username'>): void {
    const nowMs = unit.now()
    unit.store.statistics.denied[what.reason]++
    const isInMulti = unit.store.depth > 0 || unit.client.transaction !== undefined
    const context = isInMulti ? 'multi' : 'toplevel'
    const same = this.log
      .slice(0, GROUPED_AMONG)
      .find(
        (entry) =>
          entry.reason === what.reason &&
          entry.context === context &&
          entry.object === what.object &&
          entry.username === what.username &&
          nowMs - entry.updatedMs <= GROUPED_MS,
      )
    if (same !== undefined) {
      same.count++
      same.updatedMs = nowMs
      same.clientInfo = clientLine(unit.client, unit.store)
      this.log = [same, ...this.log.filter((entry) => entry !== same)]
      return
    }
    const entry = {
      ...what,
      id: this.entries++,
      count: 1,
      context,
      clientInfo: clientLine(unit.client, unit.store),
    } as const
    this.log = [{ ...entry, createdMs: nowMs, updatedMs: nowMs }, ...this.log]
    this.trimLog()
  }

  trimLog(): void {
    this.log.length = Math.min(this.log.length, this.store.settings.aclLogMaxLen)
  }
}

/** Whether a user may hear all that a connection which acts for it is subscribed to. O(subscriptions × patterns). */
function mayListen(user: User, client: Client): boolean {
  const { subscriptions, subscribers, pinned } = client
  const may = (names: Iterable<string>, kind: SubscriptionKind): boolean =>
    [...names].every((name) => user.allowsChannel(name, kind === 'pattern'))
  const mayByWords = subscriptions === undefined || KINDS.every((kind) => may(subscriptions[kind], kind))
  // Typed calls are nobody's business unless the session is bound to its user.
  return mayByWords && (!pinned || [...(subscribers ?? [])].every(({ kind, channels }) => may(channels, kind)))
}

const KINDS: readonly SubscriptionKind[] = ['channel', 'pattern', 'shard']

/** Compared to the end whether or not it differs early, so that time tells nothing. */
function isSame(one: string, other: string): boolean {
  let difference = one.length ^ other.length
  for (let i = 0; i < one.length; i++) difference |= one.charCodeAt(i) ^ other.charCodeAt(i % other.length)
  return difference === 0
}

const controls = new WeakMap<Store, AccessControl>()

/** The users of a store. */
export function accessOf(store: Store): AccessControl {
  let control = controls.get(store)
  if (control === undefined) {
    control = new AccessControl(store)
    controls.set(store, control)
  }
  return control
}

/** Gives a store the users of another one, as they are now. O(users). */
export function copyUsers(from: Store, to: Store): void {
  const control = controls.get(from)
  if (control !== undefined) accessOf(to).takeUsers(control)
}

/** Makes a connection act for a user for good. Throws ERR when there is none of this name. */
export function actFor({ client, store }: Unit, name: string): void {
  const user = accessOf(store).users.get(toText(name))
  if (user === undefined) throw noSuchUser(name)
  client.user = user
  client.authenticated = true
  client.pinned = true
}

/** The user that a connection acts for; undefined while nobody has said a word about users. */
export function userOf({ client, store }: Unit): User | undefined {
  // Both are set here alone, to users.
  return (client.user ?? store.defaultUser) as User | undefined
}

/** Throws NOAUTH or NOPERM where the user of the connection may not make a call. */
export function authorize(unit: Unit, command: Command, argv: Argv): void {
  const { client, store } = unit
  if (store.authRequired && !client.authenticated && (command.flags & NO_AUTH) === 0) throw authRequired()
  authorizeCall(unit, () => checkedCall(command, argv))
}

/** Throws NOPERM where the user of the connection may not make a call, which is written down. */
export function authorizeCall(unit: Unit, describe: () => CheckedCall): void {
  const user = userOf(unit)
  if (user === undefined) return
  if (user.deleted) {
    endClient(unit)
    throw sessionClosed()
  }
  if (user.unrestricted) return
  const call = describe()
  const reason = refusedFor(unit, user, call)
  if (reason === 'command') throw commandDenied(user.name, nameOf(call.command))
  if (reason !== undefined) throw reason === 'key' ? keyDenied() : channelDenied()
}

/** Runs a call that may wait and has leave: `ask` is called again before it is served, as rules may have changed. */
export function runWithLeave<R>(unit: Unit, ask: () => void, run: () => R): R {
  const { client } = unit
  if (userOf(unit) === undefined) return run()
  client.askAgain = ask
  try {
    return run()
  } finally {
    client.askAgain = undefined
  }
}

/** As `authorize`, for a call that was queued: rules may have changed since. */
export function authorizeQueued(unit: Unit, command: Command, argv: Argv): void {
  const user = userOf(unit)
  if (user === undefined || user.unrestricted) return
  const reason = refusedFor(unit, user, checkedCall(command, argv))
  if (reason !== undefined) throw noLongerAllowed(reason)
}

/** Why a user may not make a call, which is written down; undefined if it may. */
function refusedFor(unit: Unit, user: User, call: CheckedCall): 'command' | 'key' | 'channel' | undefined {
  const denial = refusal(user, call)
  if (denial === undefined) return undefined
  const reason = REASONS[denial.reason]
  const object = reason === 'command' ? nameOf(call.command) : textAt(call.argv, denial.index)
  accessOf(unit.store).refused(unit, { reason, object, username: user.name })
  return reason
}

const REASONS = { [DENIED_COMMAND]: 'command', [DENIED_KEY]: 'key', [DENIED_CHANNEL]: 'channel' } as const

/** Whether the user of the connection may read every key by a call, as patterns of SORT need. */
export function readsAllKeys(unit: Unit, call: CheckedCall): boolean {
  const user = userOf(unit)
  if (user === undefined || user.unrestricted) return true
  return [user.root, ...user.selectors].some((selector) => selector.readsAllKeys && selector.check(call) === undefined)
}

/** Why a user may not make a call, undefined if it may. Commands that sign a user in are always allowed. */
export function refusal(user: User, call: CheckedCall): Denial | undefined {
  const denial = user.check(call)
  return denial?.reason === DENIED_COMMAND && (call.command.flags & NO_AUTH) !== 0 ? undefined : denial
}

/** What permissions are about in a call: its keys as COMMAND GETKEYSANDFLAGS tells them, and its channels. */
export function checkedCall(command: Command, argv: Argv): CheckedCall {
  const keys = command.keys.length === 0 ? [] : (keyIndices(command, argv) ?? [])
  const flags = keys.length === 0 ? undefined : command.keyFlags?.(argv)
  return checkedWords(
    command,
    argv,
    keys.map(({ index, spec }) => ({ index, text: textAt(argv, index), flags: flags ?? spec.flags })),
  )
}

/** As `checkedCall`, where it is known already which words are keys. */
export function checkedWords(
  command: Command,
  argv: Argv,
  keys: readonly { readonly index: number; readonly text: string; readonly flags: readonly string[] }[],
): CheckedCall {
  return {
    command,
    argv,
    keys: keys.map(({ index, text, flags }) => ({ index, text, access: accessTo(flags) })),
    channels: channelsOf(argv),
  }
}

/** What is done to a key, by the flags of its spec. */
function accessTo(flags: readonly string[]): number {
  const writes = flags.includes('insert') || flags.includes('update') || flags.includes('delete')
  return (flags.includes('access') ? READS : 0) | (writes ? WRITES : 0)
}

/** Where channels stand in a call: from which word to which, and whether they are patterns. */
const CHANNELS: Readonly<Record<string, { readonly last: number; readonly isPattern: boolean }>> = {
  SUBSCRIBE: { last: -1, isPattern: false },
  SSUBSCRIBE: { last: -1, isPattern: false },
  PSUBSCRIBE: { last: -1, isPattern: true },
  PUBLISH: { last: 1, isPattern: false },
  SPUBLISH: { last: 1, isPattern: false },
}

function channelsOf(argv: Argv): CheckedCall['channels'] {
  const name = upperAscii(textAt(argv, 0))
  const where = Object.hasOwn(CHANNELS, name) ? CHANNELS[name] : undefined
  if (where === undefined) return []
  const end = where.last < 0 ? argv.length + where.last : Math.min(where.last, argv.length - 1)
  return Array.from({ length: end }, (_, i) => ({
    index: i + 1,
    text: textAt(argv, i + 1),
    isPattern: where.isPattern,
  }))
}
