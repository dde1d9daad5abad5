import type { Command } from '../../src/commands/command.js'
import { type Argument, parseSyntax } from '../../src/commands/syntax.js'
import { commandTable } from '../../src/commands/table.js'
import type { Call } from './bytes.js'

/** A command (or a subcommand) as the generators and the comparison need it. */
export interface CommandSpec {
  /** Upper case; a subcommand is written `CONTAINER|SUB`. */
  readonly name: string
  readonly words: readonly string[]
  readonly group: string
  readonly arguments: readonly Argument[]
  readonly container: boolean
}

function specsOf(name: string, command: Command): CommandSpec[] {
  const subcommands = Object.entries(command.subcommands ?? {})
  const spec: CommandSpec = {
    name,
    words: name.split('|'),
    group: command.group,
    arguments: command.syntax === '' ? [] : parseSyntax(command.syntax),
    container: subcommands.length > 0,
  }
  return [spec, ...subcommands.flatMap(([sub, entry]) => specsOf(`${name}|${sub.toUpperCase()}`, entry))]
}

/** Every command of the engine's table, containers followed by their subcommands. */
export const commands: readonly CommandSpec[] = [...commandTable].flatMap(([name, command]) => specsOf(name, command))

export const commandsByName: ReadonlyMap<string, CommandSpec> = new Map(commands.map((spec) => [spec.name, spec]))

/** The groups that the table has commands of. */
export const groups: readonly string[] = [...new Set(commands.map((spec) => spec.group))]

/** The command that a call names, as in the table; its first word in upper case when the table has none. */
export function nameOf(call: Call): string {
  const name = (call[0] ?? '').toUpperCase()
  const sub = `${name}|${(call[1] ?? '').toUpperCase()}`
  return commandsByName.has(sub) ? sub : name
}
