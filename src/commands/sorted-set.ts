import type { Command } from './command.js'

export const sortedSetCommands = {} satisfies Record<string, Command>
