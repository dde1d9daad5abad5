/** What can be asked of a vector set and of its elements: VCARD, VDIM, VEMB, VGETATTR, VINFO, VISMEMBER, VLINKS, VRANDMEMBER. */
import { wrongArity } from '../errors.js'
import { VECTOR_SET } from '../keyspace/kinds.js'
import type { Unit } from '../keyspace/unit.js'
import { type Int64, parseInt64 } from '../structures/int64.js'
import type { Similar } from '../structures/vector-set/vector-set.js'
import { type Argv, clamp, textAt, tokenAt } from './argv.js'
import { type Command, FAST, READONLY } from './command.js'
import { checkedPicks, differentIndices, repeatedIndices } from './random-picks.js'
import { Double, MapReply, type Reply, Status } from './reply.js'
import { badCountOfRandom, invalidOption, keyMissing } from './vector-set-errors.js'
import { VECTOR_KEY } from './vector-set-words.js'

/** A vector as it is kept. */
export interface RawVector {
  readonly quantization: 'f32' | 'int8' | 'bin'
  readonly bytes: Uint8Array
  /** The length that the vector had before it was scaled to 1. */
  readonly norm: number
  /** For `int8`: what 127 stands for. */
  readonly range: number | null
}

/** What VINFO tells. */
export interface VectorSetInfo {
  readonly quantization: 'f32' | 'int8' | 'bin'
  readonly m: number
  readonly dimension: number
  /** The dimension in which vectors are given, 0 where they are not reduced. */
  readonly inputDimension: number
  readonly size: number
  readonly levelMax: number
  readonly attributesCount: number
  /** How many vectors have ever been added. */
  readonly nodesMade: number
}

/** How many elements a vector set has, 0 when missing. O(1). */
export function vcard(unit: Unit, key: string): number {
  return unit.read(key, VECTOR_SET)?.size ?? 0
}

/** The dimension in which vectors are kept. Throws ERR for a missing key. O(1). */
export function vdim(unit: Unit, key: string): number {
  const set = unit.read(key, VECTOR_SET)
  if (set === undefined) throw keyMissing()
  return set.form.dimension
}

/** The vector of an element, as far as it was kept; null for a missing one. O(dimension). */
export function vemb(unit: Unit, key: string, element: string): number[] | null {
  return unit.read(key, VECTOR_SET)?.vectorOf(element) ?? null
}

/** The bytes in which the vector of an element is kept; null for a missing one. O(dimension). */
export function vembRaw(unit: Unit, key: string, element: string): RawVector | null {
  const set = unit.read(key, VECTOR_SET)
  const raw = set?.rawOf(element)
  if (set === undefined || raw === undefined) return null
  const { quantization } = set.form
  return { quantization, bytes: raw.bytes, norm: raw.norm, range: quantization === 'int8' ? raw.range : null }
}

/** The attributes of an element; null for none. O(1). */
export function vgetattr(unit: Unit, key: string, element: string): string | null {
  return unit.read(key, VECTOR_SET)?.attributesOf(element) || null
}

/** Facts about a vector set, null when missing. O(1). */
export function vinfo(unit: Unit, key: string): VectorSetInfo | null {
  const set = unit.read(key, VECTOR_SET)
  if (set === undefined) return null
  const { size, levelMax, attributesCount, nodesMade } = set
  return { ...set.form, size, levelMax, attributesCount, nodesMade }
}

/** Whether an element is there: 1 or 0. O(1). */
export function vismember(unit: Unit, key: string, element: string): number {
  return unit.read(key, VECTOR_SET)?.has(element) === true ? 1 : 0
}

/** The neighbours of an element in the graph by level, the highest first; null for a missing one. O(links · dimension). */
export function vlinks(unit: Unit, key: string, element: string): Similar[][] | null {
  return unit.read(key, VECTOR_SET)?.linksOf(element) ?? null
}

/** A random element, null when missing. O(1). */
export function vrandmember(unit: Unit, key: string): string | null {
  const set = unit.read(key, VECTOR_SET)
  return set === undefined ? null : set.at(unit.store.random.below(set.size))
}

/** Random elements, none when missing: up to `count` different ones, or for a negative count as many as it says. O(count). */
export function vrandmembers(unit: Unit, key: string, count: Int64): string[] {
  checkedPicks(count)
  const set = unit.read(key, VECTOR_SET)
  if (set === undefined || count === 0) return []
  const { random } = unit.store
  if (count < 0) return repeatedIndices(set.size, -clamp(count), random).map((slot) => set.at(slot))
  if (count >= set.size) return set.elements()
  return differentIndices(set.size, Number(count), random).map((slot) => set.at(slot))
}

// What follows is the wire: one entry a command.

function callVemb(unit: Unit, argv: Argv): Reply {
  const [key, element] = [textAt(argv, 1), textAt(argv, 2)]
  if (argv.length === 3) return vemb(unit, key, element)?.map((number) => new Double(number)) ?? null
  if (tokenAt(argv, 3) !== 'RAW') throw invalidOption()
  const raw = vembRaw(unit, key, element)
  if (raw === null) return null
  const parts: Reply[] = [new Status(raw.quantization), raw.bytes, new Double(raw.norm)]
  return raw.range === null ? parts : [...parts, new Double(raw.range)]
}

function callVinfo(unit: Unit, argv: Argv): Reply {
  const info = vinfo(unit, textAt(argv, 1))
  if (info === null) return null
  const pairs: [string, Reply][] = [
    ['quant-type', new Status(info.quantization)],
    ['hnsw-m', info.m],
    ['vector-dim', info.dimension],
    ['projection-input-dim', info.inputDimension],
    ['size', info.size],
    ['max-level', info.levelMax],
    ['attributes-count', info.attributesCount],
    // Redis numbers its vector sets; here they have no numbers.
    ['vset-uid', 0],
    ['hnsw-max-node-uid', info.nodesMade],
  ]
  return new MapReply(pairs.map(([name, value]) => [new Status(name), value] as const))
}

function callVlinks(unit: Unit, argv: Argv): Reply {
  const withScores = tokenAt(argv, 3) === 'WITHSCORES'
  if (argv.length > 4 || (argv.length === 4 && !withScores)) throw wrongArity('vlinks')
  const levels = vlinks(unit, textAt(argv, 1), textAt(argv, 2))
  if (levels === null) return null
  if (!withScores) return levels.map((level) => level.map(({ element }) => element))
  return levels.map((level) => new MapReply(level.map(({ element, score }) => [element, new Double(score)] as const)))
}

function callVrandmember(unit: Unit, argv: Argv): Reply {
  if (argv.length > 3) throw wrongArity('vrandmember')
  if (argv.length === 2) return vrandmember(unit, textAt(argv, 1))
  const count = parseInt64(textAt(argv, 2))
  if (count === undefined) throw badCountOfRandom()
  return vrandmembers(unit, textAt(argv, 1), count)
}

const COMMON = { since: '8.0.0', group: 'vector-set', keys: VECTOR_KEY } as const

export const vectorSetElementCommands = {
  VCARD: {
    ...COMMON,
    summary: 'Returns how many elements a vector set has.',
    complexity: 'O(1)',
    arity: 2,
    flags: READONLY | FAST,
    syntax: 'key:key',
    call: (unit, argv): Reply => vcard(unit, textAt(argv, 1)),
  },
  VDIM: {
    ...COMMON,
    summary: 'Returns the dimension in which a vector set keeps its vectors.',
    complexity: 'O(1)',
    arity: 2,
    flags: READONLY | FAST,
    syntax: 'key:key',
    call: (unit, argv): Reply => vdim(unit, textAt(argv, 1)),
  },
  VEMB: {
    ...COMMON,
    summary: 'Returns the vector of an element.',
    complexity: 'O(N), N numbers in the vector',
    arity: -3,
    flags: READONLY | FAST,
    syntax: 'key:key element [RAW]',
    call: callVemb,
  },
  VGETATTR: {
    ...COMMON,
    summary: 'Returns the attributes of an element.',
    complexity: 'O(1)',
    arity: 3,
    flags: READONLY | FAST,
    syntax: 'key:key element',
    call: (unit, argv): Reply => vgetattr(unit, textAt(argv, 1), textAt(argv, 2)),
  },
  VINFO: {
    ...COMMON,
    summary: 'Returns facts about a vector set.',
    complexity: 'O(1)',
    arity: 2,
    flags: READONLY | FAST,
    syntax: 'key:key',
    call: callVinfo,
  },
  VISMEMBER: {
    ...COMMON,
    summary: 'Tells whether an element is in a vector set.',
    complexity: 'O(1)',
    arity: 3,
    flags: READONLY,
    syntax: 'key:key element',
    call: (unit, argv): Reply => vismember(unit, textAt(argv, 1), textAt(argv, 2)),
  },
  VLINKS: {
    ...COMMON,
    summary: 'Returns the neighbours of an element in the graph, level by level.',
    complexity: 'O(N), N neighbours',
    arity: -3,
    flags: READONLY | FAST,
    syntax: 'key:key element [WITHSCORES]',
    call: callVlinks,
  },
  VRANDMEMBER: {
    ...COMMON,
    summary: 'Returns random elements of a vector set.',
    complexity: 'O(N), N elements returned',
    arity: -2,
    flags: READONLY,
    syntax: 'key:key [count:integer]',
    call: callVrandmember,
  },
} satisfies Record<string, Command>
