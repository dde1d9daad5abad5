import { Writable } from 'node:stream'
import { afterEach, describe, expect, it } from 'vitest'
import { FAILED } from '../../src/cli/main.js'
import { processTerminal } from '../../src/cli/process-terminal.js'

const former = process.exitCode
afterEach(() => {
  process.exitCode = former
})

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** A terminal whose standard output fails, and what it writes to the standard error. */
function failing(code: string, message: string) {
  const errors: string[] = []
  const stdout = new Writable({ write: (_text, _encoding, done) => done(Object.assign(new Error(message), { code })) })
  const stderr = new Writable({
    write: (text, _encoding, done) => {
      errors.push(String(text))
      done()
    },
  })
  return { errors, terminal: processTerminal({ stdout, stderr }) }
}

describe('the standard output of the tool', () => {
  // `redstart check data | grep -q …` ended with a stack trace of Node, and with 1 where nothing was wrong.
  it('may be closed by who reads it', async () => {
    const { errors, terminal } = failing('EPIPE', 'write EPIPE')

    terminal.out('one')
    terminal.out('two')
    await nextTurn()

    expect([errors, process.exitCode]).toEqual([[], former])
  })

  it('is told of in a line where it fails, and the exit code says so', async () => {
    const { errors, terminal } = failing('ENOSPC', 'ENOSPC: no space left on device, write')

    terminal.out('one')
    await nextTurn()

    expect([errors, process.exitCode]).toEqual([['redstart: ENOSPC: no space left on device, write\n'], FAILED])
  })
})
