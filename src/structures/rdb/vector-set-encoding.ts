import { type VectorElement, type VectorForm, type VectorNode, VectorSet } from '../vector-set/vector-set.js'
import type { Quantization } from '../vector-set/vectors.js'
import { RdbFormatError, type RdbReader } from './reader.js'
import type { RdbWriter } from './writer.js'

/*
 * Vector sets as the module of Redis 8.0.2 writes them (observed in payloads of DUMP): the id of the module, then parts that say
 * of what kind each is. Dimension, elements, 256·m + quantization, what there is (1 a projection, 2 attributes); the input dimension and
 * the matrix of a projection; of each element its name, attributes, cells, and numbers: how many, its id, its level, for each
 * level how many links, how many at most, their ids; and its range and length as the halves of one number.
 */
const MODULE_ID = 0xbde72da2bb1eb400n
const END = 0
const UNSIGNED = 2
const STRING = 5
const HAS_PROJECTION = 1
const HAS_ATTRIBUTES = 2
const QUANTIZATIONS: readonly Quantization[] = ['f32', 'int8', 'bin']
/** What is refused beyond: the module has the same limit of links. */
const M_MAX = 4096
const LEVEL_MAX = 63

/** Writes what follows the type byte. O(bytes). */
export function writeVectorSet(writer: RdbWriter, set: VectorSet): void {
  const { form, matrix } = set
  const hasAttributes = set.attributesCount > 0
  writer.size64(MODULE_ID)
  writeNumber(writer, form.dimension)
  writeNumber(writer, set.size)
  writeNumber(writer, form.m * 256 + QUANTIZATIONS.indexOf(form.quantization))
  writeNumber(writer, (matrix === undefined ? 0 : HAS_PROJECTION) + (hasAttributes ? HAS_ATTRIBUTES : 0))
  if (matrix !== undefined) {
    writeNumber(writer, form.inputDimension)
    writeString(writer, new Uint8Array(matrix.buffer, matrix.byteOffset, matrix.byteLength))
  }
  for (let slot = set.size - 1; slot >= 0; slot--) {
    const node = set.nodeAt(slot)
    writer.size(STRING)
    writer.text(node.name)
    if (hasAttributes) {
      writer.size(STRING)
      writer.text(node.attributes)
    }
    writeString(writer, node.bytes)
    writeNode(writer, node, slot, form.m)
  }
  writer.size(END)
}

function writeNumber(writer: RdbWriter, value: number): void {
  writer.size(UNSIGNED)
  writer.size(value)
}

function writeString(writer: RdbWriter, bytes: Uint8Array): void {
  writer.size(STRING)
  writer.string(bytes)
}

/** Ids are slots from 1 on. */
function writeNode(writer: RdbWriter, node: VectorNode, slot: number, m: number): void {
  const numbers = [slot + 1, node.links.length - 1]
  for (const [level, links] of node.links.entries()) {
    numbers.push(links.length, level === 0 ? 2 * m : m)
    for (const link of links) numbers.push(link + 1)
  }
  writeNumber(writer, numbers.length + 1)
  for (const number of numbers) writeNumber(writer, number)
  const halves = new DataView(new ArrayBuffer(8))
  halves.setFloat32(0, node.range)
  halves.setFloat32(4, node.norm)
  writer.size(UNSIGNED)
  writer.size64(halves.getBigUint64(0))
}

/**
 * Reads what follows the type byte; undefined for another module. The links are made anew, as those of a payload need not fit together.
 * O(n log n).
 * @throws RdbFormatError for malformed input
 */
export function readVectorSet(reader: RdbReader): VectorSet | undefined {
  const start = reader.position
  if (reader.size64() !== MODULE_ID) return undefined
  const dimension = readNumber(reader)
  const size = readNumber(reader)
  const config = readNumber(reader)
  const flags = readNumber(reader)
  const quantization = QUANTIZATIONS[config % 256]
  const m = Math.floor(config / 256)
  if (dimension < 1 || size < 1 || quantization === undefined || m < 2 || m > M_MAX || flags > 3) {
    throw new RdbFormatError('a form that no vector set has', start)
  }
  const inputDimension = flags % 2 === HAS_PROJECTION ? readNumber(reader) : 0
  const matrix = inputDimension > 0 ? floatsOf(readBytes(reader), dimension * inputDimension, start) : undefined
  const form: VectorForm = { dimension, quantization, m, inputDimension }
  const nodes: ReadNode[] = []
  for (let left = size; left > 0; left--) nodes.push(readNode(reader, flags >= HAS_ATTRIBUTES))
  if (reader.size() !== END) throw new RdbFormatError('more than a vector set', start)
  const set = VectorSet.empty(form, matrix)
  // The newest comes first.
  for (const node of nodes.reverse()) {
    if (!set.restore(node)) throw new RdbFormatError('an element that fits no vector set', node.start)
  }
  return set
}

interface ReadNode extends VectorElement {
  /** Where it began. */
  readonly start: number
}

function readNode(reader: RdbReader, hasAttributes: boolean): ReadNode {
  const start = reader.position
  expectKind(reader, STRING)
  const name = reader.text()
  let attributes = ''
  if (hasAttributes) {
    expectKind(reader, STRING)
    attributes = reader.text()
  }
  const bytes = readBytes(reader)
  const count = readNumber(reader)
  const numbers: bigint[] = []
  for (let i = 0; i < count; i++) {
    expectKind(reader, UNSIGNED)
    numbers.push(reader.size64())
  }
  const halves = new DataView(new ArrayBuffer(8))
  halves.setBigUint64(0, numbers.at(-1) ?? 0n)
  const level = Number(numbers[1] ?? -1n)
  if (count < 3 || level < 0 || level > LEVEL_MAX) throw new RdbFormatError('an element that fits no vector set', start)
  return { name, attributes, bytes, level, range: halves.getFloat32(0), norm: halves.getFloat32(4), start }
}

function expectKind(reader: RdbReader, kind: number): void {
  const start = reader.position
  if (reader.size() !== kind) throw new RdbFormatError('a part of another kind', start)
}

function readNumber(reader: RdbReader): number {
  expectKind(reader, UNSIGNED)
  return reader.size()
}

function readBytes(reader: RdbReader): Uint8Array {
  expectKind(reader, STRING)
  return reader.stringBytes()
}

function floatsOf(bytes: Uint8Array, count: number, start: number): Float32Array {
  if (bytes.length !== count * 4) throw new RdbFormatError('a matrix of another size', start)
  return new Float32Array(bytes.slice().buffer)
}
