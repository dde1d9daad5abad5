/**
 * Looking at what no command should show, for tests: DEBUG, where the option `enableDebugCommand` allows it. Of Redis's
 * subcommands there are those that mean something here.
 */
import { debugNotAllowed, noSuchKey, RedstartError, subcommandSyntax } from '../errors.js'
import { accessTime, idleSeconds } from '../keyspace/access-time.js'
import { ABSENT } from '../keyspace/key-index.js'
import type { Unit } from '../keyspace/unit.js'
import { isString } from '../keyspace/value.js'
import { type Argv, textAt, textsFrom, tokenAt } from './argv.js'
import { ADMIN, type Command, LOADING, NO_KEYS, NOSCRIPT, STALE } from './command.js'
import { digestOfStore, digestOfValue } from './debug-digest.js'
import { payloadOf, payloadValue } from './generic-dump.js'
import { encodingOf, objectRefcount } from './generic-object.js'
import { OK, type Reply, Status } from './reply.js'

/** A subcommand: how many words its calls have, DEBUG included, and what it does. */
interface Subcommand {
  readonly words: (count: number) => boolean
  run(unit: Unit, argv: Argv): Reply
}

const exactly = (wanted: number) => (count: number) => count === wanted

const SUBCOMMANDS: Readonly<Record<string, Subcommand>> = {
  DIGEST: { words: exactly(2), run: ({ store }) => new Status(digestOfStore(store)) },
  'DIGEST-VALUE': { words: (count) => count >= 2, run: digestsOfValues },
  ERROR: {
    words: exactly(3),
    run(_unit, argv): never {
      throw new RedstartError(textAt(argv, 2).replace(/[\r\n]/g, ' '))
    },
  },
  HELP: { words: exactly(2), run: () => HELP.map((line) => new Status(line)) },
  LOG: { words: exactly(3), run: () => OK },
  OBJECT: {
    words: (count) => count === 3 || count === 4,
    run: (unit, argv) => new Status(objectLine(unit, textAt(argv, 2))),
  },
  RELOAD: { words: exactly(2), run: reload },
  'SET-ACTIVE-EXPIRE': {
    words: exactly(3),
    run({ store }, argv): Reply {
      store.expiry.isActive = Number.parseInt(textAt(argv, 2), 10) !== 0
      return OK
    },
  },
  SLEEP: {
    words: exactly(3),
    run(_unit, argv): Reply {
      sleep(Number.parseFloat(textAt(argv, 2)))
      return OK
    },
  },
}

const HELP = [
  'DEBUG <subcommand> [<arg> [value] [opt] ...]. Subcommands are:',
  'DIGEST',
  '    The fingerprint of all keys.',
  'DIGEST-VALUE <key> [<key> ...]',
  '    The fingerprints of values.',
  'ERROR <text>',
  '    An error reply of this text.',
  'LOG <text>',
  '    Nothing: there is no server log.',
  'OBJECT <key>',
  '    How the value is kept.',
  'RELOAD',
  '    Writes all values as DUMP does, and reads them again.',
  'SET-ACTIVE-EXPIRE <0|1>',
  '    Whether keys that have expired go by themselves.',
  'SLEEP <seconds>',
  '    Keeps the process busy.',
  'HELP',
  '    This text.',
]

function digestsOfValues(unit: Unit, argv: Argv): Reply {
  const { database } = unit
  return textsFrom(argv, 2).map((key) => {
    const slot = unit.peek(key)
    return new Status(digestOfValue(database, slot === ABSENT ? undefined : slot))
  })
}

function objectLine(unit: Unit, key: string): string {
  const slot = unit.peek(key)
  if (slot === ABSENT) throw noSuchKey()
  const { keys } = unit.database
  const value = keys.lookAt(slot)
  const access = keys.accessAt(slot)
  const nowMs = unit.now()
  const idle = idleSeconds(access, nowMs)
  // Behind the value stand ten bytes of version and checksum, before it a byte for its type.
  const length = payloadOf(value).length - 11
  const clock = (Math.floor(nowMs / 1_000) - (accessTime(nowMs) - access)) & 0xffffff
  const refcount = objectRefcount(unit, key)
  return `Value refcount:${refcount} encoding:${encodingOf(value)} serializedlength:${length} lru:${clock} lru_seconds_idle:${idle}`
}

/** Puts in the place of each value what its DUMP payload holds: no event, no change. O(bytes). */
function reload({ store }: Unit): Reply {
  for (const database of store.databases) {
    for (let slot = 0; slot < database.keys.size; slot++) {
      const value = database.keys.lookAt(slot)
      if (!isString(value)) store.exchange(database, slot, payloadValue(payloadOf(value)))
    }
  }
  return OK
}

/** Nothing else runs meanwhile, as on a server: a timer would let it. */
function sleep(seconds: number): void {
  const until = performance.now() + (Number.isFinite(seconds) ? seconds * 1_000 : 0)
  while (performance.now() < until);
}

export const debugCommands = {
  DEBUG: {
    summary: 'Shows what no other command does, for tests.',
    since: '1.0.0',
    group: 'server',
    complexity: 'Depends on the subcommand',
    arity: -2,
    flags: ADMIN | LOADING | STALE | NOSCRIPT,
    keys: NO_KEYS,
    syntax: '',
    isSystem: true,
    call(unit, argv): Reply {
      if (!unit.store.settings.enablesDebug) throw debugNotAllowed()
      const name = tokenAt(argv, 1)
      const subcommand = Object.hasOwn(SUBCOMMANDS, name) ? SUBCOMMANDS[name] : undefined
      if (subcommand === undefined || !subcommand.words(argv.length)) throw subcommandSyntax(textAt(argv, 1), 'DEBUG')
      return subcommand.run(unit, argv)
    },
  },
} satisfies Record<string, Command>
