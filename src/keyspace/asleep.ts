import { DOUBLE_BYTES, readText } from './plain-data.js'
import { PLAIN_HASH, PLAIN_LIST, PLAIN_SET, PLAIN_SORTED_SET, PLAIN_STRING, readValue } from './plain-values.js'
import type { Glance, PlainSource } from './ports.js'
import { codeOfType, TEXT as TEXT_CODE, type Value } from './value.js'

/*
 * Texts and small collections of a snapshot sleep until they are looked at: what stands for one in the snapshot lies in sleeping-bytes.ts, and in the
 * place of the value there is a number that says where. To open a store takes half the time then, and no collection that nobody looks at
 * takes more memory than in the file.
 *
 * Invariant: what is put to sleep can be woken. So whatever is not as plain as can be is read at once, which tells what is wrong with it.
 */

/** The forms of plain-values.ts that may sleep. */
const FORMS = [PLAIN_STRING, PLAIN_LIST, PLAIN_HASH, PLAIN_SET, PLAIN_SORTED_SET]
const CODES = [TEXT_CODE, codeOfType('list'), codeOfType('hash'), codeOfType('set'), codeOfType('zset')]

/** The code of what may not sleep. */
export const NEVER = -1

/** What the parts of a glance are. */
const [NUMBER, TEXT, BYTES, ITEMS] = [0, 1, 2, 3]

/** The code of the type of a value that may sleep: it is sure that `wake` makes it. NEVER for any other. O(bytes + elements²). */
export function codeOfAsleep(form: number, glance: Glance): number {
  const index = FORMS.indexOf(form)
  return index >= 0 && isSound(form, glance) ? CODES[index]! : NEVER
}

/** The form of values of a type that sleep. */
export function formOfAsleep(code: number): number {
  return FORMS[CODES.indexOf(code)]!
}

/** Makes the value of a type that a source gives. O(elements). */
export function wake(code: number, source: PlainSource): Value {
  return code === TEXT_CODE ? readText(source) : readValue(formOfAsleep(code), source)
}

function isSound(form: number, glance: Glance): boolean {
  if (form === PLAIN_STRING) return glance.kinds[0] === TEXT
  if (form === PLAIN_LIST) return isList(glance)
  if (form === PLAIN_HASH) return isHash(glance)
  return form === PLAIN_SET ? isSet(glance) : isSortedSet(glance)
}

/** Nodes that are not plain, each with an element at least. */
function isList({ count, kinds, values }: Glance): boolean {
  if (kinds[0] !== ITEMS || values[0] === 0) return false
  for (let at = 1; at < count; ) {
    const end = at + 1 + values[at]!
    if (kinds[at] !== ITEMS || values[at]! < 2 || end > count) return false
    if (kinds[at + 1] !== NUMBER || values[at + 1] !== 0 || !areTexts(kinds, at + 2, end)) return false
    at = end
  }
  return true
}

function isHash(glance: Glance): boolean {
  const { count, kinds, values } = glance
  if (!isRow(glance, 2, 0) || values[0] !== count - 1 || count % 2 !== 0 || count < 4) return false
  return areTexts(kinds, 2, count) && areDistinct(glance, 2, 2)
}

/** One of integers has rules of its own. */
function isSet(glance: Glance): boolean {
  const { count, kinds, values } = glance
  if (!isRow(glance, 2, 1) || values[0] !== count - 1 || count < 3) return false
  return areTexts(kinds, 2, count) && areDistinct(glance, 2, 1)
}

function isSortedSet(glance: Glance): boolean {
  const { count, kinds, values } = glance
  if (!isRow(glance, 1, 0) || values[0] !== count - 1 || count < 4) return false
  const size = count - 3
  if (kinds[2] !== BYTES || glance.lengths[2] !== size * DOUBLE_BYTES) return false
  return areTexts(kinds, 3, count) && areDistinct(glance, 3, 1) && areInOrder(glance, size)
}

/** A list that begins with the number of an encoding from `least` to `most`. */
function isRow({ count, kinds, values }: Glance, most: number, least: number): boolean {
  return count > 1 && kinds[0] === ITEMS && kinds[1] === NUMBER && values[1]! >= least && values[1]! <= most
}

function areTexts(kinds: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (kinds[at] !== TEXT) return false
  return true
}

/** Whether of the texts from a part on, so many apart, each is there once. */
function areDistinct({ bytes, count, values, lengths }: Glance, start: number, step: number): boolean {
  for (let at = start + step; at < count; at += step) {
    const length = lengths[at]!
    const last = values[at]! + length - 1
    for (let other = start; other < at; other += step) {
      if (lengths[other] !== length) continue
      const shift = values[other]! - values[at]!
      let left = length
      for (let i = last; left > 0 && bytes[i] === bytes[i + shift]; i--) left--
      if (left === 0) return false
    }
  }
  return true
}

/** Whether members are in order of their scores, and those of one score in that of their bytes. */
function areInOrder({ bytes, view, values, lengths }: Glance, size: number): boolean {
  const scores = values[2]!
  let former = Number.NEGATIVE_INFINITY
  for (let i = 0; i < size; i++) {
    const score = view.getFloat64(scores + i * DOUBLE_BYTES, true)
    // Not so of a score that is no number.
    if (!(score >= former)) return false
    if (i > 0 && score === former && !isBelow(bytes, values[i + 2]!, lengths[i + 2]!, values[i + 3]!, lengths[i + 3]!))
      return false
    former = score
  }
  return true
}

/** Whether a text of ASCII comes before another one, which differs. */
function isBelow(bytes: Uint8Array, start: number, length: number, otherStart: number, otherLength: number): boolean {
  const both = Math.min(length, otherLength)
  let i = 0
  while (i < both && bytes[start + i] === bytes[otherStart + i]) i++
  return i === both ? length < otherLength : bytes[start + i]! < bytes[otherStart + i]!
}
