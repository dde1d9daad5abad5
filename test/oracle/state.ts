import { type ByteText, type Call, quote } from './bytes.js'
import { agree, elements, timelessText } from './normalise.js'
import { formatReply, itemsOf, type Reply, textOfReply } from './reply.js'
import type { Target } from './target.js'

/** What a state is read from. */
export type Inspected = Pick<Target, 'inspect'>

export const DATABASES = 16

/** All that a key holds, as replies and in one text each. */
export interface KeyState {
  readonly type: string
  readonly encoding: string
  readonly deadline: Reply
  readonly value: string
  /** Of a hash: when its fields expire, in the order of their names. */
  readonly fieldDeadlines: Reply
}

/** Every key of every database, under `<db> <quoted key>`. */
export type State = ReadonlyMap<string, KeyState>

/** How a value is read, and of how many replies an element consists when the order says nothing. */
interface Reader {
  readonly words: (key: ByteText) => Call
  readonly unordered?: number
}

const READERS: Readonly<Record<string, Reader>> = {
  string: { words: (key) => ['GET', key] },
  list: { words: (key) => ['LRANGE', key, '0', '-1'] },
  set: { words: (key) => ['SMEMBERS', key], unordered: 1 },
  hash: { words: (key) => ['HGETALL', key], unordered: 2 },
  zset: { words: (key) => ['ZRANGE', key, '0', '-1', 'WITHSCORES'] },
  stream: { words: (key) => ['XINFO', 'STREAM', key, 'FULL', 'COUNT', '0'] },
  vectorset: { words: (key) => ['VCARD', key] },
}

interface Place {
  readonly db: number
  readonly key: ByteText
}

/** Reads the whole state of a target by its own commands, in three batches. O(size of the data). */
export async function readState(target: Inspected): Promise<State> {
  const scan: Call[] = []
  for (let db = 0; db < DATABASES; db++) scan.push(['SELECT', String(db)], ['KEYS', '*'])
  const found = await target.inspect(scan)
  const places: Place[] = []
  for (let db = 0; db < DATABASES; db++) {
    const keys = itemsOf(found[db * 2 + 1]).map((item) => textOfReply(item) ?? '')
    for (const key of keys.sort()) places.push({ db, key })
  }

  const facts = await each(target, places, ({ key }) => [
    ['TYPE', key],
    ['OBJECT', 'ENCODING', key],
    ['PEXPIRETIME', key],
  ])
  const types = facts.map(([type]) => textOfReply(type) ?? 'none')
  const values = await each(target, places, ({ key }, i) => [reader(types[i]!).words(key)])
  const fieldDeadlines = await each(target, places, ({ key }, i) =>
    types[i] === 'hash' ? [fieldDeadlinesCall(key, values[i]![0]!)] : [],
  )
  return new Map(
    places.map(({ db, key }, i) => {
      const [, encoding, deadline] = facts[i]!
      const state: KeyState = {
        type: types[i]!,
        encoding: textOfReply(encoding) ?? formatReply(encoding!),
        deadline: deadline!,
        value: valueText(types[i]!, values[i]![0]!),
        fieldDeadlines: fieldDeadlines[i]![0] ?? NO_DEADLINES,
      }
      return [`${db} ${quote(key)}`, state]
    }),
  )
}

const NO_DEADLINES: Reply = { kind: 'array', items: [] }

/** Asks for the deadlines of all fields that HGETALL has shown. */
function fieldDeadlinesCall(key: ByteText, all: Reply): Call {
  const fields = itemsOf(all)
    .filter((_, i) => i % 2 === 0)
    .map((field) => textOfReply(field) ?? '')
    .sort()
  return ['HPEXPIRETIME', key, 'FIELDS', String(fields.length), ...fields]
}

function reader(type: string): Reader {
  return READERS[type] ?? { words: (key) => ['DUMP', key] }
}

function valueText(type: string, value: Reply): string {
  const { unordered } = reader(type)
  if (type === 'stream') return timelessText(value)
  if (unordered === undefined || value.kind !== 'array') return formatReply(value)
  return elements(value.items, unordered).sort().join(' ')
}

/** Runs a few calls for each place in its database, all in one batch; returns the replies by place. */
async function each(
  target: Inspected,
  places: readonly Place[],
  make: (place: Place, i: number) => Call[],
): Promise<Reply[][]> {
  const batch: Call[] = []
  const spans: { at: number; size: number }[] = []
  let db = -1
  places.forEach((place, i) => {
    if (place.db !== db) {
      db = place.db
      batch.push(['SELECT', String(db)])
    }
    const calls = make(place, i)
    spans.push({ at: batch.length, size: calls.length })
    batch.push(...calls)
  })
  const replies = await target.inspect(batch)
  return spans.map(({ at, size }) => replies.slice(at, at + size))
}

/** One key on which two states differ, as text for both sides. */
export interface StateDifference {
  readonly place: string
  /** In what the key differs, and in its type. */
  readonly aspect: string
  readonly expected: string
  readonly actual: string
}

/** The first key on which two states differ; undefined when they agree. */
/** `calls` led to the states, if they are known. */
export function compareStates(
  expected: State,
  actual: State,
  calls: readonly Call[] = [],
): StateDifference | undefined {
  const hasDistances = keepDistances(calls)
  for (const place of new Set([...expected.keys(), ...actual.keys()])) {
    const a = expected.get(place)
    const b = actual.get(place)
    const aspect = differsIn(a, b, hasDistances)
    if (aspect !== undefined) return { place, aspect, expected: formatKey(a), actual: formatKey(b) }
  }
  return undefined
}

function differsIn(a: KeyState | undefined, b: KeyState | undefined, hasDistances: boolean): string | undefined {
  if (a === undefined || b === undefined) return a === undefined ? `extra ${b?.type}` : `missing ${a.type}`
  if (a.type !== b.type) return `type ${a.type} ${b.type}`
  const isSame = a.value === b.value || (hasDistances && a.type === 'zset' && isNearly(a.value, b.value))
  if (!isSame) return `value ${a.type}`
  if (a.encoding !== b.encoding) return `encoding ${a.encoding} ${b.encoding}`
  if (!agree('HPEXPIRETIME', ['HPEXPIRETIME'], a.fieldDeadlines, b.fieldDeadlines)) return 'deadlines of fields'
  return agree('PEXPIRETIME', ['PEXPIRETIME'], a.deadline, b.deadline) ? undefined : 'deadline'
}

const NUMBER = /(?<=")[0-9.]+(?:e[+-]?[0-9]+)?(?=")/g

/** Whether calls keep distances as scores: nothing else is let off its last digits. */
export function keepDistances(calls: readonly Call[]): boolean {
  return calls.some((call) => call.some((word) => /^storedist$/i.test(word)))
}

/**
 * Whether two texts are the same but for the last digits of their numbers: distances that GEOSEARCHSTORE keeps as scores come from
 * sines, of which the libraries of two machines know no more in common.
 */
export function isNearly(expected: string, actual: string): boolean {
  if (expected.replace(NUMBER, '') !== actual.replace(NUMBER, '')) return false
  const [wanted, found] = [expected.match(NUMBER) ?? [], actual.match(NUMBER) ?? []]
  return wanted.every(
    (text, i) => text === found[i] || Math.abs(Number(text) - Number(found[i])) <= 4e-15 * Number(text),
  )
}

function formatKey(state: KeyState | undefined): string {
  if (state === undefined) return '(no such key)'
  const fields = state.type === 'hash' ? ` fields expire ${formatReply(state.fieldDeadlines)}` : ''
  return `${state.type} ${state.encoding} expires ${formatReply(state.deadline)} ${state.value}${fields}`
}

/** The type and the value of one key in database 0, without encoding and expiry. */
export async function readValue(target: Inspected, key: ByteText): Promise<string> {
  const [type] = await target.inspect([['TYPE', key]])
  const name = textOfReply(type) ?? 'none'
  const [value] = await target.inspect([reader(name).words(key)])
  return `${name} ${valueText(name, value!)}`
}
