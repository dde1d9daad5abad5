import type { Terminal } from './command.js'

/** So often the line is written anew. */
const EVERY_MS = 100
const WIDTH = 24

/** A line about long work that is written over as it goes on; nothing where the output is no terminal. */
export class Progress {
  private last = 0
  private written = 0

  constructor(
    private readonly terminal: Terminal,
    private readonly title: string,
  ) {}

  /** `part` from 0 to 1, undefined where nobody knows the end. */
  show(part: number | undefined, detail: string): void {
    if (!this.terminal.live) return
    const now = performance.now()
    if (now - this.last < EVERY_MS) return
    this.last = now
    const line = `${this.title} ${part === undefined ? '' : `${bar(part)} `}${detail}`
    this.terminal.err(`\r${line.padEnd(this.written)}`)
    this.written = line.length
  }

  /** Takes the line away. */
  end(): void {
    if (this.written === 0) return
    this.terminal.err(`\r${' '.repeat(this.written)}\r`)
    this.written = 0
  }
}

function bar(part: number): string {
  const share = Math.min(Math.max(part, 0), 1)
  const full = Math.round(share * WIDTH)
  return `[${'#'.repeat(full)}${'.'.repeat(WIDTH - full)}] ${String(Math.floor(share * 100)).padStart(3)}%`
}
