import { type ChildProcess, spawn } from 'node:child_process'
import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs'
import type { NetConnectOpts } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'

/** How long a server may take until it accepts connections, in ms; a wrapper may have to unpack one first. */
const READY_WITHIN_MS = 180_000

/** Where a real Redis can be had: a program to start, or a running server that this suite may flush. */
export type ServerSource =
  | { readonly kind: 'program'; readonly path: string }
  | { readonly kind: 'running'; readonly address: NetConnectOpts }

/**
 * Finds the judge: REDSTART_ORACLE (a path to redis-server, or `redis://host:port` of a server whose data may be lost),
 * else `redis-server` on the PATH; undefined when there is none.
 */
export function findServer(): ServerSource | undefined {
  const named = process.env['REDSTART_ORACLE']
  if (named?.startsWith('redis://')) {
    const url = new URL(named)
    return { kind: 'running', address: { host: url.hostname, port: Number(url.port || 6379) } }
  }
  if (named) return { kind: 'program', path: named }
  for (const directory of (process.env['PATH'] ?? '').split(delimiter)) {
    const path = join(directory, 'redis-server')
    if (directory !== '' && isExecutable(path)) return { kind: 'program', path }
  }
  return undefined
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

export const NO_SERVER =
  'oracle: no redis-server found (set REDSTART_ORACLE to a redis-server or redis://host:port); the comparison is skipped'

/**
 * The server for a test file; when there is none, says so in one line and returns undefined, or throws when
 * REDSTART_ORACLE_REQUIRED=1 forbids to skip.
 */
export function serverOrSkip(): ServerSource | undefined {
  const source = findServer()
  if (source !== undefined) return source
  if (process.env['REDSTART_ORACLE_REQUIRED'] === '1') throw new Error(NO_SERVER)
  console.warn(NO_SERVER)
  return undefined
}

/** A server that is ready for connections at `address` until `stop`. */
export interface RunningServer {
  readonly address: NetConnectOpts
  stop(): Promise<void>
}

const SETTINGS = [
  ['--port', '0'],
  ['--save', ''],
  ['--appendonly', 'no'],
  ['--notify-keyspace-events', 'KEA'],
  ['--databases', '16'],
  ['--enable-debug-command', 'yes'],
].flat()

/** Starts the server on a unix socket in a directory of its own (no port), or joins the running one. */
export async function startServer(source: ServerSource): Promise<RunningServer> {
  if (source.kind === 'running') return { address: source.address, stop: async () => {} }
  const directory = mkdtempSync(join(tmpdir(), 'redstart-oracle-'))
  try {
    const server = await startServerIn(source.path, directory)
    const stop = async () => {
      await server.stop()
      rmSync(directory, { recursive: true, force: true })
    }
    return { address: server.address, stop }
  } catch (error) {
    rmSync(directory, { recursive: true, force: true })
    throw error
  }
}

/** Starts the program in a directory, from which it loads its data; `settings` override those that all tests share. */
export async function startServerIn(
  program: string,
  directory: string,
  settings: readonly string[] = [],
): Promise<RunningServer> {
  const socket = join(directory, 'redis.sock')
  const child = spawn(program, [...SETTINGS, ...settings, '--dir', directory, '--unixsocket', socket], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const kill = () => {
    child.kill('SIGKILL')
  }
  process.once('exit', kill)
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => resolve())
    child.once('error', () => resolve())
  })
  const stop = async () => {
    process.off('exit', kill)
    kill()
    await exited
  }
  try {
    await ready(child, program)
  } catch (error) {
    await stop()
    throw error
  }
  return { address: { path: socket }, stop }
}

/** Resolves when the server says on its output that it accepts connections. */
function ready(child: ChildProcess, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let output = ''
    const timer = setTimeout(
      () => reject(new Error(`${path} is not ready after ${READY_WITHIN_MS} ms`)),
      READY_WITHIN_MS,
    )
    const settle = (error?: Error) => {
      clearTimeout(timer)
      if (error === undefined) resolve()
      else reject(error)
    }
    const read = (chunk: Buffer) => {
      output = (output + chunk.toString('latin1')).slice(-4096)
      if (/Ready to accept connections|ready to accept connections/.test(output)) settle()
    }
    child.stdout?.on('data', read)
    child.stderr?.on('data', read)
    child.once('error', (error) => settle(error))
    child.once('exit', (code) => settle(new Error(`${path} ended with ${code}: ${output}`)))
  })
}
