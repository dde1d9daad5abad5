/** What Redis says to calls about streams that it refuses. */
import { RedstartError, shownName } from '../errors.js'

export function invalidStreamId(): RedstartError {
  return new RedstartError('ERR Invalid stream ID specified as stream command argument')
}

export function invalidIntervalEnd(which: 'start' | 'end'): RedstartError {
  return new RedstartError(`ERR invalid ${which} ID for the interval`)
}

export function streamIdZero(): RedstartError {
  return new RedstartError('ERR The ID specified in XADD must be greater than 0-0')
}

export function streamEntryTooLarge(): RedstartError {
  return new RedstartError('ERR Elements are too large to be stored')
}

export function streamIdNotGreater(): RedstartError {
  return new RedstartError('ERR The ID specified in XADD is equal or smaller than the target stream top item')
}

export function streamIdsExhausted(): RedstartError {
  return new RedstartError('ERR The stream has exhausted the last possible ID, unable to add more items')
}

export function trimNegative(option: 'MAXLEN' | 'LIMIT'): RedstartError {
  return new RedstartError(`ERR The ${option} argument must be >= 0.`)
}

export function trimStrategies(): RedstartError {
  return new RedstartError('ERR syntax error, MAXLEN and MINID options at the same time are not compatible')
}

export function trimLimitAlone(): RedstartError {
  return new RedstartError('ERR syntax error, LIMIT cannot be used without specifying a trimming strategy')
}

export function trimLimitExact(): RedstartError {
  return new RedstartError('ERR syntax error, LIMIT cannot be used without the special ~ option')
}

export function trimWithoutStrategy(): RedstartError {
  return new RedstartError('ERR syntax error, XTRIM must be called with a trimming strategy')
}

export function unknownGroup(group: string, key: string): RedstartError {
  return new RedstartError(`NOGROUP No such consumer group '${shownName(group)}' for key name '${shownName(key)}'`)
}

export function unknownKeyOrGroup(key: string, group: string, where = ''): RedstartError {
  return new RedstartError(`NOGROUP No such key '${shownName(key)}' or consumer group '${shownName(group)}'${where}`)
}

export function groupExists(): RedstartError {
  return new RedstartError('BUSYGROUP Consumer Group name already exists')
}

export function groupNeedsKey(): RedstartError {
  return new RedstartError(
    'ERR The XGROUP subcommand requires the key to exist. Note that for CREATE you may want to use the MKSTREAM option to ' +
      'create an empty stream automatically.',
  )
}

export function entriesReadNegative(): RedstartError {
  return new RedstartError('ERR value for ENTRIESREAD must be positive or -1')
}

export function entriesAddedNegative(): RedstartError {
  return new RedstartError('ERR entries_added must be positive')
}

export function lastIdBelowGiven(): RedstartError {
  return new RedstartError('ERR The ID specified in XSETID is smaller than the provided max_deleted_entry_id')
}

export function lastIdBelowDeleted(): RedstartError {
  return new RedstartError('ERR The ID specified in XSETID is smaller than current max_deleted_entry_id')
}

export function lastIdBelowTop(): RedstartError {
  return new RedstartError('ERR The ID specified in XSETID is smaller than the target stream top item')
}

export function entriesAddedTooFew(): RedstartError {
  return new RedstartError('ERR The entries_added specified in XSETID is smaller than the target stream length')
}

export function unbalancedStreams(command: 'xread' | 'xreadgroup'): RedstartError {
  const symbols = command === 'xread' ? "an ID, '+', or '$'" : "an ID or '>'"
  return new RedstartError(
    `ERR Unbalanced '${command}' list of streams: for each stream key ${symbols} must be specified.`,
  )
}

export function onlyOfReadGroup(option: 'GROUP' | 'NOACK'): RedstartError {
  return new RedstartError(`ERR The ${option} option is only supported by XREADGROUP. You called XREAD instead.`)
}

export function readGroupWithoutGroup(): RedstartError {
  return new RedstartError('ERR Missing GROUP option for XREADGROUP')
}

export function meaninglessId(id: '$' | '+'): RedstartError {
  return new RedstartError(
    `ERR The ${id} ID is meaningless in the context of XREADGROUP: you want to read the history of this consumer by ` +
      `specifying a proper ID, or use the > ID to get new messages. The ${id} ID would just return an empty result set.`,
  )
}

export function onlyNewWithGroup(): RedstartError {
  return new RedstartError(
    'ERR The > ID can be specified only when calling XREADGROUP using the GROUP <group> <consumer> option.',
  )
}

export function timeoutNotAnInteger(): RedstartError {
  return new RedstartError('ERR timeout is not an integer or out of range')
}

export function invalidClaimArgument(what: string): RedstartError {
  return new RedstartError(`ERR Invalid ${what}`)
}

export function unknownClaimOption(option: string): RedstartError {
  return new RedstartError(`ERR Unrecognized XCLAIM option '${shownName(option)}'`)
}

export function claimCountNotPositive(): RedstartError {
  return new RedstartError('ERR COUNT must be > 0')
}

export function claimCountTooHigh(): RedstartError {
  return new RedstartError('ERR Insufficient memory, failed allocating transient memory, COUNT too high.')
}
