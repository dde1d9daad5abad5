import { EVICTION_POLICIES } from '../keyspace/eviction-policy.js'
import { INVALID_CLASS, parseNotifications } from '../keyspace/notifications.js'
import type { Settings } from '../keyspace/settings.js'
import type { Store } from '../keyspace/store.js'
import { accessOf } from './acl-access.js'
import { clamp } from './argv.js'
import { KEEPING } from './config-keeping.js'
import {
  BadParameter,
  type Parameter,
  percentileText,
  readChoice,
  readInteger,
  readMemory,
  readPercentile,
  readYesOrNo,
  yesOrNo,
} from './config-values.js'
import { observationOf } from './observation.js'

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
    get: ({ settings }) => settings.latencyPercentiles.map(percentileText).join(' '),
    set(text) {
      const percentiles = text === '' ? [] : text.split(' ').map(readPercentile)
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
        observationOf(store).refresh()
      }
    },
  }
}

/** All parameters by name. */
export const PARAMETERS: ReadonlyMap<string, Parameter> = new Map(
  [...FIXED, ...EVENTS, ...ACL, ...ENCODINGS, ...STREAMS, ...LIMITS, ...OBSERVATION, ...KEEPING].map((parameter) => [
    parameter.name,
    parameter,
  ]),
)
