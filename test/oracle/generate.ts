import type { Argument } from '../../src/commands/syntax.js'
import { drawUserCall, USERS } from './acl.js'
import { BLOCK_WORDS, drawArgument, drawBitString, drawCrowd, TIMEOUT_WORDS } from './arguments.js'
import type { ByteText, Call } from './bytes.js'
import { fitWords, isBendable } from './fit.js'
import { drawHyperLogLogCall } from './hyperloglog.js'
import { drawSortCall, SORTING, settledSort } from './sort.js'
import { type CommandSpec, commands, groups } from './table.js'
import { type Draw, drawKey, drawValue } from './values.js'

/** Percentages of calls that are bent on purpose; all others follow the command's argument tree. */
const BENT = 5
const CONFLICTING = 3
const VALUE_MISSING = 1
/** The group of bit commands, whose keys get strings by SET so often: of bits alone they would be nearly all zeros. */
const BITS = 'bitmap'
const BITS_SET = 4
/** How seldom one call brings so many elements that a collection changes its encoding. */
const CROWD_ONE_IN = 40

/**
 * Commands that a generated sequence must not contain: they would end, block, redirect or silence the connection that
 * compares, or answer about the process (of which the comparison is a subscriber) rather than the data. Transactions and
 * messages are played by several connections (sessions/).
 */
const EXCLUDED: ReadonlySet<string> = new Set(
  (
    'MULTI EXEC DISCARD WATCH UNWATCH RESET ACL SHUTDOWN DEBUG MONITOR SYNC PSYNC REPLCONF REPLICAOF SLAVEOF FAILOVER ' +
    'SAVE BGSAVE BGREWRITEAOF LASTSAVE MIGRATE QUIT AUTH HELLO SUBSCRIBE PSUBSCRIBE SSUBSCRIBE UNSUBSCRIBE PUNSUBSCRIBE ' +
    'SUNSUBSCRIBE PUBSUB|CHANNELS PUBSUB|NUMPAT WAITAOF INFO ROLE LOLWUT PFSELFTEST RESTORE-ASKING CONFIG|SET ' +
    'CONFIG|REWRITE CONFIG|RESETSTAT CLIENT'
  ).split(' '),
)

/** Groups about the process and not about data, and one whose answers are approximate; nothing in them is drawn unless it is named here. */
const DATA_ONLY: Readonly<Record<string, ReadonlySet<string>>> = {
  // What is near is found by chance and to the last bit of a float: written scripts ask for what is certain.
  'vector-set': new Set(),
  server: new Set(['FLUSHALL', 'FLUSHDB', 'DBSIZE', 'SWAPDB']),
}

/** Calls of other groups that make any sequence more telling, drawn now and then when the table has them. */
const COMPANIONS: readonly string[] = [
  ...['SELECT', 'SELECT', 'LPUSH', 'SADD', 'HSET', 'ZADD', 'XADD', 'FLUSHDB', 'DBSIZE'],
]

/** What the bit commands find beside what they write. SET may expire keys at once, which calls that wait would hear of. */
const COMPANIONS_OF_BITS: readonly string[] = ['SET', 'APPEND']

/** Drawn less often than others, so that most calls meet a key that is there: they take keys or the caller away. */
const DESTROYING: ReadonlySet<string> = new Set(
  (
    'DEL UNLINK GETDEL MOVE FLUSHDB FLUSHALL SWAPDB SELECT LTRIM BLMPOP LMPOP ZPOPMIN ZPOPMAX ZMPOP BZMPOP ' +
    'ZREMRANGEBYRANK ZREMRANGEBYSCORE ZREMRANGEBYLEX XTRIM XGROUP|DESTROY XSETID'
  ).split(' '),
)
const DESTROYING_SPARED = 75

/** Drawn more often than others, since too much else takes away what they bring. */
const FEEDING: ReadonlySet<string> = new Set([
  'LPUSH',
  'RPUSH',
  'ZADD',
  'GEOADD',
  'XADD',
  'XGROUP|CREATE',
  'XREADGROUP',
])
const FED = 20

/** How often calls of the string commands come among those of the HyperLogLogs. */
const HYPERLOGLOG_STRINGS = 35

export function isGenerated(spec: CommandSpec): boolean {
  if (EXCLUDED.has(spec.name) || EXCLUDED.has(spec.words[0]!)) return false
  return DATA_ONLY[spec.group]?.has(spec.name) ?? true
}

/** The groups that calls can be drawn of: those of the table, SORT with what it needs, and users with what they may do. */
export const comparable: readonly string[] = [
  ...groups.filter((group) => commands.some((spec) => spec.group === group && isGenerated(spec))),
  SORTING,
  USERS,
]

/** Draws calls of the given groups. WAIT is never bent: it could come out waiting for ever. Every draw is a function of the random source alone. */
export class CallGenerator {
  private readonly main: readonly CommandSpec[]
  private readonly companions: readonly CommandSpec[]
  private readonly feeding: readonly CommandSpec[]
  /** The percentage of calls that are drawn around SORT. */
  private readonly sorting: number
  private readonly bits: boolean
  /** The percentage of calls that make, copy and damage the strings that HyperLogLogs are. */
  private readonly estimating: number
  /** The percentage of calls that are about users, and what they ask leave for: any command at all, since none is run. */
  private readonly users: number
  private readonly asked: readonly CommandSpec[]

  constructor(wanted: readonly string[], specs: readonly CommandSpec[] = commands) {
    this.main = specs.filter((spec) => wanted.includes(spec.group) && isGenerated(spec))
    this.sorting = wanted.includes(SORTING) ? 100 / wanted.length : 0
    const writes = specs.some((spec) => spec.name === 'SET')
    this.estimating = wanted.includes('hyperloglog') && writes ? HYPERLOGLOG_STRINGS / wanted.length : 0
    this.users = wanted.includes(USERS) ? 100 / wanted.length : 0
    this.asked = specs.filter(({ group }) => group !== 'vector-set')
    if (this.main.length === 0 && this.sorting === 0 && this.users === 0)
      throw new Error(`no command to generate in: ${wanted.join(', ')}`)
    this.bits = this.main.some(({ name }) => name === 'SETBIT')
    this.feeding = this.main.filter((spec) => FEEDING.has(spec.name))
    const names = this.bits ? [...COMPANIONS, ...COMPANIONS_OF_BITS] : COMPANIONS
    this.companions = names.flatMap((name) => specs.find((spec) => spec.name === name) ?? [])
  }

  private spec(draw: Draw): CommandSpec {
    if (this.feeding.length > 0 && draw.percent(FED)) return draw.pick(this.feeding)
    const spec = this.companions.length > 0 && draw.percent(4) ? draw.pick(this.companions) : draw.pick(this.main)
    return DESTROYING.has(spec.name) && draw.percent(DESTROYING_SPARED) ? this.spec(draw) : spec
  }

  call(draw: Draw): Call {
    if (this.sorting > 0 && draw.percent(this.sorting)) return drawSortCall(draw)
    if (this.users > 0 && draw.percent(this.users))
      return drawUserCall(draw, () => this.words(draw, draw.pick(this.asked)))
    if (this.bits && draw.percent(BITS_SET)) return ['SET', drawKey(draw, BITS), drawBitString(draw, BITS)]
    if (this.estimating > 0 && draw.percent(this.estimating)) return drawHyperLogLogCall(draw)
    if (draw.oneIn(400)) return ['NoSuchCommand', ...repeat(draw.int(0, 4), () => drawValue(draw))]
    return settled(this.words(draw, this.spec(draw)))
  }

  /** The words of a call, as its argument tree has them or bent. */
  private words(draw: Draw, spec: CommandSpec): Call {
    const words: ByteText[] = spec.words.map((word) => anyCase(draw, word))
    if (spec.container) {
      words.push(...repeat(draw.int(0, 2), () => (draw.oneIn(2) ? 'nosuch' : drawValue(draw))))
      return words
    }
    new CallWriter(draw, spec, words).sequence(spec.arguments)
    const fitting = fitWords(draw, spec.name, words)
    if (spec.name === 'WAIT' || !draw.percent(BENT) || !isBendable(fitting)) return fitting
    return bend(draw, fitting, spec)
  }
}

/** Writes the words of one call by walking the argument tree of its command. */
class CallWriter {
  constructor(
    private readonly draw: Draw,
    private readonly spec: CommandSpec,
    private readonly words: ByteText[],
  ) {}

  /** Arguments in their order, except that neighbouring options come in any order. */
  sequence(items: readonly Argument[]): void {
    let at = 0
    while (at < items.length) {
      const item = items[at]!
      const options: Argument[] = []
      while (at < items.length && isOption(items[at]!)) options.push(items[at++]!)
      if (options.length > 0) {
        this.options(options)
        continue
      }
      at++
      if (/^num(keys|fields)$/.test(item.name) && items[at] !== undefined) this.counted(item, items[at++]!)
      else if (!item.optional || this.draw.percent(55)) this.one(item)
    }
  }

  private options(options: readonly Argument[]): void {
    const chosen = options.filter(() => this.draw.percent(options.length > 3 ? 28 : 38))
    if (chosen.length > 0 && this.draw.percent(CONFLICTING)) chosen.push(this.draw.pick(chosen))
    for (const option of this.draw.shuffle(chosen)) {
      this.one(option)
      if (option.type === 'oneof' && this.draw.percent(CONFLICTING)) this.one(option)
    }
  }

  /** A count and then as many items as it says, nearly always. */
  private counted(count: Argument, items: Argument): void {
    const place = this.words.length
    const many = 1 + this.draw.int(0, 2)
    this.words.push('')
    for (let i = 0; i < many; i++) this.single(items)
    const wrong = this.draw.percent(4)
    this.words[place] = wrong ? drawArgument(this.draw, this.spec.name, this.spec.group, count) : String(many)
  }

  private one(item: Argument): void {
    if (item.multiple && this.draw.oneIn(CROWD_ONE_IN)) {
      const crowd = drawCrowd(this.draw, this.spec.name, item)
      if (crowd !== undefined) {
        this.words.push(...crowd)
        return
      }
    }
    const many = item.multiple ? 1 + (this.draw.oneIn(2) ? 0 : this.draw.int(0, 3)) : 1
    for (let i = 0; i < many; i++) {
      if (item.token !== undefined && (i === 0 || item.multipleToken)) {
        // The reference writes the empty token for "no word at all".
        if (item.token !== '') this.words.push(anyCase(this.draw, item.token))
        if (item.type !== 'pure-token' && this.draw.percent(VALUE_MISSING)) return
      }
      this.single(item)
    }
  }

  private single(item: Argument): void {
    if (item.type === 'pure-token') return
    if (item.type === 'oneof') this.one(this.draw.pick((item.arguments ?? []).filter(isDrawn)))
    else if (item.type === 'block') this.sequence(item.arguments ?? [])
    else this.words.push(drawArgument(this.draw, this.spec.name, this.spec.group, item))
  }
}

/** Alternatives that the server does not know yet: BITOP of Redis 8.2. */
const NEWER: ReadonlySet<string | undefined> = new Set(['DIFF', 'DIFF1', 'ANDOR', 'ONE'])

function isDrawn(choice: Argument): boolean {
  return !byClock(choice) && !NEWER.has(choice.token)
}

/** Whether an alternative lets the clock choose: the id `*` of XADD. */
function byClock(choice: Argument): boolean {
  return choice.token === '*' || choice.name === '*'
}

/** Whether an argument may stand anywhere among its neighbours: optional, and told by a token. */
function isOption(item: Argument): boolean {
  return item.optional === true && startsWithToken(item)
}

function startsWithToken(item: Argument): boolean {
  if (item.token !== undefined) return true
  if (item.type === 'oneof') return (item.arguments ?? []).every(startsWithToken)
  if (item.type === 'block') return item.arguments?.[0] !== undefined && startsWithToken(item.arguments[0])
  return false
}

function anyCase(draw: Draw, token: string): string {
  const style = draw.int(0, 9)
  if (style < 7) return token
  if (style < 9) return token.toLowerCase()
  return token
    .split('')
    .map((unit) => (draw.oneIn(2) ? unit.toLowerCase() : unit))
    .join('')
}

const JUNK = [
  'NX',
  'XX',
  'EX',
  'PX',
  'KEEPTTL',
  'COUNT',
  'REPLACE',
  'nosuchoption',
  'GET',
  '10000',
  'LIMIT',
  'DB',
  'ABC',
]

/** Whether a command takes a time: a small number in its place would let the real clock decide, so none is put there. */
function isTimed(items: readonly Argument[]): boolean {
  return items.some((item) => /seconds|^ttl$/.test(item.name) || isTimed(item.arguments ?? []))
}

/**
 * A SORT that stores nothing whose order is open. Few random elements where a negative count would make a server send them
 * for ever.
 */
function settled(words: Call): Call {
  const timeoutAt = TIMEOUTS[words[0]?.toUpperCase() ?? '']
  if (/^XREAD(GROUP)?$/i.test(words[0] ?? '')) return words.map((word, i) => unblocked(words, word, i))
  if (timeoutAt !== undefined) return impatient(words, timeoutAt < 0 ? words.length + timeoutAt : timeoutAt)
  if (/^[SHZ]RAND(MEMBER|FIELD)$/i.test(words[0] ?? '')) {
    const endless = /^-\d{4,}$/.test(words[2] ?? '') && words[2] !== '-9223372036854775808'
    return endless ? words.with(2, '-20') : words
  }
  return words[0]?.toUpperCase() === 'SORT' ? settledSort(words) : words
}

/** Where blocking commands have their timeouts; negative from the end. */
const TIMEOUTS: Readonly<Record<string, number>> = {
  ...{ BLPOP: -1, BRPOP: -1, BLMOVE: 5, BRPOPLPUSH: 3, BLMPOP: 1 },
  ...{ BZPOPMIN: -1, BZPOPMAX: -1, BZMPOP: 1 },
}

/** The word of a call that reads streams, with a time to wait that is over at once or refused. */
function unblocked(words: Call, word: ByteText, i: number): ByteText {
  return /^block$/i.test(words[i - 1] ?? '') && !BLOCK_WORDS.includes(word) ? '1' : word
}

/** The call with a timeout that is over at once or refused: nobody else could end the wait of the one connection. */
function impatient(words: Call, at: number): Call {
  return at < 1 || at >= words.length || TIMEOUT_WORDS.includes(words[at]!) ? words : words.with(at, TIMEOUT_WORDS[0]!)
}

/** One mistake in a call that was right: words too many, too few, exchanged, repeated or replaced. */
function bend(draw: Draw, words: ByteText[], spec: CommandSpec): Call {
  const fixed = spec.words.length
  const other = () => (isTimed(spec.arguments) ? draw.pick(JUNK) : drawValue(draw))
  const at = draw.int(Math.min(fixed, words.length - 1), words.length - 1)
  switch (draw.int(0, 6)) {
    case 0:
      return [...words, other()]
    case 1:
      return [...words, anyCase(draw, draw.pick(JUNK))]
    case 2:
      return words.slice(0, Math.max(fixed, words.length - draw.int(1, 2)))
    case 3:
      return words.length > fixed ? words.filter((_, i) => i !== at) : words
    case 4:
      return words.length > fixed ? words.with(at, draw.oneIn(2) ? draw.pick(JUNK) : other()) : words
    case 5:
      return [...words.slice(0, at + 1), ...words.slice(at)]
    default:
      return words.length > fixed + 1
        ? [...words.slice(0, at), anyCase(draw, draw.pick(JUNK)), ...words.slice(at)]
        : words
  }
}

function repeat(n: number, make: () => ByteText): ByteText[] {
  return Array.from({ length: n }, make)
}
