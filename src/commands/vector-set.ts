/**
 * Vector sets: elements with vectors, found by how alike they are: https://redis.io/docs/latest/develop/data-types/vector-sets/
 *
 * In Redis they are a module, which announces nothing of what it does; nor do these. Searches are in vector-set-search.ts, what
 * can be asked of one element in vector-set-elements.ts.
 */
import { syntaxError, wrongArity } from '../errors.js'
import { VECTOR_SET } from '../keyspace/kinds.js'
import type { LogWord } from '../keyspace/ports.js'
import type { Unit } from '../keyspace/unit.js'
import type { VectorForm, VectorSet } from '../structures/vector-set/vector-set.js'
import type { Quantization } from '../structures/vector-set/vectors.js'
import { type Argv, textAt, tokenAt } from './argv.js'
import { type Command, DENYOOM, WRITE } from './command.js'
import type { Reply } from './reply.js'
import { vectorSetElementCommands } from './vector-set-elements.js'
import {
  badVaddOption,
  badVector,
  noProjection,
  otherDimension,
  otherM,
  otherQuantization,
} from './vector-set-errors.js'
import { vectorSetSearchCommands } from './vector-set-search.js'
import { checkedNumber, EF_MAX, numberAt, VECTOR_KEY, VECTOR_SYNTAX, vectorAt } from './vector-set-words.js'

/** Options of VADD. All but `ef` and `setattr` have to be those of the set, once there is one. */
export interface VaddOptions {
  /** Into how many dimensions the vector is projected. */
  readonly reduce?: number | undefined
  /** How the numbers are kept: as signed bytes by default, as they are, or by their signs. */
  readonly quantization?: 'q8' | 'noquant' | 'bin' | undefined
  /** How many candidates are looked at for the links of the element; 200 by default. */
  readonly ef?: number | undefined
  /** Attributes for filters, as JSON; '' for none. Those that the element has stay by default. */
  readonly setattr?: string | undefined
  /** How many links a node has; 16 by default. */
  readonly m?: number | undefined
}

const EF_DEFAULT = 200
const M_DEFAULT = 16
const M_MIN = 4
const M_MAX = 4096
const KEPT_AS: Readonly<Record<NonNullable<VaddOptions['quantization']>, Quantization>> = {
  q8: 'int8',
  noquant: 'f32',
  bin: 'bin',
}

/**
 * Adds an element to the vector set at a key, made if missing, or gives it another vector; returns 1 if it is new, else 0.
 * O(log n · ef).
 */
export function vadd(
  unit: Unit,
  key: string,
  vector: Float32Array,
  element: string,
  options: VaddOptions = {},
): number {
  const ef = checkedNumber(options.ef ?? EF_DEFAULT, 1, EF_MAX, 'EF')
  const form = formOf(vector, options)
  const known = unit.lookAt(key, VECTOR_SET)
  if (known !== undefined) checkForm(form, known.form, vector.length)
  const set = unit.open(key, VECTOR_SET)
  const isNew = set.set(element, vector, form, ef)
  if (options.setattr !== undefined) set.setAttributes(element, options.setattr)
  if (unit.logging) logVadd(unit, key, vector, element, form, ef, options.setattr)
  unit.touched(key)
  return isNew ? 1 : 0
}

function formOf(vector: Float32Array, { reduce, quantization, m }: VaddOptions): VectorForm {
  if (reduce !== undefined && (!Number.isInteger(reduce) || reduce < 1)) throw badVector()
  if (quantization !== undefined && !['q8', 'noquant', 'bin'].includes(quantization)) throw syntaxError()
  return {
    dimension: reduce ?? vector.length,
    inputDimension: reduce === undefined ? 0 : vector.length,
    quantization: KEPT_AS[quantization ?? 'q8'],
    m: checkedNumber(m ?? M_DEFAULT, M_MIN, M_MAX, 'M'),
  }
}

function checkForm(form: VectorForm, kept: VectorForm, given: number): void {
  if (form.inputDimension !== 0 && kept.inputDimension === 0) throw noProjection()
  if (form.dimension !== kept.dimension || form.inputDimension !== kept.inputDimension) {
    throw otherDimension(given, kept.dimension)
  }
  if (form.quantization !== kept.quantization) throw otherQuantization()
  if (form.m !== kept.m) throw otherM()
}

/** The whole form and the vector to the bit, so that a replay makes the same graph. */
function logVadd(
  unit: Unit,
  key: string,
  vector: Float32Array,
  element: string,
  form: VectorForm,
  ef: number,
  attributes: string | undefined,
): void {
  const words: LogWord[] = ['VADD', key]
  if (form.inputDimension !== 0) words.push('REDUCE', String(form.dimension))
  words.push('FP32', floatBytes(vector), element)
  words.push({ int8: 'Q8', f32: 'NOQUANT', bin: 'BIN' }[form.quantization])
  words.push('EF', String(ef), 'M', String(form.m))
  if (attributes !== undefined) words.push('SETATTR', attributes)
  unit.logWords(words)
}

/** Floats as bytes, the lowest first. */
function floatBytes(vector: Float32Array): Uint8Array {
  const bytes = new Uint8Array(vector.length * 4)
  const view = new DataView(bytes.buffer)
  for (let i = 0; i < vector.length; i++) view.setFloat32(i * 4, vector[i]!, true)
  return bytes
}

/** Takes an element out of the vector set at a key: 1, or 0 where it is not there. A set without elements is gone. O(links²). */
export function vrem(unit: Unit, key: string, element: string): number {
  if (unit.lookAt(key, VECTOR_SET)?.has(element) !== true) return 0
  const set = unit.look(key, VECTOR_SET) as VectorSet
  set.remove(element)
  if (unit.logging) unit.log('VREM', key, element)
  unit.touched(key)
  if (set.size === 0) unit.remove(unit.find(key))
  return 1
}

/** Sets the attributes of an element, '' takes them away: 1, or 0 where it is not there. O(1). */
export function vsetattr(unit: Unit, key: string, element: string, attributes: string): number {
  if (unit.lookAt(key, VECTOR_SET)?.has(element) !== true) return 0
  const set = unit.look(key, VECTOR_SET) as VectorSet
  set.setAttributes(element, attributes)
  if (unit.logging) unit.log('VSETATTR', key, element, attributes)
  unit.touched(key)
  return 1
}

// What follows is the wire: one entry a command.

type VaddDraft = { -readonly [K in keyof VaddOptions]: VaddOptions[K] }

function readVaddOptions(argv: Argv, first: number, into: VaddDraft): void {
  for (let i = first; i < argv.length; i++) {
    const token = tokenAt(argv, i)
    // The one thread there is compares and sets at once in any case.
    if (token === 'CAS') continue
    if (token === 'Q8') into.quantization = 'q8'
    else if (token === 'NOQUANT') into.quantization = 'noquant'
    else if (token === 'BIN') into.quantization = 'bin'
    else if (i + 1 >= argv.length) throw badVaddOption()
    else if (token === 'EF') into.ef = checkedNumber(numberAt(argv, ++i), 1, EF_MAX, 'EF')
    else if (token === 'M') into.m = checkedNumber(numberAt(argv, ++i), M_MIN, M_MAX, 'M')
    else if (token === 'SETATTR') into.setattr = textAt(argv, ++i)
    else throw badVaddOption()
  }
}

function callVadd(unit: Unit, argv: Argv): Reply {
  const options: VaddDraft = {}
  let first = 2
  if (tokenAt(argv, 2) === 'REDUCE') {
    options.reduce = numberAt(argv, 3)
    if (!(options.reduce > 0)) throw badVector()
    first = 4
  }
  const { vector, end } = vectorAt(argv, first)
  if (end >= argv.length) throw wrongArity('vadd')
  readVaddOptions(argv, end + 1, options)
  return vadd(unit, textAt(argv, 1), vector, textAt(argv, end), options)
}

export const vectorSetCommands = {
  VADD: {
    summary: 'Adds an element with a vector to a vector set, or gives it another vector.',
    since: '8.0.0',
    group: 'vector-set',
    complexity: 'O(log(N)), N elements in the vector set',
    arity: -5,
    flags: WRITE | DENYOOM,
    keys: VECTOR_KEY,
    syntax: `key:key [REDUCE dim:integer] <vector= ${VECTOR_SYNTAX}> element [CAS] [quantization= NOQUANT | Q8 | BIN] [EF build-exploration-factor:integer] [SETATTR attributes] [M numlinks:integer]`,
    call: callVadd,
  },
  VREM: {
    summary: 'Takes an element out of a vector set.',
    since: '8.0.0',
    group: 'vector-set',
    complexity: 'O(log(N)), N elements in the vector set',
    arity: 3,
    flags: WRITE,
    keys: VECTOR_KEY,
    syntax: 'key:key element',
    call: (unit, argv): Reply => vrem(unit, textAt(argv, 1), textAt(argv, 2)),
  },
  VSETATTR: {
    summary: 'Sets or takes away the attributes of an element.',
    since: '8.0.0',
    group: 'vector-set',
    complexity: 'O(1)',
    arity: 4,
    flags: WRITE,
    keys: VECTOR_KEY,
    syntax: 'key:key element json',
    call: (unit, argv): Reply => vsetattr(unit, textAt(argv, 1), textAt(argv, 2), textAt(argv, 3)),
  },
  ...vectorSetSearchCommands,
  ...vectorSetElementCommands,
} satisfies Record<string, Command>
