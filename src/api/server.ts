import { type Data, toText, toWord } from '../commands/argv.js'
import type { CommandDocs, CommandFilter, CommandInfo, KeyAndFlags } from '../commands/introspection.js'
import * as commands from '../commands/introspection.js'
import * as bodies from '../commands/server.js'
import { commandTable } from '../commands/table.js'
import { wrongArity } from '../errors.js'
import { type Names, optionsGiven } from './given.js'
import { Handle, RUN } from './handle.js'

/** The store as a whole. */
export abstract class ServerCommands<T extends string | Uint8Array> extends Handle<T> {
  /**
   * Returns the number of keys in the database; those whose time is up count until they are removed. O(1).
   *
   * @see https://redis.io/docs/latest/commands/dbsize/
   */
  dbsize(): number {
    return this[RUN](bodies.dbsize)
  }

  /**
   * Removes all keys of the database. O(1): the garbage collector does the rest.
   *
   * @see https://redis.io/docs/latest/commands/flushdb/
   */
  flushdb(): 'OK' {
    this[RUN](bodies.flushdb)
    return 'OK'
  }

  /**
   * Removes all keys of all databases. O(1): the garbage collector does the rest.
   *
   * @see https://redis.io/docs/latest/commands/flushall/
   */
  flushall(): 'OK' {
    this[RUN](bodies.flushall)
    return 'OK'
  }

  /**
   * Exchanges the keys of two databases. O(1).
   *
   * @throws RedstartError ERR when one of them does not exist
   * @see https://redis.io/docs/latest/commands/swapdb/
   */
  swapdb(index1: number, index2: number): 'OK' {
    this[RUN](bodies.swapdb, index1, index2)
    return 'OK'
  }

  /**
   * Returns the time of the database's clock: seconds since the Unix epoch and microseconds of the second. O(1).
   *
   * @see https://redis.io/docs/latest/commands/time/
   */
  time(): [seconds: number, microseconds: number] {
    const { seconds, microseconds } = this[RUN](bodies.time)
    return [seconds, microseconds]
  }

  /**
   * Returns how many commands there are. O(1).
   *
   * @see https://redis.io/docs/latest/commands/command-count/
   */
  commandCount(): number {
    return commands.commandCount(commandTable)
  }

  /**
   * Returns the names of all commands, or of those that a filter lets through; subcommands as `'object|encoding'`.
   *
   * @example
   * db.commandList({ aclcat: 'write' })
   *
   * @see https://redis.io/docs/latest/commands/command-list/
   */
  commandList(filter?: CommandFilter): string[] {
    const { pattern, aclcat, module } = optionsGiven(filter, COMMAND_FILTER) ?? {}
    const text = (given: string | undefined): string | undefined => (given === undefined ? undefined : toText(given))
    return commands.commandList(commandTable, { pattern: text(pattern), aclcat: text(aclcat), module })
  }

  /**
   * Returns the keys of a raw call. O(words).
   *
   * @throws RedstartError ERR for an unknown command, one without keys, or a wrong number of words
   * @see https://redis.io/docs/latest/commands/command-getkeys/
   */
  commandGetKeys(...words: readonly Data[]): string[] {
    return commands.commandGetKeys(commandTable, words.map(toWord)).map(({ key }) => key)
  }

  /**
   * Returns the keys of a raw call, and for each what would be done to it: `RO`, `RW`, `OW` or `RM`, then `access`,
   * `update`, `insert` or `delete`. O(words).
   *
   * @throws RedstartError ERR for an unknown command, one without keys, or a wrong number of words
   * @see https://redis.io/docs/latest/commands/command-getkeysandflags/
   */
  commandGetKeysAndFlags(...words: readonly Data[]): KeyAndFlags[] {
    if (words.length === 0) throw wrongArity('command|getkeysandflags')
    return commands.commandGetKeys(commandTable, words.map(toWord))
  }

  /**
   * Returns arity, flags and keys of commands, of all when none is named; `null` for a name that there is not.
   * O(commands).
   *
   * @see https://redis.io/docs/latest/commands/command-info/
   */
  commandInfo(...names: readonly string[]): (CommandInfo | null)[] {
    return commands.commandInfo(commandTable, names.map(toText))
  }

  /**
   * Returns summary, group, complexity and arguments of commands by name, of all when none is named. O(commands).
   *
   * @see https://redis.io/docs/latest/commands/command-docs/
   */
  commandDocs(...names: readonly string[]): Record<string, CommandDocs> {
    return commands.commandDocs(commandTable, names.map(toText))
  }
}

const COMMAND_FILTER: Names<CommandFilter> = { pattern: true, aclcat: true, module: true }
