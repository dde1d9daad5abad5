/** What Redis says to calls about places that it refuses. */
import { RedstartError, shownName } from '../errors.js'

/** The pair as C prints it: six decimals. */
export function invalidCoordinates(longitude: number, latitude: number): RedstartError {
  return new RedstartError(`ERR invalid longitude,latitude pair ${sixDecimals(longitude)},${sixDecimals(latitude)}`)
}

function sixDecimals(value: number): string {
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : value < 0 ? '-inf' : 'nan'
  if (Object.is(value, -0)) return '-0.000000'
  return Math.abs(value) < 1e21 ? value.toFixed(6) : `${BigInt(value)}.000000`
}

export function unsupportedUnit(): RedstartError {
  return new RedstartError('ERR unsupported unit provided. please use M, KM, FT, MI')
}

export function notNumeric(what: 'radius' | 'width' | 'height'): RedstartError {
  return new RedstartError(`ERR need numeric ${what}`)
}

export function radiusNegative(): RedstartError {
  return new RedstartError('ERR radius cannot be negative')
}

export function boxNegative(): RedstartError {
  return new RedstartError('ERR height or width cannot be negative')
}

export function memberWithoutPlace(): RedstartError {
  return new RedstartError('ERR could not decode requested zset member')
}

/** `command` as it was given. */
export function exactlyOneOf(which: 'FROMMEMBER or FROMLONLAT' | 'BYRADIUS and BYBOX', command: string): RedstartError {
  return new RedstartError(`ERR exactly one of ${which} can be specified for ${shownName(command)}`)
}

export function anyWithoutCount(): RedstartError {
  return new RedstartError('ERR the ANY argument requires COUNT argument')
}

/** What GEOSEARCH says. */
export function searchCountNotPositive(): RedstartError {
  return new RedstartError('ERR COUNT must be > 0')
}

/** What stores a search cannot say of its parts. */
export function storeWithParts(what: 'GEOSEARCHSTORE' | 'STORE option in GEORADIUS'): RedstartError {
  return new RedstartError(`ERR ${what} is not compatible with WITHDIST, WITHHASH and WITHCOORD options`)
}
