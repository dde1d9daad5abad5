import { EVICTION_POLICIES } from '../keyspace/eviction-policy.js'
import { INVALID_CLASS, parseNotifications } from '../keyspace/notifications.js'
import type { Settings } from '../keyspace/settings.js'
import type { Store } from '../keyspace/store.js'
import { type Int64, parseInt64 } from '../structures/int64.js'
import { accessOf } from './acl-access.js'
import { clamp } from './argv.js'
import { observationOf } from './observation.js'

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
const FIXED: readonly Parameter[] = [
  { name: 'databases', get: (store) => String(store.databases.length) },
  { name: 'enable-debug-command', get: ({ settings }) => yesOrNo(settings.enablesDebug) },
]

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

/** In which form values are kept. */
const ENCODINGS: readonly Parameter[] = [
  {
    name: 'hll-sparse-max-bytes',
    get: ({ settings }) => String(settings.hllSparseMaxBytes),
    set(text) {
      const size = readMemory(text)
      return (store) => {
        store.settings.hllSparseMaxBytes = size
      }
    },
  },
]

/** Where blocks of streams end. */
const STREAMS: readonly Parameter[] = [
  {
    name: 'stream-node-max-bytes',
    get: ({ settings }) => String(settings.streamBlocks.bytesMax),
    set(text) {
      const bytesMax = readInteger(text, 0)
      return ({ settings }) => {
        settings.streamBlocks = { ...settings.streamBlocks, bytesMax }
      }
    },
  },
  {
    name: 'stream-node-max-entries',
    get: ({ settings }) => String(settings.streamBlocks.entriesMax),
    set(text) {
      const entriesMax = readInteger(text, 0)
      return ({ settings }) => {
        settings.streamBlocks = { ...settings.streamBlocks, entriesMax }
      }
    },
  },
]

const MEMORY = /^(\d*)(b|k|kb|m|mb|g|gb)?$/i
const MEMORY_UNITS: Readonly<Record<string, bigint>> = {
  ...{ b: 1n, k: 1000n, kb: 1024n, m: 1_000_000n, mb: 1n << 20n, g: 1_000_000_000n, gb: 1n << 30n },
}

/** A number of bytes, also in units; no digits are 0, and a product past 2^64 is cut as Redis cuts it. */
export function readMemory(text: string): Int64 {
  const [, digits, unit = 'b'] = MEMORY.exec(text) ?? []
  if (digits === undefined) throw new BadParameter('argument must be a memory value')
  const most = 2n ** 64n - 1n
  const count = digits === '' ? 0n : BigInt(digits)
  const size = BigInt.asUintN(64, (count > most ? most : count) * MEMORY_UNITS[unit.toLowerCase()]!)
  const int64 = size < 2n ** 63n ? parseInt64(String(size)) : undefined
  if (int64 === undefined) throw new BadParameter(`argument must be between 0 and ${2n ** 63n - 1n} inclusive`)
  return int64
}

/** How much may be used, and what goes first when it is too much. */
const LIMITS: readonly Parameter[] = [
  {
    name: 'maxmemory',
    get: ({ settings }) => String(settings.maxMemory),
    set: (text) => limit('maxMemory', clamp(readMemory(text))),
  },
  {
    name: 'maxkeys',
    get: ({ settings }) => String(settings.maxKeys),
    set: (text) => limit('maxKeys', readInteger(text, 0)),
  },
  {
    name: 'maxmemory-policy',
    get: ({ settings }) => settings.maxMemoryPolicy,
    set: (text) => limit('maxMemoryPolicy', readChoice(text, EVICTION_POLICIES)),
  },
  {
    name: 'maxmemory-samples',
    get: ({ settings }) => String(settings.maxMemorySamples),
    set: (text) => limit('maxMemorySamples', readInteger(text, 1, 64)),
  },
  {
    name: 'maxmemory-eviction-tenacity',
    get: ({ settings }) => String(settings.evictionTenacity),
    set: (text) => limit('evictionTenacity', readInteger(text, 0, 100)),
  },
  {
    name: 'lfu-log-factor',
    get: ({ settings }) => String(settings.lfuLogFactor),
    set: (text) => limit('lfuLogFactor', readInteger(text, 0, INT32_MAX)),
  },
  {
    name: 'lfu-decay-time',
    get: ({ settings }) => String(settings.lfuDecayTime),
    set: (text) => limit('lfuDecayTime', readInteger(text, 0, INT32_MAX)),
  },
]

/** Sets one of the settings that eviction heeds. */
function limit<K extends keyof Settings>(name: K, value: Settings[K]): (store: Store) => void {
  return (store) => {
    store.settings[name] = value
    store.eviction.configure()
  }
}

const INT32_MAX = 2 ** 31 - 1

/** What is looked at as calls run. */
const OBSERVATION: readonly Parameter[] = [
  integerParameter('slowlog-log-slower-than', 'slowlogLogSlowerThan', -1),
  integerParameter('slowlog-max-len', 'slowlogMaxLen', 0),
  integerParameter('latency-monitor-threshold', 'latencyMonitorThreshold', 0),
  integerParameter('tracking-table-max-keys', 'trackingTableMaxKeys', 0),
  {
    name: 'latency-tracking',
    get: ({ settings }) => yesOrNo(settings.latencyTracking),
    set(text) {
      const value = readYesOrNo(text)
      return (store) => {
        store.settings.latencyTracking = value
        observationOf(store).refresh()
      }
    },
  },
  {
    name: 'latency-tracking-info-percentiles',
    get: ({ settings }) => settings.latencyPercentiles.join(' '),
    set(text) {
      const percentiles = text.split(' ').filter((word) => word !== '')
      const numbers = percentiles.map((word) => (/^\d+(\.\d*)?$/.test(word) ? Number(word) : Number.NaN))
      if (numbers.some(Number.isNaN)) throw new BadParameter('Invalid latency-tracking-info-percentiles parameters')
      if (numbers.some((number) => number > 100)) {
        throw new BadParameter('latency-tracking-info-percentiles parameters should sit between [0.0,100.0]')
      }
      return (store) => {
        store.settings.latencyPercentiles = percentiles
      }
    },
  },
]

type NumberSetting = 'slowlogLogSlowerThan' | 'slowlogMaxLen' | 'latencyMonitorThreshold' | 'trackingTableMaxKeys'

function integerParameter(name: string, setting: NumberSetting, min: number): Parameter {
  return {
    name,
    get: ({ settings }) => String(settings[setting]),
    set(text) {
      const value = readInteger(text, min)
      return (store) => {
        store.settings[setting] = value
        const observation = observationOf(store)
        observation.slowCalls.trim(store.settings.slowlogMaxLen)
        observation.refresh()
      }
    },
  }
}

/** 'yes' or 'no', in any letter case. */
export function readYesOrNo(text: string): boolean {
  const word = text.toLowerCase()
  if (word !== 'yes' && word !== 'no') throw new BadParameter("argument must be 'yes' or 'no'")
  return word === 'yes'
}

function yesOrNo(value: boolean): string {
  return value ? 'yes' : 'no'
}

/** A whole number from `min` to `max`; past 2^53 any is as good as another. */
export function readInteger(text: string, min: number, max: number | bigint = 2n ** 63n - 1n): number {
  const integer = parseInt64(text)
  if (integer === undefined) throw new BadParameter("argument couldn't be parsed into an integer")
  if (integer < min || integer > max) throw new BadParameter(`argument must be between ${min} and ${max} inclusive`)
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
  [...FIXED, ...EVENTS, ...ACL, ...ENCODINGS, ...STREAMS, ...LIMITS, ...OBSERVATION].map((parameter) => [
    parameter.name,
    parameter,
  ]),
)
