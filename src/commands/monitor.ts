/** Hearing of all calls: MONITOR. The typed side has a listener and a stream (api/monitor.ts). */
import type { Client } from '../keyspace/client.js'
import type { Store } from '../keyspace/store.js'
import type { Unit } from '../keyspace/unit.js'
import { toBytes } from '../structures/text.js'
import { ADMIN, type Command, LOADING, NO_KEYS, NOSCRIPT, STALE } from './command.js'
import { type CallListener, type MonitoredCall, observationOf } from './observation.js'
import { OK, Replies, type Reply } from './reply.js'

/** A connection that hears of all calls: each is pushed to it as a line in Redis's format. */
class MonitoringClient implements CallListener {
  readonly client: Client

  constructor(client: Client) {
    this.client = client
  }

  heard(call: MonitoredCall): void {
    if (this.client.monitors) this.client.push(['monitor', monitorLine(call)])
  }
}

const monitoring = new WeakMap<Client, MonitoringClient>()

/** Has the connection hear of all calls from now on; returns whether it did not before. O(1). */
export function monitor({ client, store }: Unit): boolean {
  if (client.monitors) return false
  client.monitors = true
  const listener = new MonitoringClient(client)
  monitoring.set(client, listener)
  observationOf(store).listen(listener)
  return true
}

/** Ends MONITOR. O(those who monitor). */
export function endMonitor(client: Client, store: Store): void {
  const listener = monitoring.get(client)
  if (!client.monitors || listener === undefined) return
  client.monitors = false
  observationOf(store).unlisten(listener)
}

/** A call as a line of MONITOR. O(bytes). */
function monitorLine({ timeMs, db, client, args }: MonitoredCall): string {
  const time = `${Math.floor(timeMs / 1_000)}.${String(timeMs % 1_000).padStart(3, '0')}000`
  return `${time} [${db} ${client}] ${args.map(quoted).join(' ')}`
}

const ESCAPES: Readonly<Record<string, string>> = {
  ...{ '\\': '\\\\', '"': '\\"', '\n': '\\n', '\r': '\\r', '\t': '\\t', '\x07': '\\a', '\b': '\\b' },
}

function quoted(word: string): string {
  let text = ''
  for (const byte of toBytes(word)) {
    const character = String.fromCharCode(byte)
    const isPlain = byte >= 0x20 && byte < 0x7f
    text += ESCAPES[character] ?? (isPlain ? character : `\\x${byte.toString(16).padStart(2, '0')}`)
  }
  return `"${text}"`
}

export const monitorCommands = {
  MONITOR: {
    summary: 'Has the session hear of every call.',
    since: '1.0.0',
    group: 'server',
    complexity: 'O(1)',
    arity: 1,
    flags: ADMIN | LOADING | STALE | NOSCRIPT,
    keys: NO_KEYS,
    syntax: '',
    call: (unit): Reply => (monitor(unit) ? OK : new Replies([])),
  },
} satisfies Record<string, Command>
