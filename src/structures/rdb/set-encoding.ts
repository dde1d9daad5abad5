import { type Int64, parseInt64 } from '../int64.js'
import { SetOfStrings } from '../set.js'
import { intsetWidth, readIntset, writeIntset } from './intset.js'
import { ListpackWriter, readListpack } from './listpack.js'
import { RdbFormatError, type RdbReader } from './reader.js'
import { RdbType } from './types.js'
import type { RdbWriter } from './writer.js'

/** Redis's limit set-max-listpack-entries, as it is by default. */
const LISTPACK_MAX = 128

/** The type as which a set is written, by its encoding. O(1). */
export function setType(set: SetOfStrings): RdbType {
  const { encoding } = set
  if (encoding === 'intset') return RdbType.SET_INTSET
  return encoding === 'listpack' ? RdbType.SET_LISTPACK : RdbType.SET
}

/** Writes a set as its type has it. O(bytes). */
export function writeSet(writer: RdbWriter, set: SetOfStrings): void {
  const { encoding } = set
  if (encoding === 'intset') writer.string(intsetOf(set))
  else if (encoding === 'listpack') {
    const listpack = new ListpackWriter()
    for (const member of set) listpack.text(member)
    writer.string(listpack.finish())
  } else {
    const { size } = set
    writer.size(size)
    for (let index = 0; index < size; index++) writer.text(set.at(index))
  }
}

/** The members are in ascending order. */
function intsetOf(members: Iterable<string>): Uint8Array {
  const values: Int64[] = []
  let width = 2
  for (const member of members) {
    const value = parseInt64(member)
    if (value === undefined) throw new Error('rdb: an intset holds integers only')
    width = Math.max(width, intsetWidth(value))
    values.push(value)
  }
  return writeIntset(values, width)
}

/**
 * Reads a set of any type that sets ever had. O(bytes).
 * @throws RdbFormatError for malformed input, for an empty set and for a member that comes twice
 */
export function readSet(type: RdbType, reader: RdbReader): SetOfStrings {
  const start = reader.position
  const members = readMembers(type, reader)
  if (members.length === 0) throw new RdbFormatError('an empty set', start)
  const set = SetOfStrings.of(members, type === RdbType.SET_LISTPACK ? packedAs(members.length) : undefined)
  if (set.size !== members.length) throw new RdbFormatError('a member that comes twice', start)
  return set
}

/** Redis keeps a listpack as it comes, integers and long members too, unless it has too many members. */
function packedAs(count: number): SetOfStrings['encoding'] {
  return count <= LISTPACK_MAX ? 'listpack' : 'hashtable'
}

function readMembers(type: RdbType, reader: RdbReader): string[] {
  if (type === RdbType.SET_INTSET) return readIntset(reader.stringBytes())
  if (type === RdbType.SET_LISTPACK) return readListpack(reader.stringBytes())
  const members: string[] = []
  for (let left = reader.count(1); left > 0; left--) members.push(reader.text())
  return members
}
