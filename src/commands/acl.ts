/**
 * Users and what they may do: https://redis.io/docs/latest/commands/?name=acl
 *
 * Rules are read in acl-rules.ts, kept in acl-user.ts and enforced by acl-access.ts.
 */

import { subcommandSyntax, syntaxError, wrongArity } from '../errors.js'
import type { Unit } from '../keyspace/unit.js'
import { toHex } from '../structures/text.js'
import { type AclLogEntry, accessOf, checkedCall, refusal, userOf } from './acl-access.js'
import {
  badAclRule,
  badPasswordBits,
  badUsername,
  defaultUserStays,
  noAclFile,
  noPasswordConfigured,
  noSuchCommand,
  noSuchUser,
  unknownCategory,
  unmatchedParenthesis,
  userIsFixed,
} from './acl-errors.js'
import { BadRule, hasSpaces, mergeSelectors } from './acl-rules.js'
import { DENIED_COMMAND, DENIED_KEY, type User } from './acl-user.js'
import { type Argv, clampedAt, integerAt, textAt, textsFrom, tokenAt } from './argv.js'
import {
  ADMIN,
  ALLOW_BUSY,
  CATEGORIES,
  type Command,
  FAST,
  findCommand,
  LOADING,
  NO_AUTH,
  NO_KEYS,
  NOSCRIPT,
  STALE,
  subcommandOf,
  takesWords,
} from './command.js'
import { helpCommand } from './help.js'
import { commandList } from './introspection.js'
import { knownCommands, nameOf } from './known-commands.js'
import { Double, MapReply, OK, type Reply } from './reply.js'

/** A user as ACL GETUSER shows it. */
export interface AclUser {
  /** 'on' or 'off', 'nopass', and how payloads are checked. */
  readonly flags: readonly string[]
  /** SHA-256 of each password, in hexadecimal. */
  readonly passwords: readonly string[]
  /** Rules, in the syntax of ACL SETUSER. */
  readonly commands: string
  readonly keys: string
  readonly channels: string
  readonly selectors: readonly { readonly commands: string; readonly keys: string; readonly channels: string }[]
}

/**
 * Acts for another user from now on. Throws WRONGPASS, NOPERM where the user is fixed; without a name the password is the default
 * user's. `word` is what the call is named in ACL LOG.
 */
export function auth(unit: Unit, password: string, username?: string, word = 'AUTH'): void {
  if (unit.client.pinned) throw userIsFixed()
  const access = accessOf(unit.store)
  if (username === undefined && access.default.nopass) throw noPasswordConfigured()
  unit.client.user = access.authenticate(unit, username ?? 'default', password, word)
  unit.client.authenticated = true
}

/** The name of the user that the session acts for. O(1). */
export function aclWhoami(unit: Unit): string {
  return userOf(unit)?.name ?? 'default'
}

/** All users as lines of rules, in the order of their names. O(users). */
export function aclList(unit: Unit): string[] {
  return accessOf(unit.store)
    .sorted()
    .map(({ description }) => description)
}

/** The names of all users, in order. O(users). */
export function aclUsers(unit: Unit): string[] {
  return accessOf(unit.store)
    .sorted()
    .map(({ name }) => name)
}

/** A user, null for one that there is not. O(rules). */
export function aclGetuser(unit: Unit, name: string): AclUser | null {
  const user = accessOf(unit.store).users.get(name)
  if (user === undefined) return null
  const { flags, passwords, root, selectors } = user
  return { flags, passwords: [...passwords], ...shown(root), selectors: selectors.map(shown) }
}

function shown({ commandRules, keyRules, channelRules }: User['root']) {
  return { commands: commandRules, keys: keyRules, channels: channelRules }
}

/** Makes or changes a user: by all rules, or not at all. O(rules × commands). */
export function aclSetuser(unit: Unit, name: string, words: readonly string[]): void {
  if (hasSpaces(name)) throw badUsername()
  const { rules, unmatched } = mergeSelectors(words)
  if (unmatched !== undefined) throw unmatchedParenthesis(unmatched)
  accessOf(unit.store).setUser(name, rules, (rule, error) => {
    throw error instanceof BadRule ? badAclRule(rule, error.message) : error
  })
}

/** Takes users out, and ends the sessions that act for them; returns how many there were. O(names). */
export function aclDeluser(unit: Unit, names: readonly string[]): number {
  if (names.includes('default')) throw defaultUserStays()
  const access = accessOf(unit.store)
  return names.filter((name) => access.deleteUser(name)).length
}

/** The categories of commands, or the commands of one. O(commands). */
export function aclCat(category?: string): string[] {
  if (category === undefined) return [...CATEGORIES]
  if (!CATEGORIES.includes(category.toLowerCase())) throw unknownCategory(category)
  return commandList(knownCommands, { aclcat: category })
}

const PASSWORD_BITS_MAX = 4096

/** A password of so many random bits as hexadecimal digits, rounded up to whole digits. O(bits). */
export function aclGenpass(bits = 256): string {
  if (!(bits > 0 && bits <= PASSWORD_BITS_MAX)) throw badPasswordBits()
  const digits = Math.ceil(bits / 4)
  const bytes = globalThis.crypto.getRandomValues(new Uint8Array(Math.ceil(digits / 2)))
  return toHex(bytes).slice(0, digits)
}

/** Whether a user might make a call: 'OK', or a sentence that says why not. Nothing is run. */
export function aclDryrun(unit: Unit, name: string, words: Argv): string {
  const access = accessOf(unit.store)
  const user = access.users.get(name)
  if (user === undefined) throw noSuchUser(name)
  const parent = findCommand(knownCommands, textAt(words, 0))
  const command = parent?.subcommands !== undefined && words.length > 1 ? subcommandOf(parent, words) : parent
  if (command === undefined) throw noSuchCommand(textAt(words, 0))
  if (command.call === undefined || !takesWords(command, words.length)) throw wrongArity(nameOf(command))
  const denial = refusal(user, checkedCall(command, words))
  if (denial === undefined) return 'OK'
  if (denial.reason === DENIED_COMMAND) {
    return `User ${name} has no permissions to run the '${nameOf(command)}' command`
  }
  const what = denial.reason === DENIED_KEY ? 'key' : 'channel'
  return `User ${name} has no permissions to access the '${textAt(words, denial.index)}' ${what}`
}

/** What was refused lately, the newest first: `count` entries at most, 10 by default. O(count). */
export function aclLog(unit: Unit, count = 10): readonly AclLogEntry[] {
  return accessOf(unit.store).log.slice(0, Math.max(0, count))
}

/** Forgets what was refused. O(1). */
export function aclLogReset(unit: Unit): void {
  accessOf(unit.store).log = []
}

/** Refused: there is no file of users. */
export function withoutFile(): never {
  throw noAclFile()
}

// What follows is the wire: one entry a command.

function userReply(user: AclUser | null): Reply {
  if (user === null) return null
  const selectors = user.selectors.map((selector) => new MapReply(Object.entries(selector)))
  return new MapReply([
    ['flags', user.flags],
    ['passwords', user.passwords],
    ...(['commands', 'keys', 'channels'] as const).map((part) => [part, user[part]] as const),
    ['selectors', selectors],
  ])
}

function logReply(unit: Unit, entries: readonly AclLogEntry[]): Reply {
  return entries.map(
    (entry) =>
      new MapReply([
        ['count', entry.count],
        ['reason', entry.reason],
        ['context', entry.context],
        ['object', entry.object],
        ['username', entry.username],
        ['age-seconds', new Double((unit.now() - entry.createdMs) / 1000)],
        ['client-info', entry.clientInfo],
        ['entry-id', entry.id],
        ['timestamp-created', entry.createdMs],
        ['timestamp-last-updated', entry.updatedMs],
      ]),
  )
}

function logCall(unit: Unit, argv: Argv): Reply {
  if (argv.length > 3) throw subcommandSyntax(textAt(argv, 1), 'ACL')
  if (tokenAt(argv, 2) === 'RESET') {
    aclLogReset(unit)
    return OK
  }
  return logReply(unit, aclLog(unit, argv.length > 2 ? clampedAt(argv, 2) : undefined))
}

const HELP = [
  'ACL <subcommand> [<arg> [value] [opt] ...]. Subcommands are:',
  'CAT [<category>]',
  '    The categories, or the commands of one.',
  'DELUSER <username> [<username> ...]',
  '    Takes users out.',
  'DRYRUN <username> <command> [<arg> ...]',
  '    Whether a user might make a call.',
  'GENPASS [<bits>]',
  '    A random password.',
  'GETUSER <username>',
  '    What a user may do.',
  'LIST',
  '    All users as lines of rules.',
  'LOAD',
  '    Reads the users from their file.',
  'LOG [<count> | RESET]',
  '    What was refused.',
  'SAVE',
  '    Writes the users to their file.',
  'SETUSER <username> [<rule> ...]',
  '    Makes or changes a user.',
  'USERS',
  '    The names of the users.',
  'WHOAMI',
  '    The user of this session.',
  'HELP',
  '    This text.',
]

const OPEN = { since: '6.0.0', group: 'server', flags: LOADING | STALE | NOSCRIPT, keys: NO_KEYS } as const
const ADMINISTRATIVE = { ...OPEN, flags: OPEN.flags | ADMIN } as const
const EVERYWHERE = ['request_policy:all_nodes', 'response_policy:all_succeeded']

export const aclCommands = {
  AUTH: {
    summary: 'Makes the session act for a user.',
    since: '1.0.0',
    group: 'connection',
    complexity: 'O(N), N passwords of the user',
    arity: -2,
    flags: LOADING | STALE | NOSCRIPT | FAST | NO_AUTH | ALLOW_BUSY,
    keys: NO_KEYS,
    syntax: '[username] password',
    call(unit, argv): Reply {
      if (argv.length > 3) throw syntaxError()
      const password = textAt(argv, argv.length - 1)
      auth(unit, password, argv.length === 3 ? textAt(argv, 1) : undefined, textAt(argv, 0))
      return OK
    },
  },
  ACL: {
    ...OPEN,
    summary: 'Says who may do what.',
    complexity: 'O(1)',
    arity: -2,
    flags: 0,
    syntax: '',
    subcommands: {
      CAT: {
        ...OPEN,
        summary: 'Returns the categories of commands, or the commands of one.',
        complexity: 'O(N), N commands',
        arity: -2,
        syntax: '[category]',
        call(_unit, argv): Reply {
          if (argv.length > 3) throw subcommandSyntax(textAt(argv, 1), 'ACL')
          return aclCat(argv.length > 2 ? textAt(argv, 2) : undefined)
        },
      },
      DELUSER: {
        ...ADMINISTRATIVE,
        summary: 'Takes users out and ends their sessions.',
        complexity: 'O(N), N names',
        arity: -3,
        tips: EVERYWHERE,
        syntax: 'username...',
        call: (unit, argv): Reply => aclDeluser(unit, textsFrom(argv, 2)),
      },
      DRYRUN: {
        ...ADMINISTRATIVE,
        summary: 'Tells whether a user might make a call.',
        since: '7.0.0',
        complexity: 'O(N), N keys times patterns',
        arity: -4,
        syntax: 'username command [arg...]',
        call(unit, argv): Reply {
          const answer = aclDryrun(unit, textAt(argv, 2), argv.slice(3))
          return answer === 'OK' ? OK : answer
        },
      },
      GENPASS: {
        ...OPEN,
        summary: 'Returns a random password.',
        complexity: 'O(N), N bits',
        arity: -2,
        syntax: '[bits:integer]',
        call(_unit, argv): Reply {
          if (argv.length > 3) throw subcommandSyntax(textAt(argv, 1), 'ACL')
          return aclGenpass(argv.length > 2 ? Number(integerAt(argv, 2)) : undefined)
        },
      },
      GETUSER: {
        ...ADMINISTRATIVE,
        summary: 'Returns what a user may do.',
        complexity: 'O(N), N rules',
        arity: 3,
        syntax: 'username',
        call: (unit, argv): Reply => userReply(aclGetuser(unit, textAt(argv, 2))),
      },
      HELP: helpCommand(HELP, OPEN),
      LIST: {
        ...ADMINISTRATIVE,
        summary: 'Returns all users as lines of rules.',
        complexity: 'O(N), N users',
        arity: 2,
        syntax: '',
        call: (unit): Reply => aclList(unit),
      },
      LOAD: {
        ...ADMINISTRATIVE,
        summary: 'Reads the users from their file.',
        complexity: 'O(N), N users',
        arity: 2,
        syntax: '',
        call: withoutFile,
      },
      LOG: {
        ...ADMINISTRATIVE,
        summary: 'Returns what was refused lately.',
        complexity: 'O(N), N entries',
        arity: -2,
        syntax: '[operation= count:integer | RESET]',
        call: (unit, argv): Reply => logCall(unit, argv),
      },
      SAVE: {
        ...ADMINISTRATIVE,
        summary: 'Writes the users to their file.',
        complexity: 'O(N), N users',
        arity: 2,
        tips: EVERYWHERE,
        syntax: '',
        call: withoutFile,
      },
      SETUSER: {
        ...ADMINISTRATIVE,
        summary: 'Makes or changes a user.',
        complexity: 'O(N), N rules',
        arity: -3,
        tips: EVERYWHERE,
        syntax: 'username [rule...]',
        call(unit, argv): Reply {
          aclSetuser(unit, textAt(argv, 2), textsFrom(argv, 3))
          return OK
        },
      },
      USERS: {
        ...ADMINISTRATIVE,
        summary: 'Returns the names of all users.',
        complexity: 'O(N), N users',
        arity: 2,
        syntax: '',
        call: (unit): Reply => aclUsers(unit),
      },
      WHOAMI: {
        ...OPEN,
        summary: 'Returns the user of the session.',
        complexity: 'O(1)',
        arity: 2,
        syntax: '',
        call: (unit): Reply => aclWhoami(unit),
      },
    },
  },
} satisfies Record<string, Command>
