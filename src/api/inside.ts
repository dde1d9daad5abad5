import { toText } from '../commands/argv.js'
import { checkedInteger } from '../commands/deadline.js'
import * as roles from '../commands/hello.js'
import * as bodies from '../commands/info.js'
import * as latency from '../commands/latency.js'
import type { LatencyEvent, LatencySample } from '../commands/latency-samples.js'
import * as pictures from '../commands/lolwut.js'
import type { SlowCall } from '../commands/slow-calls.js'
import * as slow from '../commands/slowlog.js'
import { Handle, RUN, UNIT } from './handle.js'
import { Monitor, type MonitorListener } from './monitor.js'

/** Looking into the database: what it tells of itself, and of the calls that are made. See docs/inside.md. */
export abstract class InsideCommands<T extends string | Uint8Array> extends Handle<T> {
  /**
   * Returns what the database tells of itself: an object for each section, all usual ones when none is named, `'all'` for every one.
   * Fields have Redis's names; those that are numbers come as numbers. O(what is told).
   *
   * @example
   * db.info('keyspace', 'stats').stats?.expired_keys
   *
   * @see https://redis.io/docs/latest/commands/info/
   */
  info(...sections: readonly string[]): Record<string, Record<string, string | number>> {
    return this[RUN](bodies.info, sections.map(toText))
  }

  /**
   * Returns the calls that took longer than slowlog-log-slower-than, the last first: `count` at most, 10 by default, all for -1.
   * Nothing is written down until `configSet({ 'slowlog-log-slower-than': 10_000 })` says from how many microseconds on. O(count).
   *
   * @throws RedstartError ERR for a count below -1
   * @see https://redis.io/docs/latest/commands/slowlog-get/
   */
  slowlogGet(count?: number): readonly SlowCall[] {
    return this[RUN](slow.slowlogGet, count === undefined ? count : Number(checkedInteger(count)))
  }

  /**
   * Returns how many slow calls are kept. O(1).
   *
   * @see https://redis.io/docs/latest/commands/slowlog-len/
   */
  slowlogLen(): number {
    return this[RUN](slow.slowlogLen)
  }

  /**
   * Forgets the slow calls. O(1).
   *
   * @see https://redis.io/docs/latest/commands/slowlog-reset/
   */
  slowlogReset(): 'OK' {
    this[RUN](slow.slowlogReset)
    return 'OK'
  }

  /**
   * Returns how long the calls of commands took, of all or of those that are named; needs `statistics`, or the parameter
   * latency-tracking. O(commands).
   *
   * @see https://redis.io/docs/latest/commands/latency-histogram/
   */
  latencyHistogram(...commands: readonly string[]): Record<string, latency.CommandLatency> {
    return this[RUN](latency.latencyHistogram, commands.map(toText))
  }

  /**
   * Returns the seconds in which an event took longer than latency-monitor-threshold, with the longest time in milliseconds:
   * `'command'`, `'fast-command'`, `'expire-cycle'` or `'eviction-cycle'`. O(samples).
   *
   * @see https://redis.io/docs/latest/commands/latency-history/
   */
  latencyHistory(event: string): readonly LatencySample[] {
    return this[RUN](latency.latencyHistory, toText(event))
  }

  /**
   * Returns every event that took longer than latency-monitor-threshold, with its samples and its longest time. O(events).
   *
   * @see https://redis.io/docs/latest/commands/latency-latest/
   */
  latencyLatest(): LatencyEvent[] {
    return this[RUN](latency.latencyLatest)
  }

  /**
   * Forgets the samples of events, of all when none is named; returns how many events there were. O(events).
   *
   * @see https://redis.io/docs/latest/commands/latency-reset/
   */
  latencyReset(...events: readonly string[]): number {
    return this[RUN](latency.latencyReset, events.map(toText))
  }

  /**
   * Returns what has taken long, as sentences for people. O(samples).
   *
   * @see https://redis.io/docs/latest/commands/latency-doctor/
   */
  latencyDoctor(): string {
    return this[RUN](latency.latencyDoctor)
  }

  /**
   * Returns the samples of an event as a graph of characters. O(samples).
   *
   * @throws RedstartError ERR when there are none
   * @see https://redis.io/docs/latest/commands/latency-graph/
   */
  latencyGraph(event: string): string {
    return this[RUN](latency.latencyGraph, toText(event))
  }

  /**
   * Hears of the calls of all sessions, typed and raw, behind each call: by a listener, or without one by `for await`. What comes
   * back ends it by `stop()`, and is disposable. Calls about the administration of the database are left out, and passwords.
   *
   * @example
   * using monitor = db.monitor(({ args }) => console.log(args.join(' ')))
   *
   * @throws TypeError when the listener is no function
   * @see https://redis.io/docs/latest/commands/monitor/
   */
  monitor(listener?: MonitorListener): Monitor {
    if (listener !== undefined && typeof listener !== 'function') {
      throw new TypeError(`a listener is a function, got ${typeof listener}`)
    }
    return new Monitor(this[UNIT], listener)
  }

  /**
   * Returns what the database is among servers: a master without replicas. O(1).
   *
   * @see https://redis.io/docs/latest/commands/role/
   */
  role(): { role: 'master'; replicationOffset: number; replicas: [] } {
    return roles.role()
  }

  /**
   * Returns a picture that chance has drawn, in characters: 5 a maze, 6 a landscape, any other a sky. O(columns × rows).
   *
   * @see https://redis.io/docs/latest/commands/lolwut/
   */
  lolwut(version?: number, columns?: number, rows?: number): string {
    const [width, height] = [columns, rows].map((size) => (size === undefined ? size : Number(checkedInteger(size))))
    return this[RUN](pictures.lolwut, version, width, height)
  }
}
