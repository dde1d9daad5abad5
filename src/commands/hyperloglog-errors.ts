/** What Redis says to calls about HyperLogLogs that it refuses. */
import { RedstartError, shownName } from '../errors.js'

export function notHyperLogLog(): RedstartError {
  return new RedstartError('WRONGTYPE Key is not a valid HyperLogLog string value.')
}

export function corruptHyperLogLog(): RedstartError {
  return new RedstartError('INVALIDOBJ Corrupted HLL object detected')
}

export function notSparse(): RedstartError {
  return new RedstartError('ERR HLL encoding is not sparse')
}

export function noSuchKeyToDebug(): RedstartError {
  return new RedstartError('ERR The specified key does not exist')
}

export function unknownPfdebug(subcommand: string): RedstartError {
  return new RedstartError(`ERR Unknown PFDEBUG subcommand '${shownName(subcommand)}'`)
}

export function notOnOrOff(): RedstartError {
  return new RedstartError('ERR Argument must be ON or OFF')
}
