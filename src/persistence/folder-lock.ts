import { randomUUID } from 'node:crypto'
import {
  closeSync,
  linkSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { threadId } from 'node:worker_threads'
import { PersistenceError } from './errors.js'

const NAME = 'lock'

/** Who holds a folder. */
interface Holder {
  readonly pid: number
  /** When the process began, as the system counts; '' where it does not say. A number of a process is used again. */
  readonly started: string
  readonly host: string
  /** Which thread of the process; undefined in a lock of a version that did not say. */
  readonly thread: number | undefined
  /** Which of the stores of the process. */
  readonly token: string
}

/** The tokens that this module has taken. Each thread has a copy of it of its own, and so have both builds of the package. */
const HELD = new Set<string>()

/** The files that this process has open, where the system tells. */
const OPEN_FILES = '/proc/self/fd'

/**
 * Keeps others out of a folder: a file that names the process and the store in it. One whose process is gone is taken over.
 *
 * The file comes into being whole, by a link; of several who find a stale one, each moves it out of the way first and looks whether it was
 * the stale one that it moved. The holder has it open until it is released: a thread that ends closes what it has opened, so the
 * others of the process can see whether it is still there.
 */
export class FolderLock {
  private readonly path: string
  private readonly folder: string
  private token: string | undefined
  private fd: number | undefined

  constructor(folder: string) {
    this.folder = folder
    this.path = join(folder, NAME)
  }

  /** Whether a file belongs to the lock. */
  owns(name: string): boolean {
    return name === NAME || name.startsWith(`${NAME}.`)
  }

  /** @throws PersistenceError LOCKED where somebody else holds it */
  take(): void {
    if (this.token !== undefined) throw locked(this.path, 'another store of this process has it open')
    const token = randomUUID()
    const own = `${this.path}.${token}`
    const { pid } = process
    const holder: Holder = { pid, started: startOf(pid), host: hostname(), thread: threadId, token }
    // Open before it is there: another thread that finds it sees so.
    const fd = openSync(own, 'wx', 0o600)
    try {
      writeFileSync(fd, `${JSON.stringify(holder)}\n`)
      for (let tries = 0; !this.link(own); tries++) {
        if (tries === 10) throw locked(this.path, 'others take it all the time')
        this.takeStaleAway(token)
      }
    } catch (error) {
      closeSync(fd)
      throw error
    } finally {
      unlinkSync(own)
    }
    HELD.add(token)
    this.token = token
    this.fd = fd
  }

  private link(own: string): boolean {
    try {
      linkSync(own, this.path)
      return true
    } catch (error) {
      if (hasCode(error, 'EEXIST')) return false
      throw error
    }
  }

  private takeStaleAway(token: string): void {
    const found = readText(this.path)
    if (found === undefined) return
    const reason = whyHeld(found, this.path)
    if (reason !== undefined) throw locked(this.path, reason)
    const aside = join(this.folder, `${NAME}.${token}.stale`)
    try {
      renameSync(this.path, aside)
    } catch (error) {
      if (hasCode(error, 'ENOENT')) return
      throw error
    }
    // Somebody was faster, and it is theirs: they get it back.
    if (readText(aside) !== found) this.link(aside)
    unlinkSync(aside)
  }

  release(): void {
    if (this.token === undefined) return
    HELD.delete(this.token)
    if (readText(this.path)?.includes(this.token)) unlinkSync(this.path)
    if (this.fd !== undefined) closeSync(this.fd)
    this.fd = undefined
    this.token = undefined
  }
}

/** Why a lock counts, undefined for one whose holder is gone. */
function whyHeld(text: string, path: string): string | undefined {
  const holder = holderOf(text)
  // A lock comes into being whole: one that cannot be read was damaged with its disk, when no process was there any more.
  if (holder === undefined) return undefined
  if (holder.host !== hostname())
    return `process ${holder.pid} on ${holder.host} has it open, or has left the file 'lock' behind`
  if (HELD.has(holder.token)) return OTHER_STORE
  if (!isAlive(holder.pid)) return undefined
  const started = startOf(holder.pid)
  if (holder.started !== '' && started !== '' && started !== holder.started) return undefined
  return holder.pid === process.pid ? whyHeldHere(holder, path) : `process ${holder.pid} has it open`
}

const OTHER_STORE = 'another store of this process has it open'

/** As `whyHeld`, of a lock that some thread of this process took, or some copy of this module, if not a process before it. */
function whyHeldHere({ thread = threadId }: Holder, path: string): string | undefined {
  const isOpen = isOpenHere(path)
  if (isOpen !== undefined) return isOpen ? OTHER_STORE : undefined
  if (thread === threadId) return undefined
  return `thread ${thread} of this process has it open, or has left the file 'lock' behind`
}

/** Whether this process has a file open; undefined where the system does not tell. */
function isOpenHere(path: string): boolean | undefined {
  const wanted = fileAt(path)
  try {
    return readdirSync(OPEN_FILES).some((fd) => wanted !== undefined && fileAt(join(OPEN_FILES, fd)) === wanted)
  } catch {
    return undefined
  }
}

/** Which file it is that a path leads to, undefined where there is none. */
function fileAt(path: string): string | undefined {
  const found = statSync(path, { throwIfNoEntry: false })
  return found === undefined ? undefined : `${found.dev}:${found.ino}`
}

function holderOf(text: string): Holder | undefined {
  try {
    const holder: unknown = JSON.parse(text)
    if (typeof holder !== 'object' || holder === null) return undefined
    const { pid, started, host, thread, token } = holder as Record<string, unknown>
    if (typeof pid !== 'number' || typeof started !== 'string') return undefined
    if (typeof host !== 'string' || typeof token !== 'string') return undefined
    return { pid, started, host, thread: typeof thread === 'number' ? thread : undefined, token }
  } catch {
    return undefined
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return hasCode(error, 'EPERM')
  }
}

/** When a process began, in ticks since the machine was started: Linux tells it. */
function startOf(pid: number): string {
  const stat = readText(`/proc/${pid}/stat`)
  // The name of the program stands in brackets and may hold anything; what is wanted is the 20th word behind it.
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

function hasCode(error: unknown, code: string): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === code
}

function locked(file: string, reason: string): PersistenceError {
  return new PersistenceError('LOCKED', reason, { file })
}
