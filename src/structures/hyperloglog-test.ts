import {
  addElement,
  CORRUPT,
  countElements,
  createHyperLogLog,
  isSparse,
  makeDense,
  registersOf,
  SPARSE_SIZE_MAX,
} from './hyperloglog.js'
import { DENSE_BYTES, REGISTERS, registerAt, setRegister } from './hyperloglog-dense.js'
import { countOfPlace, indexOfPlace, placeOf } from './hyperloglog-hash.js'

const ELEMENTS = 10_000
/** Four standard errors of 2^14 registers. */
const ERROR_MOST = (4 * 1.04) / Math.sqrt(REGISTERS)

/**
 * The test of PFSELFTEST: registers hold what is written into them, the sparse form says the same as the dense one and as plain
 * counts, and the estimate is as near as it should be. Throws where it fails, which is a mistake of ours.
 */
export function testHyperLogLog(): void {
  testRegisters()
  testForms()
}

/** Every register holds any count, and its neighbours keep theirs. */
function testRegisters(): void {
  const bytes = new Uint8Array(DENSE_BYTES)
  const counts = new Uint8Array(REGISTERS)
  for (let round = 0; round < 8; round++) {
    for (let i = 0; i < REGISTERS; i++) {
      const index = (i * 7919) % REGISTERS
      counts[index] = (i * 31 + round * 17) & 63
      setRegister(bytes, 0, index, counts[index]!)
    }
    for (let i = 0; i < REGISTERS; i++) {
      if (registerAt(bytes, 0, i) !== counts[i]) throw new Error(`PFSELFTEST: register ${i} lost its count`)
    }
  }
}

function testForms(): void {
  const dense = createHyperLogLog()
  if (!makeDense(dense)) throw new Error('PFSELFTEST: an empty HyperLogLog is damaged')
  const sparse = createHyperLogLog()
  const counts = new Uint8Array(REGISTERS)
  let checkedAt = 1
  for (let i = 1; i <= ELEMENTS; i++) {
    const element = `element:${i}`
    const place = placeOf(element)
    const index = indexOfPlace(place)
    counts[index] = Math.max(counts[index]!, countOfPlace(place))
    addElement(dense, element, 0)
    if (addElement(sparse, element, SPARSE_SIZE_MAX) === CORRUPT) throw new Error('PFSELFTEST: runs')
    if (i !== checkedAt) continue
    checkedAt *= 10
    checkRegisters(registersOf(dense), counts, 'dense')
    checkRegisters(registersOf(sparse), counts, isSparse(sparse) ? 'sparse' : 'once sparse')
    const error = Math.abs(Number(countElements(dense)) - i)
    if (error > Math.max(1, ERROR_MOST * i)) throw new Error(`PFSELFTEST: the estimate of ${i} is off by ${error}`)
  }
}

function checkRegisters(found: Uint8Array | undefined, counts: Uint8Array, form: string): void {
  if (found === undefined || found.some((count, i) => count !== counts[i])) {
    throw new Error(`PFSELFTEST: the ${form} form has other counts`)
  }
}
