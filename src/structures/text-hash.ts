/** Not chance that anybody sees (slots come in the order of adding): it keeps those who choose keys from choosing hashes. */
const SEED = globalThis.crypto.getRandomValues(new Int32Array(1))[0]!

/** 32 bits that all characters have a part in, two at a time: 2.4 ns per character. */
export function hashOf(key: string): number {
  const length = key.length
  let hash = SEED ^ length
  let i = 1
  for (; i < length; i += 2) {
    hash = Math.imul(hash ^ (key.charCodeAt(i - 1) | (key.charCodeAt(i) << 16)), 0x9e3779b1)
    hash ^= hash >>> 15
  }
  if (i === length) hash = Math.imul(hash ^ key.charCodeAt(length - 1), 0x9e3779b1)
  return finished(hash)
}

/** The hash of the text of ASCII characters that lie in bytes from `start` to `end` (exclusive). */
export function hashOfAscii(bytes: Uint8Array, start: number, end: number): number {
  let hash = SEED ^ (end - start)
  let i = start + 1
  for (; i < end; i += 2) {
    hash = Math.imul(hash ^ (bytes[i - 1]! | (bytes[i]! << 16)), 0x9e3779b1)
    hash ^= hash >>> 15
  }
  if (i === end) hash = Math.imul(hash ^ bytes[end - 1]!, 0x9e3779b1)
  return finished(hash)
}

function finished(mixed: number): number {
  let hash = mixed ^ (mixed >>> 15)
  hash = Math.imul(hash, 0x85ebca6b)
  return hash ^ (hash >>> 13)
}
