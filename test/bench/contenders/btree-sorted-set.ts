import exported from 'sorted-btree'

// The package is CommonJS and types its default export as if it were a module: Node hands over all exports.
const BTree = (exported as unknown as { default: typeof exported }).default

interface Entry {
  readonly score: number
  readonly member: string
}

/** What one builds of sorted-btree and a Map where Redis has a sorted set. */
export class BtreeSortedSet {
  readonly #order = new BTree<Entry, undefined>(undefined, compare)
  readonly #scores = new Map<string, number>()

  /** Returns 1 for a new member. */
  set(member: string, score: number): number {
    const former = this.#scores.get(member)
    if (former === score) return 0
    if (former !== undefined) this.#order.delete({ score: former, member })
    this.#scores.set(member, score)
    this.#order.set({ score, member }, undefined)
    return former === undefined ? 1 : 0
  }

  increase(member: string, by: number): number {
    const score = (this.#scores.get(member) ?? 0) + by
    this.set(member, score)
    return score
  }

  delete(member: string): number {
    const score = this.#scores.get(member)
    if (score === undefined) return 0
    this.#scores.delete(member)
    this.#order.delete({ score, member })
    return 1
  }

  popMin(): Entry | undefined {
    const first = this.#order.minKey()
    if (first === undefined) return undefined
    this.#order.delete(first)
    this.#scores.delete(first.member)
    return first
  }

  /** Up to `count` members from a score on. */
  members(from: number, count: number): string[] {
    const members: string[] = []
    for (const { member } of this.#order.keys({ score: from, member: '' })) {
      if (members.length === count) break
      members.push(member)
    }
    return members
  }
}

function compare(a: Entry, b: Entry): number {
  if (a.score !== b.score) return a.score - b.score
  if (a.member === b.member) return 0
  return a.member < b.member ? -1 : 1
}
