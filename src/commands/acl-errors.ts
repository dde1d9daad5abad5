/** What Redis says to calls about users and what they may do that it refuses. */
import { RedstartError, shownName } from '../errors.js'

export function authRequired(): RedstartError {
  return new RedstartError('NOAUTH Authentication required.')
}

export function wrongPassword(): RedstartError {
  return new RedstartError('WRONGPASS invalid username-password pair or user is disabled.')
}

export function noPasswordConfigured(): RedstartError {
  return new RedstartError(
    'ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is ' +
      'correct?',
  )
}

/** Not an error of Redis: handles of `db.as` act for one user for good. */
export function userIsFixed(): RedstartError {
  return new RedstartError('NOPERM this session acts for one user only')
}

export function commandDenied(user: string, command: string): RedstartError {
  return new RedstartError(`NOPERM User ${user} has no permissions to run the '${command}' command`)
}

export function keyDenied(): RedstartError {
  return new RedstartError('NOPERM No permissions to access a key')
}

export function channelDenied(): RedstartError {
  return new RedstartError('NOPERM No permissions to access a channel')
}

/** A queued call that was allowed when it was queued and is not when EXEC comes to it. */
export function noLongerAllowed(what: 'command' | 'key' | 'channel'): RedstartError {
  return new RedstartError(
    'NOPERM ACLs rules changed between the moment the transaction was accumulated and the EXEC call. This command is no ' +
      `longer allowed for the following reason: ${NO_PERMISSION[what]}`,
  )
}

const NO_PERMISSION = {
  command: 'no permission to execute the command or subcommand',
  key: 'no permission to touch the specified keys',
  channel: 'no permission to access one of the channels used as arguments',
}

export function sortOptionDenied(option: 'BY' | 'GET'): RedstartError {
  return new RedstartError(`ERR ${option} option of SORT denied due to insufficient ACL permissions.`)
}

export function badAclRule(rule: string, reason: string): RedstartError {
  return new RedstartError(`ERR Error in ACL SETUSER modifier '${shownName(rule)}': ${reason}`)
}

export function unmatchedParenthesis(rule: string): RedstartError {
  return new RedstartError(`ERR Unmatched parenthesis in acl selector starting at '${shownName(rule)}'.`)
}

export function badUsername(): RedstartError {
  return new RedstartError("ERR Usernames can't contain spaces or null characters")
}

export function defaultUserStays(): RedstartError {
  return new RedstartError("ERR The 'default' user cannot be removed")
}

export function noSuchUser(name: string): RedstartError {
  return new RedstartError(`ERR User '${shownName(name)}' not found`)
}

export function noSuchCommand(name: string): RedstartError {
  return new RedstartError(`ERR Command '${shownName(name)}' not found`)
}

export function unknownCategory(name: string): RedstartError {
  return new RedstartError(`ERR Unknown category '${shownName(name)}'`)
}

export function badPasswordBits(): RedstartError {
  return new RedstartError(
    'ERR ACL GENPASS argument must be the number of bits for the output password, a positive number up to 4096',
  )
}

export function noAclFile(): RedstartError {
  return new RedstartError(
    'ERR This Redis instance is not configured to use an ACL file. You may want to specify users via the ACL SETUSER ' +
      'command and then issue a CONFIG REWRITE (assuming you have a Redis configuration file set) in order to store users ' +
      'in the Redis configuration.',
  )
}
