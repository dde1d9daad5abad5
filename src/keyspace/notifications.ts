/**
 * The classes of keyspace notifications, as the parameter notify-keyspace-events names them.
 *
 * @see https://redis.io/docs/latest/develop/pubsub/keyspace-notifications/
 */

/** One bit each. */
export const NOTIFY = {
  keyspace: 1,
  keyevent: 2,
  generic: 4,
  string: 8,
  list: 16,
  set: 32,
  hash: 64,
  zset: 128,
  expired: 256,
  evicted: 512,
  stream: 1024,
  module: 2048,
  miss: 4096,
  new: 8192,
} as const

type NotifyClass = keyof typeof NOTIFY

/** The characters of classes, in the order in which Redis shows them. */
const CHARACTERS: readonly (readonly [character: string, flag: number])[] = [
  ['g', NOTIFY.generic],
  ['$', NOTIFY.string],
  ['l', NOTIFY.list],
  ['s', NOTIFY.set],
  ['h', NOTIFY.hash],
  ['z', NOTIFY.zset],
  ['x', NOTIFY.expired],
  ['e', NOTIFY.evicted],
  ['t', NOTIFY.stream],
  ['d', NOTIFY.module],
  ['n', NOTIFY.new],
  ['K', NOTIFY.keyspace],
  ['E', NOTIFY.keyevent],
  ['m', NOTIFY.miss],
]

/** What `A` stands for: every class but `m` and `n`. */
const ALL =
  NOTIFY.generic |
  NOTIFY.string |
  NOTIFY.list |
  NOTIFY.set |
  NOTIFY.hash |
  NOTIFY.zset |
  NOTIFY.expired |
  NOTIFY.evicted |
  NOTIFY.stream |
  NOTIFY.module

/** What CONFIG SET says of a character that stands for no class. */
export const INVALID_CLASS = "Invalid event class character. Use 'Ag$lshzxeKEtmdn'."

/** Reads the characters of classes; undefined where one is none. */
export function parseNotifications(text: string): number | undefined {
  let flags = 0
  for (const character of text) {
    if (character === 'A') flags |= ALL
    else {
      const known = CHARACTERS.find(([other]) => other === character)
      if (known === undefined) return undefined
      flags |= known[1]
    }
  }
  return flags
}

/** The classes as Redis shows them: with `A` for all that it stands for, and then, an oddity of 8.0, without `n`. */
export function formatNotifications(flags: number): string {
  const whole = (flags & ALL) === ALL
  let text = whole ? 'A' : ''
  for (const [character, flag] of CHARACTERS) {
    if ((flags & flag) !== 0 && !(whole && (flag & (ALL | NOTIFY.new)) !== 0)) text += character
  }
  return text
}

/** The names of Redis's events, by class. */
const NAMES = {
  generic: ['del', 'expire', 'persist', 'rename_from', 'rename_to', 'move_from', 'move_to', 'copy_to', 'restore'],
  string: ['set', 'setrange', 'append', 'incrby', 'decrby', 'incrbyfloat', 'setbit', 'pfadd'],
  list: ['lpush', 'rpush', 'lpop', 'rpop', 'linsert', 'lset', 'lrem', 'ltrim', 'sortstore'],
  set: ['sadd', 'srem', 'spop', 'sinterstore', 'sunionstore', 'sdiffstore'],
  hash: ['hset', 'hdel', 'hincrby', 'hincrbyfloat', 'hexpire', 'hexpired', 'hpersist'],
  zset: [
    ...(['zadd', 'zincr', 'zrem', 'zremrangebyrank', 'zremrangebyscore', 'zremrangebylex'] as const),
    ...(['zpopmin', 'zpopmax', 'zinterstore', 'zunionstore', 'zdiffstore', 'zrangestore'] as const),
    ...(['geosearchstore', 'georadiusstore'] as const),
  ],
  expired: ['expired'],
  evicted: ['evicted'],
  stream: [
    ...(['xadd', 'xdel', 'xtrim', 'xsetid', 'xgroup-create', 'xgroup-setid', 'xgroup-destroy'] as const),
    ...(['xgroup-createconsumer', 'xgroup-delconsumer'] as const),
  ],
  miss: ['keymiss'],
  new: ['new'],
} as const satisfies Partial<Record<NotifyClass, readonly string[]>>

/** The name of an event that Redis has. */
export type KeyspaceEventName = (typeof NAMES)[keyof typeof NAMES][number]

const FLAG_OF_EVENT: ReadonlyMap<string, number> = new Map(
  Object.entries(NAMES).flatMap(([name, events]) => {
    const flag = NOTIFY[name as NotifyClass]
    return events.map((event): [string, number] => [event, flag])
  }),
)

/** The class of an event; events that Redis itself has not are of modules. O(1). */
export function notificationClass(event: string): number {
  return FLAG_OF_EVENT.get(event) ?? NOTIFY.module
}
