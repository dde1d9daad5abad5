/**
 * The type byte before a value in a DUMP payload or a dump file, by the names of Redis's rdb.h in this library's
 * spelling. Redis 8.0 writes those marked *; the others come from older versions. 8 was never used.
 */
export const RdbType = {
  /** * An encoded string. */
  STRING: 0,
  /** A list as a row of encoded strings. */
  LIST: 1,
  /** * A set as a row of encoded strings. */
  SET: 2,
  /** A sorted set with scores as text. */
  ZSET: 3,
  /** * A hash as a row of field and value. */
  HASH: 4,
  /** * A sorted set with scores as binary doubles. */
  ZSET_2: 5,
  /** A module value of a preview of Redis 4.0. */
  MODULE_PRE_GA: 6,
  /** * A module value whose parts carry their own type codes. */
  MODULE_2: 7,
  /** A small hash of Redis 2.6 and before. */
  HASH_ZIPMAP: 9,
  /** A list in one ziplist. */
  LIST_ZIPLIST: 10,
  /** * A set of integers as a sorted array. */
  SET_INTSET: 11,
  /** A sorted set in one ziplist. */
  ZSET_ZIPLIST: 12,
  /** A hash in one ziplist. */
  HASH_ZIPLIST: 13,
  /** A list as a row of ziplists. */
  LIST_QUICKLIST: 14,
  /** A stream of Redis 5.0 to 6.2. */
  STREAM_LISTPACKS: 15,
  /** * A hash in one listpack. */
  HASH_LISTPACK: 16,
  /** * A sorted set in one listpack. */
  ZSET_LISTPACK: 17,
  /** * A list as a row of listpacks and plain nodes. */
  LIST_QUICKLIST_2: 18,
  /** A stream of Redis 7.0: first id, greatest deleted id and entries added. */
  STREAM_LISTPACKS_2: 19,
  /** * A set in one listpack. */
  SET_LISTPACK: 20,
  /** * A stream since Redis 7.2: the active time of consumers. */
  STREAM_LISTPACKS_3: 21,
  /** A hash with field expiry of a preview of Redis 7.4. */
  HASH_METADATA_PRE_GA: 22,
  /** A hash in one listpack with field expiry of a preview of Redis 7.4. */
  HASH_LISTPACK_EX_PRE_GA: 23,
  /** * A hash with field expiry: the smallest time, then rows of time relative to it, field and value. */
  HASH_METADATA: 24,
  /** * A hash with field expiry: the smallest time, then one listpack of field, value and time. */
  HASH_LISTPACK_EX: 25,
} as const

export type RdbType = (typeof RdbType)[keyof typeof RdbType]
