/** Parameters of what keeps the store. Without a persistence they say that nothing does, and take no other values. */
import type { KeepingPolicy, SaveRule } from '../keyspace/ports.js'
import type { Store } from '../keyspace/store.js'
import { clamp } from './argv.js'
import {
  BadParameter,
  type Parameter,
  readChoice,
  readInteger,
  readMemory,
  readYesOrNo,
  yesOrNo,
} from './config-values.js'

const INT32_MAX = 2 ** 31 - 1
const NOTHING_KEEPS = 'nothing keeps this database: open it with a persistence'

/** What Redis answers without a persistence. */
const NOT_KEPT: KeepingPolicy = {
  appendFsync: 'everysec',
  groupCommit: false,
  save: [],
  rewritePercentage: 100,
  rewriteMinSize: 64 * 1024 * 1024,
}

function policyOf({ keeping }: Store): KeepingPolicy {
  return keeping?.policy ?? NOT_KEPT
}

type Changeable = Exclude<keyof KeepingPolicy, 'groupCommit'>

/** Sets a part of the policy; without a persistence only to what it is. */
function policy<K extends Changeable>(store: Store, name: K, value: KeepingPolicy[K]): () => void {
  const { keeping } = store
  if (keeping !== undefined) {
    return () => {
      keeping.policy[name] = value
    }
  }
  if (String(value) !== String(NOT_KEPT[name])) throw new BadParameter(NOTHING_KEEPS)
  return () => undefined
}

/** Pairs of seconds and changes; nothing for no rule. */
function readRules(text: string): SaveRule[] {
  const words = text === '' ? [] : text.split(' ')
  const numbers = words.map((word) => (/^\d+$/.test(word) ? Number(word) : Number.NaN))
  const rules = Array.from({ length: words.length >> 1 }, (_, i) => {
    return { seconds: numbers[2 * i]!, changes: numbers[2 * i + 1]! }
  })
  const areRules = words.length % 2 === 0 && rules.every(({ seconds, changes }) => seconds >= 1 && changes >= 0)
  if (!areRules) throw new BadParameter('Invalid save parameters')
  return rules
}

export const KEEPING: readonly Parameter[] = [
  {
    name: 'save',
    get: (store) =>
      policyOf(store)
        .save.map(({ seconds, changes }) => `${seconds} ${changes}`)
        .join(' '),
    set: (text, store) => policy(store, 'save', readRules(text)),
  },
  {
    name: 'appendonly',
    get: ({ keeping }) => yesOrNo(keeping !== undefined),
    set(text, { keeping }) {
      const isWanted = readYesOrNo(text)
      if (isWanted && keeping === undefined) throw new BadParameter(NOTHING_KEEPS)
      if (!isWanted && keeping !== undefined) throw new BadParameter('the log is a part of the persistence')
      return () => undefined
    },
  },
  {
    name: 'appendfsync',
    get: (store) => policyOf(store).appendFsync,
    set(text, store) {
      const choice = readChoice(text, ['everysec', 'always', 'no'])
      const { keeping } = store
      if (choice === 'always' && keeping !== undefined && !keeping.blocks && !keeping.policy.groupCommit) {
        throw new BadParameter(`${keeping.place} cannot block: 'always' needs groupCommit`)
      }
      return policy(store, 'appendFsync', choice)
    },
  },
  {
    name: 'auto-aof-rewrite-percentage',
    get: (store) => String(policyOf(store).rewritePercentage),
    set: (text, store) => policy(store, 'rewritePercentage', readInteger(text, 0, INT32_MAX)),
  },
  {
    name: 'auto-aof-rewrite-min-size',
    get: (store) => String(policyOf(store).rewriteMinSize),
    set: (text, store) => policy(store, 'rewriteMinSize', clamp(readMemory(text))),
  },
  { name: 'dir', isProtected: true, get: ({ keeping }) => keeping?.place ?? '' },
  { name: 'dbfilename', isProtected: true, get: () => '' },
]
