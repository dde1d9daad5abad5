/** From words to a reply: the way in for raw calls, replay, and later RESP and scripts. */
import { execAborted, RedstartError, sessionClosed, unknownCommand, unknownSubcommand, wrongArity } from '../errors.js'
import { REPLIES } from '../keyspace/client.js'
import type { LogBatch, LogRecord } from '../keyspace/ports.js'
import type { Store } from '../keyspace/store.js'
import { Unit } from '../keyspace/unit.js'
import { authorize, runWithLeave } from './acl-access.js'
import { admit } from './admission.js'
import { type Argv, copyOf, textAt, textsFrom, upperAscii } from './argv.js'
import { holdBack } from './client-pause.js'
import { BLOCKING, type Command, findCommand, subcommandOf, takesWords } from './command.js'
import { runCommand } from './execution.js'
import { faultsOf, rawCall } from './faults.js'
import { observationOf } from './observation.js'
import { Replies, type Reply, Status } from './reply.js'
import { commandTable } from './table.js'
import { leaveMulti } from './transactions.js'

const QUEUED = new Status('QUEUED')

/**
 * The command that a call names, down to its subcommand. Throws ERR for an unknown command or subcommand and for a
 * wrong number of words, in Redis's order.
 */
function resolveCommand(argv: Argv): Command {
  const name = textAt(argv, 0)
  const command = findCommand(commandTable, name)
  if (command === undefined) throw unknownCommand(name, textsFrom(argv, 1))
  if (command.subcommands === undefined || argv.length < 2) return checkArity(command, argv, name)
  const subcommand = subcommandOf(command, argv)
  if (subcommand === undefined) throw unknownSubcommand(textAt(argv, 1), upperAscii(name))
  return checkArity(subcommand, argv, `${name}|${textAt(argv, 1)}`)
}

function checkArity(command: Command, argv: Argv, name: string): Command {
  if (command.call === undefined || !takesWords(command, argv.length)) throw wrongArity(name.toLowerCase())
  return command
}

/**
 * Runs a call as one unit, queues it where MULTI is open, or holds it back while calls are paused. Error replies are thrown; the
 * reply of a call that has to wait is a promise.
 */
export function dispatch(unit: Unit, argv: Argv): Reply | Promise<Reply> {
  return unit.client.replies === REPLIES.on ? run(unit, argv) : runQuietly(unit, argv)
}

function run(unit: Unit, argv: Argv): Reply | Promise<Reply> {
  const { client, store } = unit
  try {
    if (client.closed) throw sessionClosed()
    const command = acceptCall(unit, argv)
    client.activeAt = store.accessTime()
    if (store.pause !== undefined) {
      const held = holdBack(unit, command, argv, dispatch)
      if (held !== undefined) return held
    }
    const { transaction } = client
    if (transaction === undefined || command.runsInMulti === true) {
      client.lastCommand = command
      return deliver(unit, command, argv, runWithin(unit, command, argv))
    }
    transaction.calls.push({ command, argv: copyOf(argv) })
    return QUEUED
  } finally {
    unit.end()
  }
}

/** Runs a call and evicts what was too much then. */
function runWithin(unit: Unit, command: Command, argv: Argv): Reply | Promise<Reply> {
  const reply = runAsked(unit, command, argv)
  unit.keepWithin()
  return reply
}

/** Runs a call; leave is asked for again where it waits. */
function runAsked(unit: Unit, command: Command, argv: Argv): Reply | Promise<Reply> {
  if ((command.flags & BLOCKING) === 0) return runCommand(unit, command, argv)
  return runWithLeave(
    unit,
    () => authorize(unit, command, argv),
    () => runCommand(unit, command, argv),
  )
}

/** The replies to a call that has none. */
const SILENCE = new Replies([])

/** As on the wire nothing tells them from messages, these are always answered. */
const SPEAKING = /^[ps]?(un)?subscribe$/i

/** As `run`, for a connection that wants no replies, or not the next one: it hears of no error either. */
function runQuietly(unit: Unit, argv: Argv): Reply | Promise<Reply> {
  const { client } = unit
  if (client.replies === REPLIES.skipNext) client.replies = REPLIES.skip
  try {
    const reply = run(unit, argv)
    if (client.replies === REPLIES.on || SPEAKING.test(textAt(argv, 0))) return reply
    return reply instanceof Promise ? reply.then(silenced, silenced) : SILENCE
  } catch (error) {
    if (error instanceof RedstartError && !client.closed) return SILENCE
    throw error
  } finally {
    if (client.replies === REPLIES.skip) client.replies = REPLIES.on
  }
}

function silenced(): Reply {
  return SILENCE
}

/** The reply of a call, unless a fault keeps it back. */
function deliver(unit: Unit, command: Command, argv: Argv, reply: Reply | Promise<Reply>): Reply | Promise<Reply> {
  const faults = faultsOf(unit.store)
  return faults === undefined
    ? reply
    : faults.deliver(unit, rawCall(unit, command, argv), reply, reply instanceof Promise)
}

/** The command of a call that may run. */
function acceptCall(unit: Unit, argv: Argv): Command {
  try {
    const command = resolveCommand(argv)
    admit(unit, command, argv)
    return command
  } catch (error) {
    throw error instanceof RedstartError ? refusal(unit, argv, error) : error
  }
}

/**
 * The error of a call that was refused. While MULTI is open EXEC will then run nothing. Where it was EXEC itself the
 * transaction ends, and what is watched is forgotten, even outside of MULTI.
 */
function refusal(unit: Unit, argv: Argv, error: RedstartError): RedstartError {
  const { transaction } = unit.client
  const isExec = upperAscii(textAt(argv, 0)) === 'EXEC'
  const told = isExec ? execAborted(error) : error
  if (unit.store.hearsCalls) observationOf(unit.store).rejected(commandOf(argv), told)
  if (isExec) leaveMulti(unit)
  else if (transaction !== undefined) transaction.spoiled = true
  return told
}

/** The command that a call names, whether or not it may be run. */
function commandOf(argv: Argv): Command | undefined {
  const command = findCommand(commandTable, textAt(argv, 0))
  return command?.subcommands === undefined || argv.length < 2 ? command : subcommandOf(command, argv)
}

/** Makes again what a log says: the batch runs as one unit, in which nothing expires and nothing is logged. */
export function replay(store: Store, batch: LogBatch): void {
  const unit = new Unit(store, store.databases[0]!)
  store.replaying = true
  try {
    replayIn(unit, batch)
  } finally {
    store.replaying = false
  }
}

/** As `replay`, for one batch of many: `replaying` is set. */
export function replayIn(unit: Unit, batch: LogBatch): void {
  // Mostly there is one, which needs no unit around it.
  if (batch.length === 1) {
    try {
      replayOne(unit, batch[0]!)
    } finally {
      unit.end()
    }
  } else {
    unit.nest(() => {
      for (const record of batch) replayOne(unit, record)
    })
  }
}

function replayOne(unit: Unit, { database, words }: LogRecord): void {
  const { databases } = unit.store
  const its = databases[database]
  if (its === undefined) throw new RangeError(`it is of database ${database}, and there are ${databases.length}`)
  unit.database = its
  // What is in the log was admitted once.
  runCommand(unit, resolveCommand(words), words)
}
