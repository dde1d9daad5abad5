import type { Terminal } from '../../src/cli/command.js'
import { main } from '../../src/cli/main.js'

/** What the tool said. */
export interface Said {
  readonly code: number
  readonly out: string
  readonly err: string
  readonly bytes: Uint8Array
}

/** Runs the tool as the command line would. */
export async function redstart(args: readonly string[], live = false): Promise<Said> {
  let out = ''
  let err = ''
  const pieces: Uint8Array[] = []
  const terminal: Terminal = {
    out: (text) => {
      out += text
    },
    err: (text) => {
      err += text
    },
    live,
    pipe: async (bytes) => {
      for await (const piece of bytes) pieces.push(piece)
    },
  }
  const code = await main(args, terminal)
  return { code, out, err, bytes: Buffer.concat(pieces) }
}
