/** Typed calls as the commands that they are: which one a method stands for, and the keys among its arguments. */
import { type Data, type Key, toText } from '../commands/argv.js'
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

/** Of methods whose keys do not stand where those of the words do. */
const KEYS_OF: Readonly<Record<string, (args: readonly unknown[]) => readonly unknown[]>> = {
  sortStore: ([key, destination]) => [key, destination],
}

/** The keys of a typed call; of one that is wrong whatever looks like a key. O(arguments). */
export function keysOfCall(method: string, name: string, command: Command, args: readonly unknown[]): string[] {
  const own = KEYS_OF[method]
  if (own !== undefined) return textsAmong(own(args))
  if (command.keys.length === 0 && command.keysOf === undefined) return []
  const counted = command.keys.find((spec) => spec.search === 'counted')
  if (counted !== undefined) return countedKeys(command.keys, args)
  const words = [...name.split('|'), ...textsAmong(args)]
  const found = keyIndices(command, words) ?? []
  return found.map(({ index }) => words[index]!)
}

/** Where words say how many keys follow, methods take them in an array, or a single one; destinations come first. */
function countedKeys(specs: readonly KeySpec[], args: readonly unknown[]): string[] {
  const before = specs.filter((spec) => spec.search === undefined)
  const many = args.find(Array.isArray) ?? args[before.length]
  return textsAmong([...args.slice(0, before.length), many])
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

function isData(arg: unknown): arg is Data | Key {
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
