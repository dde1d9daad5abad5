import type { Redstart } from 'redstart'
import { type AofReport, type ImportAofOptions, importAof } from 'redstart/redis-files'
import type { Terminal } from './command.js'
import { Progress } from './progress.js'
import { countText } from './text.js'

/** Reads files of Redis into a database, and shows how far it is. An RDB file is an append-only file without commands: one reader does for both. */
export async function readRedisFiles(
  db: Redstart,
  source: string,
  options: ImportAofOptions,
  terminal: Terminal,
): Promise<AofReport> {
  const progress = new Progress(terminal, 'reading')
  try {
    return await importAof(db, source, {
      ...options,
      onProgress: ({ bytesRead, bytesTotal, done }) => {
        progress.show(bytesTotal === undefined ? undefined : bytesRead / bytesTotal, countText(done))
      },
    })
  } finally {
    progress.end()
  }
}
