import type { Command } from './command.js'

/**
 * Every command under its name in upper case: `table.ts` puts them in as it is loaded, and shows the map as `commandTable`. It
 * lies here for those commands that are about all commands, which the table is made of.
 */
export const knownCommands = new Map<string, Command>()
