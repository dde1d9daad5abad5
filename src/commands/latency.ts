/** How long calls and other events take: https://redis.io/docs/latest/commands/latency-latest/ */

import { noSamples } from '../errors.js'
import type { Unit } from '../keyspace/unit.js'
import { textAt, textsFrom } from './argv.js'
import { ADMIN, type Command, LOADING, NO_KEYS, NOSCRIPT, STALE } from './command.js'
import type { CommandStatistics } from './command-statistics.js'
import { helpCommand } from './help.js'
import { nameOf } from './known-commands.js'
import type { LatencyEvent, LatencySample } from './latency-samples.js'
import { observationOf } from './observation.js'
import { MapReply, type Reply } from './reply.js'

/** How long the calls of a command took. */
export interface CommandLatency {
  /** How many calls were timed. */
  readonly calls: number
  /** Bounds that double, in microseconds, each with how many calls took no longer; bounds that add none are left out. */
  readonly histogramUs: readonly (readonly [us: number, calls: number])[]
}

/** How long calls took, of all commands or of those named, a container standing for its subcommands. O(commands). */
export function latencyHistogram({ store }: Unit, names: readonly string[]): Record<string, CommandLatency> {
  const found: Record<string, CommandLatency> = {}
  const asked = names.map((name) => name.toLowerCase())
  for (const [command, statistics] of observationOf(store).commands) {
    const name = nameOf(command)
    const isAsked = asked.length === 0 || asked.some((other) => name === other || name.startsWith(`${other}|`))
    const histogram = isAsked ? told(statistics) : undefined
    if (histogram !== undefined) found[name] = histogram
  }
  return found
}

function told({ histogram }: CommandStatistics): CommandLatency | undefined {
  if (histogram === undefined || histogram.count === 0) return undefined
  return { calls: histogram.count, histogramUs: histogram.levels() }
}

/** The seconds in which an event took long, oldest first. O(samples). */
export function latencyHistory({ store }: Unit, event: string): readonly LatencySample[] {
  return observationOf(store).latency.samplesOf(event)
}

/** What has taken long, each event with its samples. O(events). */
export function latencyLatest({ store }: Unit): LatencyEvent[] {
  return observationOf(store).latency.list()
}

/** Forgets events, all when none is named; returns how many there were. O(events). */
export function latencyReset({ store }: Unit, events: readonly string[]): number {
  return observationOf(store).latency.reset(events)
}

/** What has taken long, as sentences for people. O(samples). */
export function latencyDoctor({ store }: Unit): string {
  const { latencyMonitorThreshold: threshold, slowlogLogSlowerThan: slow } = store.settings
  const events = observationOf(store).latency.list()
  if (threshold === 0 && events.length === 0) {
    return 'Nothing is sampled. CONFIG SET latency-monitor-threshold <milliseconds> begins to.\n'
  }
  if (events.length === 0) return `Nothing has taken ${threshold} ms or longer since sampling began.\n`
  const lines = events.map(({ event, samples, worstMs }, i) => {
    const mean = samples.reduce((sum, { latencyMs }) => sum + latencyMs, 0) / samples.length
    return `${i + 1}. ${event}: ${samples.length} spikes, ${mean.toFixed(1)} ms on average, ${worstMs} ms at worst.\n`
  })
  const advice: string[] = []
  if (events.some(({ event }) => event === 'command' || event === 'fast-command')) {
    const isTold = slow >= 0 && slow <= threshold * 1_000
    advice.push(
      isTold
        ? '- SLOWLOG GET tells which calls these were.\n'
        : `- CONFIG SET slowlog-log-slower-than ${threshold * 1_000} would have SLOWLOG tell which calls these are.\n`,
    )
  }
  if (events.some(({ event }) => event === 'expire-cycle')) {
    advice.push('- Many keys expire at once: deadlines that differ a little spread the work.\n')
  }
  return ['What has taken long:\n\n', ...lines, ...(advice.length > 0 ? ['\n', ...advice] : [])].join('')
}

const GRAPH_WIDTH = 80
const GRAPH_HEIGHT = 4
const MARKS = '_-`'

/** The samples of an event as a graph of characters, each column with its age below. Throws ERR where there are none. O(samples). */
export function latencyGraph({ store }: Unit, event: string): string {
  const known = observationOf(store)
    .latency.list()
    .find((other) => other.event === event)
  if (known === undefined) throw noSamples(event)
  const samples = known.samples.slice(-GRAPH_WIDTH)
  const values = samples.map(({ latencyMs }) => latencyMs)
  const [high, low] = [Math.max(...values), Math.min(...values)]
  const head = `${event} - high ${high} ms, low ${low} ms (all time high ${known.worstMs} ms)\n${'-'.repeat(GRAPH_WIDTH)}\n`
  const steps = GRAPH_HEIGHT * MARKS.length
  const heights = values.map((value) => (high === low ? 0 : Math.floor(((value - low) / (high - low)) * (steps - 1))))
  const rows = Array.from({ length: GRAPH_HEIGHT }, (_, i) => {
    const base = (GRAPH_HEIGHT - 1 - i) * MARKS.length
    return `${heights.map((height) => (Math.floor(height / MARKS.length) * MARKS.length === base ? MARKS[height - base] : ' ')).join('')}\n`
  })
  const nowS = Math.floor(store.clock.now() / 1_000)
  const ages = samples.map(({ timestamp }) => shortAge(Math.max(0, nowS - timestamp)))
  const deepest = Math.max(...ages.map(({ length }) => length))
  const below = Array.from({ length: deepest }, (_, i) => `${ages.map((age) => age[i] ?? ' ').join('')}\n`)
  return [head, ...rows, '\n', ...below].join('')
}

function shortAge(seconds: number): string {
  if (seconds < 60) return `${seconds}s`
  if (seconds < 3_600) return `${Math.floor(seconds / 60)}m`
  return seconds < 86_400 ? `${Math.floor(seconds / 3_600)}h` : `${Math.floor(seconds / 86_400)}d`
}

// What follows is the wire: one entry a command.

const HELP = [
  'LATENCY <subcommand> [<arg> [value] [opt] ...]. Subcommands are:',
  'DOCTOR',
  '    What has taken long, in sentences.',
  'GRAPH <event>',
  '    The samples of an event as a graph.',
  'HISTOGRAM [<command> ...]',
  '    How long calls took.',
  'HISTORY <event>',
  '    The samples of an event.',
  'LATEST',
  '    The last sample of each event, and the longest.',
  'RESET [<event> ...]',
  '    Forgets samples.',
  'HELP',
  '    This text.',
]

const OF_LATENCY = {
  since: '2.8.13',
  group: 'server',
  flags: ADMIN | LOADING | STALE | NOSCRIPT,
  keys: NO_KEYS,
} as const
const FROM_ALL_NODES = ['nondeterministic_output', 'request_policy:all_nodes', 'response_policy:special']

export const latencyCommands = {
  LATENCY: {
    ...OF_LATENCY,
    summary: 'Tells how long calls and other events take.',
    complexity: 'O(1)',
    arity: -2,
    flags: 0,
    syntax: '',
    subcommands: {
      DOCTOR: {
        ...OF_LATENCY,
        summary: 'Returns what has taken long, in sentences.',
        complexity: 'O(N), N samples',
        arity: 2,
        tips: FROM_ALL_NODES,
        syntax: '',
        call: (unit): Reply => latencyDoctor(unit),
      },
      GRAPH: {
        ...OF_LATENCY,
        summary: 'Returns the samples of an event as a graph.',
        complexity: 'O(N), N samples',
        arity: 3,
        tips: FROM_ALL_NODES,
        syntax: 'event',
        call: (unit, argv): Reply => latencyGraph(unit, textAt(argv, 2)),
      },
      HELP: helpCommand(HELP, OF_LATENCY),
      HISTOGRAM: {
        ...OF_LATENCY,
        summary: 'Returns how long calls of each command took.',
        since: '7.0.0',
        complexity: 'O(N), N commands',
        arity: -2,
        tips: FROM_ALL_NODES,
        syntax: '[command...]',
        call: (unit, argv): Reply =>
          new MapReply(
            Object.entries(latencyHistogram(unit, textsFrom(argv, 2))).map(([name, { calls, histogramUs }]) => [
              name,
              new MapReply([
                ['calls', calls],
                ['histogram_usec', new MapReply(histogramUs)],
              ]),
            ]),
          ),
      },
      HISTORY: {
        ...OF_LATENCY,
        summary: 'Returns the samples of an event.',
        complexity: 'O(N), N samples',
        arity: 3,
        tips: FROM_ALL_NODES,
        syntax: 'event',
        call: (unit, argv): Reply =>
          latencyHistory(unit, textAt(argv, 2)).map(({ timestamp, latencyMs }) => [timestamp, latencyMs]),
      },
      LATEST: {
        ...OF_LATENCY,
        summary: 'Returns the last sample of each event, and the longest.',
        complexity: 'O(N), N events',
        arity: 2,
        tips: FROM_ALL_NODES,
        syntax: '',
        call: (unit): Reply =>
          latencyLatest(unit).map(({ event, samples, worstMs }) => {
            const { timestamp, latencyMs } = samples.at(-1)!
            return [event, timestamp, latencyMs, worstMs]
          }),
      },
      RESET: {
        ...OF_LATENCY,
        summary: 'Forgets the samples of events.',
        complexity: 'O(N), N events',
        arity: -2,
        tips: ['request_policy:all_nodes', 'response_policy:agg_sum'],
        syntax: '[event...]',
        call: (unit, argv): Reply => latencyReset(unit, textsFrom(argv, 2)),
      },
    },
  },
} satisfies Record<string, Command>
