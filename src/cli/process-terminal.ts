import { pipeline } from 'node:stream/promises'
import type { Terminal } from './command.js'

/** The terminal of this process. */
export function processTerminal(): Terminal {
  return {
    out: (text) => {
      process.stdout.write(text)
    },
    err: (text) => {
      process.stderr.write(text)
    },
    live: process.stderr.isTTY === true,
    pipe: (bytes) => pipeline(bytes, process.stdout),
  }
}
