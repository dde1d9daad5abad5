import { spawn } from 'node:child_process'
import { Redstart } from 'redstart'
import { check, files } from 'redstart/persistence'

export type KillMode = 'blocking' | 'group'

/** What one run of the campaign found. */
export interface KillRun {
  /** The last write that was acknowledged, and the last that is there. */
  readonly acknowledged: number
  readonly found: number
  readonly wasTorn: boolean
  /** Whether a snapshot was being written, or had just been. */
  readonly leftovers: number
}

/** Kills a writer `afterMs` after its first acknowledgement, opens what it left, and throws where anything is missing or half. */
export async function killOnce(writer: string, folder: string, mode: KillMode, afterMs: number): Promise<KillRun> {
  const acknowledged = await untilKilled(writer, folder, mode, afterMs)
  const before = await check(folder)
  const hard = before.problems.find(({ torn }) => !torn)
  if (hard !== undefined) throw new Error(`damage after a kill: ${JSON.stringify(hard)}`)
  let wasTorn = false
  const db = await Redstart.open({
    persistence: files(folder, { save: '' }),
    onPersistence: ({ type }) => {
      wasTorn ||= type === 'tail-cut'
    },
  })
  const found = Number(db.get('last') ?? 0)
  try {
    verify(db, acknowledged, found)
  } finally {
    await db.close()
  }
  return { acknowledged, found, wasTorn, leftovers: before.log.segments.length - 1 }
}

async function untilKilled(writer: string, folder: string, mode: KillMode, afterMs: number): Promise<number> {
  const child = spawn(process.execPath, [writer, folder, mode], { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = new Promise<NodeJS.Signals | null>((resolve) => child.on('exit', (_code, signal) => resolve(signal)))
  let text = ''
  let timer: NodeJS.Timeout | undefined
  child.stdout.on('data', (piece: Buffer) => {
    text = (text + piece.toString()).slice(-200)
    timer ??= setTimeout(() => child.kill('SIGKILL'), afterMs)
  })
  const closed = new Promise((resolve) => child.stdout.on('close', resolve))
  const signal = await ended
  clearTimeout(timer)
  await closed
  if (signal !== 'SIGKILL') throw new Error('the writer ended by itself')
  // A line that is not whole was not told as a whole.
  const lines = text.slice(0, text.lastIndexOf('\n')).split('\n')
  return Number(lines.at(-1))
}

/** Every transaction is whole or absent, and none is missing that was acknowledged. */
function verify(db: Redstart, acknowledged: number, found: number): void {
  const fail = (what: string): never => {
    throw new Error(`${what}: acknowledged ${acknowledged}, found ${found}`)
  }
  if (found < acknowledged) fail('an acknowledged write is lost')
  if (found > acknowledged + 1) fail('a write is there that was never begun')
  if (db.hget('pair', 'a') !== String(found) || db.hget('pair', 'b') !== 'x'.repeat(found % 300))
    fail('half a transaction: pair')
  const list = db.lrange('list', 0, -1)
  const from = Math.max(1, found - 49)
  if (list.join() !== Array.from({ length: found - from + 1 }, (_, i) => from + i).join())
    fail('half a transaction: list')
  if (db.zscore('board', `member:${found % 500}`) !== found) fail('half a transaction: board')
  for (let n = Math.max(1, found - 1_999); n <= found; n++)
    if (db.get(`key:${n % 2_000}`) !== String(n)) fail(`key ${n} is lost`)
  for (const database of db.engine.databases) database.invariants()
}
