import type { Checkpoint, Clock, Redstart, Session } from '../index.js'

/** How long the event loop waits at most while a file is read. */
const SLICE_MS = 8

/** Time stands still while a file is loaded and while one is written: nothing expires under our hands. */
export function stoppedClock(nowMs: number): Clock {
  return { now: () => nowMs, schedule: () => ({ cancel: () => {} }) }
}

/**
 * A store to load into, with the databases and settings of `db` and nothing in it. What is loaded is seen by nobody until
 * `commit` puts it in place of what `db` has, at one instant.
 *
 * Invariants: nothing expires in it, as a log says what expired; nothing is refused for want of a password.
 */
export class Staging {
  readonly store: Redstart
  readonly session: Session
  private selected = 0

  constructor(private readonly db: Redstart) {
    this.store = db.fork({ clock: stoppedClock(db.engine.clock.now()) })
    this.store.flushall()
    const { engine } = this.store
    engine.replaying = true
    engine.authRequired = false
    engine.defaultUser = undefined
    this.session = this.store.session()
  }

  get databases(): number {
    return this.store.engine.databases.length
  }

  get nowMs(): number {
    return this.store.engine.clock.now()
  }

  /** Selects a database, which must be there. */
  select(index: number): void {
    if (index === this.selected) return
    this.session.select(index)
    this.selected = index
  }

  /** Runs a command by its words, in the database that is selected; false when it has to wait. Throws its error. */
  run(words: readonly (string | Uint8Array)[]): boolean {
    // The command may be a SELECT.
    this.selected = -1
    const reply = this.session.run(String(words[0]), words.slice(1))
    if (!(reply instanceof Promise)) return true
    reply.catch(() => {})
    return false
  }

  /** How many keys there are in all databases. */
  get keys(): number {
    return this.store.engine.databases.reduce((sum, { keys }) => sum + keys.size, 0)
  }

  /**
   * Puts what was loaded in place of what `db` has, at one instant, before which `check` may still object. What keeps `db` gets it as a
   * snapshot, blocking, so that after a crash either all of it is there or nothing, and no record of the log is as long as all keys.
   * Where it takes no snapshot just then, and where a log of the caller's own listens, all keys are logged in one batch.
   */
  async commit(check: () => void): Promise<void> {
    const { db } = this
    this.store.engine.replaying = false
    while (db.engine.keeper?.saving !== undefined) await turn()
    check()
    const loaded = this.store.checkpoint()
    if (!db.engine.isKeptAlone || !this.keptBySnapshot(loaded)) db.restore(loaded)
  }

  /** Returns false where what keeps the store cannot block or takes another snapshot, and has left all as it was. */
  private keptBySnapshot(loaded: Checkpoint): boolean {
    const { db } = this
    const { engine } = db
    const former = db.checkpoint()
    const { log } = engine
    try {
      engine.log = undefined
      db.restore(loaded)
      engine.log = log
      engine.keeper!.save()
      return true
    } catch (error) {
      const isUntouched = (error as { readonly code?: unknown }).code === 'UNUSABLE'
      // Where the disk failed nobody knows what it has kept: the log says what is true.
      engine.log = isUntouched ? undefined : log
      this.putBack(former)
      engine.log = log
      if (isUntouched) return false
      throw error
    }
  }

  /** The disk that failed has writes refused; this is none. */
  private putBack(former: Checkpoint): void {
    const { engine } = this.db
    const { refusal } = engine
    engine.refusal = undefined
    this.db.restore(former)
    engine.refusal = refusal
  }
}

/** Whether a store has any keys. */
export function isEmpty(db: Redstart): boolean {
  return db.engine.databases.every(({ keys }) => keys.size === 0)
}

/** Lets the event loop turn when work has gone on for long enough. */
export class Breath {
  private since = performance.now()

  /** Whether it is time for `taken`. */
  get due(): boolean {
    return performance.now() - this.since >= SLICE_MS
  }

  async taken(): Promise<void> {
    await turn()
    this.since = performance.now()
  }
}

/** That of the system, whatever fake timers a test may put in its place later. */
const { setImmediate: atNextTurn } = globalThis

function turn(): Promise<void> {
  return new Promise((resolve) => atNextTurn(resolve))
}
