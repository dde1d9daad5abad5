import type { Redstart } from 'redstart'
import { SetOfStrings } from '../../src/structures/set.js'
import { fromBytes } from '../../src/structures/text.js'
import { valueIn } from '../support.js'
import { type ByteText, bytesOf, type Call } from './bytes.js'
import { itemsOf, type Reply, textOfReply } from './reply.js'

/** Commands that take away what chance picks. Their data would part ways, were the engine not led. */
export const PICKING: ReadonlySet<string> = new Set(['SPOP'])

/** From how many popped members for each that stays a set is built anew, from the members that stay. */
const REBUILT_FROM = 5

/**
 * Leads the engine's chance for one call, so that it picks what the other side has picked, from its own data and by its own
 * code; returns what ends it. Where the engine does not have what was picked, it picks another: a difference that is told.
 */
export function leadChance(db: Redstart, database: number, call: Call, picked: Reply): () => void {
  const words = picked.kind === 'array' ? itemsOf(picked) : [picked]
  const texts = words.map(textOfReply)
  const set = valueIn(db.engine.databases[database]!, engineText(call[1] ?? ''))
  if (!(set instanceof SetOfStrings) || texts.length === 0 || texts.includes(undefined)) return () => {}
  const wanted = texts.map((text) => engineText(text!))
  const left = set.size - wanted.length
  const choose = call.length > 2 && left * REBUILT_FROM <= wanted.length ? keeping(set, wanted) : popping(set, wanted)
  // An own property hides the method; without it the generator goes on as before.
  const random = db.engine.random as { below?: (limit: number) => number }
  random.below = (limit) => Math.min(Math.max(0, choose()), limit - 1)
  return () => {
    delete random.below
  }
}

/** Members are popped one by one, each by its index at that time. */
function popping(set: SetOfStrings, wanted: readonly string[]): () => number {
  let turn = 0
  return () => set.members().indexOf(wanted[turn++] ?? '')
}

/** Those that stay are shuffled to the front of a list of all, and chosen by their distance from its part that is done. */
function keeping(set: SetOfStrings, wanted: readonly string[]): () => number {
  const popped = new Set(wanted)
  const members = set.members()
  let done = 0
  return () => {
    const chosen = members.findIndex((member, i) => i >= done && !popped.has(member))
    if (chosen === -1) return 0
    const first = members[done]!
    members[done] = members[chosen]!
    members[chosen] = first
    return chosen - done++
  }
}

function engineText(text: ByteText): string {
  return fromBytes(bytesOf(text))
}
