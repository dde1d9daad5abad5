/** Something that listeners are to hear of once no unit is open. */
export interface Delivery {
  /** Tells all who are to hear of it. What a listener throws goes to `outbox.report`. */
  deliver(outbox: Outbox): void
}

export type ErrorListener = (error: unknown) => void

/**
 * Events and messages that the running unit has caused, in one order: that in which bodies announced and published them.
 *
 * Invariant: all is handed out in this order, with no unit open. Listeners may use the database; what they cause stands
 * behind what is there already. A listener that throws harms neither the others nor the caller.
 */
export class Outbox {
  /** The first of those that wait stands by itself: mostly there is one, and needs no array. */
  private first: Delivery | undefined = undefined
  private rest: Delivery[] = []
  private errorListeners: readonly ErrorListener[] = []

  add(delivery: Delivery): void {
    if (this.first === undefined && this.rest.length === 0) this.first = delivery
    else this.rest.push(delivery)
  }

  /** How many deliveries wait to be handed out. */
  get pending(): number {
    return this.rest.length + (this.first === undefined ? 0 : 1)
  }

  /** Drops all but the first `pending` of those that wait. */
  forgetSince(pending: number): void {
    if (pending === 0) this.first = undefined
    this.rest.length = Math.max(0, pending - (this.first === undefined ? 0 : 1))
  }

  /** Hands out what is there, and what comes meanwhile. */
  deliver(): void {
    for (;;) {
      const { first } = this
      if (first !== undefined) {
        this.first = undefined
        first.deliver(this)
      } else if (this.rest.length > 0) {
        const batch = this.rest
        this.rest = []
        for (let i = 0; i < batch.length; i++) batch[i]!.deliver(this)
      } else return
    }
  }

  /** Hears of what listeners throw; returns what ends it. */
  onError(listener: ErrorListener): () => void {
    const own: ErrorListener = (error) => listener(error)
    this.errorListeners = [...this.errorListeners, own]
    return () => {
      this.errorListeners = this.errorListeners.filter((other) => other !== own)
    }
  }

  /** Tells of what a listener threw: those who listen for errors, or else the process, from a microtask. */
  report(error: unknown): void {
    const listeners = this.errorListeners
    if (listeners.length === 0) throwLater(error)
    for (const listener of listeners) {
      try {
        listener(error)
      } catch (another) {
        throwLater(another)
      }
    }
  }

  /** Takes care of what a listener returned: it may be an async function, whose error comes later. */
  watch(returned: unknown): void {
    if (returned instanceof Promise) returned.catch((error) => this.report(error))
  }
}

function throwLater(error: unknown): void {
  queueMicrotask(() => {
    throw error
  })
}
