/** How a connection begins: HELLO, and what the store is to its replicas: ROLE. */

import type { Unit } from '../keyspace/unit.js'
import { parseInt64 } from '../structures/int64.js'
import { auth } from './acl.js'
import { type Argv, textAt, tokenAt } from './argv.js'
import { clientSetname } from './client.js'
import {
  badClientName,
  helloNeedsAuth,
  helloSyntax,
  protocolNotAnInteger,
  unsupportedProtocol,
} from './client-errors.js'
import { ALLOW_BUSY, type Command, FAST, LOADING, NO_AUTH, NO_KEYS, NOSCRIPT, STALE } from './command.js'
import { MapReply, type Reply } from './reply.js'
import { REDIS_VERSION } from './version.js'

interface HelloOptions {
  readonly protocol: 2 | 3 | undefined
  readonly auth: { readonly username: string; readonly password: string } | undefined
  readonly name: string | undefined
}

/**
 * Chooses the protocol, signs in and names the session. With protocol 3 the session may be subscribed and call what it likes, and
 * hears itself what becomes invalid; replies of `call` have the shapes of RESP2 in either.
 */
function hello(unit: Unit, options: HelloOptions, word: string): void {
  const { client, store } = unit
  if (options.auth !== undefined) auth(unit, options.auth.password, options.auth.username, word)
  if (store.authRequired && !client.authenticated) throw helloNeedsAuth()
  if (options.name !== undefined) clientSetname(unit, options.name)
  if (options.protocol !== undefined) client.protocol = options.protocol
}

function helloOptions(argv: Argv): HelloOptions {
  let signIn: HelloOptions['auth']
  let name: string | undefined
  const version = argv.length > 1 ? parseInt64(textAt(argv, 1)) : undefined
  if (argv.length > 1 && version === undefined) throw protocolNotAnInteger()
  if (version !== undefined && version !== 2 && version !== 3) throw unsupportedProtocol()
  for (let i = 2; i < argv.length; i++) {
    const token = tokenAt(argv, i)
    const left = argv.length - 1 - i
    if (token === 'AUTH' && left >= 2) {
      signIn = { username: textAt(argv, i + 1), password: textAt(argv, i + 2) }
      i += 2
    } else if (token === 'SETNAME' && left >= 1) {
      name = textAt(argv, i + 1)
      if (!/^[!-~]*$/.test(name)) throw badClientName()
      i++
    } else throw helloSyntax(textAt(argv, i))
  }
  return { protocol: version, auth: signIn, name }
}

/** What the store is among servers: a master without replicas, as there is no replication. O(1). */
export function role(): { role: 'master'; replicationOffset: number; replicas: [] } {
  return { role: 'master', replicationOffset: 0, replicas: [] }
}

export const helloCommands = {
  HELLO: {
    summary: 'Chooses the protocol, signs in and names the session.',
    since: '6.0.0',
    group: 'connection',
    complexity: 'O(1)',
    arity: -1,
    flags: LOADING | STALE | NOSCRIPT | FAST | NO_AUTH | ALLOW_BUSY,
    keys: NO_KEYS,
    syntax: '[arguments= protover:integer [AUTH <auth= username password>] [SETNAME clientname]]',
    call(unit, argv): Reply {
      hello(unit, helloOptions(argv), textAt(argv, 0))
      return new MapReply([
        ['server', 'redis'],
        ['version', REDIS_VERSION],
        ['proto', unit.client.protocol],
        ['id', unit.client.id],
        ['mode', 'standalone'],
        ['role', 'master'],
        ['modules', []],
      ])
    },
  },
  ROLE: {
    summary: 'Returns what the store is among servers: a master without replicas.',
    since: '2.8.12',
    group: 'server',
    complexity: 'O(1)',
    arity: 1,
    flags: LOADING | STALE | NOSCRIPT | FAST,
    categories: ['admin', 'dangerous'],
    keys: NO_KEYS,
    syntax: '',
    call(): Reply {
      const { role: name, replicationOffset, replicas } = role()
      return [name, replicationOffset, replicas]
    },
  },
} satisfies Record<string, Command>
