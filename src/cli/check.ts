import { parseArgs } from 'node:util'
import { type CheckReport, check, type Problem } from 'redstart/persistence'
import { oneWord, type Terminal, type ToolCommand } from './command.js'
import { expectStore, placeOf, SECRET_HELP, SECRET_OPTIONS, watched } from './place.js'
import { amount, bytesText, table, timeText } from './text.js'

const HELP = `Usage: redstart check FOLDER [--json] [options]

Reads everything that redstart keeps in a folder and says what is there and what is wrong
with it: bytes that were changed, files that are missing, an end that a crash has torn. It
changes nothing. The store should be closed: what is written meanwhile may look torn.

  --json                  print it as JSON
${SECRET_HELP}
The exit code is 0 when the store opens as it is, and 1 when it is damaged.
`

export const checkCommand: ToolCommand = {
  summary: 'look for damage in what redstart keeps in a folder',
  help: HELP,
  run,
}

async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { json: { type: 'boolean' }, ...SECRET_OPTIONS },
  })
  const folder = oneWord(positionals, 'folder')
  await expectStore(folder)
  const report = await watched(await placeOf(folder, values), folder, terminal, (place) => check(place))
  const opens = report.problems.every(({ torn }) => torn)
  if (values.json === true) terminal.out(`${JSON.stringify(report, null, 2)}\n`)
  else terminal.out(contentsText(report) + problemsText(report.problems) + verdict(folder, report, opens))
  return opens ? 0 : 1
}

/** The snapshot, and the part of the log that can be read. */
export function contentsText({ snapshot, log }: CheckReport): string {
  const rows: string[][] = []
  if (snapshot !== undefined) {
    const { file, keys, bytes, timeMs } = snapshot
    rows.push(['snapshot', file, amount(keys, 'key'), bytesText(bytes), `of ${timeText(timeMs)}`])
  }
  const { segments, records, bytes, lastTimeMs } = log
  const names = segments.length > 2 ? `${segments[0]} to ${segments.at(-1)}` : segments.join(', ')
  const last = records === 0 ? '' : `up to ${timeText(lastTimeMs)}`
  if (segments.length > 0) rows.push(['log', names, amount(records, 'record'), bytesText(bytes), last])
  return table(rows, [])
}

function problemsText(problems: readonly Problem[]): string {
  return problems.map((problem) => `\n${problemText(problem)}${lostText(problem)}`).join('')
}

/** What is wrong, in a line with its place. */
export function problemText(problem: Problem): string {
  return `${placeText(problem)}${problem.reason}\n`
}

function placeText({ file, offset }: Problem): string {
  if (file === undefined) return ''
  return offset === undefined ? `${file}: ` : `${file}, byte ${offset}: `
}

function lostText({ torn, lost }: Problem): string {
  if (torn) return `  a crash leaves it so: nothing behind it was ever said to be durable\n`
  if (lost === undefined) return `  cutting off the log is no help\n`
  if (lost.bytes === 0) return `  missing: ${amount(lost.records, 'record')}\n`
  return `  from there on: ${amount(lost.records, 'record')}, ${bytesText(lost.bytes)}\n`
}

function verdict(folder: string, { ok, problems }: CheckReport, opens: boolean): string {
  if (ok) return '\nnothing is wrong\n'
  if (opens) return '\nopening the store cuts the end off and puts it aside\n'
  const isHopeless = problems.some(({ lost }) => lost === undefined)
  return isHopeless
    ? '\nthis cannot be repaired: restore a backup\n'
    : `\n'redstart repair ${folder}' says what would be lost by a repair\n`
}
