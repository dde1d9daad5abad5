/**
 * What values take in the heap of a 64-bit V8 without compressed pointers, as Node has it, in bytes. Approximate: V8 tells
 * nobody where a string lies and with whom it is shared.
 */

/** A pointer, or a small integer. */
export const WORD = 8
/** The header of an array and of what it points to. */
export const ARRAY = 32
/** An integer that is no small one, or a double, beside the pointer to it. */
export const BOXED_NUMBER = 16
export const BIGINT = 24

/** What the places of an array take that is pushed to: V8 makes room for half as many more, and for sixteen. */
export function pushedWeight(length: number): number {
  return length === 0 ? 0 : (length + (length >> 2) + 8) * WORD
}

const TEXT_HEADER = 16
const LATIN1_MAX = 0xff

/**
 * A string. Text with a character past U+00FF takes two bytes for each; three characters are asked, as asking all would
 * take as long as copying them. O(1), and the same whenever it is asked of equal strings.
 */
export function textWeight(text: string): number {
  const { length } = text
  if (length === 0) return 0
  const isWide =
    text.charCodeAt(0) > LATIN1_MAX ||
    text.charCodeAt(length - 1) > LATIN1_MAX ||
    text.charCodeAt(length >> 1) > LATIN1_MAX
  return TEXT_HEADER + (((isWide ? length * 2 : length) + 7) & ~7)
}

/** A string of so many characters that are ASCII. O(1). */
export function asciiWeight(length: number): number {
  return length === 0 ? 0 : TEXT_HEADER + ((length + 7) & ~7)
}

/** Several strings. O(strings). */
export function textsWeight(texts: readonly string[], start = 0): number {
  let weight = 0
  for (let i = start; i < texts.length; i++) weight += textWeight(texts[i]!)
  return weight
}
