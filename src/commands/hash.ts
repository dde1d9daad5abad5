import type { Command } from './command.js'

export const hashCommands = {} satisfies Record<string, Command>
