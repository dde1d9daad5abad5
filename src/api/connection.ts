import { type Data, toValue } from '../commands/argv.js'
import * as bodies from '../commands/connection.js'
import { Handle, OUT, RUN } from './handle.js'

/** The session itself. */
export abstract class ConnectionCommands<T extends string | Uint8Array> extends Handle<T> {
  /** Returns `'PONG'`. @see https://redis.io/docs/latest/commands/ping/ */
  ping(): 'PONG'
  /** Returns its argument. */
  ping(message: Data): T
  ping(message?: Data): T | 'PONG' {
    return message === undefined ? 'PONG' : this[OUT](toValue(message))
  }

  /**
   * Returns its argument.
   *
   * @see https://redis.io/docs/latest/commands/echo/
   */
  echo(message: Data): T {
    return this[OUT](toValue(message))
  }

  /**
   * Puts the session back to how it began: database 0, nothing queued by a raw MULTI, nothing watched.
   *
   * @see https://redis.io/docs/latest/commands/reset/
   */
  reset(): 'RESET' {
    this[RUN](bodies.reset)
    return 'RESET'
  }

  /**
   * Selects the database that later calls of this session work on.
   *
   * @throws RedstartError ERR when there is none of this index
   * @see https://redis.io/docs/latest/commands/select/
   */
  select(index: number): 'OK' {
    this[RUN](bodies.select, index)
    return 'OK'
  }
}
