import { Redstart } from 'redstart'
import { backupCommand } from './backup.js'
import { checkCommand } from './check.js'
import { type Terminal, type ToolCommand, UsageError } from './command.js'
import { exportCommand } from './export.js'
import { importCommand } from './import.js'
import { infoCommand } from './info.js'
import { repairCommand } from './repair.js'
import { restoreCommand } from './restore.js'

/** The commands of the tool, by name. */
const COMMANDS: Readonly<Record<string, ToolCommand>> = {
  info: infoCommand,
  check: checkCommand,
  repair: repairCommand,
  backup: backupCommand,
  restore: restoreCommand,
  import: importCommand,
  export: exportCommand,
}

/** It went well. */
export const OK = 0
/** What was asked for could not be done: a damaged file, a disk that is full. */
export const FAILED = 1
/** The command line makes no sense. */
export const USAGE = 2

/** Runs the tool by the words behind its name; returns the exit code. Never throws. */
export async function main(args: readonly string[], terminal: Terminal): Promise<number> {
  const [name, ...rest] = args
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    terminal.out(overview())
    return name === undefined ? USAGE : OK
  }
  if (name === '--version' || name === '-v' || name === 'version') {
    terminal.out(`${version()}\n`)
    return OK
  }
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined
  if (command === undefined) {
    terminal.err(`redstart: there is no command '${name}'\n\n${overview()}`)
    return USAGE
  }
  if (rest.includes('--help') || rest.includes('-h')) {
    terminal.out(command.help)
    return OK
  }
  try {
    return await command.run(rest, terminal)
  } catch (error) {
    terminal.err(`redstart ${name}: ${messageOf(error)}\n`)
    if (!isUsage(error)) return FAILED
    terminal.err(`Try 'redstart ${name} --help'.\n`)
    return USAGE
  }
}

function overview(): string {
  const width = Math.max(...Object.keys(COMMANDS).map((name) => name.length))
  const lines = Object.entries(COMMANDS).map(([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`)
  return `Usage: redstart COMMAND …\n\n${lines.join('\n')}\n\n'redstart COMMAND --help' tells more, 'redstart --version' the version.\n`
}

/** As the package says it of itself. */
function version(): string {
  return String(new Redstart().info('server').server!.redstart_version)
}

function isUsage(error: unknown): boolean {
  if (error instanceof UsageError) return true
  const code = (error as { readonly code?: unknown } | null)?.code
  return typeof code === 'string' && code.startsWith('ERR_PARSE_ARGS')
}

/** What a user can do something with; our own mistakes come with their place, so that they can be told. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const isOurs = error instanceof TypeError || error instanceof ReferenceError
  return isOurs && !isUsage(error) ? (error.stack ?? error.message) : error.message
}
