/** A keyspace event: what happened to which key of which database, by the names of Redis's notifications. */
export interface KeyspaceEvent {
  readonly event: string
  readonly key: string
  readonly database: number
}

export type KeyspaceListener = (event: KeyspaceEvent) => void

/**
 * Keyspace events, collected while a unit runs and handed out after it.
 *
 * Invariant: every event reaches every listener that was there when it is handed out, in the order in which the bodies
 * announced them. Nothing is collected while nobody listens.
 */
export class KeyspaceEvents {
  listening = false
  private readonly onActivity: () => void
  private listeners: readonly KeyspaceListener[] = []
  private queue: KeyspaceEvent[] = []

  /** `onActivity` is called whenever `listening` may have changed. */
  constructor(onActivity: () => void) {
    this.onActivity = onActivity
  }

  listen(listener: KeyspaceListener): () => void {
    const own: KeyspaceListener = (event) => listener(event)
    this.listeners = [...this.listeners, own]
    this.listening = true
    this.onActivity()
    return () => {
      this.listeners = this.listeners.filter((other) => other !== own)
      this.listening = this.listeners.length > 0
      this.onActivity()
    }
  }

  announce(event: string, key: string, database: number): void {
    this.queue.push({ event, key, database })
  }

  /** How many events wait to be handed out. */
  get pending(): number {
    return this.queue.length
  }

  /** Drops all but the first `pending` of those that wait. */
  forgetSince(pending: number): void {
    this.queue.length = pending
  }

  /**
   * Hands out what has been collected. Listeners may use the database; what they cause is handed out by units of their
   * own. A listener that throws harms neither the others nor the caller: its error is rethrown from a microtask.
   */
  deliver(): void {
    while (this.queue.length > 0) {
      const batch = this.queue
      this.queue = []
      for (const event of batch) {
        for (const listener of this.listeners) {
          try {
            listener(event)
          } catch (error) {
            queueMicrotask(() => {
              throw error
            })
          }
        }
      }
    }
  }
}
