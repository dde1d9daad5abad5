import type { Store } from '../../src/keyspace/store.js'
import { isString, stringToBytes, type Value } from '../../src/keyspace/value.js'
import { elementsOf, rowsOf } from '../support.js'

/** A value in one line of text, the same for equal values: strings by their bytes, collections by their elements. */
export function valueText(value: Value): string {
  if (isString(value)) return JSON.stringify(Buffer.from(stringToBytes(value)).toString('latin1'))
  // The order is one that only lists and sorted sets promise.
  const elements = [...elementsOf(value)].map((element) => JSON.stringify(element, infinitiesToo))
  if (value.type === 'set' || value.type === 'hash' || value.type === 'vectorset') elements.sort()
  return `${value.type} ${elements.join(' ')}`
}

/** JSON has no infinite scores. */
function infinitiesToo(_key: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isFinite(value) ? `the number ${value}` : value
}

/** Every key of every database with value and deadline by its place, those included whose time is up and that still stand. */
export function stateByPlace(engine: Store): Map<string, string> {
  const state = new Map<string, string>()
  for (const database of engine.databases) {
    for (const { key, value, deadline } of rowsOf(database)) {
      state.set(`${database.index} ${key}`, `${valueText(value)} until ${deadline ?? 'none'}`)
    }
  }
  return state
}

/** As `stateByPlace`, in sorted lines. */
export function stateOf(engine: Store): string[] {
  return [...stateByPlace(engine)].map(([place, text]) => `${place} ${text}`).sort()
}
