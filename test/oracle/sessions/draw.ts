import type { Call } from '../bytes.js'
import { PICKING } from '../chance.js'
import { CallGenerator } from '../generate.js'
import { RULES } from '../normalise.js'
import { commands } from '../table.js'
import type { Draw } from '../values.js'
import { CLIENT_CALLS, SIGNING_IN, TRACKING_CALLS, USER_CALLS } from './draw-clients.js'
import { isWaiting, timeIndex } from './stage.js'
import { SOON } from './step.js'
import { channel, DATABASES, database, key, pattern, plainChannel, some, value, type Weighted } from './words.js'

/*
 * The calls of connections that meet. Replies whose order or value is open are not
 * asked for; what the data looks like, the state at the end tells.
 */

/** Groups whose commands are drawn as they are drawn for one connection. */
const DATA_GROUPS = ['string', 'generic', 'list', 'hash', 'set', 'sorted-set']

/** Any case, since names are compared without it. */
const word = (draw: Draw, name: string): string => (draw.oneIn(12) ? name.toLowerCase() : name)

const DATA: Weighted = [
  [10, (d) => ['SET', key(d), value(d)]],
  [3, (d) => ['SET', key(d), value(d), d.pick(['NX', 'XX', 'GET', 'KEEPTTL'])]],
  [3, (d) => ['SET', key(d), value(d), 'EX', '5000']],
  [2, (d) => ['GET', key(d)]],
  [2, (d) => ['GETDEL', key(d)]],
  [1, (d) => ['GETEX', key(d), ...d.pick([['PERSIST'], ['EX', '5000'], ['PXAT', '1'], []])]],
  [1, (d) => ['GETSET', key(d), value(d)]],
  [4, (d) => ['INCR', key(d)]],
  [2, (d) => ['APPEND', key(d), value(d)]],
  [1, (d) => ['SETRANGE', key(d), '0', value(d)]],
  [2, (d) => ['MSET', key(d), value(d), key(d), value(d)]],
  [1, (d) => ['MSETNX', key(d), value(d), key(d), value(d)]],
  [5, (d) => [d.pick(['DEL', 'UNLINK']), ...some(d, key)]],
  [2, (d) => [d.pick(['EXISTS', 'TOUCH']), ...some(d, key)]],
  [1, (d) => ['TYPE', key(d)]],
  [5, (d) => [d.pick(['RPUSH', 'LPUSH']), key(d), ...some(d, value)]],
  [2, (d) => [d.pick(['RPUSHX', 'LPUSHX']), key(d), value(d)]],
  [3, (d) => [d.pick(['LPOP', 'RPOP']), key(d)]],
  [1, (d) => ['LSET', key(d), '0', value(d)]],
  [1, (d) => ['LTRIM', key(d), d.pick(['0', '1']), '-1']],
  [2, (d) => ['LMOVE', key(d), key(d), d.pick(['LEFT', 'RIGHT']), d.pick(['LEFT', 'RIGHT'])]],
  [1, (d) => ['LRANGE', key(d), '0', '-1']],
  [2, (d) => ['SADD', key(d), ...some(d, value)]],
  [2, (d) => ['SREM', key(d), ...some(d, value)]],
  [1, (d) => ['SMOVE', key(d), key(d), value(d)]],
  [1, (d) => ['SUNIONSTORE', key(d), key(d), key(d)]],
  [3, (d) => ['ZADD', key(d), d.pick(['1', '2']), value(d)]],
  [1, (d) => ['ZADD', key(d), d.pick(['NX', 'XX', 'GT', 'CH']), d.pick(['1', '2']), value(d)]],
  [1, (d) => ['ZINCRBY', key(d), d.pick(['0', '1']), value(d)]],
  [2, (d) => ['ZREM', key(d), value(d)]],
  [2, (d) => [d.pick(['ZPOPMIN', 'ZPOPMAX']), key(d)]],
  [1, (d) => ['ZRANGESTORE', key(d), key(d), '0', '-1']],
  [3, (d) => ['HSET', key(d), value(d), value(d)]],
  [2, (d) => ['HDEL', key(d), ...some(d, value)]],
  [1, (d) => ['HINCRBY', key(d), value(d), '1']],
  [1, (d) => ['SORT', key(d), 'BY', 'nosort', 'STORE', key(d)]],
]

/** What happens to keys as such, and to all of them. */
const KEYSPACE: Weighted = [
  [4, (d) => ['RENAME', key(d), key(d)]],
  [2, (d) => ['RENAMENX', key(d), key(d)]],
  [4, (d) => ['COPY', key(d), key(d), ...(d.oneIn(2) ? ['DB', database(d)] : []), ...(d.oneIn(2) ? ['REPLACE'] : [])]],
  [4, (d) => ['MOVE', key(d), database(d)]],
  [1, (d) => ['SWAPDB', database(d), database(d)]],
  [3, (d) => ['SWAPDB', ...d.shuffle(['0', '1'])]],
  [2, (d) => ['FLUSHDB', ...d.pick([[], ['SYNC'], ['ASYNC']])]],
  [1, (d) => ['FLUSHALL', ...d.pick([[], ['SYNC'], ['ASYNC'], ['NOW']])]],
  [2, () => ['DBSIZE']],
]

/** GT and LT compare deadlines: two relative ones are never close, else the real clock would decide. */
const DEADLINES: Weighted = [
  [8, (d) => ['PEXPIRE', key(d), SOON, ...(d.oneIn(5) ? [d.pick(['NX', 'XX'])] : [])]],
  [6, (d) => ['SET', key(d), value(d), 'PX', SOON]],
  [2, (d) => ['GETEX', key(d), 'PX', SOON]],
  [2, (d) => ['EXPIRE', key(d), String(d.int(1_000, 1_000_000_000)), ...condition(d)]],
  [4, (d) => ['PERSIST', key(d)]],
  [3, (d) => ['PEXPIREAT', key(d), d.pick(['1', '4102444800000', '4102444800001']), ...condition(d)]],
  [2, (d) => ['SET', key(d), value(d), 'PXAT', d.pick(['1', '4102444800000'])]],
  [1, (d) => ['EXPIRE', key(d), d.pick(['0', '-1'])]],
]

function condition(draw: Draw): string[] {
  return draw.oneIn(3) ? [draw.pick(['NX', 'XX', 'GT', 'LT'])] : []
}

const WAITS: Weighted = [
  [6, (d) => [d.pick(['BLPOP', 'BRPOP']), ...some(d, key), '0']],
  [2, (d) => ['BLMOVE', key(d), key(d), d.pick(['LEFT', 'RIGHT']), d.pick(['LEFT', 'RIGHT']), '0']],
  [1, (d) => ['BRPOPLPUSH', key(d), key(d), '0']],
  [2, (d) => ['BLMPOP', '0', '2', key(d), key(d), d.pick(['LEFT', 'RIGHT']), ...(d.oneIn(2) ? ['COUNT', '2'] : [])]],
  [3, (d) => [d.pick(['BZPOPMIN', 'BZPOPMAX']), ...some(d, key), '0']],
  [1, (d) => ['BZMPOP', '0', '2', key(d), key(d), d.pick(['MIN', 'MAX'])]],
  [3, (d) => ['XREAD', 'BLOCK', '0', ...readCount(d), 'STREAMS', ...readFrom(d, ['$', '$', '0', '+', '5-1'])]],
  [
    5,
    (d) => [
      'XREADGROUP',
      'GROUP',
      ...reader(d),
      'BLOCK',
      '0',
      ...readCount(d),
      'STREAMS',
      ...readFrom(d, ['>', '>', '0']),
    ],
  ],
]

const reader = (draw: Draw): string[] => [draw.pick(['g', 'g', 'h']), draw.pick(['ann', 'bob'])]
const readCount = (draw: Draw): string[] => (draw.oneIn(3) ? ['COUNT', '1'] : [])

/** One or two streams, and as many ids. */
function readFrom(draw: Draw, ids: readonly string[]): string[] {
  const keys = some(draw, key).slice(0, 2)
  return [...keys, ...keys.map(() => draw.pick(ids))]
}

/** What those who wait may get, in more than one way. */
const FEEDING: Weighted = [
  [6, (d) => [d.pick(['RPUSH', 'LPUSH']), key(d), ...some(d, value)]],
  [4, (d) => ['ZADD', key(d), '1', value(d), ...(d.oneIn(2) ? ['2', value(d)] : [])]],
  [6, (d) => ['XADD', key(d), '5-*', 'f', value(d)]],
  [3, (d) => ['XGROUP', 'CREATE', key(d), d.pick(['g', 'g', 'h']), d.pick(['$', '0']), 'MKSTREAM']],
  [1, (d) => ['XGROUP', d.pick(['DESTROY', 'SETID']), key(d), 'g', ...(d.oneIn(2) ? ['0'] : [])]],
  [1, (d) => ['XDEL', key(d), d.pick(['5-0', '5-1'])]],
  [1, (d) => ['XACK', key(d), 'g', '5-0', '5-1']],
  [1, (d) => ['XAUTOCLAIM', key(d), ...reader(d), '0', '0']],
  [3, (d) => ['DEL', key(d)]],
  [2, (d) => ['RENAME', key(d), key(d)]],
  [2, (d) => ['COPY', key(d), key(d), ...(d.oneIn(3) ? ['DB', database(d)] : [])]],
  [1, (d) => ['MOVE', key(d), database(d)]],
  [2, (d) => ['SWAPDB', ...d.shuffle(['0', '1'])]],
]

const TRANSACTION: Weighted = [
  [10, () => ['MULTI']],
  [9, (d) => ['WATCH', ...some(d, key)]],
  [2, () => ['UNWATCH']],
  [2, () => ['EXEC']],
  [1, () => ['DISCARD']],
]

/** Inside MULTI. */
const ENDING: Weighted = [
  [14, () => ['EXEC']],
  [3, () => ['DISCARD']],
]

const NESTED: Weighted = [
  [2, () => ['MULTI']],
  [2, (d) => ['WATCH', ...some(d, key)]],
  [2, () => ['UNWATCH']],
  [3, (d) => ['SELECT', database(d)]],
]

const LEAVING: Weighted = [
  [3, (d) => ['UNSUBSCRIBE', ...some(d, channel)]],
  [2, () => ['UNSUBSCRIBE']],
  [2, (d) => ['PUNSUBSCRIBE', ...some(d, pattern)]],
  [2, () => ['PUNSUBSCRIBE']],
  [1, (d) => ['SUNSUBSCRIBE', channel(d)]],
  [1, () => ['SUNSUBSCRIBE']],
]

const JOINING: Weighted = [
  [5, (d) => ['SUBSCRIBE', ...some(d, channel)]],
  [4, (d) => ['PSUBSCRIBE', ...some(d, pattern)]],
  [2, (d) => ['SSUBSCRIBE', ...some(d, channel)]],
]

const PUBLISHING: Weighted = [
  [8, (d) => ['PUBLISH', channel(d), value(d)]],
  [3, (d) => ['SPUBLISH', channel(d), value(d)]],
]

const ASKING: Weighted = [
  [2, (d) => ['PUBSUB', 'CHANNELS', plainChannel(d)]],
  [2, (d) => ['PUBSUB', 'NUMSUB', ...some(d, channel)]],
  [2, () => ['PUBSUB', 'NUMPAT']],
  [1, (d) => ['PUBSUB', 'SHARDCHANNELS', plainChannel(d)]],
  [1, (d) => ['PUBSUB', 'SHARDNUMSUB', ...some(d, channel)]],
  [1, (d) => ['PUBSUB', d.pick(['NUMSUB', 'NUMPAT', 'SHARDNUMSUB']), ...(d.oneIn(2) ? ['x'] : [])]],
]

/** Of all channels the order is open, which can be told of one reply but not inside of EXEC's. */
const ASKING_ALL: Weighted = [[1, (d) => ['PUBSUB', d.pick(['CHANNELS', 'SHARDCHANNELS'])]]]

const PINGS: Weighted = [
  [2, () => ['PING']],
  [2, (d) => ['PING', value(d)]],
  [1, () => ['PING', 'a', 'b']],
]

const EVENT_FLAGS = 'KEg$lszhxetdnmA'

const SETTINGS: Weighted = [
  [3, () => ['CONFIG', 'SET', 'notify-keyspace-events', 'EA']],
  [2, () => ['CONFIG', 'SET', 'notify-keyspace-events', 'KEA']],
  [4, (d) => ['CONFIG', 'SET', 'notify-keyspace-events', flags(d)]],
  [2, () => ['CONFIG', 'GET', 'notify-keyspace-events']],
  [1, (d) => ['CONFIG', 'SET', 'notify-keyspace-events', d.pick(['Q', 'KEAx!', '', 'K', 'A', 'kea'])]],
]

function flags(draw: Draw): string {
  const chosen = [...EVENT_FLAGS].filter(() => draw.oneIn(4))
  // What is refused behind n and A takes n back there.
  const apart = chosen.includes('A') ? chosen.filter((flag) => flag !== 'n') : chosen
  return draw.shuffle([draw.pick(['E', 'K', 'KE', 'E']), ...apart]).join('')
}

const WRONG: Weighted = [
  [2, (d) => ['NoSuchCommand', ...some(d, value)]],
  [2, (d) => [d.pick(['GET', 'SET', 'INCR', 'LPUSH', 'EXPIRE', 'MSET']), ...(d.oneIn(3) ? ['k'] : [])]],
  [1, (d) => ['MULTI', value(d)]],
  [1, (d) => ['EXEC', value(d)]],
  [1, (d) => ['DISCARD', value(d)]],
  [1, () => ['WATCH']],
  [1, (d) => ['UNWATCH', value(d)]],
  [1, () => ['SUBSCRIBE']],
  [1, (d) => ['PUBLISH', channel(d)]],
  [1, (d) => ['PUBSUB', ...d.pick([[], ['NOSUCH'], ['NUMPAT', 'x'], ['CHANNELS', 'x', 'y']])]],
  [
    1,
    (d) => ['CONFIG', ...d.pick([[], ['NOSUCH'], ['SET', 'notify-keyspace-events'], ['GET'], ['SET', 'nosuch', '1']])],
  ],
  [1, (d) => ['OBJECT', 'NOSUCH', key(d)]],
  [1, (d) => ['MSET', key(d), value(d), key(d)]],
  [1, (d) => ['SET', key(d), value(d), 'NX', 'XX']],
  [1, (d) => ['EXPIRE', key(d), 'soon']],
  [1, (d) => ['BLPOP', key(d), d.pick(['-1', 'never'])]],
  [1, (d) => ['INCRBY', key(d), '9223372036854775807']],
  [1, () => ['SELECT', '99']],
]

const CONNECTION: Weighted = [
  [6, (d) => ['SELECT', database(d)]],
  [1, () => ['RESET']],
  [1, (d) => (d.oneIn(3) ? ['QUIT'] : ['RESET'])],
  [2, () => ['PING']],
  [1, (d) => ['ECHO', value(d)]],
]

/** Why a scenario is played: what its calls are mostly about. */
export const THEMES = [
  ...(['transactions', 'waiting', 'messages', 'events', 'expiry', 'keyspace', 'users', 'clients', 'tracking'] as const),
] as const
export type Theme = (typeof THEMES)[number]

/** What is known of a connection from what it has sent, without the answers: mostly true. */
export interface Sketch {
  inTransaction: boolean
  isSubscribed: boolean
  isWaiting: boolean
}

/** Draws the calls of one connection among several. Every draw is a function of the random source alone. */
export class SessionCalls {
  private readonly data: CallGenerator
  private readonly known: (call: Call) => boolean

  /** `isKnown` says which commands are compared: those of the engine's table, or all. */
  constructor(isKnown: (name: string) => boolean = isInTable) {
    const specs = commands.filter(({ name }) => RULES[name] === undefined && !PICKING.has(name) && !OPEN.has(name))
    this.data = new CallGenerator(DATA_GROUPS, specs)
    this.known = (call) =>
      (call[0] === 'NoSuchCommand' || isKnown(call[0]!)) &&
      (!call.includes('notify-keyspace-events') || isKnown('PSUBSCRIBE'))
  }

  call(draw: Draw, themes: ReadonlySet<Theme>, sketch: Sketch): Call {
    for (;;) {
      const made = this.made(draw, themes, sketch)
      if (this.known(made)) return [word(draw, made[0]!), ...made.slice(1)]
    }
  }

  /** What makes sense only as a whole, and between whose calls others may do what they like; now and then time passes. */
  plan(draw: Draw, themes: ReadonlySet<Theme>): (Call | 'pass')[] {
    const elsewhere: Call[] = draw.oneIn(themes.has('keyspace') ? 2 : 6) ? [['SELECT', draw.pick(DATABASES)]] : []
    if (themes.has('waiting') && draw.oneIn(2)) return [...elsewhere, chosen(draw, WAITS)(draw)]
    const inside: Sketch = { inTransaction: true, isSubscribed: false, isWaiting: false }
    const calls = Array.from({ length: draw.int(0, 2) }, () => this.call(draw, themes, inside))
    const queued = calls.filter((call) => !/^(exec|discard|reset|quit)$/i.test(call[0]!))
    const watched = some(draw, key)
    const mortal: Call = ['SET', watched[0]!, value(draw), 'PX', SOON]
    const before = draw.pick<(Call | 'pass')[]>([[], [['SET', watched[0]!, value(draw)]], [mortal], [mortal, 'pass']])
    return [...elsewhere, ...before, ['WATCH', ...watched], ['MULTI'], ...queued, ['EXEC']]
  }

  private made(draw: Draw, themes: ReadonlySet<Theme>, sketch: Sketch): Call {
    const weight = (theme: Theme, strong: number, weak: number): number => (themes.has(theme) ? strong : weak)
    if (sketch.isSubscribed && !sketch.inTransaction && draw.percent(85)) {
      return drawn(draw, [
        [6, JOINING],
        [6, LEAVING],
        [3, PINGS],
        [2, PUBLISHING],
        [2, CONNECTION],
        [1, TRANSACTION],
      ])
    }
    const groups: [number, Weighted | 'any'][] = [
      [20, DATA],
      [3, 'any'],
      [weight('keyspace', 12, 2), KEYSPACE],
      [weight('expiry', 14, 2), DEADLINES],
      [weight('waiting', 10, 1), WAITS],
      [weight('waiting', 10, 1), FEEDING],
      [weight('messages', 10, 1), JOINING],
      [weight('messages', 2, 1), LEAVING],
      [weight('messages', 14, 1), PUBLISHING],
      [weight('messages', 5, 1), ASKING],
      [weight('events', 6, 1), SETTINGS],
      [weight('users', 18, 0), USER_CALLS],
      [weight('clients', 14, 0), CLIENT_CALLS],
      [weight('tracking', 24, 0), TRACKING_CALLS],
      [2, WRONG],
      [2, PINGS],
    ]
    if (sketch.inTransaction) groups.push([weight('transactions', 14, 22), ENDING], [3, NESTED])
    else {
      groups.push([weight('transactions', 20, 3), TRANSACTION], [4, CONNECTION])
      groups.push([weight('messages', 2, 0), ASKING_ALL], [weight('users', 8, 0), SIGNING_IN])
    }
    return drawn(draw, groups, this.data)
  }
}

/** Answers of these leave something open, or are about the process. */
const OPEN: ReadonlySet<string> = new Set(['WAIT', 'OBJECT|REFCOUNT', 'OBJECT|FREQ', 'OBJECT|HELP', 'RESTORE'])

const isInTable = (name: string): boolean => commands.some((spec) => spec.words[0] === name.toUpperCase())

function drawn(draw: Draw, groups: readonly (readonly [number, Weighted | 'any'])[], data?: CallGenerator): Call {
  const group = chosen(draw, groups)
  if (group === 'any') return data!.call(draw)
  return chosen(draw, group)(draw)
}

function chosen<T>(draw: Draw, choices: readonly (readonly [weight: number, choice: T])[]): T {
  let total = 0
  for (const [weight] of choices) total += weight
  let at = draw.int(0, total - 1)
  for (const [weight, choice] of choices) {
    at -= weight
    if (at < 0) return choice
  }
  throw new Error('chosen: no choice')
}

/** Takes note of a call in the sketch of its connection. */
export function sketched(sketch: Sketch, call: Call): void {
  const name = call[0]!.toUpperCase()
  if (sketch.inTransaction) {
    if (/^(EXEC|DISCARD|RESET|QUIT)$/.test(name)) sketch.inTransaction = false
    return
  }
  if (/^[PS]?SUBSCRIBE$/.test(name)) sketch.isSubscribed = call.length > 1
  else if (/^[PS]?UNSUBSCRIBE$/.test(name) || /^(RESET|QUIT)$/.test(name)) sketch.isSubscribed = false
  else if (name === 'MULTI' && call.length === 1 && !sketch.isSubscribed) sketch.inTransaction = true
  else if (isWaiting(call) && !sketch.isSubscribed) sketch.isWaiting = true
}

/** As the word behind BLOCK, in ms. */
const BLOCK_MOMENT = '2'

/** A call that waits a moment at most, with a timeout in place of "for ever". */
export function impatient(call: Call): Call {
  const at = timeIndex(call)
  if (at === undefined) return call
  if (call[at - 1] === 'BLOCK') return call.with(at, BLOCK_MOMENT)
  return call[at] === '0' ? call.with(at, '0.002') : call
}

/** Whether a call may wait, and for a moment only: its answer is waited for, or it would come at any time. */
export function waitsAMoment(call: Call): boolean {
  if (!isWaiting(call)) return false
  return call[call.indexOf('BLOCK') + 1] === BLOCK_MOMENT || call.some((text) => /^(0?\.00|1e-)/.test(text))
}
