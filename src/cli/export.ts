import { createWriteStream } from 'node:fs'
import { rename, rm, stat } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { parseArgs } from 'node:util'
import { Redstart } from 'redstart'
import { type AofReport, type ExportOptions, exportCommands, exportRdb, importAof } from 'redstart/redis-files'
import { type Terminal, type ToolCommand, UsageError } from './command.js'
import { Progress } from './progress.js'
import { amount, bytesText, countText } from './text.js'

const HELP = `Usage: redstart export SOURCE [--format rdb|commands|plain] [--output FILE] [options]

Reads an RDB file (dump.rdb) or an append-only log of Redis (a file, the folder
appendonlydir, or its manifest) and writes what is in it in another format. Nothing is
written unless the whole source is sound. Keys whose time is up stay behind.

  --format rdb       an RDB file, which a server loads when it starts (the default)
  --format commands  commands for 'redis-cli --pipe': a RESTORE for each key
  --format plain     commands that every server knows: SET, RPUSH, SADD, ZADD, HSET
  --output FILE      where to write; to the standard output if it is not given
  --force            write over FILE where it exists
  --rdb-version N    11 (Redis 7.2 and later) or 12 (7.4 and later); the lowest that serves
  --skip-unsupported leave out values of modules and libraries of functions
  --strict           refuse an append-only log that ends in the middle of a command

Examples
  redstart export dump.rdb --format commands | redis-cli --pipe
  redstart export appendonlydir --output dump.rdb
`

export const exportCommand: ToolCommand = {
  summary: 'turn an RDB file or an append-only log into an RDB file or commands',
  help: HELP,
  run,
}

type Format = 'rdb' | 'commands' | 'plain'

interface Wanted {
  readonly source: string
  readonly format: Format
  readonly output: string | undefined
  readonly force: boolean
  readonly version: 11 | 12 | undefined
  readonly unsupported: 'skip' | 'refuse'
  readonly truncated: 'cut' | 'refuse'
}

async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  const wanted = wantedBy(args)
  if (wanted.output !== undefined && !wanted.force && (await exists(wanted.output))) {
    throw new Error(`${wanted.output} exists; --force writes over it`)
  }
  const db = new Redstart({ databases: DATABASES })
  const report = await loaded(db, wanted, terminal)
  for (const { file, cut } of report.files) {
    if (cut === undefined) continue
    terminal.err(
      `${file}: the last ${bytesText(cut.bytes)} from byte ${cut.offset} on are not whole and are left out\n`,
    )
  }
  await written(db, wanted, terminal)
  await db.close()
  return 0
}

/** More than a server has by default; each takes next to nothing. */
const DATABASES = 1024

function wantedBy(args: readonly string[]): Wanted {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      format: { type: 'string' },
      output: { type: 'string', short: 'o' },
      force: { type: 'boolean' },
      'rdb-version': { type: 'string' },
      'skip-unsupported': { type: 'boolean' },
      strict: { type: 'boolean' },
    },
  })
  const [source, ...more] = positionals
  if (source === undefined || more.length > 0) throw new UsageError('one source is to be named')
  const format = values.format ?? 'rdb'
  if (!isFormat(format)) throw new UsageError(`there is no format '${format}': rdb, commands or plain`)
  const version = values['rdb-version']
  if (version !== undefined && version !== '11' && version !== '12')
    throw new UsageError('--rdb-version takes 11 or 12')
  return {
    source,
    format,
    output: values.output,
    force: values.force === true,
    version: version === undefined ? undefined : version === '11' ? 11 : 12,
    unsupported: values['skip-unsupported'] === true ? 'skip' : 'refuse',
    truncated: values.strict === true ? 'refuse' : 'cut',
  }
}

function isFormat(word: string): word is Format {
  return word === 'rdb' || word === 'commands' || word === 'plain'
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw error
  }
}

/** An RDB file is an append-only file without commands: one reader does for both. */
async function loaded(db: Redstart, wanted: Wanted, terminal: Terminal): Promise<AofReport> {
  const progress = new Progress(terminal, 'reading')
  try {
    return await importAof(db, wanted.source, {
      unsupported: wanted.unsupported,
      truncated: wanted.truncated,
      onProgress: ({ bytesRead, bytesTotal, done }) => {
        progress.show(bytesTotal === undefined ? undefined : bytesRead / bytesTotal, countText(done))
      },
    })
  } finally {
    progress.end()
  }
}

async function written(db: Redstart, wanted: Wanted, terminal: Terminal): Promise<void> {
  const progress = new Progress(terminal, 'writing')
  let keys = 0
  let bytes = 0
  const options: ExportOptions = {
    onProgress: (at) => {
      keys = at.keys
      bytes = at.bytes
      progress.show(at.keysTotal === 0 ? 1 : at.keys / at.keysTotal, amount(at.keys, 'key'))
    },
  }
  try {
    const chunks = chunksOf(db, wanted, options)
    if (wanted.output === undefined) await terminal.pipe(chunks)
    else await writeWhole(wanted.output, chunks)
  } finally {
    progress.end()
  }
  terminal.err(`${amount(keys, 'key')}, ${bytesText(bytes)}\n`)
}

function chunksOf(db: Redstart, { format, version }: Wanted, options: ExportOptions): AsyncIterable<Uint8Array> {
  if (format === 'rdb') return exportRdb(db, { ...options, version })
  return exportCommands(db, { ...options, commands: format === 'plain' ? 'plain' : 'restore' })
}

/** Under another name first, so that nobody finds half a file. */
async function writeWhole(path: string, chunks: AsyncIterable<Uint8Array>): Promise<void> {
  const partial = `${path}.${process.pid}.partial`
  try {
    await pipeline(chunks, createWriteStream(partial, { flush: true }))
    await rename(partial, path)
  } catch (error) {
    await rm(partial, { force: true })
    throw error
  }
}
