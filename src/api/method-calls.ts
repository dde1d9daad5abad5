/** Typed calls as the commands that they are: which one a method stands for, and the keys among its arguments. */
import { checkedWords } from '../commands/acl-access.js'
import type { CheckedCall } from '../commands/acl-user.js'
import { type Data, toText } from '../commands/argv.js'
import { type Command, type KeySpec, keyIndices } from '../commands/command.js'
import { commandTable } from '../commands/table.js'

/**
 * The command that a method stands for by its name, undefined for none. The name begins with that of a command or of a
 * container and its subcommand (`objectEncoding`); what stands behind says how it is typed (`hrandfieldWithValues`).
 * Iterators are none: they call methods.
 */
export function commandOfMethod(method: string): { readonly name: string; readonly command: Command } | undefined {
  if (method.endsWith('Iterator')) return undefined
  const parts = method.split(/(?=[A-Z])/).map((part) => part.toUpperCase())
  for (let end = parts.length; end > 0; end--) {
    const [first, ...rest] = parts.slice(0, end) as [string, ...string[]]
    const container = commandTable.get(first)
    for (const sub of [rest.join(''), rest.join('-')]) {
      const subcommand = container?.subcommands?.[sub]
      if (rest.length > 0 && subcommand !== undefined) return { name: `${first}|${sub}`, command: subcommand }
    }
    const name = [first, ...rest].join('_')
    const command = commandTable.get(name)
    if (command?.call !== undefined) return { name, command }
  }
  return undefined
}

/** A key of a call, and how it is used. */
interface KeyOfCall {
  readonly text: string
  readonly spec: KeySpec
}

/** Arguments that are keys, and which of the command's specs they have. */
interface KeyArguments {
  of(args: readonly unknown[]): unknown
  readonly spec: number
}

const FIRST: KeyArguments = { of: ([key]) => key, spec: 0 }

/** Of methods whose keys do not stand where those of the words do. */
const KEYS_OF: Readonly<Record<string, readonly KeyArguments[]>> = {
  sortStore: [FIRST, { of: ([, destination]) => destination, spec: 2 }],
  georadiusStore: [FIRST, { of: ([, destination]) => destination, spec: 1 }],
  georadiusbymemberStore: [FIRST, { of: ([, destination]) => destination, spec: 1 }],
  // Members that are called as an option is are no options.
  georadiusbymember: [FIRST],
  xread: [{ of: ([streams]) => streamKeys(streams), spec: 0 }],
  xreadgroup: [{ of: ([, , streams]) => streamKeys(streams), spec: 0 }],
}

/** The keys of what is to be read: an object, or any list of pairs. */
function streamKeys(streams: unknown): unknown[] {
  if (typeof streams !== 'object' || streams === null) return []
  if (!(Symbol.iterator in streams)) return Object.keys(streams)
  return Array.from(streams as Iterable<unknown>, (pair) => (Array.isArray(pair) ? pair[0] : undefined))
}

/** The keys of a typed call; of one that is wrong whatever looks like a key. O(arguments). */
export function keysOfCall(method: string, name: string, command: Command, args: readonly unknown[]): string[] {
  return keysAmong(method, textsOfCall(name, args), command, args).map(({ text }) => text)
}

/** A typed call as permissions see the same call by words. O(arguments). */
export function checkedMethod(method: string, name: string, command: Command, args: readonly unknown[]): CheckedCall {
  const words = textsOfCall(name, args)
  const flags = command.keyFlags?.([...words, ...tokensAmong(args)])
  const keys = keysAmong(method, words, command, args).map(({ text, spec }) => {
    return { index: words.indexOf(text), text, flags: flags ?? spec.flags }
  })
  return checkedWords(command, words, keys)
}

/** Name and arguments as words, as far as they are words at all. */
function textsOfCall(name: string, args: readonly unknown[]): string[] {
  return [...name.split('|'), ...textsAmong(args)]
}

function keysAmong(
  method: string,
  words: readonly string[],
  command: Command,
  args: readonly unknown[],
): readonly KeyOfCall[] {
  const own = KEYS_OF[method]
  if (own !== undefined) {
    return own.flatMap(({ of, spec }) => textsAmong([of(args)]).map(usedAs(command.keys[spec]!)))
  }
  if (command.keys.length === 0 && command.keysOf === undefined) return []
  if (command.keys.some((spec) => spec.search === 'counted')) return countedKeys(command.keys, args)
  // No arity has been checked: a key may be missing.
  return (keyIndices(command, words) ?? []).flatMap(({ index, spec }) =>
    words.slice(index, index + 1).map(usedAs(spec)),
  )
}

/** Where words say how many keys follow, methods take them in an array, or a single one; destinations come first. */
function countedKeys(specs: readonly KeySpec[], args: readonly unknown[]): KeyOfCall[] {
  const before = specs.filter((spec) => spec.search === undefined)
  const counted = specs.find((spec) => spec.search === 'counted')!
  const many = args.find(Array.isArray) ?? args[before.length]
  return [
    ...before.flatMap((spec, index) => textsAmong([args[index]]).map(usedAs(spec))),
    ...textsAmong([many]).map(usedAs(counted)),
  ]
}

function usedAs(spec: KeySpec): (text: string) => KeyOfCall {
  return (text) => ({ text, spec })
}

/** The names of options that are given, as the tokens that they stand for. */
function tokensAmong(args: readonly unknown[]): string[] {
  const options = args.at(-1)
  if (args.length < 2 || !isPairs(options)) return []
  return Object.entries(options).flatMap(([token, value]) => (value ? [token.toUpperCase()] : []))
}

/**
 * A typed call as words, to be shown: the name of its command, then what it was given in the order of the arguments; pairs by name
 * and value, options by their tokens. O(arguments).
 */
export function wordsOfCall(name: string, args: readonly unknown[]): string[] {
  const words = name.split('|')
  for (const [place, arg] of args.entries()) {
    const takesPairs = place === 0 || (place === 1 && TAKES_PAIRS.has(name))
    if (!isPairs(arg)) addWords(words, arg)
    else if (takesPairs) addWords(words, Object.entries(arg))
    else addOptions(words, arg)
  }
  return words
}

/** Commands whose methods take pairs behind the key as an object of names and values. */
const TAKES_PAIRS: ReadonlySet<string> = new Set(['HSET', 'HMSET', 'HSETEX'])

function addOptions(words: string[], options: object): void {
  for (const [token, value] of Object.entries(options)) {
    if (value === undefined || value === false || token === 'signal') continue
    words.push(token.toUpperCase())
    if (value !== true) addWords(words, value)
  }
}

function addWords(words: string[], value: unknown): void {
  if (isData(value)) words.push(textOf(value))
  else if (typeof value === 'object' && value !== null) for (const part of Object.values(value)) addWords(words, part)
}

/** What can be a word among arguments, as deep as lists go; of an object that comes first, its names and values. */
function textsAmong(args: readonly unknown[]): string[] {
  const words: string[] = []
  const add = (arg: unknown): void => {
    if (Array.isArray(arg)) for (const item of arg) add(item)
    else if (isData(arg)) words.push(textOf(arg))
  }
  const [first, ...rest] = args
  if (isPairs(first)) add(Object.entries(first))
  else add(first)
  for (const arg of rest) add(arg)
  return words
}

function isPairs(arg: unknown): arg is object {
  return typeof arg === 'object' && arg !== null && !Array.isArray(arg) && !(arg instanceof Uint8Array)
}

function isData(arg: unknown): arg is Data {
  return ['string', 'number', 'bigint'].includes(typeof arg) || arg instanceof Uint8Array
}

/** A word that stands for no bytes is told by the call itself. */
function textOf(word: Data): string {
  try {
    return toText(word)
  } catch {
    return ''
  }
}
