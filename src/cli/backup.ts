import { createWriteStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { type Persistent, restore } from 'redstart/persistence'
import { type Terminal, type ToolCommand, twoWords } from './command.js'
import { expectAbsent } from './export.js'
import { keysOf, lookInto } from './look.js'
import { bytesOfStore, expectStore, making, placeOf, SECRET_HELP, SECRET_OPTIONS, watched } from './place.js'
import { restoredText } from './restore.js'
import { amount, bytesText } from './text.js'
import { wholeFile } from './whole-file.js'

const HELP = `Usage: redstart backup FOLDER TARGET [--file] [--force] [options]

Copies a store that is closed to TARGET: a folder, which can be opened as it is and restored
to any record, or with --file one file of its last state. Everything is checked on the way.
A store that a process has open is refused: that process calls db.backup(target).

  --file                  write one file
  --force                 write over TARGET where it is a file that exists
${SECRET_HELP}
The copy in a folder is encrypted under the same secret; the one file is not encrypted.
`

export const backupCommand: ToolCommand = {
  summary: 'copy a store that is closed to a folder or to one file',
  help: HELP,
  run,
}

async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { file: { type: 'boolean' }, force: { type: 'boolean' }, ...SECRET_OPTIONS },
  })
  const [folder, target] = twoWords(positionals, 'folder', 'target')
  await expectStore(folder)
  const place = await placeOf(folder, values)
  // Whoever has it open goes on writing to it.
  await place.storage.open()
  try {
    if (values.file === true) {
      if (values.force !== true) await expectAbsent(target)
      await toFile(place, folder, target, terminal)
    } else {
      const to = await placeOf(target, values)
      const report = await making(target, () => watched(place, folder, terminal, (from) => restore(from, to)))
      terminal.out(`${restoredText(report)} in ${target}, ${bytesText(await bytesOfStore(target))}\n`)
    }
  } finally {
    await place.storage.close()
  }
  return 0
}

async function toFile(place: Persistent, folder: string, file: string, terminal: Terminal): Promise<void> {
  const db = await lookInto(place, folder, terminal)
  const keys = keysOf(db)
  try {
    await wholeFile(file, async (partial) => {
      await db.backup(createWriteStream(partial, { flush: true }))
    })
  } finally {
    await db.close()
  }
  terminal.out(`a snapshot of ${amount(keys, 'key')} in ${file}, ${bytesText((await stat(file)).size)}\n`)
}
