import type { Client } from '../keyspace/client.js'
import type { Unit } from '../keyspace/unit.js'
import { parseInt64 } from '../structures/int64.js'
import { type Argv, textAt, upperAscii } from './argv.js'
import type { Reply } from './reply.js'

/** The flags of a command, as COMMAND INFO names them, one bit each. */
export const FLAGS = {
  write: 1,
  readonly: 2,
  denyoom: 4,
  admin: 8,
  pubsub: 16,
  noscript: 32,
  blocking: 64,
  loading: 128,
  stale: 256,
  skip_monitor: 512,
  skip_slowlog: 1024,
  asking: 2048,
  fast: 4096,
  no_auth: 8192,
  may_replicate: 16384,
  no_mandatory_keys: 32768,
  no_async_loading: 524288,
  no_multi: 65536,
  allow_busy: 131072,
  movablekeys: 262144,
} as const

export type Flag = keyof typeof FLAGS

export const WRITE = FLAGS.write
export const READONLY = FLAGS.readonly
export const DENYOOM = FLAGS.denyoom
export const FAST = FLAGS.fast
export const BLOCKING = FLAGS.blocking
export const MOVABLE_KEYS = FLAGS.movablekeys
export const LOADING = FLAGS.loading
export const STALE = FLAGS.stale
export const NOSCRIPT = FLAGS.noscript
export const ALLOW_BUSY = FLAGS.allow_busy
export const SKIP_SLOWLOG = FLAGS.skip_slowlog
export const NO_MULTI = FLAGS.no_multi
export const NO_AUTH = FLAGS.no_auth
export const NO_ASYNC_LOADING = FLAGS.no_async_loading
export const PUBSUB = FLAGS.pubsub
export const ADMIN = FLAGS.admin

/** Where keys stand in a call and what is done with them, as COMMAND INFO tells it. */
export interface KeySpec {
  /** Redis's flags: RO, RW, OW or RM, then access, update, insert or delete, then others. */
  readonly flags: readonly string[]
  readonly notes?: string
  /** The index of the first word that is a key. */
  readonly first: number
  /** The last one, relative to the first; negative counts from the end of the call. */
  readonly last: number
  readonly step: number
  /** `counted`: the first word says how many keys follow. `unknown`, `keyword`: only `keysOf` of the command can tell. */
  readonly search?: 'counted' | 'unknown' | 'keyword'
  /** Of a search by keyword: the word in front of the keys, of which a part of the words that follow are ones. */
  readonly keyword?: { readonly word: string; readonly from: number; readonly limit: number }
}

/** A key spec in one line: flags separated by blanks, then the range as Redis gives it. */
export function keySpec(flags: string, first = 1, last = 0, step = 1): KeySpec {
  return { flags: flags.split(' '), first, last, step }
}

/** The spec of keys that stand behind their number, at word `first`. */
export function countedKeys(flags: string, first = 1): KeySpec {
  return { ...keySpec(flags, first), search: 'counted' }
}

/** The spec of a key behind a keyword, at word `first` or later. */
export function keyBehind(keyword: string, flags: string, first: number): KeySpec {
  return { ...keySpec(flags, 0), search: 'keyword', keyword: { word: keyword, from: first, limit: 0 } }
}

/** A spec that names no place; `notes` say why. */
export function unknownKeys(flags: string, notes: string): KeySpec {
  return { ...keySpec(flags, 0), notes, search: 'unknown' }
}

export const READ_KEY = [keySpec('RO access')]
export const LOOK_KEY = [keySpec('RO')]
export const UPDATE_KEY = [keySpec('RW update')]
export const ACCESS_AND_UPDATE_KEY = [keySpec('RW access update')]
export const OVERWRITE_KEY = [keySpec('OW update')]
export const NO_KEYS: readonly KeySpec[] = []

/** The groups of Redis's manual. */
export type Group =
  | 'generic'
  | 'string'
  | 'list'
  | 'hash'
  | 'set'
  | 'sorted-set'
  | 'bitmap'
  | 'geo'
  | 'hyperloglog'
  | 'stream'
  | 'vector-set'
  | 'connection'
  | 'server'
  | 'transactions'
  | 'pubsub'

/** The wire entry of a command. All facts about it stand here; everything else is read from the table of these. */
export interface Command {
  readonly summary: string
  readonly since: string
  readonly group: Group
  readonly complexity: string
  /** How many words a call has, its name included; negative: at least so many. */
  readonly arity: number
  readonly flags: number
  /** ACL categories beyond those that follow from flags and group. */
  readonly categories?: readonly string[]
  /** Whether the ACL category of the group is left out. */
  readonly ownCategories?: boolean
  readonly tips?: readonly string[]
  readonly keys: readonly KeySpec[]
  /** See syntax.ts. */
  readonly syntax: string
  /** For commands that Redis calls deprecated: since when, and what to use. */
  readonly deprecated?: { readonly since: string; readonly use: string }
  /** Whether it is about the inside, and for nobody's program. */
  readonly internal?: boolean
  /** Whether it is for those who look after the store, and not for its users. */
  readonly isSystem?: boolean
  /** Whether MULTI does not queue it. */
  readonly runsInMulti?: boolean
  readonly subcommands?: Readonly<Record<string, Command>>
  /** The key flags of this very call, where they depend on its options. */
  keyFlags?(argv: Argv): readonly string[]
  /** The keys of this very call, where specs cannot tell; undefined where its words are wrong. */
  keysOf?(argv: Argv): { index: number; spec: KeySpec }[] | undefined
  /**
   * Reads the words, runs the body and returns its reply; a promise where a blocking command has to wait. Arity has been
   * checked. Absent where a subcommand must follow.
   */
  call?(unit: Unit, argv: Argv): Reply | Promise<Reply>
}

/** Every command under its name in upper case. */
export type CommandTable = ReadonlyMap<string, Command>

/** A command by its name in any letter case. O(1). */
export function findCommand(table: CommandTable, name: string): Command | undefined {
  return table.get(name) ?? table.get(upperAscii(name))
}

/** The subcommand that the second word names, in any letter case. O(1). */
export function subcommandOf(command: Command, argv: Argv): Command | undefined {
  if (command.subcommands === undefined || argv.length < 2) return undefined
  const name = upperAscii(textAt(argv, 1))
  return Object.hasOwn(command.subcommands, name) ? command.subcommands[name] : undefined
}

/** Whether there is a command of which something is so among those that MULTI has queued, which EXEC runs. */
export function hasQueued({ transaction }: Client, test: (command: Command) => boolean): boolean {
  // `dispatch` has put them there.
  return transaction?.calls.some(({ command }) => test(command as Command)) === true
}

/** Whether a call of so many words, the name included, fits the arity. */
export function takesWords(command: Command, words: number): boolean {
  return command.arity < 0 ? words >= -command.arity : words === command.arity
}

/** The names of the flags that are set, in Redis's order. */
export function flagNames(flags: number): Flag[] {
  return (Object.keys(FLAGS) as Flag[]).filter((name) => (flags & FLAGS[name]) !== 0)
}

/** Redis's ACL categories, in the order in which it lists them. */
export const CATEGORIES = (
  'keyspace read write set sortedset list hash string bitmap hyperloglog geo stream pubsub admin fast slow blocking ' +
  'dangerous connection transaction scripting'
).split(' ')

const GROUP_CATEGORIES: Readonly<Partial<Record<Group, string>>> = {
  generic: 'keyspace',
  string: 'string',
  list: 'list',
  hash: 'hash',
  set: 'set',
  'sorted-set': 'sortedset',
  bitmap: 'bitmap',
  geo: 'geo',
  hyperloglog: 'hyperloglog',
  stream: 'stream',
  connection: 'connection',
  transactions: 'transaction',
  pubsub: 'pubsub',
}

/** All ACL categories, without the '@'. A container has those of its group only if it says so. */
export function aclCategories(command: Command): string[] {
  const categories = new Set<string>()
  const ofGroup = GROUP_CATEGORIES[command.group]
  if (ofGroup !== undefined && command.subcommands === undefined && !command.ownCategories) categories.add(ofGroup)
  for (const category of command.categories ?? []) categories.add(category)
  if (command.flags & FLAGS.write) categories.add('write')
  if (command.flags & FLAGS.readonly) categories.add('read')
  if (command.flags & FLAGS.admin) categories.add('admin').add('dangerous')
  if (command.flags & FLAGS.blocking) categories.add('blocking')
  categories.add(command.flags & FAST ? 'fast' : 'slow')
  return CATEGORIES.filter((category) => categories.has(category))
}

/**
 * The indices of the words of a call that are keys, with the spec that names each. O(keys).
 * Undefined where the words do not fit the specs.
 */
export function keyIndices(command: Command, argv: Argv): { index: number; spec: KeySpec }[] | undefined {
  if (command.keysOf !== undefined) return command.keysOf(argv)
  const found: { index: number; spec: KeySpec }[] = []
  for (const spec of command.keys) {
    if (isNoKey(spec)) continue
    const first = spec.search === 'counted' ? spec.first + 1 : spec.first
    const last = lastKey(spec, argv)
    if (first >= argv.length || last === undefined || last >= argv.length) return undefined
    for (let index = first; index <= last; index += spec.step) found.push({ index, spec })
  }
  return found
}

/** Whether a spec is of words that lie as keys do and are none: shard channels. */
function isNoKey(spec: KeySpec): boolean {
  return spec.flags.includes('not_key')
}

/** Whether a call has keys. */
export function hasKeys(command: Command): boolean {
  return command.keys.some((spec) => !isNoKey(spec))
}

function lastKey(spec: KeySpec, argv: Argv): number | undefined {
  if (spec.search !== 'counted') return spec.last >= 0 ? spec.first + spec.last : argv.length + spec.last
  const count = argv.length > spec.first ? parseInt64(textAt(argv, spec.first)) : undefined
  return typeof count === 'number' && count > 0 ? spec.first + count : undefined
}
