/**
 * What is checked between the arity of a call and its execution, in Redis's order. A call that is refused here while MULTI
 * is open spoils the transaction.
 */
import { notInTransaction, sessionClosed } from '../errors.js'
import type { Unit } from '../keyspace/unit.js'
import type { Argv } from './argv.js'
import { type Command, NO_MULTI } from './command.js'

/** Throws where a call may not run or be queued. */
export function admit(unit: Unit, command: Command, _argv: Argv): void {
  const { client } = unit
  if (client.closed) throw sessionClosed()
  if (client.transaction !== undefined && (command.flags & NO_MULTI) !== 0) throw notInTransaction()
}
