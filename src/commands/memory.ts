/** What keys take: MEMORY. The reckoning is in keyspace/ledger.ts and structures/weight.ts. */

import { syntaxError } from '../errors.js'
import { ABSENT } from '../keyspace/key-index.js'
import type { Unit } from '../keyspace/unit.js'
import type { Int64 } from '../structures/int64.js'
import { type Argv, integerAt, operandOf, textAt, tokenAt } from './argv.js'
import { type Command, keySpec, NO_KEYS, READONLY } from './command.js'
import { checkedInteger } from './deadline.js'
import { helpCommand } from './help.js'
import { host } from './host.js'
import { MapReply, OK, type Reply } from './reply.js'

/** Options of `memoryUsage`. */
export interface MemoryUsageOptions {
  /** Of how many elements Redis would take the average; here every element counts, whatever is said. */
  readonly samples?: Int64 | undefined
}

/** What `memoryStats` tells: names and figures as in Redis, and for each database in use an object of its own. */
export type MemoryStats = Readonly<Record<string, number | Readonly<Record<string, number>>>>

/** The bytes that a key takes with its value, roughly; null when missing. No access. O(1). */
export function memoryUsage(unit: Unit, key: string, options: MemoryUsageOptions | undefined): number | null {
  if (options?.samples !== undefined && checkedInteger(options.samples) < 0) throw syntaxError()
  const slot = unit.peek(key)
  return slot === ABSENT ? null : unit.database.keys.weightAt(slot)
}

/** What the store takes, and the process in which it is. O(databases). */
export function memoryStats(unit: Unit): MemoryStats {
  const { store } = unit
  const used = store.usedMemory
  const databases: Record<string, Readonly<Record<string, number>>> = {}
  let overhead = 0
  let count = 0
  for (const { index, keys, deadlineWeight } of store.databases) {
    if (keys.size === 0) continue
    databases[`db.${index}`] = {
      'overhead.hashtable.main': keys.overhead,
      'overhead.hashtable.expires': deadlineWeight,
    }
    overhead += keys.overhead + deadlineWeight
    count += keys.size
  }
  const { heapUsed, heapTotal, rss } = host.memory(used)
  return {
    'peak.allocated': store.peakMemory,
    'total.allocated': used,
    'startup.allocated': 0,
    'replication.backlog': 0,
    'replica.fullsync.buffer': 0,
    'clients.slaves': 0,
    'clients.normal': 0,
    'cluster.links': 0,
    'aof.buffer': 0,
    'lua.caches': 0,
    'functions.caches': 0,
    'script.VMs': 0,
    ...databases,
    'overhead.db.hashtable.lut': 0,
    'overhead.db.hashtable.rehashing': 0,
    'overhead.total': overhead,
    'db.dict.rehashing.count': 0,
    'keys.count': count,
    'keys.bytes-per-key': count === 0 ? 0 : Math.floor(used / count),
    'dataset.bytes': used - overhead,
    'dataset.percentage': used === 0 ? 0 : ((used - overhead) / used) * 100,
    'peak.percentage': store.peakMemory === 0 ? 100 : (used / store.peakMemory) * 100,
    'allocator.allocated': heapUsed,
    'allocator.active': heapTotal,
    'allocator.resident': rss,
    'allocator.muzzy': 0,
    'allocator-fragmentation.ratio': ratio(heapTotal, heapUsed),
    'allocator-fragmentation.bytes': heapTotal - heapUsed,
    'allocator-rss.ratio': ratio(rss, heapTotal),
    'allocator-rss.bytes': rss - heapTotal,
    'rss-overhead.ratio': 1,
    'rss-overhead.bytes': 0,
    fragmentation: ratio(rss, used),
    'fragmentation.bytes': rss - used,
  }
}

function ratio(a: number, b: number): number {
  return b === 0 ? 1 : a / b
}

/** Less than this is not worth a diagnosis. */
const SMALL_BYTES = 5 * 1024 * 1024
/** So much of the heap may belong to others than the store before it is mentioned. */
const OTHERS_SHARE = 0.5
/** So far below its peak the store is called shrunk. */
const SHRUNK = 1.5

/** What there is to say of the memory, in a few sentences. O(databases). */
export function memoryDoctor(unit: Unit): string {
  const { store } = unit
  const used = store.usedMemory
  if (used < SMALL_BYTES) return 'The store is empty or nearly so: there is nothing to diagnose yet.\n'
  const found: string[] = []
  const { heapUsed } = host.memory(used)
  if (store.peakMemory > used * SHRUNK) {
    found.push(
      `Peak: the store once took ${store.peakMemory} bytes and takes ${used} now; V8 gives the rest back as it collects.`,
    )
  }
  if (heapUsed > 0 && used < heapUsed * OTHERS_SHARE) {
    found.push(
      `Heap: ${heapUsed - used} bytes of ${heapUsed} belong to the application, or to values that nobody has collected yet.`,
    )
  }
  return found.length === 0 ? 'No problem was found.\n' : `${found.join('\n')}\n`
}

/** Lets the garbage collector run, where the process was started with --expose-gc; else does nothing. */
export function memoryPurge(): void {
  host.collectGarbage()
}

/** What the host tells of its heap, in lines. O(1). */
export function memoryMallocStats(unit: Unit): string {
  const { heapUsed, heapTotal, external, rss } = host.memory(unit.store.usedMemory)
  return `heap used: ${heapUsed}\nheap total: ${heapTotal}\nexternal: ${external}\nresident: ${rss}\n`
}

// What follows is the wire: one entry a command.

function usageOptions(argv: Argv): MemoryUsageOptions {
  let samples: Int64 | undefined
  for (let i = 3; i < argv.length; i++) {
    if (tokenAt(argv, i) !== 'SAMPLES') throw syntaxError()
    i = operandOf(argv, i)
    samples = integerAt(argv, i)
    if (samples < 0) throw syntaxError()
  }
  return { samples }
}

function statsReply(stats: MemoryStats): Reply {
  return new MapReply(
    Object.entries(stats).map(([name, figure]) => {
      if (typeof figure === 'object') return [name, new MapReply(Object.entries(figure))]
      return [name, FRACTIONS.has(name) ? String(figure) : figure]
    }),
  )
}

const FRACTIONS: ReadonlySet<string> = new Set([
  ...['dataset.percentage', 'peak.percentage', 'fragmentation'],
  ...['allocator-fragmentation.ratio', 'allocator-rss.ratio', 'rss-overhead.ratio'],
])

const HELP = [
  'MEMORY <subcommand> [<arg> [value] [opt] ...]. Subcommands are:',
  'DOCTOR',
  '    What there is to say of the memory.',
  'MALLOC-STATS',
  '    What the host tells of its heap.',
  'PURGE',
  '    Lets the garbage collector run, if it can be asked to.',
  'STATS',
  '    What the store takes, in figures.',
  'USAGE <key> [SAMPLES <count>]',
  '    The bytes that a key takes with its value.',
  'HELP',
  '    This text.',
]

const OF_MEMORY = { since: '4.0.0', group: 'server', arity: 2, flags: 0, keys: NO_KEYS, syntax: '' } as const

export const memoryCommands = {
  MEMORY: {
    ...OF_MEMORY,
    summary: 'Tells what keys and the store take.',
    complexity: 'Depends on the subcommand',
    arity: -2,
    subcommands: {
      DOCTOR: {
        ...OF_MEMORY,
        summary: 'Returns what there is to say of the memory.',
        complexity: 'O(1)',
        tips: ['nondeterministic_output', 'request_policy:all_shards', 'response_policy:special'],
        call: memoryDoctor,
      },
      HELP: helpCommand(HELP, OF_MEMORY),
      'MALLOC-STATS': {
        ...OF_MEMORY,
        summary: 'Returns what the host tells of its heap.',
        complexity: 'O(1)',
        tips: ['nondeterministic_output', 'request_policy:all_shards', 'response_policy:special'],
        call: memoryMallocStats,
      },
      PURGE: {
        ...OF_MEMORY,
        summary: 'Lets the garbage collector run, if it can be asked to.',
        complexity: 'O(1)',
        tips: ['request_policy:all_shards', 'response_policy:all_succeeded'],
        call(): Reply {
          memoryPurge()
          return OK
        },
      },
      STATS: {
        ...OF_MEMORY,
        summary: 'Returns what the store takes, in figures.',
        complexity: 'O(1)',
        tips: ['nondeterministic_output', 'request_policy:all_shards', 'response_policy:special'],
        call: (unit): Reply => statsReply(memoryStats(unit)),
      },
      USAGE: {
        ...OF_MEMORY,
        summary: 'Returns the bytes that a key takes with its value.',
        complexity: 'O(1)',
        arity: -3,
        flags: READONLY,
        keys: [keySpec('RO', 2)],
        syntax: 'key:key [SAMPLES count:integer]',
        call: (unit, argv): Reply => {
          const options = usageOptions(argv)
          return memoryUsage(unit, textAt(argv, 2), options)
        },
      },
    },
  },
} satisfies Record<string, Command>
