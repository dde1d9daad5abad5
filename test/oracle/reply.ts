import { type ByteText, quoted, readQuoted } from './bytes.js'

/**
 * A RESP2 reply that keeps the kinds apart. `null` is the nil of a target that cannot tell a nil bulk from a nil array
 * (the engine's `callBuffer` says null for both); it equals either.
 */
export type Reply =
  | { readonly kind: 'status'; readonly text: ByteText }
  | { readonly kind: 'error'; readonly text: ByteText }
  | { readonly kind: 'integer'; readonly value: number | bigint }
  | { readonly kind: 'bulk'; readonly text: ByteText }
  | { readonly kind: 'nil' }
  | { readonly kind: 'nil-array' }
  | { readonly kind: 'null' }
  | { readonly kind: 'array'; readonly items: readonly Reply[] }

export const NIL: Reply = { kind: 'nil' }
export const NIL_ARRAY: Reply = { kind: 'nil-array' }
export const NULL: Reply = { kind: 'null' }

/** An integer reply from its decimal text: a number while that is exact, else a bigint. */
export function integerOf(text: string): number | bigint {
  const value = Number(text)
  return Number.isSafeInteger(value) ? value : BigInt(text)
}

export function isNil(reply: Reply): boolean {
  return reply.kind === 'nil' || reply.kind === 'nil-array' || reply.kind === 'null'
}

/** The elements of an array reply; none for any other kind. */
export function itemsOf(reply: Reply | undefined): readonly Reply[] {
  return reply?.kind === 'array' ? reply.items : []
}

/** The bytes of a bulk or status reply; undefined for any other kind. */
export function textOfReply(reply: Reply | undefined): ByteText | undefined {
  return reply?.kind === 'bulk' || reply?.kind === 'status' ? reply.text : undefined
}

/** Equality by kind and bytes. O(size). */
export function sameReply(a: Reply, b: Reply): boolean {
  switch (a.kind) {
    case 'status':
    case 'error':
    case 'bulk':
      return a.kind === b.kind && a.text === b.text
    case 'integer':
      return b.kind === 'integer' && a.value === b.value
    case 'array':
      return (
        b.kind === 'array' && a.items.length === b.items.length && a.items.every((x, i) => sameReply(x, b.items[i]!))
      )
    case 'null':
      return isNil(b)
    default:
      return a.kind === b.kind || b.kind === 'null'
  }
}

/**
 * One line of text per reply, exact and readable: `+OK`, `-ERR syntax error`, `:5`, `"bulk"`, `nil`, `nil-array`,
 * `["a" :1 nil]`. Inside an array a status or an error is quoted, since it may hold spaces.
 */
export function formatReply(reply: Reply, nested = false): string {
  switch (reply.kind) {
    case 'status':
      return `+${nested ? quoted(reply.text) : reply.text}`
    case 'error':
      return `-${nested ? quoted(reply.text) : reply.text}`
    case 'integer':
      return `:${reply.value}`
    case 'bulk':
      return quoted(reply.text)
    case 'array':
      return `[${reply.items.map((item) => formatReply(item, true)).join(' ')}]`
    default:
      return reply.kind
  }
}

/** The reverse of `formatReply`. Throws on text that it did not write. */
export function parseReply(line: string): Reply {
  if (line[0] === '+') return { kind: 'status', text: line.slice(1) }
  if (line[0] === '-') return { kind: 'error', text: line.slice(1) }
  const { reply, end } = parseItem(line, 0)
  if (end !== line.length) throw new Error(`trailing text in reply: ${line}`)
  return reply
}

function parseItem(line: string, at: number): { reply: Reply; end: number } {
  const mark = line[at]
  if (mark === '[') return parseItems(line, at + 1)
  if (mark === '"') {
    const { text, end } = readQuoted(line, at)
    return { reply: { kind: 'bulk', text }, end }
  }
  if (mark === '+' || mark === '-') {
    const { text, end } = readQuoted(line, at + 1)
    return { reply: { kind: mark === '+' ? 'status' : 'error', text }, end }
  }
  const word = /^(:-?\d+|nil-array|nil|null)/.exec(line.slice(at))?.[1]
  if (word === undefined) throw new Error(`unreadable reply: ${line}`)
  const end = at + word.length
  if (word[0] === ':') return { reply: { kind: 'integer', value: integerOf(word.slice(1)) }, end }
  return { reply: { kind: word as 'nil' | 'nil-array' | 'null' }, end }
}

function parseItems(line: string, at: number): { reply: Reply; end: number } {
  const items: Reply[] = []
  let next = at
  while (line[next] !== ']') {
    if (line[next] === ' ') next++
    const { reply, end } = parseItem(line, next)
    items.push(reply)
    next = end
  }
  return { reply: { kind: 'array', items }, end: next + 1 }
}
