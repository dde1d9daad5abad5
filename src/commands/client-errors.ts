/** What Redis says to calls about connections that it refuses. */
import { RedstartError } from '../errors.js'

export function badClientName(): RedstartError {
  return new RedstartError('ERR Client names cannot contain spaces, newlines or special characters.')
}

export function badClientAttribute(name: string): RedstartError {
  return new RedstartError(`ERR ${name} cannot contain spaces, newlines or special characters.`)
}

export function unknownClientAttribute(name: string): RedstartError {
  return new RedstartError(`ERR Unrecognized option '${name}'`)
}

export function unknownClientType(type: string): RedstartError {
  return new RedstartError(`ERR Unknown client type '${type}'`)
}

export function invalidClientId(): RedstartError {
  return new RedstartError('ERR Invalid client ID')
}

export function clientIdNotPositive(): RedstartError {
  return new RedstartError('ERR client-id should be greater than 0')
}

export function maxageNotAnInteger(): RedstartError {
  return new RedstartError('ERR maxage is not an integer or out of range')
}

export function maxageNotPositive(): RedstartError {
  return new RedstartError('ERR maxage should be greater than 0')
}

export function noSuchClient(): RedstartError {
  return new RedstartError('ERR No such client')
}

export function noSuchClientUser(name: string): RedstartError {
  return new RedstartError(`ERR No such user '${name}'`)
}

export function timeoutNotAnInteger(): RedstartError {
  return new RedstartError('ERR timeout is not an integer or out of range')
}

export function badPauseMode(): RedstartError {
  return new RedstartError('ERR CLIENT PAUSE mode must be WRITE or ALL')
}

export function badUnblockReason(): RedstartError {
  return new RedstartError('ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR')
}

export function unblocked(): RedstartError {
  return new RedstartError('UNBLOCKED client unblocked via CLIENT UNBLOCK')
}

export function noClientToRedirectTo(): RedstartError {
  return new RedstartError('ERR The client ID you want redirect to does not exist')
}

export function redirectedTwice(): RedstartError {
  return new RedstartError('ERR A client can only redirect to a single other client')
}

export function prefixNeedsBcast(): RedstartError {
  return new RedstartError('ERR PREFIX option requires BCAST mode to be enabled')
}

export function trackingModeStays(what: 'BCAST mode on/off' | 'OPTIN/OPTOUT mode'): RedstartError {
  return new RedstartError(
    `ERR You can't switch ${what} before disabling tracking for this client, and then re-enabling it with a different mode.`,
  )
}

export function optionsNotWithBcast(): RedstartError {
  return new RedstartError('ERR OPTIN and OPTOUT are not compatible with BCAST')
}

export function optinWithOptout(): RedstartError {
  return new RedstartError("ERR You can't specify both OPTIN mode and OPTOUT mode")
}

export function prefixOverlaps(prefix: string, other: string, isProvided: boolean): RedstartError {
  const which = isProvided ? 'another provided' : 'an existing'
  return new RedstartError(
    `ERR Prefix '${prefix}' overlaps with ${which} prefix '${other}'. Prefixes for a single client must not overlap.`,
  )
}

export function cachingNeeds(answer: 'YES' | 'NO'): RedstartError {
  const mode = answer === 'YES' ? 'OPTIN' : 'OPTOUT'
  return new RedstartError(`ERR CLIENT CACHING ${answer} is only valid when tracking is enabled in ${mode} mode.`)
}

export function cachingNeedsTracking(): RedstartError {
  return new RedstartError(
    'ERR CLIENT CACHING can be called only when the client is in tracking mode with OPTIN or OPTOUT mode enabled',
  )
}

export function unsupportedProtocol(): RedstartError {
  return new RedstartError('NOPROTO unsupported protocol version')
}

export function protocolNotAnInteger(): RedstartError {
  return new RedstartError('ERR Protocol version is not an integer or out of range')
}

export function helloNeedsAuth(): RedstartError {
  return new RedstartError(
    'NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO <proto> AUTH <user> <pass> ' +
      'option can be used to authenticate the client and select the RESP protocol version at the same time',
  )
}

export function helloSyntax(option: string): RedstartError {
  return new RedstartError(`ERR Syntax error in HELLO option '${option}'`)
}
