import * as fc from 'fast-check'
import { DEADLINES_MS } from './arguments.js'
import type { ByteText, Call } from './bytes.js'
import type { CallGenerator } from './generate.js'
import { Draw } from './values.js'

/**
 * Where shrinking stands, so that it goes on there after a success: runs of `size` calls that end at or before `at` are
 * still to be taken out; with size 0, the words of the calls from `at` on are still to be made simpler.
 */
interface Stage {
  readonly size: number
  readonly at: number
}

/**
 * Sequences of calls, and how a failing one becomes small: runs of calls go, in halving sizes and from the end, since
 * what follows the failure is worth nothing (delta debugging); then single words. Numbers are left as drawn, because a
 * shorter expiry could let the real clock decide. The steps depend on the sequence alone, so that a path replays them.
 * Plain draws rather than composed arbitraries: 200 calls take about 1 ms.
 */
export class SequenceArbitrary extends fc.Arbitrary<Call[]> {
  constructor(
    private readonly generator: CallGenerator,
    private readonly length: number,
  ) {
    super()
  }

  override generate(random: fc.Random): fc.Value<Call[]> {
    const draw = new Draw(random)
    const calls: Call[] = []
    let stale = false
    while (calls.length < this.length) {
      const call = this.generator.call(draw)
      if (stale && dependsOnChance(call)) continue
      stale ||= leavesExpiredKey(call)
      calls.push(call)
    }
    return new fc.Value(calls, undefined)
  }

  override canShrinkWithoutContext(value: unknown): value is Call[] {
    return Array.isArray(value)
  }

  override shrink(calls: Call[], context: unknown): fc.Stream<fc.Value<Call[]>> {
    return fc.stream(smaller(calls, context as Stage | undefined))
  }
}

/** Whether a call may leave a key whose time has passed: SET does, while other commands delete at once. */
function leavesExpiredKey(call: Call): boolean {
  if (!/^set$/i.test(call[0] ?? '')) return false
  return call.some((word, at) => {
    const msPerUnit = /^exat$/i.test(word) ? 1000 : /^pxat$/i.test(word) ? 1 : 0
    const deadlineMs = Number(call[at + 1]) * msPerUnit
    return deadlineMs > 0 && deadlineMs < DEADLINES_MS[0]! / 2
  })
}

/** Whether chance decides which keys a call looks at, and so which expired keys it takes away and announces. */
function dependsOnChance(call: Call): boolean {
  if (/^randomkey$/i.test(call[0] ?? '')) return true
  return /^scan$/i.test(call[0] ?? '') && !(call[1] === '0' && call.includes('1000'))
}

function* smaller(calls: Call[], stage: Stage | undefined): IterableIterator<fc.Value<Call[]>> {
  let { size, at } = stage ?? { size: Math.floor(calls.length / 2), at: calls.length }
  for (; size >= 1; size = Math.floor(size / 2), at = calls.length) {
    for (; at > 0; at -= size) {
      const from = Math.max(0, at - size)
      const rest = [...calls.slice(0, from), ...calls.slice(at)]
      if (rest.length > 0) yield new fc.Value(rest, { size, at: from })
    }
  }
  for (let i = stage?.size === 0 ? stage.at : 0; i < calls.length; i++) {
    for (const simpler of simplerCalls(calls[i]!)) yield new fc.Value(calls.with(i, simpler), { size: 0, at: i })
  }
}

/** The call without one of its words, and with one long word cut. */
function* simplerCalls(call: Call): IterableIterator<Call> {
  for (let i = call.length - 1; i >= 1; i--) yield call.filter((_, at) => at !== i)
  for (let i = 1; i < call.length; i++) {
    const shorter = shorterWord(call[i]!)
    if (shorter !== undefined) yield call.with(i, shorter)
  }
}

function shorterWord(word: ByteText): ByteText | undefined {
  return word.length > 8 && !/^[-+ ]?\d/.test(word) ? word.slice(0, Math.floor(word.length / 2)) : undefined
}
