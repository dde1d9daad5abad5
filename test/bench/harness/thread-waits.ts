import { openSync, readSync } from 'node:fs'

/** Linux tells of each thread how long it ran, how long it waited for a core, and how often it came to run; times in ns. */
const FILE = '/proc/thread-self/schedstat'

const text = Buffer.alloc(80)
let file: number | undefined

try {
  file = openSync(FILE, 'r')
} catch {
  // Another system: nothing is known of waits.
}

/**
 * How long this thread has been ready to run and had no core, because others had them, in ms; always 0 where the system does not
 * tell. On a machine of few cores the threads of the collector alone can keep a core from it.
 */
export function threadWaitedMs(): number {
  if (file === undefined) return 0
  const length = readSync(file, text, 0, text.length, 0)
  return Number(text.toString('latin1', 0, length).split(' ')[1]) / 1e6
}
