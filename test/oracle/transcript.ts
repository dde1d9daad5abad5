import { type Call, quoteCall, splitLine } from './bytes.js'
import { agreeReplies, type Difference, formatEvent, formatEvents, restored, TransactionQueue } from './compare.js'
import { justification } from './differences.js'
import { RULES } from './normalise.js'
import { formatReply, parseReply, type Reply, textOfReply } from './reply.js'
import { compareStates, type KeyState, readState } from './state.js'
import { nameOf } from './table.js'
import type { Outcome, Target } from './target.js'

/** A call, the server's reply (see `formatReply`) and the events that it caused, each `<db> <event> <key>`. */
export type Step = readonly [call: string, reply: string, ...events: string[]]

/** A key afterwards: its place, type, encoding, deadline and value, and of a hash the deadlines of its fields. */
export type End = readonly [
  place: string,
  type: string,
  encoding: string,
  deadline: string,
  value: string,
  fieldDeadlines?: string,
]

/** A sequence of calls over empty databases as a real server answered them. */
export interface Recording {
  readonly name: string
  /** The server's clock when the sequence began, in ms; relative expiries in the replies count from about here. */
  readonly startMs: number
  readonly steps: readonly Step[]
  readonly end: readonly End[]
}

/** What one file under test/fixtures holds. */
export interface Transcript {
  readonly group: string
  readonly server: string
  readonly recordings: readonly Recording[]
}

/** Runs the calls on a real server and notes all that it says. */
export async function recordCalls(real: Target, name: string, calls: readonly Call[]): Promise<Recording> {
  const [time] = await real.inspect([['TIME']])
  const [seconds] = time?.kind === 'array' ? time.items : []
  const outcomes = await real.run(calls)
  const state = await readState(real)
  return {
    name,
    startMs: Number(textOfReply(seconds)) * 1000,
    steps: calls.map((call, i) => {
      const { reply, events } = outcomes[i]!
      return [quoteCall(call), formatReply(steady(nameOf(call), reply)), ...events.map(formatEvent)]
    }),
    end: [...state].map(([place, { type, encoding, deadline, value, fieldDeadlines }]): End => {
      const end = [place, type, encoding, formatReply(deadline), value] as const
      return type === 'hash' ? [...end, formatReply(fieldDeadlines)] : end
    }),
  }
}

/** The reply with elements in byte order where their order means nothing, so that a new recording differs in less. */
function steady(name: string, reply: Reply): Reply {
  if (reply.kind !== 'array') return reply
  const how = RULES[name]?.how
  if (how === 'scan') return { kind: 'array', items: reply.items.map((item) => steady('KEYS', item)) }
  if (how !== 'unordered') return reply
  // The values of a hash may be there twice.
  const byText = reply.items.map((item) => ({ text: formatReply(item), item }))
  byText.sort((a, b) => (a.text < b.text ? -1 : 1))
  return { kind: 'array', items: byText.map(({ item }) => item) }
}

/** A unit or a word that stands there many times over, as long elements do that were made to be long. */
const RUN = /((?:\\x[0-9a-f]{2}){1,4}?|[!-~]|[!-~]{1,24}? )\1{23,}/g
const SHORT_RUN = /«(.+?)\*(\d+)»/g

/** The text with long runs in short: `«x*9000»`. Nothing else that is quoted has such marks, as it is ASCII. */
function squeezed(text: string): string {
  return text.replace(RUN, (run, unit: string) => `«${unit}*${run.length / unit.length}»`)
}

function unsqueezed(text: string): string {
  return text.replace(SHORT_RUN, (_, unit: string, count: string) => unit.repeat(Number(count)))
}

/** Reads what `writeTranscript` has written. */
export function readTranscript(json: string): Transcript {
  return JSON.parse(json, (_, value) => (typeof value === 'string' ? unsqueezed(value) : value))
}

/** The transcript as JSON with one step per line, so that a change shows as the lines that it changes. */
export function writeTranscript(transcript: Transcript): string {
  const lines = (entries: readonly (readonly (string | undefined)[])[]) =>
    entries.map((entry) => `   ${JSON.stringify(entry.map((word) => word && squeezed(word)))}`).join(',\n')
  const recordings = transcript.recordings.map(
    ({ name, startMs, steps, end }) =>
      `{"name": ${JSON.stringify(name)}, "startMs": ${startMs},\n  "steps": [\n${lines(steps)}],\n  "end": [\n${lines(end)}]}`,
  )
  const { group, server } = transcript
  return `{"group": "${group}", "server": "${server}", "recordings": [\n${recordings.join(',\n')}]}\n`
}

export function callsOf(recording: Recording): Call[] {
  return recording.steps.map(([line]) => splitLine(line))
}

/** Replays a recording on a target and returns the first thing in which the target differs from the record. */
export async function replay(recording: Recording, target: Target): Promise<Difference | undefined> {
  const calls = callsOf(recording)
  const outcomes = await target.run(
    calls,
    recording.steps.map(([, recorded]) => parseReply(recorded)),
  )
  const queue = new TransactionQueue()
  for (const [index, step] of recording.steps.entries()) {
    const difference = compareStep(queue, index, calls[index]!, step, outcomes[index]!)
    if (difference !== undefined && justification(difference, calls) === undefined) return difference
  }
  const found = compareStates(recordedState(recording), await readState(target), calls)
  if (found !== undefined) return { what: 'state', name: found.place, index: -1, call: [], ...found }
  return comparePayloads(recording, calls, outcomes, target)
}

function compareStep(
  queue: TransactionQueue,
  index: number,
  call: Call,
  step: Step,
  outcome: Outcome,
): Difference | undefined {
  const [, recorded, ...events] = step
  const name = nameOf(call)
  const actual = formatReply(outcome.reply)
  if (!agreeReplies(queue, name, call, parseReply(recorded), outcome.reply)) {
    return { what: 'reply', name, index, call, expected: recorded, actual }
  }
  const expected = events.length === 0 ? '(no event)' : events.join(', ')
  const caused = formatEvents(outcome.events)
  return expected === caused ? undefined : { what: 'events', name, index, call, expected, actual: caused }
}

function recordedState(recording: Recording): Map<string, KeyState> {
  return new Map(
    recording.end.map(([place, type, encoding, deadline, value, fieldDeadlines = '[]']) => [
      place,
      { type, encoding, deadline: parseReply(deadline), value, fieldDeadlines: parseReply(fieldDeadlines) },
    ]),
  )
}

/** Where a DUMP payload differs from the recorded one, the target must restore both to one value. */
async function comparePayloads(
  recording: Recording,
  calls: readonly Call[],
  outcomes: readonly Outcome[],
  target: Target,
): Promise<Difference | undefined> {
  for (const [index, call] of calls.entries()) {
    if (RULES[nameOf(call)]?.how !== 'dump') continue
    const ours: Reply = outcomes[index]!.reply
    const recorded = textOfReply(parseReply(recording.steps[index]![1]))
    const payload = ours.kind === 'bulk' ? ours.text : undefined
    if (recorded === undefined || payload === undefined) continue
    const [expected, actual] = [await restored(target, recorded), await restored(target, payload)]
    if (expected !== actual) return { what: 'dump', name: 'DUMP', index, call, expected, actual }
  }
  return undefined
}

/**
 * Reads a script: one call per line in redis-cli syntax, `«x*9000»` for a long run, `#` for comments, `=== name` before each
 * sequence, which begins with empty databases.
 */
export function readScript(source: string): { name: string; calls: Call[] }[] {
  const sequences: { name: string; calls: Call[] }[] = []
  for (const line of source.split('\n')) {
    const text = line.trim()
    if (text === '' || text.startsWith('#')) continue
    if (text.startsWith('===')) sequences.push({ name: text.slice(3).trim(), calls: [] })
    else if (sequences.length === 0) throw new Error(`a script begins with a line "=== name", not: ${line}`)
    else sequences.at(-1)!.calls.push(splitLine(unsqueezed(text)))
  }
  return sequences
}
