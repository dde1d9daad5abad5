import type { Redstart } from 'redstart'
import { type AofReport, type ImportAofOptions, type ImportProgress, importAof } from 'redstart/redis-files'
import type { Terminal } from './command.js'
import { Progress } from './progress.js'
import { amount, bytesText, countText } from './text.js'

/**
 * Reads files of Redis into a database, shows how far it is, and tells what was left out. An RDB file is an append-only file without
 * commands: one reader does for both.
 */
export async function readRedisFiles(
  db: Redstart,
  source: string,
  options: ImportAofOptions,
  terminal: Terminal,
): Promise<AofReport> {
  const report = await reading(terminal, (onProgress) => importAof(db, source, { ...options, onProgress }))
  for (const { file, cut, rdb } of report.files) {
    if (cut !== undefined) {
      const bytes = bytesText(cut.bytes)
      terminal.err(`${file}: the last ${bytes} from byte ${cut.offset} on are not whole and were left out\n`)
    }
    const skipped = (rdb?.skipped.values ?? 0) + (rdb?.skipped.functions ?? 0) + (rdb?.skipped.moduleData ?? 0)
    if (skipped > 0) {
      terminal.err(
        `${file}: ${amount(skipped, 'part')} left out that ${skipped === 1 ? 'has' : 'have'} no place here\n`,
      )
    }
  }
  return report
}

/** Does something with files of Redis, and shows how far they have been read. */
export async function reading<T>(
  terminal: Terminal,
  work: (onProgress: (progress: ImportProgress) => void) => Promise<T>,
): Promise<T> {
  const progress = new Progress(terminal, 'reading')
  try {
    return await work(({ bytesRead, bytesTotal, done }) => {
      progress.show(bytesTotal === undefined ? undefined : bytesRead / bytesTotal, countText(done))
    })
  } finally {
    progress.end()
  }
}
