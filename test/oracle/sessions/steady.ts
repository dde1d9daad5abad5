import { formatReply, itemsOf, type Reply, textOfReply } from '../reply.js'
import type { Step } from './step.js'

/**
 * What a connection was sent in one step, brought into one order where Redis has that of a hash table: among the patterns
 * that one message matches, the channels that are left all at once, and the keys that have expired when it looks for them.
 */
export function steady(step: Step, messages: readonly Reply[]): readonly Reply[] {
  if (step.kind === 'sweep') return byText(messages)
  const first = messages[0]
  const words = step.kind === 'call' ? step.calls[0]!.join(' ') : ''
  if (/^pubsub (shard)?channels\b/i.test(words) && first?.kind === 'array') {
    return [{ kind: 'array', items: byText(first.items) }, ...messages.slice(1)]
  }
  const plain = unnested(messages.map(withoutCircumstances))
  const leavesAll = step.kind === 'call' && step.calls.some((call) => call.length === 1)
  return inRuns(plain, (message) => runOf(message, leavesAll)).flatMap(({ key, run }) => {
    if (key === undefined || run.length === 1) return run
    return key.startsWith('pmessage') ? byText(run) : withNamesSorted(run)
  })
}

/**
 * The elements of an EXEC's reply that joins or leaves channels, one by one: more of them than its array says may come,
 * one for each channel, and those stand behind it.
 */
function unnested(messages: readonly Reply[]): readonly Reply[] {
  const at = messages.findIndex((message) => itemsOf(message).some((item) => isMembership(item)))
  if (at < 0 || isMembership(messages[at]!)) return messages
  const items = itemsOf(messages[at])
  const size: Reply = { kind: 'status', text: `array of ${items.length}` }
  return [...messages.slice(0, at), size, ...items, ...messages.slice(at + 1)]
}

function isMembership(message: Reply): boolean {
  return /^[ps]?(un)?subscribe$/.test(textOfReply(itemsOf(message)[0]) ?? '')
}

/** What messages have in common that may stand in any order behind one another. */
function runOf(message: Reply, leavesAll: boolean): string | undefined {
  const items = itemsOf(message)
  const kind = textOfReply(items[0]) ?? ''
  if (kind === 'pmessage') return ['pmessage', ...items.slice(2).map((item) => formatReply(item))].join(' ')
  return leavesAll && /^[ps]?unsubscribe$/.test(kind) ? kind : undefined
}

/** A reply in which entries of ACL LOG have no times, addresses and ids, and CLIENT TRACKINGINFO no id of another connection. */
function withoutCircumstances(reply: Reply): Reply {
  if (reply.kind !== 'array') return reply
  const names = reply.items.filter((_, i) => i % 2 === 0).map(textOfReply)
  if (names.includes('client-info')) {
    return { kind: 'array', items: reply.items.filter((_, i) => TOLD_OF_ENTRIES.has(names[i >> 1] ?? '')) }
  }
  const [, , , id] = reply.items
  if (names.includes('redirect') && id?.kind === 'integer' && id.value > 0) {
    return { kind: 'array', items: reply.items.with(3, { kind: 'status', text: 'another' }) }
  }
  return { kind: 'array', items: reply.items.map(withoutCircumstances) }
}

const TOLD_OF_ENTRIES: ReadonlySet<string> = new Set(['count', 'reason', 'context', 'object', 'username'])

function inRuns(
  messages: readonly Reply[],
  keyOf: (message: Reply) => string | undefined,
): { key: string | undefined; run: Reply[] }[] {
  const runs: { key: string | undefined; run: Reply[] }[] = []
  for (const message of messages) {
    const key = keyOf(message)
    const last = runs.at(-1)
    if (last !== undefined && key !== undefined && last.key === key) last.run.push(message)
    else runs.push({ key, run: [message] })
  }
  return runs
}

/** The names in order; the counts that stand behind them are in order already. */
function withNamesSorted(run: readonly Reply[]): Reply[] {
  const names = byText(run.map((message) => itemsOf(message)[1]!))
  return run.map((message, i) => ({ kind: 'array', items: itemsOf(message).with(1, names[i]!) }))
}

function byText(replies: readonly Reply[]): Reply[] {
  const texts = replies.map((reply) => ({ reply, text: formatReply(reply) }))
  texts.sort((a, b) => (a.text < b.text ? -1 : a.text > b.text ? 1 : 0))
  return texts.map(({ reply }) => reply)
}
