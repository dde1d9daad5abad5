import * as bodies from '../commands/acl.js'
import type { AclLogEntry } from '../commands/acl-access.js'
import { type Data, toText, toWord } from '../commands/argv.js'
import { checkedInteger } from '../commands/deadline.js'
import { wrongArity } from '../errors.js'
import { Handle, RUN } from './handle.js'
import { textsOf } from './words.js'

/** Users and what they may do. Raw calls of a session are checked; typed ones on a handle from `db.as(user)`. */
export abstract class AclCommands<T extends string | Uint8Array> extends Handle<T> {
  /**
   * Makes raw calls of the session act for the default user, by its password. O(passwords).
   *
   * @throws RedstartError WRONGPASS; ERR when the default user has no password
   * @see https://redis.io/docs/latest/commands/auth/
   */
  auth(password: string): 'OK'
  /** As above, for a user by name. */
  auth(username: string, password: string): 'OK'
  auth(first: string, second?: string): 'OK' {
    if (second === undefined) this[RUN](bodies.auth, toText(first))
    else this[RUN](bodies.auth, toText(second), toText(first))
    return 'OK'
  }

  /**
   * Returns the name of the user that the session acts for. O(1).
   *
   * @see https://redis.io/docs/latest/commands/acl-whoami/
   */
  aclWhoami(): string {
    return this[RUN](bodies.aclWhoami)
  }

  /**
   * Returns all users as lines of rules, in the order of their names. O(users).
   *
   * @see https://redis.io/docs/latest/commands/acl-list/
   */
  aclList(): string[] {
    return this[RUN](bodies.aclList)
  }

  /**
   * Returns the names of all users, in order. O(users).
   *
   * @see https://redis.io/docs/latest/commands/acl-users/
   */
  aclUsers(): string[] {
    return this[RUN](bodies.aclUsers)
  }

  /**
   * Returns what a user is and may do, `null` for one that there is not. O(rules).
   *
   * @see https://redis.io/docs/latest/commands/acl-getuser/
   */
  aclGetuser(username: string): bodies.AclUser | null {
    return this[RUN](bodies.aclGetuser, toText(username))
  }

  /**
   * Makes or changes a user: by all rules or, where one of them is wrong, not at all. A new user is off and may do nothing.
   * O(rules × commands).
   *
   * @example
   * db.aclSetuser('reader', 'on', '>secret', '+@read', '~app:*')
   *
   * @throws RedstartError ERR for a rule that there is not, with the reason
   * @see https://redis.io/docs/latest/commands/acl-setuser/
   */
  aclSetuser(username: string, ...rules: readonly string[]): 'OK' {
    this[RUN](bodies.aclSetuser, toText(username), rules.map(toText))
    return 'OK'
  }

  /**
   * Takes users out and ends the sessions that act for them; returns how many there were. O(names).
   *
   * @throws RedstartError ERR for the default user
   * @see https://redis.io/docs/latest/commands/acl-deluser/
   */
  aclDeluser(...usernames: readonly string[]): number {
    return this[RUN](bodies.aclDeluser, textsOf(usernames, 'acl|deluser'))
  }

  /**
   * Returns the categories of commands, or the commands of one. O(commands).
   *
   * @throws RedstartError ERR for a category that there is not
   * @see https://redis.io/docs/latest/commands/acl-cat/
   */
  aclCat(category?: string): string[] {
    return bodies.aclCat(category === undefined ? undefined : toText(category))
  }

  /**
   * Returns a random password as hexadecimal digits: of so many bits (1 to 4096, 256 by default), rounded up to a digit. O(bits).
   *
   * @throws RedstartError ERR for another number
   * @see https://redis.io/docs/latest/commands/acl-genpass/
   */
  aclGenpass(bits?: number): string {
    return bodies.aclGenpass(bits === undefined ? bits : Number(checkedInteger(bits)))
  }

  /**
   * Returns `'OK'` if a user might make a raw call, else a sentence that says why not. Nothing is run. O(keys × patterns).
   *
   * @example
   * db.aclDryrun('reader', 'SET', 'app:1', 'x') // "User reader has no permissions to run the 'set' command"
   *
   * @throws RedstartError ERR for a user or a command that there is not, or a wrong number of words
   * @see https://redis.io/docs/latest/commands/acl-dryrun/
   */
  aclDryrun(username: string, ...words: readonly Data[]): string {
    if (words.length === 0) throw wrongArity('acl|dryrun')
    return this[RUN](bodies.aclDryrun, toText(username), words.map(toWord))
  }

  /**
   * Returns what was refused lately, the newest first: `count` entries at most, 10 by default. What is refused again within a
   * minute is counted. O(count).
   *
   * @see https://redis.io/docs/latest/commands/acl-log/
   */
  aclLog(count?: number): readonly AclLogEntry[] {
    return this[RUN](bodies.aclLog, count === undefined ? count : Number(checkedInteger(count)))
  }

  /** Forgets what was refused. @see https://redis.io/docs/latest/commands/acl-log/ */
  aclLogReset(): 'OK' {
    this[RUN](bodies.aclLogReset)
    return 'OK'
  }

  /**
   * Refused: there is no file of users.
   *
   * @throws RedstartError ERR always
   * @see https://redis.io/docs/latest/commands/acl-load/
   */
  aclLoad(): never {
    return bodies.withoutFile()
  }

  /**
   * Refused: there is no file of users.
   *
   * @throws RedstartError ERR always
   * @see https://redis.io/docs/latest/commands/acl-save/
   */
  aclSave(): never {
    return bodies.withoutFile()
  }
}
