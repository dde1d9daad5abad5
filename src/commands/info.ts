/**
 * What a store tells of itself: https://redis.io/docs/latest/commands/info/
 *
 * Names and format are Redis's, so that what reads INFO reads this. A field that would have to be made up is left out.
 */
import { type Database, deadlineOf } from '../keyspace/database.js'
import type { KeptBytes } from '../keyspace/ports.js'
import type { Store } from '../keyspace/store.js'
import type { Unit } from '../keyspace/unit.js'
import { toHex } from '../structures/text.js'
import { textsFrom } from './argv.js'
import { type Command, LOADING, NO_KEYS, STALE } from './command.js'
import { percentileText } from './config-values.js'
import { host } from './host.js'
import { keysizesFields } from './info-keysizes.js'
import { memoryFields } from './info-memory.js'
import { type Field, sectionText } from './info-text.js'
import { nameOf } from './known-commands.js'
import { observationOf } from './observation.js'
import type { Reply } from './reply.js'
import { REDIS_VERSION, VERSION } from './version.js'

interface Section {
  readonly title: string
  /** Whether INFO tells it unasked. */
  readonly isDefault: boolean
  fields(store: Store): readonly Field[]
}

/** In the order in which Redis tells them. */
const SECTIONS: Readonly<Record<string, Section>> = {
  server: { title: 'Server', isDefault: true, fields: serverFields },
  clients: { title: 'Clients', isDefault: true, fields: clientFields },
  memory: { title: 'Memory', isDefault: true, fields: memoryFields },
  persistence: { title: 'Persistence', isDefault: true, fields: persistenceFields },
  threads: { title: 'Threads', isDefault: true, fields: () => [] },
  stats: { title: 'Stats', isDefault: true, fields: statsFields },
  replication: { title: 'Replication', isDefault: true, fields: replicationFields },
  cpu: { title: 'CPU', isDefault: true, fields: cpuFields },
  modules: { title: 'Modules', isDefault: true, fields: () => [] },
  commandstats: { title: 'Commandstats', isDefault: false, fields: commandFields },
  errorstats: { title: 'Errorstats', isDefault: true, fields: errorFields },
  latencystats: { title: 'Latencystats', isDefault: false, fields: latencyFields },
  cluster: { title: 'Cluster', isDefault: true, fields: () => [['cluster_enabled', 0]] },
  keyspace: { title: 'Keyspace', isDefault: true, fields: keyspaceFields },
  // Not unasked, as in Redis: it takes a look at every key.
  keysizes: { title: 'Keysizes', isDefault: false, fields: keysizesFields },
}

/** The sections that are asked for, by names in any letter case; the usual ones when none is. O(what is told). */
function wanted(names: readonly string[]): [name: string, section: Section][] {
  const asked = new Set(names.length === 0 ? ['default'] : names.map((name) => name.toLowerCase()))
  const all = asked.has('all') || asked.has('everything')
  return Object.entries(SECTIONS).filter(
    ([name, { isDefault }]) => all || asked.has(name) || (isDefault && asked.has('default')),
  )
}

/** What the store tells of itself, as text in Redis's format. O(what is told). */
export function infoText(unit: Unit, sections: readonly string[]): string {
  const texts = wanted(sections).map(([, { title, fields }]) => sectionText(title, fields(unit.store)))
  return texts.join('\r\n')
}

/** The same as objects: a field of numbers alone is a number. O(what is told). */
export function info(unit: Unit, sections: readonly string[]): Record<string, Record<string, string | number>> {
  const told: Record<string, Record<string, string | number>> = {}
  for (const [name, { fields }] of wanted(sections)) told[name] = Object.fromEntries(fields(unit.store).map(typed))
  return told
}

function typed([name, value]: Field): [string, string | number] {
  return [name, typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value]
}

function serverFields(store: Store): Field[] {
  const { pid, platform, arch } = host.facts()
  const nowMs = store.clock.now()
  const uptime = Math.max(0, Math.floor((nowMs - store.startedMs) / 1_000))
  const ofProcess: Field[] = []
  if (platform !== undefined && arch !== undefined) ofProcess.push(['os', `${platform} ${arch}`])
  if (pid !== undefined) ofProcess.push(['process_id', pid])
  return [
    ['redis_version', REDIS_VERSION],
    ['redis_mode', 'standalone'],
    ['server_name', 'redstart'],
    ['redstart_version', VERSION],
    ...ofProcess,
    ['run_id', runId(store)],
    ['tcp_port', 0],
    ['server_time_usec', nowMs * 1_000],
    ['uptime_in_seconds', uptime],
    ['uptime_in_days', Math.floor(uptime / 86_400)],
  ]
}

const runIds = new WeakMap<Store, string>()

/** Forty hexadecimal digits that no other store has. */
function runId(store: Store): string {
  let id = runIds.get(store)
  if (id === undefined) {
    id = toHex(globalThis.crypto.getRandomValues(new Uint8Array(20)))
    runIds.set(store, id)
  }
  return id
}

function clientFields({ connections, waiters, tracking, pause }: Store): Field[] {
  const clients = connections.list()
  const watched = clients.map(({ watch }) => watch?.keys.length ?? 0)
  return [
    ['connected_clients', clients.length],
    ['cluster_connections', 0],
    ['blocked_clients', waiters.clients().size + (pause?.clients ?? 0)],
    ['tracking_clients', tracking?.clientCount ?? 0],
    ['pubsub_clients', clients.filter(({ subscriptions }) => subscriptions !== undefined).length],
    ['watching_clients', watched.filter((count) => count > 0).length],
    ['clients_in_timeout_table', waiters.timeouts],
    ['total_watched_keys', watched.reduce((sum, count) => sum + count, 0)],
    ['total_blocking_keys', waiters.keyCount],
    ['total_blocking_keys_on_nokey', waiters.keyCountUntilGone],
  ]
}

/** Without a persistence what Redis tells of snapshots and logs that never were. */
function persistenceFields({ dirty, keeper, refusal, saves, clock, startedMs }: Store): Field[] {
  const rewrites = keeper?.saving === 'rewrite'
  const running = saves === undefined ? -1 : saves.runningMs(clock.now())
  return [
    ['loading', 0],
    ['async_loading', 0],
    ['rdb_changes_since_last_save', keeper?.changesSinceSave ?? dirty],
    ['rdb_bgsave_in_progress', keeper?.saving === 'save' ? 1 : 0],
    ['rdb_last_save_time', keeper?.lastSave ?? Math.floor(startedMs / 1000)],
    ['rdb_last_bgsave_status', saves?.saveFailed ? 'err' : 'ok'],
    ['rdb_last_bgsave_time_sec', seconds(saves?.saveMs ?? -1)],
    ['rdb_current_bgsave_time_sec', seconds(rewrites ? -1 : running)],
    ['rdb_saves', saves?.count ?? 0],
    ['rdb_last_load_keys_loaded', saves?.loadedKeys ?? 0],
    ['aof_enabled', keeper === undefined ? 0 : 1],
    ['aof_rewrite_in_progress', rewrites ? 1 : 0],
    ['aof_rewrite_scheduled', 0],
    ['aof_last_rewrite_time_sec', seconds(saves?.rewriteMs ?? -1)],
    ['aof_current_rewrite_time_sec', seconds(rewrites ? running : -1)],
    ['aof_last_bgrewrite_status', saves?.rewriteFailed ? 'err' : 'ok'],
    ['aof_rewrites', saves?.rewrites ?? 0],
    ['aof_rewrites_consecutive_failures', saves?.rewritesFailed ?? 0],
    ['aof_last_write_status', keeper === undefined || refusal === undefined ? 'ok' : 'err'],
    ...(keeper === undefined ? [] : logFields(keeper.bytes)),
  ]
}

/** What Redis tells while it keeps a log. A rewrite never has to wait, and no write waits for a flush. */
function logFields({ current, base, waiting, flushes }: KeptBytes): Field[] {
  return [
    ['aof_current_size', current],
    ['aof_base_size', base],
    ['aof_pending_rewrite', 0],
    ['aof_buffer_length', waiting],
    ['aof_pending_bio_fsync', flushes],
    ['aof_delayed_fsync', 0],
  ]
}

/** Whole seconds; -1 stays. */
function seconds(ms: number): number {
  return ms < 0 ? -1 : Math.floor(ms / 1000)
}

/** What only those know who count calls is left out while nobody does. */
function statsFields(store: Store): Field[] {
  const { statistics, pubsub, tracking } = store
  const observation = observationOf(store)
  const counted = (fields: readonly Field[]): readonly Field[] => (observation.counts ? fields : [])
  const { denied } = statistics
  const errors = [...statistics.errors.values()].reduce((sum, count) => sum + count, 0)
  return [
    ['total_connections_received', statistics.connections],
    ...counted([['total_commands_processed', observation.calls]]),
    ['rejected_connections', 0],
    ['sync_full', 0],
    ['sync_partial_ok', 0],
    ['sync_partial_err', 0],
    ['expired_subkeys', statistics.expiredFields],
    ['expired_keys', statistics.expiredKeys],
    ['evicted_keys', statistics.evictedKeys],
    ['evicted_clients', 0],
    ['evicted_scripts', 0],
    ...counted([
      ['keyspace_hits', statistics.hits],
      ['keyspace_misses', statistics.misses],
    ]),
    ['pubsub_channels', pubsub.count('channel')],
    ['pubsub_patterns', pubsub.count('pattern')],
    ['pubsubshard_channels', pubsub.count('shard')],
    ['migrate_cached_sockets', 0],
    ['slave_expires_tracked_keys', 0],
    ['tracking_total_keys', tracking?.keyCount ?? 0],
    ['tracking_total_items', tracking?.itemCount ?? 0],
    ['tracking_total_prefixes', tracking?.prefixCount ?? 0],
    ['unexpected_error_replies', 0],
    ...counted([['total_error_replies', errors]]),
    ['acl_access_denied_auth', denied.auth],
    ['acl_access_denied_cmd', denied.command],
    ['acl_access_denied_key', denied.key],
    ['acl_access_denied_channel', denied.channel],
  ]
}

function replicationFields(store: Store): Field[] {
  return [
    ['role', 'master'],
    ['connected_slaves', 0],
    ['master_failover_state', 'no-failover'],
    ['master_replid', runId(store)],
    ['master_replid2', '0'.repeat(40)],
    ['master_repl_offset', 0],
    ['second_repl_offset', -1],
    ['repl_backlog_active', 0],
    ['repl_backlog_size', 0],
    ['repl_backlog_first_byte_offset', 0],
    ['repl_backlog_histlen', 0],
  ]
}

function cpuFields(): Field[] {
  const usage = host.facts().cpuUsage?.()
  if (usage === undefined) return []
  return [
    ['used_cpu_sys', (usage.system / 1e6).toFixed(6)],
    ['used_cpu_user', (usage.user / 1e6).toFixed(6)],
  ]
}

function commandFields(store: Store): Field[] {
  const fields: Field[] = []
  for (const [command, statistics] of observationOf(store).commands) {
    const { calls, rejected, failed, us } = statistics
    if (calls === 0 && rejected === 0) continue
    const each = calls === 0 ? 0 : us / calls
    fields.push([
      `cmdstat_${nameOf(command)}`,
      `calls=${calls},usec=${us},usec_per_call=${each.toFixed(2)},rejected_calls=${rejected},failed_calls=${failed}`,
    ])
  }
  return fields
}

function errorFields({ statistics }: Store): Field[] {
  return [...statistics.errors].map(([code, count]) => [`errorstat_${code}`, `count=${count}`])
}

function latencyFields(store: Store): Field[] {
  const fields: Field[] = []
  const { latencyPercentiles } = store.settings
  for (const [command, { histogram }] of observationOf(store).commands) {
    if (histogram === undefined || histogram.count === 0) continue
    const percentiles = latencyPercentiles.map((percentile) => {
      const us = histogram.percentile(percentile) / 1_000
      return `p${percentileText(percentile)}=${us.toFixed(3)}`
    })
    fields.push([`latency_percentiles_usec_${nameOf(command)}`, percentiles.join(',')])
  }
  return fields
}

function keyspaceFields(store: Store): Field[] {
  return store.databases
    .filter(({ keys }) => keys.size > 0)
    .map((database) => {
      const { keys, wheel, fields, index } = database
      const figures = `keys=${keys.size},expires=${wheel?.size ?? 0},avg_ttl=${averageTtl(store, database)}`
      return [`db${index}`, `${figures},subexpiry=${fields?.size ?? 0}`]
    })
}

/** So many keys are looked at. */
const TTL_SAMPLES = 1_000

/** The mean time that keys with a deadline have left, in milliseconds, by a sample of rows at equal distances. O(1). */
function averageTtl(store: Store, database: Database): number {
  const { keys, wheel } = database
  if (wheel === undefined || wheel.size === 0) return 0
  const nowMs = store.clock.now()
  const stride = Math.max(1, Math.floor(keys.size / TTL_SAMPLES))
  let [sum, count] = [0, 0]
  for (let slot = 0; slot < keys.size; slot += stride) {
    const deadlineMs = deadlineOf(database, slot)
    if (deadlineMs === undefined) continue
    sum += Math.max(0, Number(deadlineMs) - nowMs)
    count++
  }
  return count === 0 ? 0 : Math.floor(sum / count)
}

export const infoCommands = {
  INFO: {
    summary: 'Returns what the store tells of itself.',
    since: '1.0.0',
    group: 'server',
    complexity: 'O(1), O(N) for keysizes, N keys and bytes of strings',
    arity: -1,
    flags: LOADING | STALE,
    categories: ['dangerous'],
    tips: ['nondeterministic_output', 'request_policy:all_shards', 'response_policy:special'],
    keys: NO_KEYS,
    syntax: '[section...]',
    call: (unit, argv): Reply => infoText(unit, textsFrom(argv, 1)),
  },
} satisfies Record<string, Command>
