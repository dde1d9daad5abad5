import type { Unit } from '../keyspace/unit.js'
import type { Argv } from './argv.js'
import type { Command } from './command.js'
import { observeRaw } from './observation.js'
import type { Reply } from './reply.js'

/**
 * Runs a call that has been admitted: the one place where raw calls and those of EXEC meet their commands, and where whatever
 * looks at calls as they run belongs.
 */
export function runCommand(unit: Unit, command: Command, argv: Argv): Reply | Promise<Reply> {
  return unit.store.hearsCalls && !unit.store.replaying ? observeRaw(unit, command, argv) : command.call!(unit, argv)
}
