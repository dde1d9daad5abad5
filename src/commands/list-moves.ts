/** From one list to another: LMOVE, RPOPLPUSH. */
import { LIST } from '../keyspace/kinds.js'
import type { Unit } from '../keyspace/unit.js'
import { textAt } from './argv.js'
import { type Command, DENYOOM, keySpec, WRITE } from './command.js'
import { isFrontAt } from './list-ends.js'
import type { Reply } from './reply.js'

/**
 * Takes an element from one end of a list and puts it at an end of another, made if missing, or of the same; null when there
 * is none. O(1). Events lpush or rpush, lpop or rpop, del.
 */
export function move(
  unit: Unit,
  source: string,
  destination: string,
  fromFront: boolean,
  toFront: boolean,
): string | null {
  const from = unit.look(source, LIST)
  if (from === undefined) return null
  const element = from.moveTo(unit.open(destination, LIST), fromFront, toFront)
  if (unit.logging) unit.log('LMOVE', source, destination, endOf(fromFront), endOf(toFront))
  unit.changed(destination, toFront ? 'lpush' : 'rpush', 0)
  unit.shrunk(source, from, fromFront ? 'lpop' : 'rpop')
  // A list in the keyspace has elements.
  return element!
}

function endOf(isFront: boolean): string {
  return isFront ? 'LEFT' : 'RIGHT'
}

// What follows is the wire: one entry a command.

/** An element goes from one list to the other. */
export const MOVE_KEYS = [keySpec('RW access delete'), keySpec('RW insert', 2)]

export const listMoveCommands = {
  LMOVE: {
    summary: 'Moves an element from one end of a list to an end of another.',
    since: '6.2.0',
    group: 'list',
    complexity: 'O(1)',
    arity: 5,
    flags: WRITE | DENYOOM,
    keys: MOVE_KEYS,
    syntax: 'source:key destination:key <wherefrom= LEFT | RIGHT> <whereto= LEFT | RIGHT>',
    call(unit, argv): Reply {
      const fromFront = isFrontAt(argv, 3)
      return move(unit, textAt(argv, 1), textAt(argv, 2), fromFront, isFrontAt(argv, 4))
    },
  },
  RPOPLPUSH: {
    summary: 'Moves an element from the back of a list to the front of another.',
    since: '1.2.0',
    group: 'list',
    complexity: 'O(1)',
    arity: 3,
    flags: WRITE | DENYOOM,
    keys: MOVE_KEYS,
    syntax: 'source:key destination:key',
    deprecated: { since: '6.2.0', use: '`LMOVE` with the `RIGHT` and `LEFT` arguments' },
    call: (unit, argv): Reply => move(unit, textAt(argv, 1), textAt(argv, 2), false, true),
  },
} satisfies Record<string, Command>
