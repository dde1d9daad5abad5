import { noSuchOption } from './option-names.js'
import type { Int64 } from './structures/int64.js'
import { byteLength, fromBytes, toBytes } from './structures/text.js'

/**
 * An error reply of Redis, as an exception.
 *
 * `code` is the first word ('ERR', 'WRONGTYPE', 'BUSYKEY' …), `message` Redis's full text, code included. One that comes from the
 * other build of the package (CommonJS, ES) is no `instanceof` this class: go by `name` and `code`.
 */
export class RedstartError extends Error {
  override readonly name = 'RedstartError'
  readonly code: string

  constructor(message: string) {
    super(message)
    const space = message.indexOf(' ')
    this.code = space === -1 ? message : message.slice(0, space)
  }
}

export function wrongType(): RedstartError {
  return new RedstartError('WRONGTYPE Operation against a key holding the wrong kind of value')
}

export function syntaxError(): RedstartError {
  return new RedstartError('ERR syntax error')
}

export function notAnInteger(): RedstartError {
  return new RedstartError('ERR value is not an integer or out of range')
}

export function notAnInt32(): RedstartError {
  return notInRange(-2147483648, 2147483647)
}

export function notInRange(min: Int64, max: Int64): RedstartError {
  return new RedstartError(`ERR value is out of range, value must between ${min} and ${max}`)
}

export function notPositive(): RedstartError {
  return new RedstartError('ERR value is out of range, must be positive')
}

/** A reply of more elements than an array can have. Redis would try. */
export function replyTooLong(): RedstartError {
  return new RedstartError('ERR value is out of range')
}

export function numkeysNotPositive(): RedstartError {
  return new RedstartError('ERR numkeys should be greater than 0')
}

export function countNotPositive(): RedstartError {
  return new RedstartError('ERR count should be greater than 0')
}

export function rankZero(): RedstartError {
  return new RedstartError(
    "ERR RANK can't be zero: use 1 to start from the first match, 2 from the second ... or use negative to start from the " +
      'end of the list',
  )
}

export function optionNegative(option: 'COUNT' | 'MAXLEN'): RedstartError {
  return new RedstartError(`ERR ${option} can't be negative`)
}

export function moreKeysThanArguments(): RedstartError {
  return new RedstartError("ERR Number of keys can't be greater than number of args")
}

export function limitNegative(): RedstartError {
  return new RedstartError("ERR LIMIT can't be negative")
}

export function notAFloat(): RedstartError {
  return new RedstartError('ERR value is not a valid float')
}

export function scoresNotNumbers(): RedstartError {
  return new RedstartError("ERR One or more scores can't be converted into double")
}

export function wouldOverflow(): RedstartError {
  return new RedstartError('ERR increment or decrement would overflow')
}

export function decrementWouldOverflow(): RedstartError {
  return new RedstartError('ERR decrement would overflow')
}

export function incrementNotFinite(): RedstartError {
  return new RedstartError('ERR value is NaN or Infinity')
}

export function hashValueNotAnInteger(): RedstartError {
  return new RedstartError('ERR hash value is not an integer')
}

export function hashValueNotAFloat(): RedstartError {
  return new RedstartError('ERR hash value is not a float')
}

export function minOrMaxNotAFloat(): RedstartError {
  return new RedstartError('ERR min or max is not a float')
}

export function minOrMaxNotALexBound(): RedstartError {
  return new RedstartError('ERR min or max not valid string range item')
}

export function weightNotAFloat(): RedstartError {
  return new RedstartError('ERR weight value is not a float')
}

export function scoreNotANumber(): RedstartError {
  return new RedstartError('ERR resulting score is not a number (NaN)')
}

export function nanOrInfinity(): RedstartError {
  return new RedstartError('ERR increment would produce NaN or Infinity')
}

/** `command` in lower case, as in "invalid expire time in 'set' command". */
export function invalidExpireTime(command: string): RedstartError {
  return new RedstartError(`ERR invalid expire time in '${command}' command`)
}

/** As Redis says it of the fields of hashes. */
export function expireTimeNegative(): RedstartError {
  return new RedstartError('ERR invalid expire time, must be >= 0')
}

export function timeoutNotAFloat(): RedstartError {
  return new RedstartError('ERR timeout is not a float or out of range')
}

export function timeoutNegative(): RedstartError {
  return new RedstartError('ERR timeout is negative')
}

export function timeoutOutOfRange(): RedstartError {
  return new RedstartError('ERR timeout is out of range')
}

export function stringTooLong(): RedstartError {
  return new RedstartError('ERR string exceeds maximum allowed size (proto-max-bulk-len)')
}

export function offsetOutOfRange(): RedstartError {
  return new RedstartError('ERR offset is out of range')
}

export function novaluesWithoutHash(): RedstartError {
  return new RedstartError('ERR NOVALUES option can only be used in HSCAN')
}

export function indexOutOfRange(): RedstartError {
  return new RedstartError('ERR index out of range')
}

export function noSuchKey(): RedstartError {
  return new RedstartError('ERR no such key')
}

export function databaseOutOfRange(): RedstartError {
  return new RedstartError('ERR DB index is out of range')
}

export function invalidDatabase(which: 'first' | 'second'): RedstartError {
  return new RedstartError(`ERR invalid ${which} DB index`)
}

export function sameObject(): RedstartError {
  return new RedstartError('ERR source and destination objects are the same')
}

export function invalidCursor(): RedstartError {
  return new RedstartError('ERR invalid cursor')
}

export function zaddConditionsConflict(which: 'XX and NX' | 'GT, LT, and/or NX'): RedstartError {
  return new RedstartError(`ERR ${which} options at the same time are not compatible`)
}

export function incrWithSeveralPairs(): RedstartError {
  return new RedstartError('ERR INCR option supports a single increment-element pair')
}

export function limitWithoutBy(): RedstartError {
  return new RedstartError('ERR syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX')
}

export function withScoresByLex(): RedstartError {
  return new RedstartError('ERR syntax error, WITHSCORES not supported in combination with BYLEX')
}

/** `command` in lower case. */
export function noInputKeys(command: string): RedstartError {
  return new RedstartError(`ERR at least 1 input key is needed for '${command}' command`)
}

export function expireConditionsConflict(which: 'NX and XX, GT or LT' | 'GT and LT'): RedstartError {
  return new RedstartError(`ERR ${which} options at the same time are not compatible`)
}

export function fieldsMissing(): RedstartError {
  return new RedstartError('ERR Mandatory argument FIELDS is missing or not at the right position')
}

/** What HTTL and its kin, HGETEX and HGETDEL say. */
export function fieldCountNotPositive(): RedstartError {
  return new RedstartError('ERR Number of fields must be a positive integer')
}

/** What HEXPIRE and its kin say. */
export function numFieldsNotPositive(): RedstartError {
  return new RedstartError('ERR Parameter `numFields` should be greater than 0')
}

/** What HSETEX says. */
export function invalidFieldCount(): RedstartError {
  return new RedstartError('ERR invalid number of fields')
}

export function fieldCountMismatch(): RedstartError {
  return new RedstartError('ERR The `numfields` parameter must match the number of arguments')
}

export function fieldConditionsConflict(): RedstartError {
  return new RedstartError('ERR Only one of FXX or FNX arguments can be specified')
}

export function fieldExpirationsConflict(): RedstartError {
  return new RedstartError('ERR Only one of EX, PX, EXAT, PXAT or KEEPTTL arguments can be specified')
}

export function unknownArgument(argument: string): RedstartError {
  return new RedstartError(oneLine(`ERR unknown argument: ${cString(argument)}`))
}

export function unsupportedOption(option: string): RedstartError {
  return new RedstartError(oneLine(`ERR Unsupported option ${cString(option)}`))
}

export function lcsLengthAndIndexes(): RedstartError {
  return new RedstartError('ERR If you want both the length and indexes, please just use IDX.')
}

export function lcsTooLong(): RedstartError {
  return new RedstartError('ERR Insufficient memory, transient memory for LCS exceeds proto-max-bulk-len')
}

export function lcsNotStrings(): RedstartError {
  return new RedstartError('ERR The specified keys must contain string values')
}

export function outOfMemory(): RedstartError {
  return new RedstartError("OOM command not allowed when used memory > 'maxmemory'.")
}

export function idleTimeNotTracked(): RedstartError {
  return new RedstartError(
    'ERR An LFU maxmemory policy is selected, idle time not tracked. Please note that when switching between policies at ' +
      'runtime LRU and LFU data will take some time to adjust.',
  )
}

export function frequencyNotTracked(): RedstartError {
  return new RedstartError(
    'ERR An LFU maxmemory policy is not selected, access frequency not tracked. Please note that when switching ' +
      'between policies at runtime LRU and LFU data will take some time to adjust.',
  )
}

export function busyKey(): RedstartError {
  return new RedstartError('BUSYKEY Target key name already exists.')
}

export function payloadRefused(): RedstartError {
  return new RedstartError('ERR DUMP payload version or checksum are wrong')
}

export function badDataFormat(): RedstartError {
  return new RedstartError('ERR Bad data format')
}

/** `what` with its bounds, as in "TTL value, must be >= 0". */
export function invalidRestoreValue(what: string): RedstartError {
  return new RedstartError(`ERR Invalid ${what}`)
}

/** `command` in lower case, with a subcommand behind a bar: 'object|encoding'. */
export function wrongArity(command: string): RedstartError {
  return new RedstartError(`ERR wrong number of arguments for '${command}' command`)
}

/** The words of the call as they were given; Redis shows the first 128 bytes of them. */
export function unknownCommand(name: string, args: readonly string[]): RedstartError {
  let shown = ''
  let room = SHOWN_MAX_BYTES
  for (const arg of args) {
    if (room <= 0) break
    const word = `'${cString(arg, room)}' `
    shown += word
    room -= byteLength(word)
  }
  const start = cString(name, SHOWN_MAX_BYTES)
  return new RedstartError(oneLine(`ERR unknown command '${start}', with args beginning with: ${shown}`))
}

/** `name` as it was given; `command` in upper case. */
export function unknownSubcommand(name: string, command: string): RedstartError {
  return new RedstartError(oneLine(`ERR unknown subcommand '${cString(name, SHOWN_MAX_BYTES)}'. Try ${command} HELP.`))
}

/** As `unknownSubcommand`, where it may be the number of words that is wrong. */
export function unknownSubcommandOrArity(name: string, command: string): RedstartError {
  const shown = cString(name, SHOWN_MAX_BYTES)
  return new RedstartError(
    oneLine(`ERR unknown subcommand or wrong number of arguments for '${shown}'. Try ${command} HELP.`),
  )
}

export function invalidCommandSpecified(): RedstartError {
  return new RedstartError('ERR Invalid command specified')
}

export function noKeyArguments(): RedstartError {
  return new RedstartError('ERR The command has no key arguments')
}

export function invalidArgumentCount(): RedstartError {
  return new RedstartError('ERR Invalid number of arguments specified for command')
}

export function invalidArguments(): RedstartError {
  return new RedstartError('ERR Invalid arguments specified for command')
}

/** A JS value that cannot stand for a Redis string. Redis has no such case: it only ever sees bytes. */
export function notAString(value: unknown): RedstartError {
  const what = 'value must be a string, a finite number, a bigint or a Uint8Array'
  // That it is a number is no news.
  return typeof value === 'number' ? new RedstartError(`ERR ${what}, got ${value}`) : unfit(what, value)
}

/** A JS value of another kind than a typed method takes; `what` says of which it must be. */
export function unfit(what: string, value: unknown): RedstartError {
  const type = value === null ? 'null' : Array.isArray(value) ? 'an array' : typeof value
  return new RedstartError(`ERR ${what}, got ${type}`)
}

export function notASignal(): RedstartError {
  return new RedstartError('ERR signal must be an AbortSignal')
}

export function optionInUpperCase(name: string): RedstartError {
  return new RedstartError(`ERR names of options are in lower case, got ${name}`)
}

export function unknownOption(name: string, names: Readonly<Record<string, true>>): RedstartError {
  return new RedstartError(`ERR ${noSuchOption(name, names)}`)
}

export function illFormedString(): RedstartError {
  return new RedstartError(
    'ERR string holds a lone surrogate and stands for no bytes; pass a Uint8Array for data that is not text',
  )
}

export function multiNested(): RedstartError {
  return new RedstartError('ERR MULTI calls can not be nested')
}

export function withoutMulti(command: 'EXEC' | 'DISCARD'): RedstartError {
  return new RedstartError(`ERR ${command} without MULTI`)
}

export function watchInMulti(): RedstartError {
  return new RedstartError('ERR WATCH inside MULTI is not allowed')
}

export function notInTransaction(): RedstartError {
  return new RedstartError('ERR Command not allowed inside a transaction')
}

/** EXEC after a call that was refused, or refused itself by `cause`. */
export function execAborted(cause?: RedstartError): RedstartError {
  if (cause === undefined) return new RedstartError('EXECABORT Transaction discarded because of previous errors.')
  const reason = cause.code === 'ERR' ? cause.message.slice(4) : cause.message
  return new RedstartError(`EXECABORT Transaction discarded because of: ${reason}`)
}

/** Of `db.multi()`; Redis's connections are never in that state. */
export function multiOver(): RedstartError {
  return new RedstartError('ERR the transaction is over: it was executed or discarded')
}

export function watchOver(): RedstartError {
  return new RedstartError('ERR the watch has ended: by unwatch, or by a transaction that was executed or discarded')
}

export function transactionNotSynchronous(): RedstartError {
  return new RedstartError(
    'ERR a transaction must be synchronous, and its function returned a promise; see optimistic for transactions that wait',
  )
}

export function otherWatch(): RedstartError {
  return new RedstartError(
    'ERR the function must return a transaction of the watch that it was given, not executed yet',
  )
}

export function attemptsExhausted(attempts: number): RedstartError {
  return new RedstartError(`CONFLICT the watched keys changed during each of ${attempts} attempts`)
}

export function unknownParameter(name: string): RedstartError {
  return new RedstartError(`ERR Unknown option or number of arguments for CONFIG SET - '${cString(name)}'`)
}

export function configSetFailed(name: string, reason: string): RedstartError {
  return new RedstartError(`ERR CONFIG SET failed (possibly related to argument '${name}') - ${reason}`)
}

/** `command` in lower case, with a subcommand behind a bar. */
export function subscriberMode(command: string): RedstartError {
  return new RedstartError(
    `ERR Can't execute '${command}': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context`,
  )
}

/** `command` in upper case. */
export function denyBlocking(command: string): RedstartError {
  return new RedstartError(`ERR ${command} isn't allowed for a DENY BLOCKING client`)
}

/** A stream of messages with a reader that is too slow. Redis ends the connection of such a subscriber. */
export function readerTooSlow(limit: number): RedstartError {
  return new RedstartError(`ERR the reader is too slow: more than ${limit} messages wait for it`)
}

export function noConfigFile(): RedstartError {
  return new RedstartError('ERR The server is running without a config file')
}

/** Not an error of Redis: it gives vector sets a fingerprint of floats that differ from machine to machine. */
export function noDigest(): RedstartError {
  return new RedstartError('ERR vector sets have no digest')
}

export function subcommandSyntax(subcommand: string, command: string): RedstartError {
  return new RedstartError(
    `ERR unknown subcommand or wrong number of arguments for '${subcommand}'. Try ${command} HELP.`,
  )
}

/** A session that was closed. Redis has no such reply: its connection is gone. */
export function sessionClosed(): RedstartError {
  return new RedstartError('ERR the session is closed')
}

/** Writes while the log cannot be written. */
export function misconfigured(reason: string): RedstartError {
  return new RedstartError(`MISCONF Errors writing to the AOF file: ${oneLine(reason)}`)
}

/** A database that nothing keeps has nowhere to be saved to. Redis has no such reply: it always has a folder. */
export function notKept(): RedstartError {
  return new RedstartError('ERR the database is in memory only: open it with Redstart.open({ persistence })')
}

export function saveInProgress(): RedstartError {
  return new RedstartError('ERR Background save already in progress')
}

export function rewriteInProgress(): RedstartError {
  return new RedstartError('ERR Background append only file rewriting already in progress')
}

export function anotherIsActive(): RedstartError {
  return new RedstartError(
    "ERR Another child process is active (AOF?): can't BGSAVE right now. Use BGSAVE SCHEDULE in order to schedule a BGSAVE " +
      'whenever possible.',
  )
}

/** What a save failed with. Redis says no more than ERR, and the rest in its log. */
export function saveFailed(reason: string): RedstartError {
  return new RedstartError(`ERR ${oneLine(reason)}`)
}

export function noShutdown(): RedstartError {
  return new RedstartError('ERR No shutdown in progress.')
}

export function shutdownFailed(): RedstartError {
  return new RedstartError('ERR Errors trying to SHUTDOWN. Check logs.')
}

export function closed(): RedstartError {
  return new RedstartError('ERR the database is closed')
}

const SHOWN_MAX_BYTES = 128

/** A name as an error line shows it. */
export function shownName(text: string): string {
  return oneLine(cString(text))
}

/** As C prints a string: it ends at a zero byte, and is cut by bytes, within a character if need be. */
function cString(text: string, bytesMax = Number.POSITIVE_INFINITY): string {
  const end = text.indexOf('\0')
  const whole = end === -1 ? text : text.slice(0, end)
  if (byteLength(whole) <= bytesMax) return whole
  return fromBytes(toBytes(whole), 0, bytesMax)
}

/** An error line of the protocol cannot hold line ends: Redis shows them as spaces. */
function oneLine(text: string): string {
  return text.replace(/[\r\n]/g, ' ')
}

export function countTooSmall(): RedstartError {
  return new RedstartError('ERR count should be greater than or equal to -1')
}

export function noSamples(event: string): RedstartError {
  return new RedstartError(`ERR No samples available for event '${event}'`)
}

export function debugNotAllowed(): RedstartError {
  return new RedstartError(
    'ERR DEBUG command not allowed. If the enable-debug-command option is set to "local", you can run it from a local ' +
      'connection, otherwise you need to set this option in the configuration file, and then restart the server.',
  )
}

export function monitorHasNoKeys(): RedstartError {
  return new RedstartError("ERR Replica can't interact with the keyspace")
}
