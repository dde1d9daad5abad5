/** The wire of CLIENT: bodies are in client.ts, client-tracking.ts and client-pause.ts. */

import { syntaxError, timeoutNegative } from '../errors.js'
import type { Unit } from '../keyspace/unit.js'
import { parseInt64 } from '../structures/int64.js'
import { type Argv, clamp, integerAt, textAt, textsFrom, tokenAt } from './argv.js'
import {
  type ClientType,
  clientGetname,
  clientId,
  clientKill,
  clientNoEvict,
  clientNoTouch,
  clientReply,
  clientSetinfo,
  clientSetname,
  clientUnblock,
  type KillFilter,
  killAddress,
  listClients,
} from './client.js'
import {
  badPauseMode,
  badUnblockReason,
  clientIdNotPositive,
  invalidClientId,
  maxageNotAnInteger,
  timeoutNotAnInteger,
  unknownClientAttribute,
  unknownClientType,
} from './client-errors.js'
import { clientLine } from './client-info.js'
import { clientPause, clientUnpause } from './client-pause.js'
import {
  clientCaching,
  clientGetredir,
  clientTrackinginfo,
  needTracking,
  trackingOff,
  trackingOn,
  trackingOptions,
} from './client-tracking.js'
import { ADMIN, type Command, LOADING, NO_KEYS, NOSCRIPT, STALE } from './command.js'
import { helpCommand } from './help.js'
import { MapReply, OK, Replies, type Reply, SetReply } from './reply.js'

const TYPES: Readonly<Record<string, ClientType>> = {
  normal: 'normal',
  master: 'master',
  slave: 'replica',
  replica: 'replica',
  pubsub: 'pubsub',
}

function typeAt(argv: Argv, index: number): ClientType {
  const text = textAt(argv, index)
  const name = text.toLowerCase()
  if (!Object.hasOwn(TYPES, name)) throw unknownClientType(text)
  return TYPES[name]!
}

/** One of two words. Throws ERR (syntax error) for any other. */
function isFirst(argv: Argv, index: number, first: string, second: string): boolean {
  const token = tokenAt(argv, index)
  if (token !== first && token !== second) throw syntaxError()
  return token === first
}

function lines(unit: Unit, argv: Argv): string {
  const token = tokenAt(argv, 2)
  const list = (clients: ReturnType<typeof listClients>): string =>
    clients.map((client) => `${clientLine(client, unit.store)}\n`).join('')
  if (argv.length === 2) return list(listClients(unit))
  if (token === 'TYPE' && argv.length === 4) return list(listClients(unit, { type: typeAt(argv, 3) }))
  if (token !== 'ID' || argv.length < 4) throw syntaxError()
  const ids = textsFrom(argv, 3).map((text) => parseInt64(text))
  if (ids.includes(undefined)) throw invalidClientId()
  return list(listClients(unit, { id: ids.map(Number) }))
}

function kill(unit: Unit, argv: Argv): Reply {
  if (argv.length === 3) {
    killAddress(unit, textAt(argv, 2))
    return OK
  }
  return clientKill(unit, killFilter(argv))
}

function killFilter(argv: Argv): KillFilter {
  const filter: { -readonly [K in keyof KillFilter]: KillFilter[K] } = {}
  for (let i = 2; i < argv.length; i += 2) {
    if (i + 1 === argv.length) throw syntaxError()
    switch (tokenAt(argv, i)) {
      case 'ID':
        filter.id = positiveAt(argv, i + 1)
        break
      case 'TYPE':
        filter.type = typeAt(argv, i + 1)
        break
      case 'USER':
        filter.user = textAt(argv, i + 1)
        break
      case 'ADDR':
        filter.addr = textAt(argv, i + 1)
        break
      case 'LADDR':
        filter.laddr = textAt(argv, i + 1)
        break
      case 'SKIPME':
        filter.skipme = isFirst(argv, i + 1, 'YES', 'NO')
        break
      case 'MAXAGE':
        filter.maxage = ageAt(argv, i + 1)
        break
      default:
        throw syntaxError()
    }
  }
  return filter
}

function positiveAt(argv: Argv, index: number): number {
  const id = parseInt64(textAt(argv, index))
  if (id === undefined || id <= 0) throw clientIdNotPositive()
  return clamp(id)
}

function ageAt(argv: Argv, index: number): number {
  const age = parseInt64(textAt(argv, index))
  if (age === undefined) throw maxageNotAnInteger()
  return clamp(age)
}

function pause(unit: Unit, argv: Argv): Reply {
  if (argv.length > 4) throw syntaxError()
  const mode = argv.length === 4 ? tokenAt(argv, 3) : 'ALL'
  if (mode !== 'WRITE' && mode !== 'ALL') throw badPauseMode()
  const timeout = parseInt64(textAt(argv, 2))
  if (timeout === undefined) throw timeoutNotAnInteger()
  if (timeout < 0) throw timeoutNegative()
  clientPause(unit, clamp(timeout), mode === 'ALL' ? 'all' : 'write')
  return OK
}

function setinfo(unit: Unit, argv: Argv): Reply {
  const token = tokenAt(argv, 2)
  if (token !== 'LIB-NAME' && token !== 'LIB-VER') throw unknownClientAttribute(textAt(argv, 2))
  clientSetinfo(unit, token === 'LIB-NAME' ? 'lib-name' : 'lib-ver', textAt(argv, 3))
  return OK
}

function unblock(unit: Unit, argv: Argv): Reply {
  if (argv.length > 4) throw syntaxError()
  const reason = argv.length === 4 ? tokenAt(argv, 3) : 'TIMEOUT'
  if (reason !== 'TIMEOUT' && reason !== 'ERROR') throw badUnblockReason()
  return clientUnblock(unit, Number(integerAt(argv, 2)), reason === 'ERROR' ? 'error' : 'timeout') ? 1 : 0
}

function reply(unit: Unit, argv: Argv): Reply {
  const mode = tokenAt(argv, 2)
  if (mode !== 'ON' && mode !== 'OFF' && mode !== 'SKIP') throw syntaxError()
  clientReply(unit, mode)
  return mode === 'ON' ? OK : new Replies([])
}

function tracking(unit: Unit, argv: Argv): Reply {
  // Options are read first, and those of OFF mean nothing.
  const options = trackingOptions(unit, argv)
  if (isFirst(argv, 2, 'ON', 'OFF')) trackingOn(unit, options)
  else trackingOff(unit)
  return OK
}

const HELP = [
  'CLIENT <subcommand> [<arg> [value] [opt] ...]. Subcommands are:',
  'CACHING (YES|NO)',
  '    Whether the keys of the next call are remembered, with OPTIN or OPTOUT.',
  'GETNAME',
  '    The name of this session.',
  'GETREDIR',
  '    Which session hears in the place of this one what becomes invalid.',
  'ID',
  '    The id of this session.',
  'INFO',
  '    What there is to know of this session.',
  'KILL <address>',
  '    Ends the session at an address.',
  'KILL <filter> <value> [<filter> <value> ...]',
  '    Ends sessions that fit: ADDR, LADDR, ID, MAXAGE, SKIPME (YES|NO), TYPE, USER.',
  'LIST [TYPE (NORMAL|MASTER|REPLICA|PUBSUB) | ID <id> ...]',
  '    What there is to know of sessions.',
  'NO-EVICT (ON|OFF)',
  '    Spares this session from eviction.',
  'NO-TOUCH (ON|OFF)',
  '    Leaves access times as they are.',
  'PAUSE <milliseconds> [WRITE|ALL]',
  '    Holds back calls.',
  'REPLY (ON|OFF|SKIP)',
  '    Whether this session is answered.',
  'SETINFO (LIB-NAME|LIB-VER) <value>',
  '    Says which library uses this session.',
  'SETNAME <name>',
  '    Names this session.',
  'TRACKING (ON|OFF) [REDIRECT <id>] [BCAST] [PREFIX <prefix> ...] [OPTIN] [OPTOUT] [NOLOOP]',
  '    Has this session hear of keys that become invalid.',
  'TRACKINGINFO',
  '    What this session hears of.',
  'UNBLOCK <id> [TIMEOUT|ERROR]',
  '    Ends the waiting of a session.',
  'UNPAUSE',
  '    Ends a pause.',
  'HELP',
  '    This text.',
]

const OPEN = {
  group: 'connection',
  flags: LOADING | STALE | NOSCRIPT,
  keys: NO_KEYS,
  categories: ['connection'],
} as const
const ADMINISTRATIVE = { ...OPEN, flags: OPEN.flags | ADMIN } as const
const EVERYWHERE = ['request_policy:all_nodes', 'response_policy:all_succeeded']
const SWITCH = '<enabled= ON | OFF>'
const TYPE = 'NORMAL | MASTER | REPLICA | PUBSUB'

export const clientCommands = {
  CLIENT: {
    group: 'connection',
    summary: 'Tells of sessions, and says how they are served.',
    since: '2.4.0',
    complexity: 'O(1)',
    arity: -2,
    flags: 0,
    keys: NO_KEYS,
    syntax: '',
    subcommands: {
      CACHING: {
        ...OPEN,
        summary: 'Says whether the keys of the next call are remembered.',
        since: '6.0.0',
        complexity: 'O(1)',
        arity: 3,
        syntax: '<mode= YES | NO>',
        call(unit, argv): Reply {
          // Whether there is anything to say comes before what is said.
          needTracking(unit)
          clientCaching(unit, isFirst(argv, 2, 'YES', 'NO'))
          return OK
        },
      },
      GETNAME: {
        ...OPEN,
        summary: 'Returns the name of the session.',
        since: '2.6.9',
        complexity: 'O(1)',
        arity: 2,
        syntax: '',
        call: (unit): Reply => clientGetname(unit),
      },
      GETREDIR: {
        ...OPEN,
        summary: 'Returns which session hears in the place of this one what becomes invalid.',
        since: '6.0.0',
        complexity: 'O(1)',
        arity: 2,
        syntax: '',
        call: (unit): Reply => clientGetredir(unit),
      },
      HELP: helpCommand(HELP, { ...OPEN, since: '5.0.0' }),
      ID: {
        ...OPEN,
        summary: 'Returns the id of the session.',
        since: '5.0.0',
        complexity: 'O(1)',
        arity: 2,
        syntax: '',
        call: (unit): Reply => clientId(unit),
      },
      INFO: {
        ...OPEN,
        summary: 'Returns what there is to know of the session.',
        since: '6.2.0',
        complexity: 'O(N), N calls that wait',
        arity: 2,
        tips: ['nondeterministic_output'],
        syntax: '',
        call: (unit): Reply => `${clientLine(unit.client, unit.store)}\n`,
      },
      KILL: {
        ...ADMINISTRATIVE,
        summary: 'Ends sessions.',
        since: '2.4.0',
        complexity: 'O(N), N sessions',
        arity: -3,
        syntax:
          `<filter= old-format | <new-format= [ID client-id:integer] | [TYPE <client-type= NORMAL | MASTER | SLAVE | REPLICA | PUBSUB>] | ` +
          '[USER username] | [ADDR addr] | [LADDR laddr] | [SKIPME <skipme= YES | NO>] | [MAXAGE maxage:integer]>...>',
        call: (unit, argv): Reply => kill(unit, argv),
      },
      LIST: {
        ...ADMINISTRATIVE,
        summary: 'Returns what there is to know of sessions.',
        since: '2.4.0',
        complexity: 'O(N), N sessions times calls that wait',
        arity: -2,
        tips: ['nondeterministic_output'],
        syntax: `[TYPE <client-type= ${TYPE}>] [ID client-id:integer...]`,
        call: (unit, argv): Reply => lines(unit, argv),
      },
      'NO-EVICT': {
        ...ADMINISTRATIVE,
        summary: 'Spares the session from eviction.',
        since: '7.0.0',
        complexity: 'O(1)',
        arity: 3,
        syntax: SWITCH,
        call(unit, argv): Reply {
          clientNoEvict(unit, isFirst(argv, 2, 'ON', 'OFF'))
          return OK
        },
      },
      'NO-TOUCH': {
        ...OPEN,
        summary: 'Has the calls of the session leave access times as they are.',
        since: '7.2.0',
        complexity: 'O(1)',
        arity: 3,
        syntax: SWITCH,
        call(unit, argv): Reply {
          clientNoTouch(unit, isFirst(argv, 2, 'ON', 'OFF'))
          return OK
        },
      },
      PAUSE: {
        ...ADMINISTRATIVE,
        summary: 'Holds back the calls of all sessions for a time.',
        since: '3.0.0',
        complexity: 'O(1)',
        arity: -3,
        syntax: 'timeout:integer [mode= WRITE | ALL]',
        call: (unit, argv): Reply => pause(unit, argv),
      },
      REPLY: {
        ...OPEN,
        summary: 'Says whether the session is answered.',
        since: '3.2.0',
        complexity: 'O(1)',
        arity: 3,
        syntax: '<action= ON | OFF | SKIP>',
        call: (unit, argv): Reply => reply(unit, argv),
      },
      SETINFO: {
        ...OPEN,
        summary: 'Says which library uses the session.',
        since: '7.2.0',
        complexity: 'O(1)',
        arity: 4,
        tips: EVERYWHERE,
        syntax: '<attr= LIB-NAME libname | LIB-VER libver>',
        call: (unit, argv): Reply => setinfo(unit, argv),
      },
      SETNAME: {
        ...OPEN,
        summary: 'Names the session.',
        since: '2.6.9',
        complexity: 'O(1)',
        arity: 3,
        tips: EVERYWHERE,
        syntax: 'connection-name',
        call(unit, argv): Reply {
          clientSetname(unit, textAt(argv, 2))
          return OK
        },
      },
      TRACKING: {
        ...OPEN,
        summary: 'Has the session hear of keys that become invalid.',
        since: '6.0.0',
        complexity: 'O(N), N prefixes',
        arity: -3,
        syntax: '<status= ON | OFF> [REDIRECT client-id:integer] [PREFIX prefix+...] [BCAST] [OPTIN] [OPTOUT] [NOLOOP]',
        call: (unit, argv): Reply => tracking(unit, argv),
      },
      TRACKINGINFO: {
        ...OPEN,
        summary: 'Returns what the session hears of.',
        since: '6.2.0',
        complexity: 'O(N), N prefixes',
        arity: 2,
        syntax: '',
        call(unit): Reply {
          const { flags, redirect, prefixes } = clientTrackinginfo(unit)
          return new MapReply([
            ['flags', new SetReply(flags)],
            ['redirect', redirect],
            ['prefixes', prefixes],
          ])
        },
      },
      UNBLOCK: {
        ...ADMINISTRATIVE,
        summary: 'Ends the waiting of a session.',
        since: '5.0.0',
        complexity: 'O(N), N calls that wait',
        arity: -3,
        syntax: 'client-id:integer [unblock-type= TIMEOUT | ERROR]',
        call: (unit, argv): Reply => unblock(unit, argv),
      },
      UNPAUSE: {
        ...ADMINISTRATIVE,
        summary: 'Ends a pause.',
        since: '6.2.0',
        complexity: 'O(N), N calls that were held back',
        arity: 2,
        syntax: '',
        call(unit): Reply {
          clientUnpause(unit)
          return OK
        },
      },
    },
  },
} satisfies Record<string, Command>
