/**
 * The argument grammar of a command, as one line of text and as a tree.
 *
 * The line is what a command's wire entry states, for example
 * `key:key value [condition= NX | XX] [GET] [expiration= EX seconds:integer | KEEPTTL]`:
 *
 * - `name` is a string argument, `name:integer` one of another type, `name:pattern@1` one that the key spec of this index
 *   stands for (keys have those of their order);
 * - `name!*` is a token that is no word, under a name;
 * - an upper-case word is a token; followed by an argument in its own group it introduces that argument;
 * - `[ … ]` is optional, `< … >` a plain group, `|` separates alternatives, `label=` names the group or the one thing in it;
 * - `...` after an item says that it may be repeated; `+...` that its token is repeated with it.
 *
 * COMMAND DOCS, docs/commands.md and the generators of the tests all read the tree.
 */
export type ArgumentType =
  | 'key'
  | 'string'
  | 'integer'
  | 'double'
  | 'pattern'
  | 'unix-time'
  | 'pure-token'
  | 'oneof'
  | 'block'

export interface Argument {
  readonly name: string
  readonly type: ArgumentType
  readonly token?: string
  /** The key spec that stands for it, where its order does not tell. */
  readonly keySpec?: number
  readonly optional?: boolean
  readonly multiple?: boolean
  readonly multipleToken?: boolean
  readonly arguments?: readonly Argument[]
}

type Draft = { -readonly [K in keyof Argument]: Argument[K] }

const WORDS = /[[\]<>|]|\+?\.\.\.|[^\s[\]<>|]+?(?=\+?\.\.\.|[\s[\]<>|]|$)/g

/** Parses a syntax line into the tree. O(length). Throws a plain Error on a malformed line: a mistake of ours. */
export function parseSyntax(syntax: string): readonly Argument[] {
  const words = syntax.match(WORDS) ?? []
  let at = 0

  function sequence(): Draft[] {
    const items: Draft[] = []
    while (at < words.length) {
      const word = words[at]!
      if (word === ']' || word === '>' || word === '|') break
      at++
      if (word === '...' || word === '+...') {
        const last = items[items.length - 1]
        if (last === undefined) throw new Error(`syntax: nothing to repeat in '${syntax}'`)
        last.multiple = true
        if (word === '+...') last.multipleToken = true
      } else if (word === '[' || word === '<') {
        const item = group(word === '[' ? ']' : '>')
        if (word === '[') item.optional = true
        items.push(item)
      } else if (isToken(word)) {
        items.push(tokenised(word))
      } else {
        items.push(leafOf(word))
      }
    }
    return items
  }

  /** A token introduces the argument or group after it in the same group, or stands alone. */
  function tokenised(token: string): Draft {
    const next = words[at]
    if (next === '<') {
      at++
      return { ...group('>'), token }
    }
    if (next === undefined || '[]<>|'.includes(next) || next.endsWith('...') || isToken(next)) {
      return { name: token.toLowerCase(), type: 'pure-token', token }
    }
    at++
    return { ...leafOf(next), token }
  }

  function group(close: string): Draft {
    let label: string | undefined
    if (words[at]?.endsWith('=')) label = words[at++]!.slice(0, -1)
    const alternatives: Draft[] = []
    for (;;) {
      const items = sequence()
      const only = items[0]
      if (only === undefined) throw new Error(`syntax: empty group in '${syntax}'`)
      alternatives.push(items.length === 1 ? only : { name: label ?? only.name, type: 'block', arguments: items })
      const word = words[at++]
      if (word === close) break
      if (word !== '|') throw new Error(`syntax: '${close}' missing in '${syntax}'`)
    }
    const first = alternatives[0]!
    if (alternatives.length === 1) return label === undefined ? first : { ...first, name: label }
    return { name: label ?? first.name, type: 'oneof', arguments: alternatives }
  }

  const tree = sequence()
  if (at !== words.length) throw new Error(`syntax: '${words[at]}' unexpected in '${syntax}'`)
  return tree
}

function leafOf(word: string): Draft {
  const mark = word.indexOf('!')
  if (mark !== -1) return { name: word.slice(0, mark), type: 'pure-token', token: word.slice(mark + 1) }
  const [name, type, spec] = word.split(/[:@]/) as [string, ArgumentType | undefined, string | undefined]
  const leaf: Draft = { name, type: type ?? 'string' }
  if (spec !== undefined) leaf.keySpec = Number(spec)
  return leaf
}

function isToken(word: string): boolean {
  return /^[A-Z][A-Z0-9-]*$/.test(word)
}
