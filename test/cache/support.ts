import { type ManualClock, manualClock, Redstart } from 'redstart'
import { type Cache, type CacheErrorContext, type CacheOptions, cache } from 'redstart/cache'
import { START_MS } from '../support.js'

/** A cache in a database whose clock stands still, and what it reported. */
export interface OpenedCache<T> {
  readonly db: Redstart
  readonly clock: ManualClock
  readonly users: Cache<T>
  /** Reported errors as 'load a: message'. */
  readonly reported: string[]
}

export function openCache<T = unknown>(options?: Partial<CacheOptions<T>>): OpenedCache<T> {
  const clock = manualClock(START_MS)
  const db = new Redstart({ clock, seed: 1 })
  const reported: string[] = []
  const onError = (error: unknown, { key, during }: CacheErrorContext): void => {
    reported.push(`${during} ${key}: ${(error as Error).message}`)
  }
  const users = cache<T>(db, { prefix: 'user:', random: () => 0, onError, ...options })
  return { db, clock, users, reported }
}

/** Lets everything run that waits for nothing but promises. */
export async function settled(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve))
}

/** Loads that end when the test says so. */
export class Loads<T> {
  readonly started: { key: string; stale: T | undefined; signal: AbortSignal }[] = []
  private readonly endings: { resolve: (value: T) => void; reject: (error: unknown) => void }[] = []

  readonly loader = (context: { key: string; stale: T | undefined; signal: AbortSignal }): Promise<T> => {
    const { key, stale, signal } = context
    this.started.push({ key, stale, signal })
    return new Promise((resolve, reject) => this.endings.push({ resolve, reject }))
  }

  get count(): number {
    return this.started.length
  }

  /** Ends the load that began as number `index` with a value. */
  async end(index: number, value: T): Promise<void> {
    this.endings[index]!.resolve(value)
    await settled()
  }

  async fail(index: number, error: unknown): Promise<void> {
    this.endings[index]!.reject(error)
    await settled()
  }
}
