/** The options of SSCAN, HSCAN and ZSCAN, which go through the elements of one key. */
import { notAnInteger, novaluesWithoutHash, syntaxError } from '../errors.js'
import { Glob } from '../structures/glob.js'
import { type Argv, clampedAt, operandOf, textAt, tokenAt } from './argv.js'

/** Options of a scan over the elements of a key. */
export interface ElementScanOptions {
  /** A glob that elements must match. */
  readonly match?: string | undefined
  /** About how many elements to look at in one call; 10 by default. */
  readonly count?: number | undefined
  /** Fields without their values: for hashes. */
  readonly novalues?: boolean | undefined
}

const COUNT_BY_DEFAULT = 10

/** How many elements to look at. Throws ERR for what is no integer or below 1. */
export function scanSize(options: ElementScanOptions): number {
  const count = options.count ?? COUNT_BY_DEFAULT
  if (!Number.isSafeInteger(count)) throw notAnInteger()
  if (count < 1) throw syntaxError()
  return count
}

/** Whether an element is to be shown. */
export function scanFilter({ match }: ElementScanOptions): (element: string) => boolean {
  const glob = match === undefined ? undefined : new Glob(match)
  return glob === undefined || glob.matchesAll ? () => true : (element) => glob.matches(element)
}

/** MATCH and COUNT behind the cursor at word 2, of a hash NOVALUES too. */
export function readElementScan(argv: Argv, ofHash = false): ElementScanOptions {
  const options: { -readonly [K in keyof ElementScanOptions]: ElementScanOptions[K] } = {}
  for (let i = 3; i < argv.length; i++) {
    const token = tokenAt(argv, i)
    if (token === 'NOVALUES') {
      if (!ofHash) throw novaluesWithoutHash()
      options.novalues = true
      continue
    }
    i = operandOf(argv, i)
    if (token === 'COUNT') {
      options.count = clampedAt(argv, i)
      if (options.count < 1) throw syntaxError()
    } else if (token === 'MATCH') options.match = textAt(argv, i)
    else throw syntaxError()
  }
  return options
}
