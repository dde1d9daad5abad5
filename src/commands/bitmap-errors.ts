/** What Redis says to calls about bits that it refuses. */
import { RedstartError } from '../errors.js'

export function bitOffsetOutOfRange(): RedstartError {
  return new RedstartError('ERR bit offset is not an integer or out of range')
}

export function bitOutOfRange(): RedstartError {
  return new RedstartError('ERR bit is not an integer or out of range')
}

/** What BITPOS says. */
export function bitNotOneOrZero(): RedstartError {
  return new RedstartError('ERR The bit argument must be 1 or 0.')
}

export function bitopNotOneSource(): RedstartError {
  return new RedstartError('ERR BITOP NOT must be called with a single source key.')
}

/** `operation` in upper case. */
export function bitopTooFewSources(operation: string): RedstartError {
  return new RedstartError(`ERR BITOP ${operation} must be called with at least two source keys.`)
}

export function invalidFieldType(): RedstartError {
  return new RedstartError(
    'ERR Invalid bitfield type. Use something like i16 u8. Note that u64 is not supported but i64 is.',
  )
}

export function invalidOverflow(): RedstartError {
  return new RedstartError('ERR Invalid OVERFLOW type specified')
}

export function bitfieldReadOnly(): RedstartError {
  return new RedstartError('ERR BITFIELD_RO only supports the GET subcommand')
}
