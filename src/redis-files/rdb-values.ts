import { RdbType } from '../structures/rdb/types.js'
import type { RdbCursor } from './rdb-cursor.js'

/** The types of keys, by the names of the command TYPE; 'module' for those of modules other than vector sets. */
export type KeyType = 'string' | 'list' | 'set' | 'zset' | 'hash' | 'stream' | 'vectorset' | 'module'

interface ValueForm {
  readonly type: KeyType
  /** How RDB calls the encoding. */
  readonly name: string
  /** The first version of the format that has it. */
  readonly since: number
  skip(cursor: RdbCursor): void
}

const one = (cursor: RdbCursor): void => cursor.skipString()
const many = (each: number) => (cursor: RdbCursor) => cursor.skipStrings(each)

/** Every encoding of a value, by its type byte; how far it reaches can be told of each without making the value. */
const FORMS: Readonly<Record<number, ValueForm>> = {
  [RdbType.STRING]: { type: 'string', name: 'string', since: 1, skip: one },
  [RdbType.LIST]: { type: 'list', name: 'list', since: 1, skip: many(1) },
  [RdbType.SET]: { type: 'set', name: 'set', since: 1, skip: many(1) },
  [RdbType.ZSET]: { type: 'zset', name: 'zset', since: 1, skip: skipTextScores },
  [RdbType.HASH]: { type: 'hash', name: 'hash', since: 2, skip: many(2) },
  [RdbType.ZSET_2]: { type: 'zset', name: 'zset-2', since: 8, skip: skipScores },
  [RdbType.MODULE_2]: { type: 'module', name: 'module-2', since: 8, skip: skipModule },
  [RdbType.HASH_ZIPMAP]: { type: 'hash', name: 'hash-zipmap', since: 2, skip: one },
  [RdbType.LIST_ZIPLIST]: { type: 'list', name: 'list-ziplist', since: 2, skip: one },
  [RdbType.SET_INTSET]: { type: 'set', name: 'set-intset', since: 2, skip: one },
  [RdbType.ZSET_ZIPLIST]: { type: 'zset', name: 'zset-ziplist', since: 2, skip: one },
  [RdbType.HASH_ZIPLIST]: { type: 'hash', name: 'hash-ziplist', since: 4, skip: one },
  [RdbType.LIST_QUICKLIST]: { type: 'list', name: 'list-quicklist', since: 7, skip: many(1) },
  [RdbType.STREAM_LISTPACKS]: { type: 'stream', name: 'stream', since: 9, skip: (cursor) => skipStream(cursor, 1) },
  [RdbType.HASH_LISTPACK]: { type: 'hash', name: 'hash-listpack', since: 10, skip: one },
  [RdbType.ZSET_LISTPACK]: { type: 'zset', name: 'zset-listpack', since: 10, skip: one },
  [RdbType.LIST_QUICKLIST_2]: { type: 'list', name: 'list-quicklist-2', since: 10, skip: skipNodes },
  [RdbType.STREAM_LISTPACKS_2]: {
    type: 'stream',
    name: 'stream-2',
    since: 10,
    skip: (cursor) => skipStream(cursor, 2),
  },
  [RdbType.SET_LISTPACK]: { type: 'set', name: 'set-listpack', since: 11, skip: one },
  [RdbType.STREAM_LISTPACKS_3]: {
    type: 'stream',
    name: 'stream-3',
    since: 11,
    skip: (cursor) => skipStream(cursor, 3),
  },
  [RdbType.HASH_METADATA_PRE_GA]: { type: 'hash', name: 'hash-metadata-preview', since: 12, skip: skipFields },
  [RdbType.HASH_LISTPACK_EX_PRE_GA]: { type: 'hash', name: 'hash-listpack-ex-preview', since: 12, skip: one },
  [RdbType.HASH_METADATA]: { type: 'hash', name: 'hash-metadata', since: 12, skip: skipTimedFields },
  [RdbType.HASH_LISTPACK_EX]: { type: 'hash', name: 'hash-listpack-ex', since: 12, skip: skipTimedString },
}

/** What a type byte stands for, undefined where no version up to Redis 8.0 writes it. */
export function valueForm(type: number): ValueForm | undefined {
  return FORMS[type]
}

const VECTOR_SET: ValueForm = { type: 'vectorset', name: 'vectorset', since: 12, skip: skipModule }
/** How a value of vector sets begins: a length of 64 bits that is the id of their module, its version 0 included. */
const VECTOR_SET_ID = [0x81, 0xbd, 0xe7, 0x2d, 0xa2, 0xbb, 0x1e, 0xb4, 0x00]

/** As `valueForm`, of a type byte with its value behind it: vector sets are values of a module, which names itself. */
export function formOfValue(value: Uint8Array): ValueForm | undefined {
  const isVectorSet = value[0] === RdbType.MODULE_2 && VECTOR_SET_ID.every((byte, i) => value[i + 1] === byte)
  return isVectorSet ? VECTOR_SET : valueForm(value[0]!)
}

/** The parts of a value of a module, each with a code that says what it is; 0 ends it. */
const MODULE_END = 0
const MODULE_SIGNED = 1
const MODULE_UNSIGNED = 2
const MODULE_FLOAT = 3
const MODULE_DOUBLE = 4
const MODULE_STRING = 5

function skipTextScores(cursor: RdbCursor): void {
  for (let left = cursor.count(2); left > 0; left--) {
    cursor.skipString()
    const length = cursor.byte()
    // The three greatest stand for NaN and the infinities.
    if (length < 253) cursor.skip(length)
  }
}

function skipScores(cursor: RdbCursor): void {
  for (let left = cursor.count(9); left > 0; left--) {
    cursor.skipString()
    cursor.skip(8)
  }
}

function skipNodes(cursor: RdbCursor): void {
  for (let left = cursor.count(2); left > 0; left--) {
    cursor.skipSize()
    cursor.skipString()
  }
}

function skipFields(cursor: RdbCursor): void {
  for (let left = cursor.count(3); left > 0; left--) {
    cursor.skipSize()
    cursor.skipString()
    cursor.skipString()
  }
}

function skipTimedFields(cursor: RdbCursor): void {
  cursor.skip(8)
  skipFields(cursor)
}

function skipTimedString(cursor: RdbCursor): void {
  cursor.skip(8)
  cursor.skipString()
}

/** The id of the module, and the parts. */
function skipModule(cursor: RdbCursor): void {
  cursor.skipSize()
  skipModuleParts(cursor)
}

export function skipModuleParts(cursor: RdbCursor): void {
  for (;;) {
    const code = cursor.size()
    if (code === MODULE_END) return
    if (code === MODULE_SIGNED || code === MODULE_UNSIGNED) cursor.skipSize()
    else if (code === MODULE_FLOAT) cursor.skip(4)
    else if (code === MODULE_DOUBLE) cursor.skip(8)
    else if (code === MODULE_STRING) cursor.skipString()
    else throw cursor.damaged(`a value of a module with a part of unknown kind ${code}`)
  }
}

/** Nodes of entries; length and last id, since the second form three more figures; then the groups. */
function skipStream(cursor: RdbCursor, form: 1 | 2 | 3): void {
  cursor.skipStrings(2)
  cursor.skipSizes(form === 1 ? 3 : 8)
  for (let groups = cursor.count(5); groups > 0; groups--) {
    cursor.skipString()
    cursor.skipSizes(form === 1 ? 2 : 3)
    // An id of 16 bytes, a time of 8, and how often it was delivered.
    for (let pending = cursor.count(25); pending > 0; pending--) {
      cursor.skip(24)
      cursor.skipSize()
    }
    for (let consumers = cursor.count(10); consumers > 0; consumers--) {
      cursor.skipString()
      cursor.skip(form === 3 ? 16 : 8)
      const pending = cursor.count(16)
      cursor.skip(16 * pending)
    }
  }
}
