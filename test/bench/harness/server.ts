import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A real server on loopback, without persistence, ended with the benchmark. */
export interface Server {
  readonly port: number
  readonly version: string
  stop(): void
}

const READY_MS = 20_000

/** Starts the program of `REDSTART_ORACLE`, or `redis-server`; null when there is none. */
export async function startServer(): Promise<Server | null> {
  const program = process.env['REDSTART_ORACLE'] ?? 'redis-server'
  const version = versionOf(program)
  if (version === null) return null
  const port = await freePort()
  const directory = mkdtempSync(join(tmpdir(), 'redstart-bench-'))
  const settings = { port, bind: '127.0.0.1', dir: directory, save: '', appendonly: 'no', databases: 128 }
  const words = Object.entries({ ...settings, 'busy-reply-threshold': 0 }).flatMap(([name, value]) => [
    `--${name}`,
    String(value),
  ])
  const child = spawn(program, words, { stdio: 'ignore' })
  const stop = () => {
    child.kill('SIGKILL')
    rmSync(directory, { recursive: true, force: true })
  }
  process.once('exit', stop)
  // A signal alone would end this process without 'exit', and leave the server behind.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))
  await answering(child, port)
  return { port, version, stop }
}

function versionOf(program: string): string | null {
  try {
    const told = execFileSync(program, ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
    return told.match(/v=(\S+)/)?.[1] ?? null
  } catch {
    // Not installed: the rows that need it are left out.
    return null
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => resolve(address !== null && typeof address === 'object' ? address.port : 0))
    })
  })
}

async function answering(child: ChildProcess, port: number): Promise<void> {
  const end = Date.now() + READY_MS
  while (Date.now() < end) {
    if (child.exitCode !== null) throw new Error(`The server ended with code ${child.exitCode}`)
    if (await connects(port)) return
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  throw new Error('The server does not answer')
}

function connects(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
