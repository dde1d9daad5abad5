import type { Client } from './client.js'

/** Below so many connections nobody looks for those that are gone. */
const SWEPT_FROM = 64

/**
 * The sessions of a store by their ids, in the order in which they began. A session that nobody holds any more goes though it was
 * never closed: none is kept here, and those that are gone are swept out as others come. The first one goes with the store and
 * is kept as it is: what a weak reference is made to stays until the event loop turns, which would keep thousands of stores that
 * a test makes in one go. O(1) amortised.
 */
export class Connections {
  private readonly clients = new Map<number, WeakRef<Client>>()
  private sweepAt = SWEPT_FROM
  private first: Client | undefined = undefined

  add(client: Client): void {
    if (client.id === 1) {
      this.first = client
      return
    }
    this.clients.set(client.id, new WeakRef(client))
    if (this.clients.size >= this.sweepAt) this.sweep()
  }

  remove(client: Client): void {
    if (client === this.first) this.first = undefined
    this.clients.delete(client.id)
  }

  get(id: number): Client | undefined {
    return id === this.first?.id ? this.first : this.clients.get(id)?.deref()
  }

  /** All that are open. O(connections). */
  list(): Client[] {
    this.sweep()
    const others = [...this.clients.values()].flatMap((reference) => reference.deref() ?? [])
    return this.first === undefined ? others : [this.first, ...others]
  }

  private sweep(): void {
    for (const [id, reference] of this.clients) if (reference.deref() === undefined) this.clients.delete(id)
    this.sweepAt = Math.max(SWEPT_FROM, 2 * this.clients.size)
  }
}
