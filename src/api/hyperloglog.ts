import { type Data, type Key, toText, toWord } from '../commands/argv.js'
import * as bodies from '../commands/hyperloglog.js'
import { wrongArity } from '../errors.js'
import { GROW, Handle, RUN } from './handle.js'

/** HyperLogLogs: about how many different elements there were, in 12 KB at most. */
export abstract class HyperLogLogCommands<T extends string | Uint8Array> extends Handle<T> {
  /**
   * Adds elements to the HyperLogLog at a key, made if missing; returns 1 if the count may be another one now, else 0. O(1) each.
   *
   * @example
   * db.pfadd('visitors', 'ada', 'bob') // 1
   * db.pfcount('visitors') // 2
   *
   * @throws RedstartError WRONGTYPE for a key that holds anything else, also another string; INVALIDOBJ for damaged bytes
   * @see https://redis.io/docs/latest/commands/pfadd/
   */
  pfadd(key: Key, ...elements: readonly Data[]): number {
    return this[GROW](bodies.pfadd, toText(key), elements.map(toWord))
  }

  /**
   * Returns about how many different elements one or more HyperLogLogs have together, with a standard error of 0.81 %; missing
   * keys count as empty. O(1) for one key that has not changed since it was counted, else O(keys), with a large constant.
   *
   * @throws RedstartError WRONGTYPE for a key that holds anything else, also another string; INVALIDOBJ for damaged bytes
   * @see https://redis.io/docs/latest/commands/pfcount/
   */
  pfcount(...keys: readonly Key[]): number {
    if (keys.length === 0) throw wrongArity('pfcount')
    return Number(this[RUN](bodies.pfcount, keys.map(toText)))
  }

  /**
   * Puts into the destination, made if missing, what it and the sources have; returns `'OK'`. O(keys), with a large constant.
   *
   * @throws RedstartError WRONGTYPE for a key that holds anything else, also another string; INVALIDOBJ for damaged bytes
   * @see https://redis.io/docs/latest/commands/pfmerge/
   */
  pfmerge(destination: Key, ...sources: readonly Key[]): 'OK' {
    this[GROW](bodies.pfmerge, toText(destination), sources.map(toText))
    return 'OK'
  }
}
