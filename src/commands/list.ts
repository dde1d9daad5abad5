import type { Command } from './command.js'

export const listCommands = {} satisfies Record<string, Command>
