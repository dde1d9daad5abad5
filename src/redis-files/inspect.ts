import { checkNames, type Names } from '../option-names.js'
import { aofFiles } from './aof-manifest.js'
import type { ImportProgress } from './options.js'
import { type RdbKey, RdbParser } from './rdb-parser.js'
import { formOfValue, type KeyType } from './rdb-values.js'
import { CUT_OFF, RespParser, timeOf } from './resp-parser.js'
import { type FileSource, openSource } from './source.js'
import { Breath } from './staging.js'
import { ByteWindow } from './window.js'

/** Options of `inspect`. */
export interface InspectOptions {
  /** How many of the largest keys are named; 10 by default. */
  readonly largest?: number | undefined
  readonly onProgress?: ((progress: ImportProgress) => void) | undefined
  /** How messages call the source, where it is no path. */
  readonly name?: string | undefined
}

/** How many keys of a kind there are, and how many bytes they take in the file, names included. */
export interface KeyCount {
  readonly keys: number
  readonly bytes: number
}

/** What an RDB file says of one database. */
export interface RdbDatabaseInfo {
  readonly index: number
  readonly keys: number
  readonly expiring: number
  readonly types: Readonly<Partial<Record<KeyType, KeyCount>>>
}

export interface LargeKey {
  readonly database: number
  readonly key: string
  readonly type: KeyType
  readonly encoding: string
  readonly bytes: number
}

/** What is in an RDB file. */
export interface RdbInfo {
  readonly version: number
  readonly checksum: 'right' | 'none'
  readonly bytes: number
  readonly fields: Readonly<Record<string, string>>
  readonly databases: readonly RdbDatabaseInfo[]
  /** Deadlines of keys in Unix time in milliseconds; undefined where no key has one. */
  readonly deadlines: { readonly earliest: number; readonly latest: number } | undefined
  readonly functions: number
  readonly moduleData: number
  /** From the largest down, by their bytes in the file. */
  readonly largest: readonly LargeKey[]
}

/** What is in one file. */
export interface FileInfo {
  readonly file: string
  readonly bytes: number
  /** The RDB file, or the one that an append-only file begins with. */
  readonly rdb: RdbInfo | undefined
  /** How often each command stands in it, by its name in capitals. */
  readonly commands: Readonly<Record<string, number>>
  /** Of the notes on time, in Unix seconds. */
  readonly timestamps: { readonly first: number; readonly last: number } | undefined
  /** Where it ends in the middle of a command. */
  readonly cutAt: number | undefined
}

/** What is in an RDB file, or in the files of an append-only log. */
export interface RedisFilesInfo {
  readonly format: 'rdb' | 'aof'
  readonly files: readonly FileInfo[]
}

const INSPECT_OPTIONS: Names<InspectOptions> = { largest: true, onProgress: true, name: true }
const LARGEST_BY_DEFAULT = 10
const PARTS_PER_LOOK = 64

/**
 * Tells what is in an RDB file or an append-only log of Redis, without keeping it: format, version, keys by database and type,
 * sizes, deadlines, the largest keys, commands. The checksum is compared; values are looked at from outside only. O(bytes).
 *
 * @throws RedisFileError (as a rejection) when the file is damaged or of neither format
 */
export async function inspect(source: FileSource, options: InspectOptions = {}): Promise<RedisFilesInfo> {
  checkNames(options, INSPECT_OPTIONS)
  const found = typeof source === 'string' ? await aofFiles(source) : undefined
  const files: FileInfo[] = []
  for (const one of found?.paths ?? [source]) files.push(await inspectFile(one, options))
  const single = files.length === 1 && found?.manifest === undefined ? files[0]! : undefined
  const isRdb = single?.rdb !== undefined && Object.keys(single.commands).length === 0
  return { format: isRdb ? 'rdb' : 'aof', files }
}

async function inspectFile(source: FileSource, options: InspectOptions): Promise<FileInfo> {
  const opened = await openSource(source, options.name)
  try {
    return await new Inspection(new ByteWindow(opened), options).file()
  } finally {
    await opened.close()
  }
}

class Inspection {
  private readonly breath = new Breath()
  private done = 0

  constructor(
    private readonly window: ByteWindow,
    private readonly options: InspectOptions,
  ) {}

  async file(): Promise<FileInfo> {
    const { window } = this
    while (window.end < 5 && (await window.more()));
    const head = String.fromCharCode(...window.bytes.subarray(0, Math.min(5, window.end)))
    if (!/^(REDIS|[*#]|$)/.test(head)) {
      throw window.error('format', 'this is neither an RDB file nor an append-only file', 0)
    }
    const rdb = head === 'REDIS' ? await this.rdb() : undefined
    return await this.commands(rdb)
  }

  private async rdb(): Promise<RdbInfo> {
    const { window } = this
    const parser = new RdbParser(window)
    const tally = new Tally(this.options.largest ?? LARGEST_BY_DEFAULT)
    const fields: Record<string, string> = Object.create(null)
    let functions = 0
    let moduleData = 0
    for (;;) {
      const part = parser.next()
      if (part === undefined) {
        if (!(await this.more())) throw parser.truncated()
      } else if (part.kind === 'key') {
        tally.add(part)
        await this.step()
      } else if (part.kind === 'field') fields[part.name] = part.value
      else if (part.kind === 'function') functions++
      else if (part.kind === 'moduleData') moduleData++
      else if (part.kind === 'end') {
        const { version } = parser
        const { checksum } = part
        return { version, checksum, bytes: window.offset, fields, ...tally.found(), functions, moduleData }
      }
    }
  }

  private async commands(rdb: RdbInfo | undefined): Promise<FileInfo> {
    const { window } = this
    const parser = new RespParser(window)
    const counts = new Map<string, number>()
    const times: number[] = []
    let whole = window.offset
    for (;;) {
      const next = parser.nextOrCut()
      if (next === CUT_OFF || (next === undefined && !(await this.more()))) break
      if (next === undefined) continue
      if ('note' in next) {
        const time = timeOf(next)
        if (time !== undefined) times.push(time)
        if (times.length > 2) times.splice(1, 1)
      } else {
        const name = String(next[0]).toUpperCase()
        counts.set(name, (counts.get(name) ?? 0) + 1)
      }
      window.mark = window.at
      whole = window.offset
      await this.step()
    }
    this.report()
    const bytes = window.source.sizeBytes ?? window.bytesRead
    return {
      file: window.source.name,
      bytes,
      rdb,
      commands: Object.fromEntries([...counts].sort((a, b) => b[1] - a[1])),
      timestamps: times.length === 0 ? undefined : { first: times[0]!, last: times.at(-1)! },
      cutAt: whole < bytes ? whole : undefined,
    }
  }

  private more(): Promise<boolean> {
    this.report()
    return this.window.more()
  }

  private report(): void {
    const { bytesRead, source } = this.window
    this.options.onProgress?.({ bytesRead, bytesTotal: source.sizeBytes, done: this.done })
  }

  private async step(): Promise<void> {
    this.done++
    if (this.done % PARTS_PER_LOOK === 0 && this.breath.due) await this.breath.taken()
  }
}

interface MutableDatabase {
  index: number
  keys: number
  expiring: number
  types: Partial<Record<KeyType, { keys: number; bytes: number }>>
}

/** Adds keys up. */
class Tally {
  private readonly databases = new Map<number, MutableDatabase>()
  private readonly largest: LargeKey[] = []
  private earliest = Number.POSITIVE_INFINITY
  private latest = Number.NEGATIVE_INFINITY

  constructor(private readonly largestMax: number) {}

  add(part: RdbKey): void {
    const { index, bytes } = { index: part.database, bytes: part.size + part.key.length }
    const form = formOfValue(part.value())!
    let database = this.databases.get(index)
    if (database === undefined) {
      database = { index, keys: 0, expiring: 0, types: {} }
      this.databases.set(index, database)
    }
    database.keys++
    database.types[form.type] ??= { keys: 0, bytes: 0 }
    const count = database.types[form.type]!
    count.keys++
    count.bytes += bytes
    if (part.expiresAtMs !== undefined) {
      database.expiring++
      this.earliest = Math.min(this.earliest, Number(part.expiresAtMs))
      this.latest = Math.max(this.latest, Number(part.expiresAtMs))
    }
    const { largest, largestMax } = this
    if (largest.length === largestMax && bytes <= (largest.at(-1)?.bytes ?? Number.POSITIVE_INFINITY)) return
    const at = largest.findIndex((other) => other.bytes < bytes)
    const row = { database: index, key: part.key, type: form.type, encoding: form.name, bytes }
    largest.splice(at === -1 ? largest.length : at, 0, row)
    if (largest.length > largestMax) largest.pop()
  }

  found(): Pick<RdbInfo, 'databases' | 'deadlines' | 'largest'> {
    const { earliest, latest, largest } = this
    const deadlines = earliest > latest ? undefined : { earliest, latest }
    return { databases: [...this.databases.values()].sort((a, b) => a.index - b.index), deadlines, largest }
  }
}
