import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { type RestoreReport, type RestoreToOptions, restore } from 'redstart/persistence'
import { type Terminal, type ToolCommand, twoWords, UsageError } from './command.js'
import { bytesOfStore, expectStore, making, placeOf, SECRET_HELP, SECRET_OPTIONS, watched } from './place.js'
import { Progress } from './progress.js'
import { amount, bytesText } from './text.js'

const HELP = `Usage: redstart restore SOURCE FOLDER [--record N | --at TIME] [options]

Makes a store in FOLDER, where none is yet, of a backup or of a store that is closed. SOURCE
is a folder, or the one file that a backup was written to. With --record or --at a folder is
restored up to that point, and no further back than its snapshot; both are in what
'redstart check SOURCE' prints. SOURCE is not changed.

  --record N              the number of the last record to keep
  --at TIME               keep what was written up to this instant: 2026-01-31T12:00:00Z, or
                          milliseconds since 1970
${SECRET_HELP}
An encrypted store is restored to one under the same secret.
`

export const restoreCommand: ToolCommand = {
  summary: 'make a store of a backup, or of a store as it was at an earlier point',
  help: HELP,
  run,
}

async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { record: { type: 'string' }, at: { type: 'string' }, ...SECRET_OPTIONS },
  })
  const [source, folder] = twoWords(positionals, 'source', 'folder')
  const to = pointOf(values.record, values.at)
  const target = await placeOf(folder, values)
  const isFile = (await stat(source)).isFile()
  if (isFile && to !== undefined)
    throw new UsageError('a backup in one file is of one instant: --record and --at do not go with it')
  if (!isFile) await expectStore(source)
  const from = await placeOf(source, values)
  const report = await making(folder, () => {
    if (isFile) return restore(bytesOf(source, terminal), target)
    return watched(from, source, terminal, (place) => restore(place, target, to))
  })
  terminal.out(`${restoredText(report)} in ${folder}, ${bytesText(await bytesOfStore(folder))}\n`)
  return 0
}

/** @throws UsageError */
function pointOf(record: string | undefined, at: string | undefined): RestoreToOptions | undefined {
  if (record !== undefined && at !== undefined) throw new UsageError('--record and --at exclude each other')
  if (record !== undefined) {
    if (!/^\d{1,15}$/.test(record)) throw new UsageError('--record takes a number from 0 on')
    return { seq: Number(record) }
  }
  if (at === undefined) return undefined
  const timeMs = /^\d+$/.test(at) ? Number(at) : Date.parse(at)
  if (!Number.isSafeInteger(timeMs)) throw new UsageError(`--at takes a time such as 2026-01-31T12:00:00Z, not '${at}'`)
  return { timeMs }
}

async function* bytesOf(file: string, terminal: Terminal): AsyncIterable<Uint8Array> {
  const total = (await stat(file)).size
  const progress = new Progress(terminal, 'reading')
  let bytes = 0
  try {
    for await (const piece of createReadStream(file) as AsyncIterable<Uint8Array>) {
      bytes += piece.length
      progress.show(bytes / total, bytesText(bytes))
      yield piece
    }
  } finally {
    progress.end()
  }
}

/** What a store was made of. */
export function restoredText({ keys, records, lastSeq }: RestoreReport): string {
  const snapshot = `a snapshot of ${amount(keys, 'key')}`
  if (records === 0) return snapshot
  const log = `${amount(records, 'record')} of the log up to number ${lastSeq}`
  return keys === 0 ? log : `${snapshot} and ${log}`
}
