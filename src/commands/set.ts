import type { Command } from './command.js'

export const setCommands = {} satisfies Record<string, Command>
