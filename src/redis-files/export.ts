import type { Redstart } from '../index.js'
import { checkNames, type Names } from '../option-names.js'
import { checkOneOf } from './options.js'
import { sealPayload } from './payload.js'
import { type Emit, sayPlainly } from './plain-commands.js'
import { RdbEncoder } from './rdb-encoder.js'
import { RespEncoder } from './resp-encoder.js'
import { Breath } from './staging.js'
import { Still, type StoreEntry } from './store-entries.js'

/** How far an export has come. */
export interface ExportProgress {
  readonly keys: number
  readonly keysTotal: number
  readonly bytes: number
}

/** Options of all exports. */
export interface ExportOptions {
  /** Is told of progress after each chunk; the last call has the totals. */
  readonly onProgress?: ((progress: ExportProgress) => void) | undefined
}

/** Options of `exportRdb`. */
export interface ExportRdbOptions extends ExportOptions {
  /**
   * The version of the format. By default the lowest that serves: 11, which Redis 7.2 and later load, or 12 for Redis 7.4 and later
   * where fields of a hash expire.
   */
  readonly version?: 11 | 12 | undefined
}

/** Options of `exportCommands`. */
export interface ExportCommandsOptions extends ExportOptions {
  /**
   * `'restore'` says each key by a RESTORE, fast and exact to the encoding, for servers of the versions that `exportRdb` names;
   * `'plain'` by SET, RPUSH, SADD, ZADD, HSET and XADD, which every server and everything that speaks its protocol knows. By default
   * `'restore'`.
   */
  readonly commands?: 'restore' | 'plain' | undefined
}

const RDB_OPTIONS: Names<ExportRdbOptions> = { onProgress: true, version: true }
const COMMANDS_OPTIONS: Names<ExportCommandsOptions> = { onProgress: true, commands: true }

/** So many bytes are handed out at a time, more where a value is larger. */
const CHUNK_BYTES = 1 << 16

/**
 * The whole store as an RDB file, which a Redis server loads when it starts. The bytes come as they are asked for, and are of the
 * state at the time of this call, whatever is written meanwhile; the event loop runs in between. O(keys) at once, O(bytes) in all.
 *
 * @example
 * await pipeline(exportRdb(db), createWriteStream('dump.rdb'))
 *
 * @throws RangeError (while it is read) when fields expire and `version` is 11
 */
export function exportRdb(db: Redstart, options: ExportRdbOptions = {}): AsyncIterableIterator<Uint8Array> {
  checkNames(options, RDB_OPTIONS)
  checkOneOf('version', options.version, [11, 12])
  const still = new Still(db)
  return handedOut(rdbChunks(still, options), still.keys, options)
}

/**
 * The whole store as commands in Redis's protocol, which `redis-cli --pipe` sends to a server and which are an append-only file
 * at the same time. What is there under the same keys is replaced, other keys of the server stay. The bytes come as those of
 * `exportRdb`.
 *
 * @example
 * await pipeline(exportCommands(db), process.stdout) // node export.js | redis-cli --pipe
 */
export function exportCommands(db: Redstart, options: ExportCommandsOptions = {}): AsyncIterableIterator<Uint8Array> {
  checkNames(options, COMMANDS_OPTIONS)
  checkOneOf('commands', options.commands, ['restore', 'plain'])
  const still = new Still(db)
  return handedOut(commandChunks(still, options.commands ?? 'restore'), still.keys, options)
}

/** A piece of the output, and how many keys have been written so far. */
interface Chunk {
  readonly bytes: Uint8Array
  readonly keys: number
}

async function* handedOut(
  chunks: Iterable<Chunk>,
  keysTotal: number,
  { onProgress }: ExportOptions,
): AsyncIterableIterator<Uint8Array> {
  const breath = new Breath()
  let total = 0
  for (const { bytes, keys } of chunks) {
    total += bytes.length
    yield bytes
    onProgress?.({ keys, keysTotal, bytes: total })
    if (breath.due) await breath.taken()
  }
}

function* rdbChunks(still: Still, options: ExportRdbOptions): Iterable<Chunk> {
  const encoder = new RdbEncoder(options.version ?? (still.hasTimedHashes() ? 12 : 11))
  encoder.head({ 'redis-bits': '64', ctime: String(Math.floor(still.nowMs / 1000)), 'aof-base': '0' })
  let keys = 0
  for (const { index, keys: count, expiring } of still.databases()) {
    encoder.database(index, count, expiring)
    for (const key of still.keysOf(index)) {
      const entry = still.entry(key)
      if (entry === undefined) continue
      encoder.entry(entry)
      keys++
      if (encoder.pending >= CHUNK_BYTES) yield { bytes: encoder.taken(), keys }
    }
  }
  yield { bytes: encoder.end(), keys }
}

function* commandChunks(still: Still, commands: 'restore' | 'plain'): Iterable<Chunk> {
  const encoder = new RespEncoder()
  const say = commands === 'plain' ? plainly(still, encoder) : byRestore(still, encoder)
  let keys = 0
  for (const { index } of still.databases()) {
    encoder.command('SELECT', String(index))
    for (const key of still.keysOf(index)) {
      if (!say(key)) continue
      keys++
      if (encoder.pending >= CHUNK_BYTES) yield { bytes: encoder.taken(), keys }
    }
  }
  yield { bytes: encoder.taken(), keys }
}

function byRestore(still: Still, encoder: RespEncoder): (key: string) => boolean {
  return (key) => {
    const entry = still.entry(key)
    if (entry === undefined) return false
    encoder.commandOf(restoreWords(entry))
    return true
  }
}

function restoreWords({ key, value, expiresAtMs, idleSeconds, frequency }: StoreEntry): (string | Uint8Array)[] {
  const words = ['RESTORE', key, String(expiresAtMs ?? 0), sealPayload(value), 'REPLACE', 'ABSTTL']
  if (idleSeconds !== undefined) words.push('IDLETIME', String(idleSeconds))
  if (frequency !== undefined) words.push('FREQ', String(frequency))
  return words
}

/** A value without plain commands is said by RESTORE. */
function plainly(still: Still, encoder: RespEncoder): (key: string) => boolean {
  const restore = byRestore(still, encoder)
  const emit: Emit = (words) => encoder.commandOf(words)
  const { session, nowMs } = still
  return (key) => {
    const type = session.type(key)
    if (type === 'none') return false
    // SET replaces what is there; what others add to must not be there.
    if (type !== 'string') encoder.command('DEL', key)
    if (!sayPlainly(session, key, nowMs, emit)) return restore(key)
    const expiresAtMs = still.deadlineOf(key)
    if (expiresAtMs !== undefined) encoder.command('PEXPIREAT', key, String(expiresAtMs))
    return true
  }
}
