/**
 * The matrix of a random projection (Achlioptas, 2003): rows of signs, the same in every run, scaled so that lengths stay nearly what
 * they were.
 */
export function projectionMatrix(inputDimension: number, dimension: number): Float32Array {
  const matrix = new Float32Array(dimension * inputDimension)
  const scale = 1 / Math.sqrt(inputDimension)
  for (let row = 0; row < dimension; row++) {
    for (let i = 0; i < inputDimension; i++) matrix[row * inputDimension + i] = signAt(row, i) * scale
  }
  return matrix
}

/** A vector in fewer dimensions. O(dimensions of both). */
export function projected(vector: ArrayLike<number>, matrix: Float32Array): Float32Array {
  const shorter = new Float32Array(matrix.length / vector.length)
  for (let row = 0; row < shorter.length; row++) {
    let sum = 0
    for (let i = 0; i < vector.length; i++) sum += matrix[row * vector.length + i]! * vector[i]!
    shorter[row] = sum
  }
  return shorter
}

/** Either sign, by the bits of a hash of the place. */
function signAt(row: number, column: number): number {
  let hash = Math.imul(row + 1, 0x9e3779b1) ^ Math.imul(column + 1, 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 15), 0xc2b2ae35)
  hash = Math.imul(hash ^ (hash >>> 13), 0x27d4eb2f)
  return ((hash ^ (hash >>> 16)) & 1) === 0 ? 1 : -1
}
