import { INVALID_CLASS, parseNotifications } from '../keyspace/notifications.js'
import type { Store } from '../keyspace/store.js'
import { parseInt64 } from '../structures/int64.js'
import { accessOf } from './acl-access.js'
import { clamp } from './argv.js'

/** Why a value cannot be taken: what stands behind the dash of CONFIG SET's error. */
export class BadParameter extends Error {}

/** One parameter of CONFIG. */
export interface Parameter {
  readonly name: string
  /** The value as CONFIG GET shows it. */
  get(store: Store): string
  /**
   * Reads a new value and returns what puts it in place, so that nothing is set unless all can be. Throws `BadParameter`.
   * Absent where the value is fixed.
   */
  set?(text: string): (store: Store) => void
}

/** What was said when the store was made and stays. */
const FIXED: readonly Parameter[] = [{ name: 'databases', get: (store) => String(store.databases.length) }]

/** What is announced, and to whom. */
const EVENTS: readonly Parameter[] = [
  {
    name: 'notify-keyspace-events',
    get: (store) => store.events.notifications,
    set(text) {
      if (parseNotifications(text) === undefined) throw new BadParameter(INVALID_CLASS)
      return (store) => store.events.setNotifications(text)
    },
  },
]

/** Users, and what is refused to them. */
const ACL: readonly Parameter[] = [
  {
    name: 'acllog-max-len',
    get: ({ settings }) => String(settings.aclLogMaxLen),
    set(text) {
      const length = readInteger(text, 0)
      return (store) => {
        store.settings.aclLogMaxLen = length
      }
    },
  },
  {
    name: 'acl-pubsub-default',
    get: ({ settings }) => (settings.allowsChannels ? 'allchannels' : 'resetchannels'),
    set(text) {
      const choice = readChoice(text, ['allchannels', 'resetchannels'])
      return (store) => {
        store.settings.allowsChannels = choice === 'allchannels'
      }
    },
  },
  {
    name: 'requirepass',
    get: ({ settings }) => settings.requirepass,
    set: (text) => (store) => {
      store.settings.requirepass = text
      accessOf(store).requirePassword(text)
    },
  },
]

/** A whole number from `min` on; past 2^53 any is as good as another. */
export function readInteger(text: string, min: number): number {
  const integer = parseInt64(text)
  if (integer === undefined) throw new BadParameter("argument couldn't be parsed into an integer")
  if (integer < min) throw new BadParameter(`argument must be between ${min} and ${2n ** 63n - 1n} inclusive`)
  return clamp(integer)
}

/** One of some words, in any letter case. */
export function readChoice<T extends string>(text: string, choices: readonly T[]): T {
  const choice = choices.find((other) => other === text.toLowerCase())
  if (choice !== undefined) return choice
  throw new BadParameter(`argument(s) must be one of the following: ${choices.join(', ')}`)
}

/** All parameters by name. */
export const PARAMETERS: ReadonlyMap<string, Parameter> = new Map(
  [...FIXED, ...EVENTS, ...ACL].map((parameter) => [parameter.name, parameter]),
)
