import { pipeline } from 'node:stream/promises'
import type { Terminal } from './command.js'
import { FAILED } from './main.js'

/** The streams of a process. */
interface Streams {
  readonly stdout: NodeJS.WritableStream
  readonly stderr: NodeJS.WritableStream & { readonly isTTY?: boolean }
}

/** The terminal of this process. */
export function processTerminal({ stdout, stderr }: Streams = process): Terminal {
  const onFailure = (error: NodeJS.ErrnoException): void => {
    // Who reads has read enough.
    if (error.code === 'EPIPE') return
    stderr.write(`redstart: ${error.message}\n`)
    process.exitCode = FAILED
  }
  let listens = false
  return {
    out: (text) => {
      // What is piped tells of its errors itself.
      if (!listens) stdout.on('error', onFailure)
      listens = true
      stdout.write(text)
    },
    err: (text) => {
      stderr.write(text)
    },
    live: stderr.isTTY === true,
    pipe: (bytes) => pipeline(bytes, stdout),
  }
}
