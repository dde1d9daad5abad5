import { drawSetuser } from '../acl.js'
import type { Draw } from '../values.js'
import { channel, key, plainChannel, some, value, type Weighted } from './words.js'

/*
 * Calls about connections as such: for whom they act, who ends whom, and who hears of what has changed. Nothing is asked that
 * is about the process, or is another number on each side.
 */

const user = (draw: Draw): string => draw.pick(['ann', 'ann', 'bob'])
const other = (draw: Draw): string => `$id:${draw.pick(['a', 'b', 'c'])}`

/** A user that may do much, so that calls are not always refused. */
const MUCH = ['on', '>p', 'allcommands', 'allkeys', 'allchannels']

/** What is taken from such a user, or left. */
const LESS: readonly (readonly string[])[] = [
  ['resetkeys'],
  ['resetkeys', '~k'],
  ['resetkeys', '%R~k', '%W~l'],
  ['resetkeys', '(+@read', '~k', '%R~l)'],
  ['resetchannels'],
  ['resetchannels', '&x'],
  ['resetchannels', '&x*', '&[xy]'],
  ['resetchannels', '(+@pubsub', '&x)'],
  ['-@write'],
  ['-@blocking'],
  ['-@transaction'],
  ['-@pubsub'],
  ['-set', '-multi'],
  ['-@all', '+@read', '+select|0', '+get|k'],
  ['off'],
]

export const USER_CALLS: Weighted = [
  [5, (d) => ['ACL', 'SETUSER', user(d), ...MUCH]],
  [9, (d) => ['ACL', 'SETUSER', user(d), ...MUCH, ...d.pick(LESS)]],
  [3, (d) => ['ACL', 'SETUSER', user(d), ...d.pick(LESS)]],
  [4, (d) => drawSetuser(d, user(d))],
  [2, () => ['ACL', 'WHOAMI']],
  [3, (d) => ['ACL', 'LOG', ...(d.oneIn(2) ? [d.pick(['1', '2', '0', '-1'])] : [])]],
  [1, () => ['ACL', 'LOG', 'RESET']],
  [1, (d) => ['ACL', 'GETUSER', user(d)]],
  [1, (d) => ['ACL', 'DELUSER', user(d)]],
  [2, (d) => ['CLIENT', 'KILL', 'USER', user(d), ...(d.oneIn(2) ? ['SKIPME', d.pick(['yes', 'no'])] : [])]],
  [1, (d) => ['SORT', key(d), 'BY', d.pick(['nosort', '*_w']), 'GET', '#']],
]

/** Outside of MULTI: the server loses the reply of one that fails inside. */
export const SIGNING_IN: Weighted = [
  [9, (d) => ['AUTH', user(d), 'p']],
  [1, (d) => ['AUTH', ...d.pick([['default', 'x'], ['x'], ['ann', 'q'], ['nosuch', 'p'], ['ann', 'p', 'p'], []])]],
]

/** What connections say of themselves and of one another. */
export const CLIENT_CALLS: Weighted = [
  [3, (d) => ['CLIENT', 'KILL', 'ID', other(d), ...(d.oneIn(3) ? ['SKIPME', d.pick(['yes', 'no'])] : [])]],
  [1, (d) => ['CLIENT', 'KILL', 'ID', other(d), 'TYPE', d.pick(['normal', 'pubsub', 'master'])]],
  [1, (d) => ['CLIENT', 'KILL', 'ID', other(d), 'USER', d.pick(['default', 'nosuch'])]],
  [1, (d) => ['CLIENT', 'KILL', 'ID', other(d), 'MAXAGE', d.pick(['1000', '-1', 'x'])]],
  [2, (d) => ['CLIENT', 'UNBLOCK', other(d), ...d.pick([[], ['ERROR'], ['TIMEOUT']])]],
  [1, (d) => ['CLIENT', 'SETNAME', value(d)]],
  [1, () => ['CLIENT', 'GETNAME']],
  [1, (d) => ['CLIENT', d.pick(['NO-EVICT', 'NO-TOUCH']), d.pick(['on', 'OFF', 'x'])]],
  [1, () => ['RESET']],
]

/** CLIENT TRACKING, whose messages come on a channel. */
export const TRACKING_CALLS: Weighted = [
  [10, (d) => ['CLIENT', 'TRACKING', 'ON', 'REDIRECT', other(d), ...trackingOptions(d)]],
  [2, (d) => ['CLIENT', 'TRACKING', 'ON', ...trackingOptions(d)]],
  [3, () => ['CLIENT', 'TRACKING', 'OFF']],
  [6, () => ['SUBSCRIBE', '__redis__:invalidate']],
  [1, () => ['UNSUBSCRIBE', '__redis__:invalidate']],
  [1, (d) => ['PUBLISH', '__redis__:invalidate', plainChannel(d)]],
  [5, (d) => ['CLIENT', 'CACHING', d.pick(['YES', 'NO'])]],
  [3, () => ['CLIENT', 'TRACKINGINFO']],
  [9, (d) => ['GET', key(d)]],
  [4, (d) => ['MGET', ...some(d, key)]],
  [2, (d) => ['EXISTS', ...some(d, key)]],
  [1, (d) => ['SORT', key(d), 'BY', 'nosort', 'GET', d.pick(['k', 'l*', '#'])]],
  [1, (d) => ['PUBLISH', channel(d), value(d)]],
]

function trackingOptions(draw: Draw): string[] {
  const mode = draw.pick([
    ...[[], [], ['OPTIN'], ['OPTOUT'], ['BCAST'], ['BCAST', 'PREFIX', 'k'], ['BCAST', 'PREFIX', 'l', 'PREFIX', 'm']],
    ...[
      ['BCAST', 'OPTIN'],
      ['PREFIX', 'k'],
      ['OPTIN', 'OPTOUT'],
      ['BCAST', 'PREFIX', 'k', 'PREFIX', 'kk'],
    ],
  ])
  return draw.oneIn(3) ? [...mode, 'NOLOOP'] : mode
}
