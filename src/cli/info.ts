import { parseArgs } from 'node:util'
import { type FileInfo, inspect, type RdbInfo, type RedisFilesInfo } from 'redstart/redis-files'
import { oneWord, type Terminal, type ToolCommand, UsageError } from './command.js'
import { isStore, placeOf, SECRET_HELP, SECRET_OPTIONS } from './place.js'
import { reading } from './redis-source.js'
import { storeInfo, storeText } from './store-info.js'
import { amount, bytesText, countText, table, timeText } from './text.js'

const HELP = `Usage: redstart info SOURCE [--largest N] [--json] [options]

Tells what is in a store of redstart (its folder), an RDB file (dump.rdb) or an append-only
log of Redis: keys by database and type, deadlines, sizes; of files of Redis also format,
version, the largest keys, commands. SOURCE may be the folder of an append-only log
(appendonlydir) or its manifest. Reads everything and compares checksums; changes nothing.

  --largest N  name so many of the largest keys of files of Redis; 10 by default
  --json       print it as JSON
${SECRET_HELP}`

export const infoCommand: ToolCommand = {
  summary: 'tell what is in a store, an RDB file or an append-only log of Redis',
  help: HELP,
  run,
}

async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { largest: { type: 'string' }, json: { type: 'boolean' }, ...SECRET_OPTIONS },
  })
  const file = oneWord(positionals, 'file')
  const largest = values.largest === undefined ? 10 : Number(values.largest)
  if (!Number.isInteger(largest) || largest < 0) throw new UsageError('--largest takes a number from 0 on')
  if (await isStore(file)) {
    const info = await storeInfo(await placeOf(file, values), file, terminal)
    terminal.out(values.json === true ? `${JSON.stringify(info, null, 2)}\n` : storeText(info))
    return 0
  }
  const info = await reading(terminal, (onProgress) => inspect(file, { largest, onProgress }))
  terminal.out(values.json === true ? `${JSON.stringify(info, null, 2)}\n` : textOf(info))
  return 0
}

function textOf({ format, files }: RedisFilesInfo): string {
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0)
  const kind = format === 'rdb' ? 'RDB file' : `append-only log, ${amount(files.length, 'file')}`
  return `${kind}, ${bytesText(bytes)}\n${files.map((file) => fileText(file, format)).join('')}`
}

function fileText(file: FileInfo, format: RedisFilesInfo['format']): string {
  const parts: string[] = []
  if (format === 'aof') parts.push(`\n${file.file}: ${bytesText(file.bytes)}\n`)
  if (file.rdb !== undefined) parts.push(rdbText(file.rdb))
  const commands = Object.entries(file.commands)
  if (commands.length > 0) {
    const total = commands.reduce((sum, [, count]) => sum + count, 0)
    parts.push(`\n${amount(total, 'command')}\n`)
    parts.push(
      table(
        commands.map(([name, count]) => [name, countText(count)]),
        [1],
      ),
    )
  }
  if (file.timestamps !== undefined) {
    const { first, last } = file.timestamps
    parts.push(`from ${timeText(first * 1000)} to ${timeText(last * 1000)}\n`)
  }
  if (file.cutAt !== undefined) {
    const lost = bytesText(file.bytes - file.cutAt)
    parts.push(`ends in the middle of a command: the last ${lost} from byte ${file.cutAt} on are not whole\n`)
  }
  return parts.join('')
}

function rdbText(rdb: RdbInfo): string {
  const parts = [`version ${rdb.version}, checksum ${rdb.checksum}, ${bytesText(rdb.bytes)}\n`]
  const fields = Object.entries(rdb.fields)
  if (fields.length > 0)
    parts.push(
      '\n',
      table(
        fields.map(([name, value]) => [name, printable(value)]),
        [],
      ),
    )
  const rows: string[][] = []
  for (const { index, types } of rdb.databases) {
    for (const [type, { keys, bytes }] of Object.entries(types)) {
      rows.push([`database ${index}`, type, amount(keys, 'key'), bytesText(bytes)])
    }
  }
  const keys = rdb.databases.reduce((sum, database) => sum + database.keys, 0)
  const expiring = rdb.databases.reduce((sum, database) => sum + database.expiring, 0)
  parts.push(`\n${amount(keys, 'key')}, ${countText(expiring)} with a deadline\n`, table(rows, [2, 3]))
  if (rdb.deadlines !== undefined) {
    parts.push(`deadlines from ${timeText(rdb.deadlines.earliest)} to ${timeText(rdb.deadlines.latest)}\n`)
  }
  if (rdb.functions > 0) parts.push(`${rdb.functions} libraries of functions\n`)
  if (rdb.moduleData > 0) parts.push(`${rdb.moduleData} parts of data of modules\n`)
  if (rdb.largest.length > 0) {
    const largest = rdb.largest.map(({ database, key, type, encoding, bytes }) => {
      return [bytesText(bytes), type, `database ${database}`, printable(key), encoding]
    })
    parts.push('\nlargest keys\n', table(largest, [0]))
  }
  return parts.join('')
}

/** A name as one line of a terminal, whatever bytes it is. */
function printable(text: string): string {
  const quoted = JSON.stringify(text.toWellFormed())
  const plain = quoted.slice(1, -1) === text ? text : quoted
  return plain.length > 60 ? `${plain.slice(0, 60)}…` : plain
}
