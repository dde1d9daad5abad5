/** What Redis says to calls about vector sets that it refuses. */
import { RedstartError, shownName } from '../errors.js'

export function badVector(): RedstartError {
  return new RedstartError('ERR invalid vector specification')
}

export function otherDimension(got: number, kept: number): RedstartError {
  return new RedstartError(`ERR Vector dimension mismatch - got ${got} but set has ${kept}`)
}

export function otherQuantization(): RedstartError {
  return new RedstartError('ERR asked quantization mismatch with existing vector set')
}

export function otherM(): RedstartError {
  return new RedstartError('ERR asked M value mismatch with existing vector set')
}

export function noProjection(): RedstartError {
  return new RedstartError('ERR cannot add projection to existing set without projection')
}

export function badVaddOption(): RedstartError {
  return new RedstartError('ERR invalid option after element')
}

export function badVsimOption(): RedstartError {
  return new RedstartError('ERR syntax error in VSIM command')
}

/** A number that a vector set's option does not take. */
export function badVectorNumber(option: string): RedstartError {
  return new RedstartError(`ERR invalid ${option}`)
}

export function noSuchElement(): RedstartError {
  return new RedstartError('ERR element not found in set')
}

export function badFilter(rest: string): RedstartError {
  return new RedstartError(`ERR syntax error in FILTER expression near: ${shownName(rest)}`)
}

export function keyMissing(): RedstartError {
  return new RedstartError('ERR key does not exist')
}

export function badCountOfRandom(): RedstartError {
  return new RedstartError('ERR COUNT value is not an integer')
}

export function invalidOption(): RedstartError {
  return new RedstartError('ERR invalid option')
}
