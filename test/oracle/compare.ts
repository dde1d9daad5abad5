import { type ByteText, type Call, quote, quoteCall } from './bytes.js'
import { justification } from './differences.js'
import { agree, elements, RULES } from './normalise.js'
import { formatReply, itemsOf, type Reply, textOfReply } from './reply.js'
import { compareStates, readState, readValue } from './state.js'
import { nameOf } from './table.js'
import type { KeyEvent, Outcome, Target } from './target.js'

/** One thing in which the two sides differ. */
export interface Difference {
  readonly what: 'reply' | 'events' | 'state' | 'dump' | 'scan'
  /** The command, as the table names it; for a state, the place of the key. */
  readonly name: string
  /** The index of the call in its sequence; -1 for a state. */
  readonly index: number
  readonly call: Call
  /** For a state: in what the key differs. */
  readonly aspect?: string
  readonly expected: string
  readonly actual: string
}

/** What the comparison of one sequence found. */
export interface Comparison {
  readonly outcomes: readonly Outcome[]
  readonly difference: Difference | undefined
  /** The ids of justified differences that were met, with repetitions. */
  readonly justified: readonly string[]
}

/** How many DUMP payloads and SCAN iterations of one sequence are followed up; each costs round trips. */
const FOLLOW_UPS = 6

const SCRATCH = 'oracle:scratch'

/**
 * Runs the calls on both sides from empty databases and compares every reply, the events of every call, and at the end
 * the whole state. Stops at the first difference that is not justified.
 */
export async function compareSequence(real: Target, engine: Target, calls: readonly Call[]): Promise<Comparison> {
  const expected = await real.run(calls)
  const actual = await engine.run(
    calls,
    expected.map(({ reply }) => reply),
  )
  const justified: string[] = []
  const passes = (difference: Difference | undefined): boolean => {
    const excuse = difference && justification(difference, calls)
    if (excuse !== undefined) justified.push(excuse.id)
    return difference === undefined || excuse !== undefined
  }
  const queue = new TransactionQueue()
  for (let index = 0; index < calls.length; index++) {
    const call = calls[index]!
    const name = nameOf(call)
    const difference =
      compareReplies(queue, name, index, call, expected[index]!.reply, actual[index]!.reply) ??
      compareEvents(name, index, call, expected[index]!.events, actual[index]!.events)
    if (!passes(difference)) return { outcomes: expected, difference, justified }
  }
  const late = [
    () => compareEnds(real, engine, calls),
    () => compareDumps(real, engine, calls, expected, actual),
    () => compareScans(real, engine, calls, expected),
  ]
  for (const check of late) {
    const difference = await check()
    if (!passes(difference)) return { outcomes: expected, difference, justified }
  }
  return { outcomes: expected, difference: undefined, justified }
}

/** The calls that wait inside MULTI, so that each element of EXEC's reply is compared by the rule of its own command. */
export class TransactionQueue {
  private calls: Call[] | undefined

  /** Takes note of a call and its reply; for an EXEC that ran, returns the calls whose replies its reply holds. */
  follow(name: string, call: Call, reply: Reply): readonly Call[] | undefined {
    if (name === 'MULTI' && reply.kind === 'status') this.calls = []
    else if (reply.kind === 'status' && reply.text === 'QUEUED') this.calls?.push(call)
    else if (name === 'EXEC' && call.length === 1) {
      const queued = this.calls
      this.calls = undefined
      return reply.kind === 'array' ? queued : undefined
    } else if (name === 'DISCARD' || name === 'RESET') this.calls = undefined
    return undefined
  }
}

function compareReplies(
  queue: TransactionQueue,
  name: string,
  index: number,
  call: Call,
  expected: Reply,
  actual: Reply,
): Difference | undefined {
  return agreeReplies(queue, name, call, expected, actual)
    ? undefined
    : { what: 'reply', name, index, call, expected: formatReply(expected), actual: formatReply(actual) }
}

/** Whether two replies agree, an EXEC's element by element. */
export function agreeReplies(
  queue: TransactionQueue,
  name: string,
  call: Call,
  expected: Reply,
  actual: Reply,
): boolean {
  const queued = queue.follow(name, call, expected)
  if (queued === undefined) return agree(name, call, expected, actual)
  const [a, b] = [itemsOf(expected), itemsOf(actual)]
  if (actual.kind !== 'array' || a.length !== b.length) return false
  return a.every((item, i) => agree(nameOf(queued[i]!), queued[i]!, item, b[i]!))
}

function compareEvents(
  name: string,
  index: number,
  call: Call,
  expected: readonly KeyEvent[],
  actual: readonly KeyEvent[],
): Difference | undefined {
  const a = formatEvents(expected)
  const b = formatEvents(actual)
  return a === b ? undefined : { what: 'events', name, index, call, expected: a, actual: b }
}

export function formatEvent(event: KeyEvent): string {
  return `${event.db} ${event.event} ${quote(event.key)}`
}

export function formatEvents(events: readonly KeyEvent[]): string {
  return events.length === 0 ? '(no event)' : events.map(formatEvent).join(', ')
}

async function compareEnds(real: Target, engine: Target, calls: readonly Call[]): Promise<Difference | undefined> {
  const [expected, actual] = await Promise.all([readState(real), readState(engine)])
  const found = compareStates(expected, actual, calls)
  if (found === undefined) return undefined
  const { place, aspect } = found
  return { what: 'state', name: place, index: -1, call: [], aspect, expected: found.expected, actual: found.actual }
}

/** Both sides restore both payloads; all four values must be one. */
async function compareDumps(
  real: Target,
  engine: Target,
  calls: readonly Call[],
  expected: readonly Outcome[],
  actual: readonly Outcome[],
): Promise<Difference | undefined> {
  let left = FOLLOW_UPS
  for (let index = 0; index < calls.length && left > 0; index++) {
    const call = calls[index]!
    const name = nameOf(call)
    if (RULES[name]?.how !== 'dump') continue
    const a = textOfReply(expected[index]!.reply)
    const b = textOfReply(actual[index]!.reply)
    if (a === undefined || b === undefined) continue
    left--
    const [first, second, third, fourth] = [
      await restored(real, a),
      await restored(real, b),
      await restored(engine, a),
      await restored(engine, b),
    ]
    if (first === second && first === third && first === fourth) continue
    return {
      what: 'dump',
      name,
      index,
      call,
      expected: `${quote(a)} restored by ${real.name}: ${first}; by ${engine.name}: ${third}`,
      actual: `${quote(b)} restored by ${real.name}: ${second}; by ${engine.name}: ${fourth}`,
    }
  }
  return undefined
}

/** What a payload becomes on a target: its type and value, or the error. */
export async function restored(target: Target, payload: ByteText): Promise<string> {
  const [reply] = await target.inspect([['RESTORE', SCRATCH, '0', payload, 'REPLACE']])
  const value = reply?.kind === 'error' ? formatReply(reply) : await readValue(target, SCRATCH)
  await target.inspect([['DEL', SCRATCH]])
  return value
}

/** Each SCAN of the sequence again, as a full iteration over the final state of database 0, with its own options. */
async function compareScans(
  real: Target,
  engine: Target,
  calls: readonly Call[],
  expected: readonly Outcome[],
): Promise<Difference | undefined> {
  let left = FOLLOW_UPS
  for (let index = 0; index < calls.length && left > 0; index++) {
    const call = calls[index]!
    const name = nameOf(call)
    const rule = RULES[name]
    if (rule?.how !== 'scan' || expected[index]!.reply.kind !== 'array') continue
    left--
    const [a, b] = await Promise.all([
      iterated(real, call, rule.cursorAt ?? 1),
      iterated(engine, call, rule.cursorAt ?? 1),
    ])
    if (a !== b) return { what: 'scan', name, index, call: ['full iteration:', ...call], expected: a, actual: b }
  }
  return undefined
}

/** The set of all elements that a SCAN with these options returns from cursor 0 to the end. */
async function iterated(target: Target, call: Call, cursorAt: number): Promise<string> {
  const paired = cursorAt === 2 && !/^sscan$/i.test(call[0]!) && !call.some((word) => /^novalues$/i.test(word))
  const found = new Set<string>()
  let cursor = '0'
  for (let turns = 0; turns < 10_000; turns++) {
    const [reply] = await target.inspect([call.with(cursorAt, cursor)])
    const [next, items] = itemsOf(reply)
    if (next === undefined) return formatReply(reply!)
    for (const element of elements(itemsOf(items), paired ? 2 : 1)) found.add(element)
    cursor = textOfReply(next) ?? '0'
    if (cursor === '0') return [...found].sort().join(' ')
  }
  return 'an iteration without end'
}

/** The calls as redis-cli lines, and what the two sides say to the last one that matters. */
export function formatDifference(
  calls: readonly Call[],
  difference: Difference,
  names: readonly [string, string],
): string {
  const width = Math.max(...names.map((name) => name.length))
  const line = (name: string, text: string) =>
    `  ${name.padEnd(width)}  ${text.length > 2000 ? `${text.slice(0, 2000)}…` : text}`
  const lines: string[] = []
  calls.forEach((call, i) => {
    lines.push(quoteCall(call))
    if (i === difference.index) lines.push(`# ${difference.what} of ${difference.name}:`, ...sides())
  })
  if (difference.index < 0)
    lines.push(`# ${difference.what} afterwards, ${difference.name} (${difference.aspect}):`, ...sides())
  return lines.join('\n')

  function sides(): string[] {
    return [line(names[0], difference.expected), line(names[1], difference.actual)]
  }
}
