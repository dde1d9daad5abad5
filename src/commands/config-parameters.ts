import { INVALID_CLASS, parseNotifications } from '../keyspace/notifications.js'
import type { Store } from '../keyspace/store.js'

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

/** All parameters by name. */
export const PARAMETERS: ReadonlyMap<string, Parameter> = new Map(
  [...FIXED, ...EVENTS].map((parameter) => [parameter.name, parameter]),
)
