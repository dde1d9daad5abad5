import { CATEGORIES } from '../../src/commands/command.js'
import { type ByteText, type Call, utf8 } from './bytes.js'
import { commands } from './table.js'
import { type Draw, KEYS } from './values.js'

/*
 * Users, the rules of what they may do, and what they would be refused. `--group acl` draws nothing else. Nobody acts for
 * one of them here, which scenarios of several connections are for; so all of it is told by GETUSER, LIST and DRYRUN.
 */
export const USERS = 'acl'

export const USER_NAMES: readonly ByteText[] = ['ann', 'bob', 'Ann', utf8('é'), '__proto__', '']

/** Of a module the server tells no categories. */
const told = commands.filter(({ group }) => group !== 'vector-set')
const NAMES = told.map(({ name }) => name.toLowerCase())
/** Those that rules are about mostly, so that they meet. */
const FEW = ['get', 'set', 'config', 'config|get', 'config|set', 'select', 'mget', 'xadd', 'publish', 'object|encoding']
const SOME_CATEGORIES = ['read', 'write', 'string', 'keyspace', 'dangerous', 'fast', 'pubsub']

const name = (draw: Draw): string => draw.pick(draw.percent(60) ? FEW : NAMES)
const category = (draw: Draw): string => draw.pick(draw.percent(60) ? SOME_CATEGORIES : CATEGORIES)

const PATTERNS: readonly ByteText[] = ['a', 'user:*', '*1', 'b*', '?', '[ab]', '\xff*', utf8('к*'), 'a\\b', '', '*']
const CHANNELS: readonly ByteText[] = ['x', 'x*', 'y', '[xy]', '\xff', '', '*']
const PASSWORDS: readonly ByteText[] = ['p', 'q', '', 'with space', '\xff']
/** SHA-256 of 'p', of 'q', and of nothing that is drawn. */
const HASHES = [
  '148de9c5a7a44d19e56cd9ae1a554bf67847afb0c58f6e12fa29ac7ddfca9940',
  '8e35c2cd3bf6641bdb0e2050b76932cbb2e6034a0ddacc1d9bea82a6ba57f7cf',
  '0'.repeat(64),
]

type Make = (draw: Draw) => string

const FLAGS = [
  'on',
  'off',
  'nopass',
  'resetpass',
  'sanitize-payload',
  'skip-sanitize-payload',
  'clearselectors',
  'reset',
]

const PERMISSIONS: readonly (readonly [weight: number, make: Make])[] = [
  [20, (d) => `${d.pick(['+', '-'])}${name(d)}`],
  [16, (d) => `${d.pick(['+', '-'])}@${category(d)}`],
  [6, (d) => d.pick(['allcommands', 'nocommands', '+@all', '-@all'])],
  [4, (d) => `+${d.pick(['get', 'select', 'set', 'mget'])}|${d.pick(['a', 'A', '0', 'user:1', '1', ''])}`],
  [16, (d) => `${d.pick(['~', '~', '%R~', '%W~', '%RW~', '%r~', '%wr~'])}${d.pick(PATTERNS)}`],
  [3, (d) => d.pick(['allkeys', 'resetkeys', 'resetkeys'])],
  [8, (d) => `&${d.pick(CHANNELS)}`],
  [3, (d) => d.pick(['allchannels', 'resetchannels', 'resetchannels'])],
]

/** What no rule is, or seldom. */
const WRONG: readonly (readonly [weight: number, make: Make])[] = [
  [
    2,
    (d) =>
      d.pick(['', '+', '-', '@', '+@', '~', '%', '&', '>', '<', '#', '!', '(', ')', '()', '%~', '%R', '%X~a', '+|']),
  ],
  [
    2,
    (d) =>
      `${d.pick(['+', '-'])}${d.pick(['nosuch', 'config|nosuch', 'get|', 'config|', 'config|get|a', '@nosuch', '@ALL'])}`,
  ],
  [1, (d) => `-${d.pick(['select|0', 'get|a', 'set|'])}`],
  [1, (d) => `${d.pick(['~', '&', '%R~', '+', '+@'])}${d.pick(['a b', 'a\tb'])}`],
  [
    1,
    (d) =>
      d.pick(['on ', 'On', 'nosuch', 'allkeys*', 'ALLKEYS', '(on)', '((~a))', '(~a', '~a)', '(', '( +get', '(reset)']),
  ],
  [1, (d) => `${d.pick(['#', '!'])}${d.pick(['abc', HASHES[0]!.toUpperCase(), `${HASHES[0]}0`, 'z'.repeat(64)])}`],
]

const permission = (draw: Draw): string => draw.weighted(PERMISSIONS)

/** A rule, in one word or, where it is a selector, in several. */
function drawRule(draw: Draw): string[] {
  if (draw.percent(5)) return [draw.weighted(WRONG)]
  if (draw.percent(12)) return [draw.pick(FLAGS)]
  if (draw.percent(8)) return [`${draw.pick(['>', '>', '<'])}${draw.pick(PASSWORDS)}`]
  if (draw.percent(4)) return [`${draw.pick(['#', '#', '!'])}${draw.pick(HASHES)}`]
  if (draw.percent(12)) return drawSelector(draw)
  const rule = permission(draw)
  // By letters of ASCII alone: `\xff` in upper case is no byte.
  return [draw.oneIn(10) ? rule.replace(/[a-z]/g, (letter) => letter.toUpperCase()) : rule]
}

function drawSelector(draw: Draw): string[] {
  const rules = Array.from({ length: draw.int(0, 4) }, () => permission(draw))
  const text = `(${draw.oneIn(6) ? ' ' : ''}${rules.join(draw.oneIn(8) ? '  ' : ' ')}${draw.oneIn(6) ? ' ' : ''})`
  return draw.oneIn(2) ? [text] : text.split(' ')
}

/** The words of an ACL SETUSER. */
export function drawSetuser(draw: Draw, user: ByteText): Call {
  const rules = Array.from({ length: draw.oneIn(8) ? 0 : draw.int(1, 4) }, () => drawRule(draw)).flat()
  return ['ACL', 'SETUSER', user, ...rules]
}

/** A call about users; `other` draws what they would be allowed or not. */
export function drawUserCall(draw: Draw, other: () => Call): Call {
  const user = draw.percent(90)
    ? draw.pick(USER_NAMES.slice(0, 2))
    : draw.pick([...USER_NAMES, 'nosuch', 'default', 'a b', '\x00'])
  const turn = draw.int(0, 99)
  if (turn < 30) return user === 'default' ? ['ACL', 'GETUSER', user] : drawSetuser(draw, user)
  if (turn < 45) return ['ACL', 'GETUSER', user]
  if (turn < 50) return ['ACL', draw.pick(['LIST', 'USERS', 'list'])]
  if (turn < 54)
    return ['ACL', 'DELUSER', ...Array.from({ length: draw.int(1, 2) }, () => draw.pick([...USER_NAMES, user]))]
  if (turn < 75) return ['ACL', 'DRYRUN', user, ...drawKnown(draw)]
  if (turn < 98) return ['ACL', 'DRYRUN', user, ...other()]
  return [
    'ACL',
    ...draw.pick([['NOSUCH'], ['SETUSER'], ['GETUSER'], ['DELUSER'], ['DRYRUN', 'ann'], ['WHOAMI'], ['CAT', 'nosuch']]),
  ]
}

/** A call that many of the rules are about. */
function drawKnown(draw: Draw): Call {
  const key = () => draw.pick(KEYS)
  const channel = () => draw.pick(['x', 'xy', 'y', 'x*', '[xy]', '\xff', '', '*'])
  return draw.pick<() => Call>([
    () => ['get', key()],
    () => ['GET', key()],
    () => ['set', key(), 'v', ...(draw.oneIn(3) ? ['GET'] : [])],
    () => ['mget', key(), key()],
    () => ['xadd', key(), '*', 'f', 'v'],
    () => ['config', draw.pick(['get', 'set', 'GET', 'nosuch']), 'x'],
    () => ['config'],
    () => ['select', draw.pick(['0', '1'])],
    () => ['object', draw.pick(['encoding', 'freq', 'help']), key()],
    () => [draw.pick(['publish', 'spublish']), channel(), 'm'],
    () => [draw.pick(['subscribe', 'psubscribe', 'ssubscribe']), channel(), channel()],
    () => ['lmove', key(), key(), 'left', 'left'],
    () => ['copy', key(), key()],
    () => ['sort', key(), ...(draw.oneIn(2) ? ['store', key()] : [])],
    () => ['auth', key()],
    () => ['nosuch'],
  ])()
}
