import { Hash } from '../hash.js'
import { List } from '../list.js'
import { SetOfStrings } from '../set.js'
import { SortedSet } from '../sorted-set.js'
import { Stream } from '../stream.js'
import { VectorSet } from '../vector-set/vector-set.js'
import { hashType, readHash, writeHash } from './hash-encoding.js'
import { readList, writeList } from './list-encoding.js'
import { sealPayload, startPayload } from './payload.js'
import type { RdbReader } from './reader.js'
import { readSet, setType, writeSet } from './set-encoding.js'
import { readSortedSet, sortedSetType, writeSortedSet } from './sorted-set-encoding.js'
import { readStream, writeStream } from './stream-encoding.js'
import { RdbType } from './types.js'
import { readVectorSet, writeVectorSet } from './vector-set-encoding.js'
import type { RdbWriter } from './writer.js'

/** The collections that have an encoding here. */
export type EncodedCollection = List | SetOfStrings | Hash | SortedSet | Stream | VectorSet

/** What the elements of a small collection take, more or less: a payload of that size never grows. */
const BYTES_PER_ELEMENT = 16

export function isEncoded(value: object): value is EncodedCollection {
  if (value instanceof List || value instanceof SetOfStrings) return true
  if (value instanceof Hash || value instanceof SortedSet) return true
  return value instanceof Stream || value instanceof VectorSet
}

/** The type byte before a collection, as Redis 8.0.2 writes one that it keeps in the same encoding. O(1). */
function collectionType(value: EncodedCollection): RdbType {
  if (value instanceof List) return RdbType.LIST_QUICKLIST_2
  if (value instanceof SetOfStrings) return setType(value)
  if (value instanceof Stream) return RdbType.STREAM_LISTPACKS_3
  if (value instanceof VectorSet) return RdbType.MODULE_2
  return value instanceof Hash ? hashType(value) : sortedSetType(value)
}

/** Writes what follows the type byte. O(bytes). */
function writeCollection(writer: RdbWriter, value: EncodedCollection): void {
  if (value instanceof List) writeList(writer, value)
  else if (value instanceof SetOfStrings) writeSet(writer, value)
  else if (value instanceof Hash) writeHash(writer, value)
  else if (value instanceof Stream) writeStream(writer, value)
  else if (value instanceof VectorSet) writeVectorSet(writer, value)
  else writeSortedSet(writer, value)
}

/**
 * Reads what follows the type byte: a collection in any encoding that one ever had, as Redis 8.0.2 keeps it after loading. Undefined
 * where the type byte stands for something else. O(bytes), O(n log n) for a sorted set out of order.
 * @throws RdbFormatError for malformed input
 */
export function readCollection(type: number, reader: RdbReader): EncodedCollection | undefined {
  switch (type) {
    case RdbType.LIST:
    case RdbType.LIST_ZIPLIST:
    case RdbType.LIST_QUICKLIST:
    case RdbType.LIST_QUICKLIST_2:
      return readList(type, reader)
    case RdbType.SET:
    case RdbType.SET_INTSET:
    case RdbType.SET_LISTPACK:
      return readSet(type, reader)
    case RdbType.HASH:
    case RdbType.HASH_ZIPMAP:
    case RdbType.HASH_ZIPLIST:
    case RdbType.HASH_LISTPACK:
    case RdbType.HASH_METADATA_PRE_GA:
    case RdbType.HASH_LISTPACK_EX_PRE_GA:
    case RdbType.HASH_METADATA:
    case RdbType.HASH_LISTPACK_EX:
      return readHash(type, reader)
    case RdbType.ZSET:
    case RdbType.ZSET_2:
    case RdbType.ZSET_ZIPLIST:
    case RdbType.ZSET_LISTPACK:
      return readSortedSet(type, reader)
    case RdbType.STREAM_LISTPACKS:
    case RdbType.STREAM_LISTPACKS_2:
    case RdbType.STREAM_LISTPACKS_3:
      return readStream(type, reader)
    case RdbType.MODULE_2:
      return readVectorSet(reader)
  }
  return undefined
}

/** The DUMP payload of a collection. O(bytes). */
export function dumpCollection(value: EncodedCollection): Uint8Array {
  const writer = startPayload(collectionType(value), 32 + value.size * BYTES_PER_ELEMENT)
  writeCollection(writer, value)
  return sealPayload(writer)
}
