import * as fc from 'fast-check'
import type { CallReply, Data } from 'redstart'
import { type Door, mapOf, same } from './door.js'

function call(words: readonly Data[], args: fc.Arbitrary<readonly Data[]>, reply: Door['reply'] = same): Door {
  return { draw: args.map((drawn) => ({ args: drawn, words: [...words, ...drawn] })), reply }
}

const none = fc.constant([])
/** The names of the fields. */
const fieldsOf = (raw: CallReply): unknown =>
  (raw as string)
    .split('\r\n')
    .filter((line) => line.includes(':'))
    .map((line) => line.slice(0, line.indexOf(':')))
const typedFields = (sections: Record<string, object>): unknown => Object.values(sections).flatMap(Object.keys)

/** Looking into the database. Nothing is sampled in these, so that nothing is told but that. */
export const insideDoors: Readonly<Record<string, Door>> = {
  info: {
    // Sections without figures of the process, which change from one moment to the next.
    draw: fc
      .subarray(['CLIENTS', 'persistence', 'stats', 'keyspace', 'nosuch', 'cluster', 'commandstats'], { minLength: 1 })
      .map((args) => ({ args, words: ['INFO', ...args] })),
    reply: fieldsOf,
    typed: typedFields,
  },
  slowlogGet: call(['SLOWLOG', 'GET'], fc.constantFrom<Data[]>([], [3], [-1], [-2])),
  slowlogLen: call(['SLOWLOG', 'LEN'], none),
  slowlogReset: call(['SLOWLOG', 'RESET'], none),
  latencyHistogram: call(['LATENCY', 'HISTOGRAM'], fc.constantFrom<Data[]>([], ['get']), mapOf),
  latencyHistory: call(['LATENCY', 'HISTORY'], fc.constantFrom<Data[]>(['command'], ['nosuch'])),
  latencyLatest: call(['LATENCY', 'LATEST'], none),
  latencyReset: call(['LATENCY', 'RESET'], fc.constantFrom<Data[]>([], ['command', 'nosuch'])),
  latencyDoctor: call(['LATENCY', 'DOCTOR'], none),
  latencyGraph: call(['LATENCY', 'GRAPH'], fc.constantFrom<Data[]>(['command'])),
  role: {
    ...call(['ROLE'], none),
    typed: ({ role, replicationOffset, replicas }: { role: string; replicationOffset: number; replicas: [] }) => [
      role,
      replicationOffset,
      replicas,
    ],
  },
  lolwut: {
    draw: fc.constantFrom<number[]>([], [5, 4, 3], [6, 5]).map((args) => ({
      args,
      words: ['LOLWUT', ...(args.length === 0 ? [] : ['VERSION', ...args])],
    })),
    reply: same,
  },
  configResetstat: call(['CONFIG', 'RESETSTAT'], none),
}

/** A line of CLIENT LIST as the object that typed methods return. */
function clientOf(line: string): unknown {
  const fields = Object.fromEntries(
    line
      .trimEnd()
      .split(' ')
      .map((field) => [field.slice(0, field.indexOf('=')), field.slice(field.indexOf('=') + 1)]),
  )
  const { id, addr, laddr, name, flags, user } = fields
  const numbers = ['db', 'sub', 'psub', 'ssub', 'multi', 'watch', 'redir', 'resp'].map((key) => Number(fields[key]))
  return [Number(id), addr, laddr, name, flags, user, fields['lib-name'], fields['lib-ver'], ...numbers]
}

interface Told {
  readonly [field: string]: string | number
}

/** All but the last command, which is told of raw calls. */
function typedClient(told: Told): unknown {
  const { id, addr, laddr, name, flags, user, libName, libVer } = told
  const numbers = ['db', 'sub', 'psub', 'ssub', 'multi', 'watch', 'redir', 'resp'].map((key) => told[key])
  return [id, addr, laddr, name, flags, user, libName, libVer, ...numbers]
}

const linesOf = (raw: CallReply): unknown => (raw as string).split('\n').filter(Boolean).map(clientOf)
const typedClients = (clients: readonly Told[]): unknown => clients.map(typedClient)
const names = fc.constantFrom<Data[]>(['a'], [''], ['a b'], ['é'], [12])
const onOff: Door['draw'] = fc.boolean().map((on) => ({ args: [on], words: [on ? 'ON' : 'OFF'] }))

function after(words: readonly Data[], draw: Door['draw']): Door {
  return { draw: draw.map((drawn) => ({ args: drawn.args, words: [...words, ...drawn.words] })), reply: same }
}

const TRACKING: readonly (readonly [options: object | undefined, words: readonly Data[]])[] = [
  [undefined, []],
  [{ optin: true }, ['OPTIN']],
  [{ optout: true, noloop: true }, ['OPTOUT', 'NOLOOP']],
  [{ bcast: true, prefix: ['a', 'b'] }, ['BCAST', 'PREFIX', 'a', 'PREFIX', 'b']],
  [{ prefix: ['a'] }, ['PREFIX', 'a']],
  [{ redirect: 99 }, ['REDIRECT', 99]],
  [{ redirect: 1 }, ['REDIRECT', 1]],
]

/** Sessions as connections. Nobody else is connected, and the one that there is stays. */
export const clientDoors: Readonly<Record<string, Door>> = {
  clientId: call(['CLIENT', 'ID'], none),
  clientInfo: { ...call(['CLIENT', 'INFO'], none, (raw) => clientOf(raw as string)), typed: typedClient },
  clientList: {
    draw: fc.constantFrom(
      { args: [], words: ['CLIENT', 'LIST'] },
      { args: [{ type: 'pubsub' }], words: ['CLIENT', 'LIST', 'TYPE', 'PUBSUB'] },
      { args: [{ id: [1, 9] }], words: ['CLIENT', 'LIST', 'ID', 1, 9] },
    ),
    reply: linesOf,
    typed: typedClients,
  },
  clientGetname: call(['CLIENT', 'GETNAME'], none),
  clientSetname: call(['CLIENT', 'SETNAME'], names),
  clientSetinfo: call(
    ['CLIENT', 'SETINFO'],
    fc.tuple(fc.constantFrom('lib-name', 'lib-ver'), fc.constantFrom('x', '1 2')),
  ),
  clientKill: {
    draw: fc.constantFrom(
      { args: [{ id: 9 }], words: ['CLIENT', 'KILL', 'ID', 9] },
      { args: [{ id: 1 }], words: ['CLIENT', 'KILL', 'ID', 1] },
      { args: [{ id: 0 }], words: ['CLIENT', 'KILL', 'ID', 0] },
      { args: [{ user: 'nosuch' }], words: ['CLIENT', 'KILL', 'USER', 'nosuch'] },
      { args: [{ maxage: 0 }], words: ['CLIENT', 'KILL', 'MAXAGE', 0] },
      { args: [{ type: 'normal', skipme: true }], words: ['CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes'] },
    ),
    reply: same,
  },
  clientNoEvict: after(['CLIENT', 'NO-EVICT'], onOff),
  clientNoTouch: after(['CLIENT', 'NO-TOUCH'], onOff),
  // A raw call would be held back, and a typed one not.
  clientPause: call(['CLIENT', 'PAUSE'], fc.constantFrom<Data[]>([-1], [1.5])),
  clientUnpause: call(['CLIENT', 'UNPAUSE'], none),
  clientUnblock: call(['CLIENT', 'UNBLOCK'], fc.constantFrom<Data[]>([9], [1], [1, 'error'])),
  clientTracking: {
    draw: fc
      .tuple(fc.constantFrom('on', 'off'), fc.constantFrom(...TRACKING))
      .filter(([status, [options]]) => status === 'on' || options === undefined)
      .map(([status, [options, words]]) => ({
        args: options === undefined ? [status] : [status, options],
        words: ['CLIENT', 'TRACKING', status, ...words],
      })),
    reply: same,
  },
  clientCaching: {
    draw: fc.boolean().map((on) => ({ args: [on], words: ['CLIENT', 'CACHING', on ? 'YES' : 'NO'] })),
    reply: same,
  },
  clientTrackinginfo: call(['CLIENT', 'TRACKINGINFO'], none, mapOf),
  clientGetredir: call(['CLIENT', 'GETREDIR'], none),
}
