import { parseArgs } from 'node:util'
import { type RepairReport, repair } from 'redstart/persistence'
import { problemText } from './check.js'
import { oneWord, type Terminal, type ToolCommand } from './command.js'
import { expectStore, placeOf, SECRET_HELP, SECRET_OPTIONS, watched } from './place.js'
import { amount, bytesText, timeText } from './text.js'

const HELP = `Usage: redstart repair FOLDER [--yes] [options]

Cuts the log of a store off at its first damage, so that it can be opened again. Everything
behind that place is lost to the store, and put aside in files cut-… in the folder. Without
--yes it says what would be lost, and changes nothing. A damaged snapshot cannot be
repaired: restore a backup. The store must be closed.

  --yes                   do it
${SECRET_HELP}
The exit code is 0 when the store is sound, or was repaired; 1 when it is still damaged.
`

export const repairCommand: ToolCommand = {
  summary: 'cut a damaged log off, after saying what would be lost',
  help: HELP,
  run,
}

async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { yes: { type: 'boolean' }, ...SECRET_OPTIONS },
  })
  const folder = oneWord(positionals, 'folder')
  await expectStore(folder)
  const dryRun = values.yes !== true
  const report = await watched(await placeOf(folder, values), folder, terminal, (place) => repair(place, { dryRun }))
  if (!report.needed) {
    terminal.out('nothing is wrong: nothing was changed\n')
    return 0
  }
  terminal.out(report.before.problems.map(problemText).join(''))
  terminal.out(report.done ? doneText(report) : plannedText(report, folder))
  return report.done ? 0 : 1
}

function keptText({ before: { snapshot, log } }: RepairReport): string {
  const parts = snapshot === undefined ? [] : [`the snapshot of ${amount(snapshot.keys, 'key')}`]
  const last = log.records === 0 ? '' : `, up to number ${log.lastSeq} of ${timeText(log.lastTimeMs)}`
  parts.push(`${amount(log.records, 'record')} of the log${last}`)
  return parts.join(' and ')
}

function lostText({ lost }: RepairReport): string {
  return `${amount(lost.records, 'record')}, ${bytesText(lost.bytes)}`
}

function plannedText(report: RepairReport, folder: string): string {
  return (
    `would be lost: ${lostText(report)}\nwould be kept: ${keptText(report)}\n` +
    `nothing was changed: 'redstart repair ${folder} --yes' does it\n`
  )
}

function doneText(report: RepairReport): string {
  const aside = report.lost.bytes === 0 ? '' : ', put aside in files cut-…'
  return `lost: ${lostText(report)}${aside}\nkept: ${keptText(report)}\nthe store can be opened again\n`
}
