import type { Command } from './command.js'

/**
 * Every command under its name in upper case: `table.ts` puts them in as it is loaded, and shows the map as `commandTable`. It
 * lies here for those commands that are about all commands, which the table is made of.
 */
export const knownCommands = new Map<string, Command>()

/** Every command, and every subcommand by its name behind that of its container: 'GET', 'CONFIG|GET'. */
export function* namedCommands(): IterableIterator<[name: string, command: Command]> {
  for (const [name, command] of knownCommands) {
    yield [name, command]
    for (const [sub, subcommand] of Object.entries(command.subcommands ?? {})) yield [`${name}|${sub}`, subcommand]
  }
}

const names = new Map<Command, string>()

/** The name of a command in lower case, as Redis's texts have it: 'get', 'config|get'. O(1), but for the first time. */
export function nameOf(command: Command): string {
  if (names.size === 0) for (const [name, found] of namedCommands()) names.set(found, name.toLowerCase())
  return names.get(command) ?? ''
}
