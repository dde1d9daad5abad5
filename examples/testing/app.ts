/**
 * A small application as one writes it for Redis: sessions that expire, a limit of calls a minute, a queue of jobs, a raffle.
 * The tests beside it show what Redstart does for tests.
 */
import { RedstartError, type Session } from 'redstart'

const SESSION_SECONDS = 3600
/** Errors that pass: the server is starting, or busy. */
const PASSING = ['LOADING', 'BUSY']

export class App {
  private readonly db: Session

  constructor(db: Session) {
    this.db = db
  }

  signIn(user: string): string {
    const token = `token-${this.db.incr('sessions:last')}`
    this.db.hset(`user:${user}`, 'token', token)
    this.db.set(`session:${token}`, user, { ex: SESSION_SECONDS })
    return token
  }

  /** Who has the session, which is kept alive by the question; null when it is over. */
  whoIs(token: string): string | null {
    return this.db.getex(`session:${token}`, { ex: SESSION_SECONDS })
  }

  /** At most `limit` calls a minute. Where the store cannot count, everybody may pass. */
  allows(client: string, limit: number): boolean {
    const key = `calls:${client}`
    try {
      this.db.set(key, 0, { ex: 60, nx: true })
      return this.db.incr(key) <= limit
    } catch (error) {
      if (error instanceof RedstartError && ['OOM', 'READONLY', 'MISCONF'].includes(error.code)) return true
      throw error
    }
  }

  /** Puts a job into the queue; tries again where the error is one that passes. */
  enqueue(job: string, attempts = 3): number {
    for (let attempt = 1; ; attempt++) {
      try {
        return this.db.rpush('jobs', job)
      } catch (error) {
        const passes = error instanceof RedstartError && PASSING.includes(error.code)
        if (!passes || attempt === attempts) throw error
      }
    }
  }

  /** Takes a job and does it; one that fails stays among those that were taken. False when there was none in time. */
  async work(doJob: (job: string) => void, seconds: number): Promise<boolean> {
    const job = await this.db.blmove('jobs', 'jobs:taken', 'left', 'right', seconds)
    if (job === null) return false
    doJob(job)
    this.db.lrem('jobs:taken', 1, job)
    return true
  }

  /** The winner of a raffle, who takes part no more. */
  draw(raffle: string): string | null {
    return this.db.spop(`raffle:${raffle}`)
  }
}
