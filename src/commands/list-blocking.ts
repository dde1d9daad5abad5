/** Lists that are waited for: BLPOP, BRPOP, BLMOVE, BRPOPLPUSH, BLMPOP. */
import type { Unit } from '../keyspace/unit.js'
import type { Int64 } from '../structures/int64.js'
import { type Argv, textAt, textsFrom } from './argv.js'
import { block, shaped, timeoutAt, type Waiting } from './blocking.js'
import { BLOCKING, type Command, countedKeys, DENYOOM, keySpec, MOVABLE_KEYS, WRITE } from './command.js'
import { isFrontAt, mpop, mpopWords, type PoppedElements, pop, poppedReply } from './list-ends.js'
import { MOVE_KEYS, move } from './list-moves.js'
import type { Reply } from './reply.js'

/** An element taken from one of several lists. */
export interface PoppedElement {
  readonly key: string
  readonly element: string
}

/** Which ends a move is from and to. */
export interface MoveEnds {
  readonly fromFront: boolean
  readonly toFront: boolean
}

/** As RPOPLPUSH moves. */
export const BACK_TO_FRONT: MoveEnds = { fromFront: false, toFront: true }

/**
 * Takes an element from one end of the first of the lists that exists; waits for one where none does, null when time runs
 * out. O(keys). Events lpop or rpop, del.
 */
export function bpop(
  unit: Unit,
  keys: readonly string[],
  atFront: boolean,
  waiting: Waiting,
): PoppedElement | null | Promise<PoppedElement | null> {
  return block<PoppedElement | null>(unit, {
    keys,
    type: 'list',
    timeoutMs: waiting.timeoutMs,
    signal: waiting.signal,
    attempt: (own) => popFirst(own, keys, atFront),
    timeoutReply: null,
  })
}

function popFirst(unit: Unit, keys: readonly string[], atFront: boolean): PoppedElement | undefined {
  for (const key of keys) {
    const element = pop(unit, key, atFront)
    if (element !== null) return { key, element }
  }
  return undefined
}

/** As `mpop`; waits for a list where none exists, null when time runs out. O(keys + count). */
export function bmpop(
  unit: Unit,
  keys: readonly string[],
  count: Int64,
  atFront: boolean,
  waiting: Waiting,
): PoppedElements | null | Promise<PoppedElements | null> {
  return block<PoppedElements | null>(unit, {
    keys,
    type: 'list',
    timeoutMs: waiting.timeoutMs,
    signal: waiting.signal,
    attempt: (own) => mpop(own, keys, count, atFront) ?? undefined,
    timeoutReply: null,
  })
}

/** As `move`; waits for the source where it is missing, null when time runs out. O(1). */
export function bmove(
  unit: Unit,
  source: string,
  destination: string,
  ends: MoveEnds,
  waiting: Waiting,
): string | null | Promise<string | null> {
  return block<string | null>(unit, {
    keys: [source],
    type: 'list',
    timeoutMs: waiting.timeoutMs,
    signal: waiting.signal,
    attempt: (own) => move(own, source, destination, ends.fromFront, ends.toFront) ?? undefined,
    timeoutReply: null,
  })
}

// What follows is the wire: one entry a command.

function replyToPop(unit: Unit, argv: Argv, atFront: boolean): Reply | Promise<Reply> {
  const timeoutMs = timeoutAt(argv, argv.length - 1)
  return shaped(bpop(unit, textsFrom(argv.slice(0, -1), 1), atFront, { timeoutMs }), elementReply)
}

function elementReply(popped: PoppedElement | null): Reply {
  return popped === null ? null : [popped.key, popped.element]
}

export const listBlockingCommands = {
  BLPOP: {
    summary: 'Takes an element from the front of the first of some lists that exists, or waits for one.',
    since: '2.0.0',
    group: 'list',
    complexity: 'O(N), N keys',
    arity: -3,
    flags: WRITE | BLOCKING,
    keys: [keySpec('RW access delete', 1, -2)],
    syntax: 'key:key... timeout:double',
    call: (unit, argv): Reply | Promise<Reply> => replyToPop(unit, argv, true),
  },
  BRPOP: {
    summary: 'Takes an element from the back of the first of some lists that exists, or waits for one.',
    since: '2.0.0',
    group: 'list',
    complexity: 'O(N), N keys',
    arity: -3,
    flags: WRITE | BLOCKING,
    keys: [keySpec('RW access delete', 1, -2)],
    syntax: 'key:key... timeout:double',
    call: (unit, argv): Reply | Promise<Reply> => replyToPop(unit, argv, false),
  },
  BLMOVE: {
    summary: 'Moves an element from one end of a list to an end of another, or waits for one to move.',
    since: '6.2.0',
    group: 'list',
    complexity: 'O(1)',
    arity: 6,
    flags: WRITE | DENYOOM | BLOCKING,
    keys: MOVE_KEYS,
    syntax: 'source:key destination:key <wherefrom= LEFT | RIGHT> <whereto= LEFT | RIGHT> timeout:double',
    call(unit, argv): Reply | Promise<Reply> {
      const fromFront = isFrontAt(argv, 3)
      const toFront = isFrontAt(argv, 4)
      const timeoutMs = timeoutAt(argv, 5)
      return bmove(unit, textAt(argv, 1), textAt(argv, 2), { fromFront, toFront }, { timeoutMs })
    },
  },
  BRPOPLPUSH: {
    summary: 'Moves an element from the back of a list to the front of another, or waits for one to move.',
    since: '2.2.0',
    group: 'list',
    complexity: 'O(1)',
    arity: 4,
    flags: WRITE | DENYOOM | BLOCKING,
    keys: MOVE_KEYS,
    syntax: 'source:key destination:key timeout:double',
    deprecated: { since: '6.2.0', use: '`BLMOVE` with the `RIGHT` and `LEFT` arguments' },
    call(unit, argv): Reply | Promise<Reply> {
      const timeoutMs = timeoutAt(argv, 3)
      return bmove(unit, textAt(argv, 1), textAt(argv, 2), BACK_TO_FRONT, { timeoutMs })
    },
  },
  BLMPOP: {
    summary: 'Takes elements from one end of the first of some lists that exists, or waits for one.',
    since: '7.0.0',
    group: 'list',
    complexity: 'O(N+M), N keys, M elements returned',
    arity: -5,
    flags: WRITE | BLOCKING | MOVABLE_KEYS,
    keys: [countedKeys('RW access delete', 2)],
    syntax: 'timeout:double numkeys:integer key:key... <where= LEFT | RIGHT> [COUNT count:integer]',
    call(unit, argv): Reply | Promise<Reply> {
      const { keys, atFront, count } = mpopWords(argv, 2)
      const timeoutMs = timeoutAt(argv, 1)
      return shaped(bmpop(unit, keys, count, atFront, { timeoutMs }), poppedReply)
    },
  },
} satisfies Record<string, Command>
