/** Vector sets as plain data. */

import { VectorSet } from '../structures/vector-set/vector-set.js'
import type { Quantization } from '../structures/vector-set/vectors.js'
import { BadPlainValue, givePlain, integerFrom, listOf, plainText, textOf } from './plain-data.js'
import type { Plain, PlainSink } from './ports.js'

const QUANTIZATIONS: readonly Quantization[] = ['f32', 'int8', 'bin']
/** The module of Redis has the same limit of links. */
const M_MAX = 4096

/**
 * Quantization, dimension, links, dimension before the projection and its matrix, which stands in the first part alone; then elements from
 * one to another (exclusive): name, attributes, level, cells, norm and range of each. The links between them are made anew, so that
 * none can lead astray. O(bytes).
 */
export function packVectorSet(set: VectorSet, start: number, end: number, sink: PlainSink): void {
  const { form, matrix } = set
  const cells = matrix === undefined || start > 0 ? null : new Uint8Array(matrix.slice().buffer)
  sink.list(1 + end - start)
  givePlain([QUANTIZATIONS.indexOf(form.quantization), form.dimension, form.m, form.inputDimension, cells], sink)
  for (let slot = start; slot < end; slot++) {
    const { name, attributes, level, bytes, norm, range } = set.elementAt(slot)
    givePlain([plainText(name), plainText(attributes), level, bytes, norm, range], sink)
  }
}

/** The set that `packVectorSet` told of. O(n log n). @throws BadPlainValue */
export function unpackVectorSet(plain: Plain): VectorSet {
  const [head, ...elements] = listOf(plain)
  const [kind, dimensions, links, inputDimensions, cells] = listOf(head)
  const quantization = QUANTIZATIONS[integerFrom(kind)]
  const [dimension, m, inputDimension] = [
    integerFrom(dimensions, 1),
    integerFrom(links, 2),
    integerFrom(inputDimensions),
  ]
  if (quantization === undefined || m > M_MAX) throw new BadPlainValue('a form that no vector set has')
  const matrix = inputDimension === 0 ? undefined : matrixOf(cells, dimension * inputDimension)
  const set = VectorSet.empty({ dimension, quantization, m, inputDimension }, matrix)
  for (const element of elements) {
    const [name, attributes, level, bytes, norm, range] = listOf(element)
    if (!(bytes instanceof Uint8Array) || typeof norm !== 'number' || typeof range !== 'number')
      throw new BadPlainValue('an element without a vector')
    const node = { name: textOf(name), attributes: textOf(attributes), level: integerFrom(level), bytes, norm, range }
    if (!set.restore(node)) throw new BadPlainValue('an element that fits no vector set')
  }
  return set
}

function matrixOf(cells: Plain | undefined, count: number): Float32Array {
  if (!(cells instanceof Uint8Array) || cells.length !== count * 4) throw new BadPlainValue('a matrix of another size')
  return new Float32Array(cells.slice().buffer)
}
