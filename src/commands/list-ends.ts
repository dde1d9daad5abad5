/** The ends of lists: LPUSH, RPUSH, LPUSHX, RPUSHX, LPOP, RPOP, LMPOP. */
import { countNotPositive, notPositive, numkeysNotPositive, syntaxError, wrongArity } from '../errors.js'
import { LIST } from '../keyspace/kinds.js'
import type { Unit } from '../keyspace/unit.js'
import { type Int64, parseInt64 } from '../structures/int64.js'
import type { List } from '../structures/list.js'
import { type Argv, clamp, textAt, textsFrom, tokenAt } from './argv.js'
import { type Command, countedKeys, DENYOOM, FAST, keySpec, MOVABLE_KEYS, WRITE } from './command.js'
import type { Reply } from './reply.js'

/** An end of a list: 'left' is where index 0 is. */
export type ListEnd = 'left' | 'right'

/** Elements taken from one of several lists. */
export interface PoppedElements {
  readonly key: string
  readonly elements: string[]
}

/** Puts an element at one end of a list, made if missing; returns its length. O(1). Event lpush or rpush. */
export function pushOne(unit: Unit, key: string, element: string, atFront: boolean): number {
  const list = unit.open(key, LIST)
  if (atFront) list.unshift(element)
  else list.push(element)
  if (unit.logging) unit.log(atFront ? 'LPUSH' : 'RPUSH', key, element)
  unit.changed(key, atFront ? 'lpush' : 'rpush')
  return list.size
}

/** As `pushOne`, of elements one after the other, at least one. O(elements). */
export function push(unit: Unit, key: string, elements: readonly string[], atFront: boolean): number {
  return pushOnto(unit, key, unit.open(key, LIST), elements, atFront)
}

/** As `push` if the list exists, else 0. O(elements). */
export function pushx(unit: Unit, key: string, elements: readonly string[], atFront: boolean): number {
  const list = unit.look(key, LIST)
  return list === undefined ? 0 : pushOnto(unit, key, list, elements, atFront)
}

function pushOnto(unit: Unit, key: string, list: List, elements: readonly string[], atFront: boolean): number {
  list.pushAll(elements, atFront)
  if (unit.logging) unit.logWords([atFront ? 'LPUSH' : 'RPUSH', key, ...elements])
  unit.changed(key, atFront ? 'lpush' : 'rpush', elements.length)
  return list.size
}

/** Takes an element from one end, null when the list is missing. O(1). Events lpop or rpop, del. */
export function pop(unit: Unit, key: string, atFront: boolean): string | null {
  const list = unit.look(key, LIST)
  if (list === undefined) return null
  const element = atFront ? list.shift() : list.pop()
  if (unit.logging) unit.log(atFront ? 'LPOP' : 'RPOP', key)
  unit.shrunk(key, list, atFront ? 'lpop' : 'rpop')
  // A list in the keyspace has elements.
  return element!
}

/** As `pop`, of up to `count` elements; undefined stands for what is no integer. O(count). */
export function popSome(unit: Unit, key: string, count: Int64 | undefined, atFront: boolean): string[] | null {
  if (count === undefined || count < 0) throw notPositive()
  const list = unit.look(key, LIST)
  if (list === undefined) return null
  return count === 0 ? [] : popFrom(unit, key, list, clamp(count), atFront)
}

function popFrom(unit: Unit, key: string, list: List, count: number, atFront: boolean): string[] {
  const elements = list.take(count, atFront)
  if (unit.logging) unit.log(atFront ? 'LPOP' : 'RPOP', key, String(elements.length))
  unit.shrunk(key, list, atFront ? 'lpop' : 'rpop', elements.length)
  return elements
}

/** As `popSome` from the first of the lists that exists, null when none does. O(keys + count). */
export function mpop(unit: Unit, keys: readonly string[], count: Int64, atFront: boolean): PoppedElements | null {
  for (const key of keys) {
    const list = unit.look(key, LIST)
    if (list !== undefined) return { key, elements: popFrom(unit, key, list, clamp(count), atFront) }
  }
  return null
}

/** How many elements LMPOP is to take; undefined stands for what is no integer. Throws ERR unless there are some. */
export function checkedMpopCount(count: Int64 | undefined): Int64 {
  if (count === undefined || count < 1) throw countNotPositive()
  return count
}

// What follows is the wire: one entry a command.

/** Whether the word at `index` says LEFT; RIGHT is the other one. Throws ERR (syntax error). */
export function isFrontAt(argv: Argv, index: number): boolean {
  const token = tokenAt(argv, index)
  if (token !== 'LEFT' && token !== 'RIGHT') throw syntaxError()
  return token === 'LEFT'
}

function replyToPop(unit: Unit, argv: Argv, atFront: boolean): Reply {
  if (argv.length > 3) throw wrongArity(atFront ? 'lpop' : 'rpop')
  const key = textAt(argv, 1)
  if (argv.length === 2) return pop(unit, key, atFront)
  return popSome(unit, key, parseInt64(textAt(argv, 2)), atFront)
}

function replyToPush(unit: Unit, argv: Argv, atFront: boolean): Reply {
  const key = textAt(argv, 1)
  if (argv.length === 3) return pushOne(unit, key, textAt(argv, 2), atFront)
  return push(unit, key, textsFrom(argv, 2), atFront)
}

/** What LMPOP and BLMPOP ask for. */
export interface MpopWords {
  readonly keys: string[]
  readonly atFront: boolean
  readonly count: Int64
}

/** The words of LMPOP from numkeys on, which stands at `index`. */
export function mpopWords(argv: Argv, index: number): MpopWords {
  const many = parseInt64(textAt(argv, index))
  if (many === undefined || many < 1) throw numkeysNotPositive()
  const end = index + 1 + clamp(many)
  if (end >= argv.length) throw syntaxError()
  const atFront = isFrontAt(argv, end)
  let count: Int64 | undefined
  for (let i = end + 1; i < argv.length; i += 2) {
    if (count !== undefined || tokenAt(argv, i) !== 'COUNT' || i + 1 === argv.length) throw syntaxError()
    count = checkedMpopCount(parseInt64(textAt(argv, i + 1)))
  }
  return { keys: textsFrom(argv.slice(0, end), index + 1), atFront, count: count ?? 1 }
}

export function poppedReply(popped: PoppedElements | null): Reply {
  return popped === null ? null : [popped.key, popped.elements]
}

export const listEndCommands = {
  LPUSH: {
    summary: 'Puts elements at the front of a list, made if missing.',
    since: '1.0.0',
    group: 'list',
    complexity: 'O(1) for each element',
    arity: -3,
    flags: WRITE | DENYOOM | FAST,
    keys: [keySpec('RW insert')],
    syntax: 'key:key element...',
    call: (unit, argv): Reply => replyToPush(unit, argv, true),
  },
  RPUSH: {
    summary: 'Puts elements at the back of a list, made if missing.',
    since: '1.0.0',
    group: 'list',
    complexity: 'O(1) for each element',
    arity: -3,
    flags: WRITE | DENYOOM | FAST,
    keys: [keySpec('RW insert')],
    syntax: 'key:key element...',
    call: (unit, argv): Reply => replyToPush(unit, argv, false),
  },
  LPUSHX: {
    summary: 'Puts elements at the front of a list that exists.',
    since: '2.2.0',
    group: 'list',
    complexity: 'O(1) for each element',
    arity: -3,
    flags: WRITE | DENYOOM | FAST,
    keys: [keySpec('RW insert')],
    syntax: 'key:key element...',
    call: (unit, argv): Reply => pushx(unit, textAt(argv, 1), textsFrom(argv, 2), true),
  },
  RPUSHX: {
    summary: 'Puts elements at the back of a list that exists.',
    since: '2.2.0',
    group: 'list',
    complexity: 'O(1) for each element',
    arity: -3,
    flags: WRITE | DENYOOM | FAST,
    keys: [keySpec('RW insert')],
    syntax: 'key:key element...',
    call: (unit, argv): Reply => pushx(unit, textAt(argv, 1), textsFrom(argv, 2), false),
  },
  LPOP: {
    summary: 'Takes elements from the front of a list.',
    since: '1.0.0',
    group: 'list',
    complexity: 'O(N), N elements returned',
    arity: -2,
    flags: WRITE | FAST,
    keys: [keySpec('RW access delete')],
    syntax: 'key:key [count:integer]',
    call: (unit, argv): Reply => replyToPop(unit, argv, true),
  },
  RPOP: {
    summary: 'Takes elements from the back of a list.',
    since: '1.0.0',
    group: 'list',
    complexity: 'O(N), N elements returned',
    arity: -2,
    flags: WRITE | FAST,
    keys: [keySpec('RW access delete')],
    syntax: 'key:key [count:integer]',
    call: (unit, argv): Reply => replyToPop(unit, argv, false),
  },
  LMPOP: {
    summary: 'Takes elements from one end of the first of some lists that exists.',
    since: '7.0.0',
    group: 'list',
    complexity: 'O(N+M), N keys, M elements returned',
    arity: -4,
    flags: WRITE | MOVABLE_KEYS,
    keys: [countedKeys('RW access delete')],
    syntax: 'numkeys:integer key:key... <where= LEFT | RIGHT> [COUNT count:integer]',
    call(unit, argv): Reply {
      const { keys, atFront, count } = mpopWords(argv, 1)
      return poppedReply(mpop(unit, keys, count, atFront))
    },
  },
} satisfies Record<string, Command>
