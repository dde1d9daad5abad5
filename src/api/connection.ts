import { type Data, toValue } from '../commands/argv.js'
import * as bodies from '../commands/connection.js'
import { Handle, OUT, RUN } from './handle.js'

/** The session itself. */
export abstract class ConnectionCommands<T extends string | Uint8Array> extends Handle<T> {
  /** Returns `'PONG'`. O(1). @see https://redis.io/docs/latest/commands/ping/ */
  ping(): 'PONG'
  /** Returns its argument. O(1). @see https://redis.io/docs/latest/commands/ping/ */
  ping(message: Data): T
  ping(message?: Data): T | 'PONG' {
    return message === undefined ? 'PONG' : this[OUT](toValue(message))
  }

  /**
   * Returns its argument. O(1).
   *
   * @see https://redis.io/docs/latest/commands/echo/
   */
  echo(message: Data): T {
    return this[OUT](toValue(message))
  }

  /**
   * Puts the session back to how it began: database 0, no name, the default user, nothing queued by a raw MULTI, nothing watched,
   * tracked or subscribed to by raw calls. O(queued calls, watched keys and subscriptions).
   *
   * @see https://redis.io/docs/latest/commands/reset/
   */
  reset(): 'RESET' {
    this[RUN](bodies.reset)
    return 'RESET'
  }

  /**
   * Selects the database that later calls of this session work on. O(1).
   *
   * @throws RedstartError ERR when there is none of this index
   * @see https://redis.io/docs/latest/commands/select/
   */
  select(index: number): 'OK' {
    this[RUN](bodies.select, index)
    return 'OK'
  }
}
