/** What the table says about commands, as plain objects: the bodies of COMMAND. */
import {
  invalidArgumentCount,
  invalidArguments,
  invalidCommandSpecified,
  noKeyArguments,
  wrongArity,
} from '../errors.js'
import { Glob } from '../structures/glob.js'
import { type Argv, textAt } from './argv.js'
import {
  aclCategories,
  type Command,
  type CommandTable,
  type Flag,
  findCommand,
  flagNames,
  type Group,
  hasKeys,
  type KeySpec,
  keyIndices,
  subcommandOf,
  takesWords,
} from './command.js'
import { type Argument, parseSyntax } from './syntax.js'

/** A key of a call, and what would be done to it. */
export interface KeyAndFlags {
  readonly key: string
  /** RO, RW, OW or RM, then access, update, insert or delete. */
  readonly flags: readonly string[]
}

/** What `commandList` is to list; at most one of them. */
export interface CommandFilter {
  /** An ACL category, without the '@'. */
  readonly aclcat?: string | undefined
  /** A glob for names, in any letter case. */
  readonly pattern?: string | undefined
  /** A module; there are none, so nothing is listed. */
  readonly module?: string | undefined
}

/** How many commands there are; subcommands do not count. O(1). */
export function commandCount(table: CommandTable): number {
  return table.size
}

/** The names of the commands and of their subcommands ('object|encoding'), in lower case. O(commands). */
export function commandList(table: CommandTable, filter?: CommandFilter): string[] {
  const glob = filter?.pattern === undefined ? undefined : new Glob(filter.pattern, true)
  const category = filter?.aclcat?.toLowerCase()
  const found: string[] = []
  if (filter?.module !== undefined) return found
  const visit = (name: string, command: Command): void => {
    const listed =
      (glob === undefined || glob.matchesAll || glob.matches(name)) &&
      (category === undefined || aclCategories(command).includes(category))
    if (listed) found.push(name)
    for (const [sub, entry] of Object.entries(command.subcommands ?? {})) visit(`${name}|${sub.toLowerCase()}`, entry)
  }
  for (const [name, command] of table) visit(name.toLowerCase(), command)
  return found
}

/**
 * The keys of a call, with what would be done to each. Throws ERR for an unknown command, a wrong number of words, or
 * a command without keys.
 */
export function commandGetKeys(table: CommandTable, words: Argv): KeyAndFlags[] {
  if (words.length === 0) throw wrongArity('command|getkeys')
  const name = textAt(words, 0)
  const parent = findCommand(table, name)
  // A container by itself is a command without keys; with a word behind it, the word must be a subcommand.
  const contained = parent?.subcommands !== undefined && words.length > 1
  const command = parent !== undefined && contained ? subcommandOf(parent, words) : parent
  if (command === undefined) throw invalidCommandSpecified()
  if (!hasKeys(command)) throw noKeyArguments()
  if (!takesWords(command, words.length)) throw invalidArgumentCount()
  const indices = keyIndices(command, words)
  if (indices === undefined) throw invalidArguments()
  const flags = command.keyFlags?.(words)
  return indices.map(({ index, spec }) => ({ key: textAt(words, index), flags: flags ?? spec.flags }))
}

/** What COMMAND INFO tells. */
export interface CommandInfo {
  /** In lower case; a subcommand as 'object|encoding'. */
  readonly name: string
  /** How many words a call has, the name included; negative: at least so many. */
  readonly arity: number
  readonly flags: readonly Flag[]
  /** The range of the keys, as older clients read it; zeros where there are none. */
  readonly firstKey: number
  readonly lastKey: number
  readonly keyStep: number
  /** ACL categories, without the '@'. */
  readonly categories: readonly string[]
  readonly tips: readonly string[]
  readonly keySpecs: readonly KeySpec[]
  readonly subcommands: readonly CommandInfo[]
}

/** What COMMAND DOCS tells. */
export interface CommandDocs {
  readonly summary: string
  readonly since: string
  readonly group: Group
  readonly complexity: string
  readonly deprecated?: { readonly since: string; readonly use: string }
  /** Whether it is about the inside of Redis, and for nobody's program. */
  readonly internal?: boolean
  /** Whether it is for those who look after the store, and not for its users. */
  readonly isSystem?: boolean
  readonly arguments: readonly Argument[]
  readonly subcommands: Readonly<Record<string, CommandDocs>>
}

interface Named {
  readonly name: string
  readonly command: Command
}

/** Facts about the named commands, null for a name that there is not; about all when none is named. O(commands). */
export function commandInfo(table: CommandTable, names: readonly string[]): (CommandInfo | null)[] {
  if (names.length === 0) return everyCommand(table).map(infoOf)
  return names.map((name) => {
    const named = byFullName(table, name)
    return named === undefined ? null : infoOf(named)
  })
}

/** Docs of the named commands, of all when none is named; unknown names are left out. O(commands). */
export function commandDocs(table: CommandTable, names: readonly string[]): Record<string, CommandDocs> {
  const asked = names.length === 0 ? everyCommand(table) : names.map((name) => byFullName(table, name))
  const docs: Record<string, CommandDocs> = {}
  for (const named of asked) if (named !== undefined) docs[named.name] = docsOf(named)
  return docs
}

function infoOf({ name, command }: Named): CommandInfo {
  const [firstKey, lastKey, keyStep] = keyRange(command.keys)
  return {
    name,
    arity: command.arity,
    flags: flagNames(command.flags),
    firstKey,
    lastKey,
    keyStep,
    categories: aclCategories(command),
    tips: command.tips ?? [],
    keySpecs: command.keys,
    subcommands: subcommandsOf(name, command).map(infoOf),
  }
}

function docsOf({ name, command }: Named): CommandDocs {
  return {
    summary: command.summary,
    since: command.since,
    group: command.group,
    complexity: command.complexity,
    ...(command.deprecated === undefined ? {} : { deprecated: command.deprecated }),
    ...(command.internal === undefined ? {} : { internal: command.internal }),
    ...(command.isSystem === true ? { isSystem: true } : {}),
    arguments: parseSyntax(command.syntax),
    subcommands: Object.fromEntries(subcommandsOf(name, command).map((named) => [named.name, docsOf(named)])),
  }
}

function subcommandsOf(name: string, command: Command): Named[] {
  return Object.entries(command.subcommands ?? {}).map(([sub, entry]) => ({
    name: `${name}|${sub.toLowerCase()}`,
    command: entry,
  }))
}

/** First key, last key and step over all specs that name a range. */
function keyRange(keys: readonly KeySpec[]): [number, number, number] {
  const ranges = keys.filter((spec) => spec.search === undefined)
  const first = ranges[0]
  if (first === undefined) return [0, 0, 0]
  let last = first.last < 0 ? first.last : first.first + first.last
  for (const spec of ranges.slice(1)) last = spec.last < 0 ? spec.last : Math.max(last, spec.first + spec.last)
  return [first.first, last, first.step]
}

/** A command by its name or by 'container|subcommand'. */
function byFullName(table: CommandTable, name: string): Named | undefined {
  const [parent, sub, ...rest] = name.split('|')
  let command = findCommand(table, parent!)
  if (command !== undefined && sub !== undefined) command = subcommandOf(command, [parent!, sub])
  return command === undefined || rest.length > 0 ? undefined : { name: name.toLowerCase(), command }
}

function everyCommand(table: CommandTable): Named[] {
  return [...table].map(([name, command]) => ({ name: name.toLowerCase(), command }))
}
