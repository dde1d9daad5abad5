/**
 * What is checked between the arity of a call and its execution, in Redis's order. A call that is refused here while MULTI
 * is open spoils the transaction.
 */
import { monitorHasNoKeys, notInTransaction, subscriberMode } from '../errors.js'
import type { Refusal } from '../keyspace/ports.js'
import type { Unit } from '../keyspace/unit.js'
import { authorize } from './acl-access.js'
import { type Argv, textAt, upperAscii } from './argv.js'
import { type Command, DENYOOM, hasQueued, NO_MULTI, READONLY, WRITE } from './command.js'
import { faultsOf, rawCall } from './faults.js'
import { nameOf } from './known-commands.js'

/** Throws where a call may not run or be queued. */
export function admit(unit: Unit, command: Command, argv: Argv): void {
  const { client, store } = unit
  const faults = faultsOf(store)
  if (faults !== undefined) faults.refuse(unit, rawCall(unit, command, argv))
  if (client.transaction !== undefined && (command.flags & NO_MULTI) !== 0) throw notInTransaction()
  authorize(unit, command, argv)
  if (store.refusal !== undefined) checkRefusal(unit, command, store.refusal)
  if (store.limited && hasFlag(unit, command, DENYOOM)) unit.makeRoom()
  if (client.subscriptions !== undefined && client.protocol === 2) checkSubscriberMode(command, argv)
  if (client.monitors && (command.flags & (READONLY | WRITE)) !== 0) throw monitorHasNoKeys()
}

/** While the disk fails, what writes is refused, a transaction that does so included; in Redis PING is too. */
function checkRefusal(unit: Unit, command: Command, { error, refusesPing }: Refusal): void {
  if (hasFlag(unit, command, WRITE) || (refusesPing && nameOf(command) === 'ping')) throw error
}

/** Whether a call has a flag; EXEC has those of the calls that are queued. */
function hasFlag({ client }: Unit, command: Command, flag: number): boolean {
  if (nameOf(command) !== 'exec') return (command.flags & flag) !== 0
  return hasQueued(client, ({ flags }) => (flags & flag) !== 0)
}

/** What a connection in subscriber mode may call. */
const FOR_SUBSCRIBERS: ReadonlySet<string> = new Set([
  ...['SUBSCRIBE', 'UNSUBSCRIBE', 'PSUBSCRIBE', 'PUNSUBSCRIBE', 'SSUBSCRIBE', 'SUNSUBSCRIBE'],
  ...['PING', 'QUIT', 'RESET'],
])

/** In RESP2 nothing tells a reply from a message, so that a subscriber gets no others. */
function checkSubscriberMode(command: Command, argv: Argv): void {
  if (!FOR_SUBSCRIBERS.has(upperAscii(textAt(argv, 0)))) throw subscriberMode(nameOf(command))
}
