/**
 * The fingerprint of keys and values that DEBUG DIGEST of Redis gives, so that a store can be told to hold what a server holds:
 * SHA-1 of each part, hashed again where order counts, joined by exclusive or where it does not.
 */
import { sha1 } from '@noble/hashes/legacy.js'
import { noDigest } from '../errors.js'
import type { Database } from '../keyspace/database.js'
import type { Store } from '../keyspace/store.js'
import { isString, stringToBytes, typeOf, type Value } from '../keyspace/value.js'
import { Hash } from '../structures/hash.js'
import { List } from '../structures/list.js'
import { formatScore } from '../structures/score.js'
import { SetOfStrings } from '../structures/set.js'
import { SortedSet } from '../structures/sorted-set.js'
import { Stream } from '../structures/stream.js'
import { ID_MAX, ID_MIN } from '../structures/stream-id.js'
import { toBytes, toHex } from '../structures/text.js'

/** The number that Redis gives each type. */
const TYPE_NUMBERS = { string: 0, list: 1, set: 2, zset: 3, hash: 4, vectorset: 5, stream: 6 } as const

/** A fingerprint that grows. */
class Digest {
  bytes = new Uint8Array(20)

  /** Adds a part whose place does not count. */
  join(part: Uint8Array | string): void {
    const hash = sha1(typeof part === 'string' ? toBytes(part) : part)
    for (let i = 0; i < 20; i++) this.bytes[i]! ^= hash[i]!
  }

  /** Adds a part whose place counts. */
  append(part: Uint8Array | string): void {
    this.join(part)
    this.bytes = sha1(this.bytes)
  }

  appendNumber(value: number): void {
    this.append(Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value))
  }

  get text(): string {
    return toHex(this.bytes)
  }
}

/** The fingerprint of all keys. O(bytes). */
export function digestOfStore(store: Store): string {
  const all = new Digest()
  for (const database of store.databases) {
    const { keys } = database
    if (keys.size === 0) continue
    all.appendNumber(database.index)
    for (let slot = 0; slot < keys.size; slot++) {
      const digest = new Digest()
      digest.append(keys.keyAt(slot)!)
      addValue(digest, database, slot)
      all.join(digest.bytes)
    }
  }
  return all.text
}

/** The fingerprint of a value, whatever its key; of zeros where there is none. O(bytes). */
export function digestOfValue(database: Database, slot: number | undefined): string {
  const digest = new Digest()
  if (slot !== undefined) addValue(digest, database, slot)
  return digest.text
}

function addValue(digest: Digest, database: Database, slot: number): void {
  const value = database.keys.lookAt(slot)
  digest.appendNumber(TYPE_NUMBERS[typeOf(value)])
  addElements(digest, value)
  if (database.keys.expires(slot)) digest.join('!!expire!!')
}

function addElements(digest: Digest, value: Value): void {
  if (isString(value)) digest.append(stringToBytes(value))
  else if (value instanceof List) for (const element of value) digest.append(element)
  else if (value instanceof SetOfStrings) for (const member of value) digest.join(member)
  else if (value instanceof Hash) addFields(digest, value)
  else if (value instanceof SortedSet) {
    for (const { member, score } of value.entries(0, value.size, false)) addPair(digest, member, formatScore(score))
  } else if (value instanceof Stream) addEntries(digest, value)
  else throw noDigest()
}

function addEntries(digest: Digest, stream: Stream): void {
  for (const { id, words } of stream.range(ID_MIN, ID_MAX, Number.POSITIVE_INFINITY)) {
    digest.append(id.replace('-', '.'))
    for (const word of words) digest.append(word)
  }
}

function addFields(digest: Digest, hash: Hash): void {
  for (let slot = 0; slot < hash.size; slot++) {
    const isExpiring = hash.deadlineAt(slot) >= 0
    addPair(digest, hash.fieldAt(slot), hash.valueAt(slot), isExpiring)
  }
}

function addPair(digest: Digest, first: string, second: string, isExpiring = false): void {
  const pair = new Digest()
  pair.append(first)
  pair.append(second)
  if (isExpiring) pair.join('!!hexpire!!')
  digest.join(pair.bytes)
}
