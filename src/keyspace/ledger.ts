import type { KeyIndex } from './key-index.js'

/** What can change and knows its weight. */
interface Weighed {
  readonly weight: number
}

/** A value that was handed out to be edited, and what it counted with then in the keys that it belongs to. */
class Loan {
  keys: KeyIndex | undefined = undefined
  value: Weighed | undefined = undefined
  weight = 0

  settle(): void {
    const { keys, value } = this
    if (keys === undefined || value === undefined) return
    const { weight } = value
    if (weight === this.weight) return
    keys.reweigh(weight - this.weight)
    this.weight = weight
  }

  clear(): void {
    this.settle()
    this.keys = undefined
    this.value = undefined
  }
}

/**
 * Lets the weights of keys follow those of values that change. A value is noted when it is handed out to be edited, and its
 * growth is added when others have been handed out since, or somebody asks: an edit itself costs nothing, no key is looked for, and
 * a value that is edited again and again is not asked for its weight meanwhile.
 *
 * Invariant: no command edits more than two values by turns, so two are noted. One that is edited must have been handed out
 * (`lend`) within the same call; one that leaves its key is settled first.
 */
export class Ledger {
  private latest = new Loan()
  private former = new Loan()

  /** A value of some keys is about to be edited. O(1). */
  lend(keys: KeyIndex, value: Weighed): void {
    const { latest, former } = this
    if (latest.value === value && latest.keys === keys) return
    former.settle()
    former.keys = keys
    former.value = value
    former.weight = value.weight
    this.latest = former
    this.former = latest
  }

  /** Adds what was lent and has grown. O(1). */
  settle(): void {
    this.latest.settle()
    this.former.settle()
  }

  /** Settles a value that is about to leave its keys, and forgets it. O(1). */
  close(value: unknown): void {
    if (this.latest.value === value) this.latest.clear()
    if (this.former.value === value) this.former.clear()
  }

  /** As `settle`, and forgets all that was lent: values are about to be shared. O(1). */
  closeAll(): void {
    this.latest.clear()
    this.former.clear()
  }
}
