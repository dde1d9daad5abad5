import { pathToFileURL } from 'node:url'
import type Denque from 'denque'
import type { EventEmitter } from 'eventemitter3'
import type { LRUCache } from 'lru-cache'
import type NodeCache from 'node-cache'
import type { Redstart, RedstartOptions } from 'redstart'
import type { Cache } from 'redstart/cache'
import type { World } from '../harness/keys.js'
import { REDSTART } from '../harness/results.js'
import type { Contender, Op, Subject } from '../harness/scenario.js'
import { BtreeSortedSet } from './btree-sorted-set.js'

/** An operation that uses up its store renews it before each iteration. */
export interface Renewable {
  readonly op: Op
  renew(): void
}

/** Builds what is timed from a function that opens empty stores. */
export type Setup<Store> = (open: () => Store, world: World) => Op | Renewable

/** The package as it ships: the benchmark builds it first. REDSTART_BUILD names another build, to compare. */
export const BUILT = process.env['REDSTART_BUILD']
  ? pathToFileURL(process.env['REDSTART_BUILD']).href
  : new URL('../../../dist/index.js', import.meta.url).href

export async function redstartOpener(options?: RedstartOptions): Promise<() => Redstart> {
  const { Redstart } = (await import(BUILT)) as typeof import('redstart')
  return () => new Redstart(options)
}

function local<Store>(name: string, opener: (world: World) => Promise<() => Store>, setup: Setup<Store>): Contender {
  return {
    name,
    clock: 'cpu',
    async prepare(world): Promise<Subject> {
      const subject = setup(await opener(world), world)
      return typeof subject === 'function' ? { kind: 'sync', op: subject } : { kind: 'sync', ...subject }
    },
  }
}

/** Another name is for a second way to do the same. */
export function redstart(setup: Setup<Redstart>, name = REDSTART, options?: RedstartOptions): Contender {
  return local(name, () => redstartOpener(options), setup)
}

/** `redstart/cache`; values by reference are what other caches in a process do, and so stand for Redstart. */
export function redstartCache<Value>(codec: 'reference' | 'structured', setup: Setup<Cache<Value>>): Contender {
  return local(
    codec === 'reference' ? REDSTART : `${REDSTART} (${codec})`,
    async () => {
      const open = await redstartOpener()
      const { cache } = (await import(new URL('./cache.js', BUILT).href)) as typeof import('redstart/cache')
      return () => cache<Value>(open(), { prefix: 'profile:', codec })
    },
    setup,
  )
}

/** The floor: what the language gives, without types, deadlines or limits. */
export function bareMap<Value = string>(setup: Setup<Map<string, Value>>): Contender {
  return local('bare Map', async () => () => new Map(), setup)
}

/** What messages inside a process are commonly sent by. */
export function eventEmitter3(setup: Setup<EventEmitter>): Contender {
  return local(
    'eventemitter3',
    async () => {
      const { EventEmitter } = await import('eventemitter3')
      return () => new EventEmitter()
    },
    setup,
  )
}

export function bareSet(setup: Setup<Set<string>>): Contender {
  return local('bare Set', async () => () => new Set<string>(), setup)
}

export function bareDenque(setup: Setup<Denque<string>>): Contender {
  return local(
    'bare Denque',
    async () => {
      const { default: Denque } = await import('denque')
      return () => new Denque()
    },
    setup,
  )
}

/** It keeps members in order but does not count them, so it has no ranks. */
export function sortedBtree(setup: Setup<BtreeSortedSet>): Contender {
  return local('sorted-btree', async () => () => new BtreeSortedSet(), setup)
}

/** Bounded by `max`, which no scenario reaches: what is timed is the book-keeping, not eviction. */
export function lruCache<Value extends {} = string>(setup: Setup<LRUCache<string, Value>>): Contender {
  return local(
    'lru-cache (max)',
    async (world) => {
      const { LRUCache } = await import('lru-cache')
      return () => new LRUCache({ max: world.size })
    },
    setup,
  )
}

export function lruCacheWithTtl(ttlMs: number, setup: Setup<LRUCache<string, string>>): Contender {
  return local(
    'lru-cache (max, ttl)',
    async (world) => {
      const { LRUCache } = await import('lru-cache')
      return () => new LRUCache({ max: world.size, ttl: ttlMs })
    },
    setup,
  )
}

export function nodeCache(setup: Setup<NodeCache>): Contender {
  return local(
    'node-cache (no clones)',
    async () => {
      const { default: NodeCache } = await import('node-cache')
      return () => new NodeCache({ useClones: false, checkperiod: 0 })
    },
    setup,
  )
}
