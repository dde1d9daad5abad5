import { type Data, toText } from '../commands/argv.js'
import * as bodies from '../commands/config.js'
import { objectGiven } from './given.js'
import { Handle, RUN } from './handle.js'

/** Parameters that can be read and set while the database runs. */
export abstract class ConfigCommands<T extends string | Uint8Array> extends Handle<T> {
  /**
   * Returns parameters by name as text: all whose names fit one of the patterns. O(patterns × parameters).
   *
   * @example
   * db.configGet('databases') // { databases: '16' }
   *
   * @see https://redis.io/docs/latest/commands/config-get/
   */
  configGet(...patterns: readonly string[]): Record<string, string> {
    return this[RUN](bodies.configGet, patterns.map(toText))
  }

  /**
   * Sets parameters, all of them or, where one cannot be set, none. O(1) each.
   *
   * @throws RedstartError ERR for a parameter that there is not, that cannot be set, or a value that it cannot have
   * @see https://redis.io/docs/latest/commands/config-set/
   */
  configSet(values: Readonly<Record<string, Data>>): 'OK' {
    const pairs = Object.entries(objectGiven(values, 'parameters')).map(
      ([name, value]) => [toText(name), toText(value)] as const,
    )
    this[RUN](bodies.configSet, pairs)
    return 'OK'
  }

  /**
   * Counts from zero again what `info` tells of: calls, errors, hits and misses, expired and evicted keys. O(commands).
   *
   * @see https://redis.io/docs/latest/commands/config-resetstat/
   */
  configResetstat(): 'OK' {
    this[RUN](bodies.configResetstat)
    return 'OK'
  }

  /**
   * Refused: there is no file that parameters came from.
   *
   * @throws RedstartError ERR always
   * @see https://redis.io/docs/latest/commands/config-rewrite/
   */
  configRewrite(): never {
    return this[RUN](bodies.configRewrite)
  }
}
