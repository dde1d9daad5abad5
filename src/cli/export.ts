import { createWriteStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { parseArgs } from 'node:util'
import { Redstart } from 'redstart'
import { type ExportOptions, exportCommands, exportRdb } from 'redstart/redis-files'
import { oneWord, type Terminal, type ToolCommand, UsageError } from './command.js'
import { DATABASES, lookInto } from './look.js'
import { isStore, placeOf, SECRET_HELP, SECRET_OPTIONS, type SecretWords } from './place.js'
import { Progress } from './progress.js'
import { readRedisFiles } from './redis-source.js'
import { amount, bytesText } from './text.js'
import { wholeFile } from './whole-file.js'

const HELP = `Usage: redstart export SOURCE [--format rdb|commands|plain] [--output FILE] [options]

Reads a store of redstart (its folder), an RDB file (dump.rdb) or an append-only log of Redis
(a file, the folder appendonlydir, or its manifest) and writes what is in it in a format of
Redis. Nothing is written unless the whole source is sound; the source is not changed. Keys
whose time is up stay behind.

  --format rdb       an RDB file, which a server loads when it starts (the default)
  --format commands  commands for 'redis-cli --pipe': a RESTORE for each key
  --format plain     commands that every server knows: SET, RPUSH, SADD, ZADD, HSET, XADD
  --output FILE      where to write; to the standard output if it is not given, or is -
  --force            write over FILE where it exists
  --rdb-version N    11 (Redis 7.2 and later) or 12 (7.4 and later); the lowest that serves
  --skip-unsupported leave out values of modules and libraries of functions
  --strict           refuse an append-only log that ends in the middle of a command
${SECRET_HELP}
Examples
  redstart export ./data --output dump.rdb
  redstart export dump.rdb --format commands | redis-cli --pipe
  redstart export appendonlydir --output dump.rdb
`

export const exportCommand: ToolCommand = {
  summary: 'turn a store, an RDB file or an append-only log into an RDB file or commands',
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
  readonly secret: SecretWords
}

async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  const wanted = wantedBy(args)
  if (wanted.output !== undefined && !wanted.force) await expectAbsent(wanted.output)
  const { source, secret } = wanted
  const isOwn = await isStore(source)
  const db = isOwn ? await lookInto(await placeOf(source, secret), source, terminal) : await loaded(wanted, terminal)
  await written(db, wanted, terminal)
  await db.close()
  return 0
}

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
      ...SECRET_OPTIONS,
    },
  })
  const source = oneWord(positionals, 'source')
  const format = values.format ?? 'rdb'
  if (!isFormat(format)) throw new UsageError(`there is no format '${format}': rdb, commands or plain`)
  const version = values['rdb-version']
  if (version !== undefined && version !== '11' && version !== '12')
    throw new UsageError('--rdb-version takes 11 or 12')
  return {
    source,
    format,
    output: values.output === '-' ? undefined : values.output,
    force: values.force === true,
    version: version === undefined ? undefined : version === '11' ? 11 : 12,
    unsupported: values['skip-unsupported'] === true ? 'skip' : 'refuse',
    truncated: values.strict === true ? 'refuse' : 'cut',
    secret: values,
  }
}

function isFormat(word: string): word is Format {
  return word === 'rdb' || word === 'commands' || word === 'plain'
}

/** @throws Error for what is there */
export async function expectAbsent(path: string): Promise<void> {
  try {
    await stat(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return
    throw error
  }
  throw new Error(`${path} exists; --force writes over it`)
}

async function loaded({ source, unsupported, truncated }: Wanted, terminal: Terminal): Promise<Redstart> {
  const db = new Redstart({ databases: DATABASES })
  await readRedisFiles(db, source, { unsupported, truncated }, terminal)
  return db
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
    else await wholeFile(wanted.output, (partial) => pipeline(chunks, createWriteStream(partial, { flush: true })))
  } finally {
    progress.end()
  }
  terminal.err(`${amount(keys, 'key')}, ${bytesText(bytes)}\n`)
}

function chunksOf(db: Redstart, { format, version }: Wanted, options: ExportOptions): AsyncIterable<Uint8Array> {
  if (format === 'rdb') return exportRdb(db, { ...options, version })
  return exportCommands(db, { ...options, commands: format === 'plain' ? 'plain' : 'restore' })
}
