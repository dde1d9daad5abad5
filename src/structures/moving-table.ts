import { PackedTable } from './packed-table.js'
import type { StringTable } from './string-table.js'

/** Each key that is added moves so many: all at once would take long. */
const MOVED_AT_ONCE = 8

/**
 * A table of strings on its way to a packed one, which has the first of its keys already, in the same slots.
 *
 * Invariant: what is in the packed table is what is in as many of the first slots here.
 */
export class MovingTable {
  constructor(
    private readonly table: StringTable,
    private readonly packed = new PackedTable(),
  ) {}

  /** Moves some more; returns the packed table once all are there. O(1). */
  move(): PackedTable | undefined {
    const { packed, table } = this
    const end = Math.min(table.size, packed.size + MOVED_AT_ONCE)
    while (packed.size < end) packed.add(table.keyAt(packed.size)!)
    return packed.size === table.size ? packed : undefined
  }

  get size(): number {
    return this.table.size
  }

  get slots(): number {
    return this.table.slots
  }

  get weight(): number {
    return this.table.weight + this.packed.weight
  }

  find(key: string): number {
    return this.table.find(key)
  }

  keyAt(slot: number): string | undefined {
    return this.table.keyAt(slot)
  }

  add(key: string): number {
    return this.table.add(key)
  }

  /** As that of the tables. The slot of a key that has moved is given another key, or is the last of all. */
  remove(slot: number): number {
    const { packed, table } = this
    const last = table.remove(slot)
    if (last < packed.size) packed.remove(slot)
    else if (slot < packed.size) packed.exchange(slot, table.keyAt(slot)!)
    return last
  }

  /** As that of the tables. */
  view(): StringTable {
    return this.table.view()
  }

  clone(): MovingTable {
    return new MovingTable(this.table.clone(), this.packed.clone())
  }

  invariants(): void {
    const { packed, table } = this
    table.invariants()
    packed.invariants()
    for (let slot = 0; slot < packed.size; slot++)
      if (packed.keyAt(slot) !== table.keyAt(slot)) throw new Error('moving table: a key has moved to another slot')
  }
}
