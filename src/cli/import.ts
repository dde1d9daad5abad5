import { parseArgs } from 'node:util'
import { Redstart } from 'redstart'
import type { Persistent } from 'redstart/persistence'
import type { AofReport } from 'redstart/redis-files'
import { type Terminal, type ToolCommand, twoWords, UsageError } from './command.js'
import { bytesOfStore, making, placeOf, SECRET_HELP, SECRET_OPTIONS } from './place.js'
import { readRedisFiles } from './redis-source.js'
import { amount, bytesText } from './text.js'

const HELP = `Usage: redstart import SOURCE FOLDER [--replace] [options]

Reads an RDB file (dump.rdb) or an append-only log of Redis (a file, the folder
appendonlydir, or its manifest) into a store of redstart in FOLDER, which is made when it is
not there. All or nothing: a source that is refused, and a crash on the way, leave the store
as it was. Keys whose time is up stay behind.

  --replace               the keys of SOURCE take the place of all that the store has
  --databases N           how many databases there are; 16 by default
  --skip-unsupported      leave out values of modules and libraries of functions
  --strict                refuse an append-only log that ends in the middle of a command
${SECRET_HELP}`

export const importCommand: ToolCommand = {
  summary: 'read an RDB file or an append-only log of Redis into a store',
  help: HELP,
  run,
}

interface Wanted {
  readonly source: string
  readonly replace: boolean
  readonly databases: number
  readonly unsupported: 'skip' | 'refuse'
  readonly truncated: 'cut' | 'refuse'
}

async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      replace: { type: 'boolean' },
      databases: { type: 'string' },
      'skip-unsupported': { type: 'boolean' },
      strict: { type: 'boolean' },
      ...SECRET_OPTIONS,
    },
  })
  const [source, folder] = twoWords(positionals, 'source', 'folder')
  const databases = values.databases === undefined ? 16 : Number(values.databases)
  if (!Number.isInteger(databases) || databases < 1) throw new UsageError('--databases takes a number from 1 on')
  const wanted: Wanted = {
    source,
    replace: values.replace === true,
    databases,
    unsupported: values['skip-unsupported'] === true ? 'skip' : 'refuse',
    truncated: values.strict === true ? 'refuse' : 'cut',
  }
  const place = await placeOf(folder, values)
  const report = await making(folder, () => imported(place, wanted, terminal))
  terminal.out(`${amount(report.keys, 'key')} in ${folder}, ${bytesText(await bytesOfStore(folder))}\n`)
  return 0
}

async function imported(persistence: Persistent, wanted: Wanted, terminal: Terminal): Promise<AofReport> {
  const { source, databases, replace, unsupported, truncated } = wanted
  const db = await Redstart.open({ databases, persistence })
  try {
    return await readRedisFiles(db, source, { replace, unsupported, truncated }, terminal)
  } finally {
    await db.close()
  }
}
