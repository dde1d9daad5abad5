import type { Command } from './command.js'

export const sortCommands = {} satisfies Record<string, Command>
