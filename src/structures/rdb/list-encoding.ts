import { List } from '../list.js'
import { ListpackWriter, readListpack } from './listpack.js'
import { RdbFormatError, type RdbReader } from './reader.js'
import { RdbType } from './types.js'
import type { RdbWriter } from './writer.js'
import { readZiplist } from './ziplist.js'

/** The two kinds of nodes: one element that is too long for others, or a listpack. */
const PLAIN = 1
const PACKED = 2

interface Node {
  readonly elements: string[]
  readonly plain: boolean
}

/** Writes a list, its nodes as Redis would have them. O(bytes). */
export function writeList(writer: RdbWriter, list: List): void {
  writer.size(list.nodeCount)
  const listpack = new ListpackWriter()
  for (const { elements, plain } of list.runs()) {
    if (plain) {
      writer.size(PLAIN)
      writer.text(elements[0]!)
      continue
    }
    writer.size(PACKED)
    listpack.reset()
    for (const element of elements) listpack.text(element)
    writer.string(listpack.finish())
  }
}

/**
 * Reads a list of any type that lists ever had. O(bytes).
 * @throws RdbFormatError for malformed input and for an empty list
 */
export function readList(type: RdbType, reader: RdbReader): List {
  const start = reader.position
  const list = readAny(type, reader)
  if (list.size === 0) throw new RdbFormatError('an empty list', start)
  return list
}

function readAny(type: RdbType, reader: RdbReader): List {
  // Observed of Redis 8.0.2: what comes from a single ziplist stays a quicklist, however short it is.
  if (type === RdbType.LIST_ZIPLIST) return List.of(readZiplist(reader.stringBytes()), false)
  if (type === RdbType.LIST) {
    const elements: string[] = []
    for (let left = reader.count(1); left > 0; left--) elements.push(reader.text())
    return List.of(elements)
  }
  const nodes: Node[] = []
  for (let left = reader.count(1); left > 0; left--) {
    if (type === RdbType.LIST_QUICKLIST) nodes.push({ elements: readZiplist(reader.stringBytes()), plain: false })
    else nodes.push(readNode(reader))
  }
  return List.ofNodes(nodes)
}

function readNode(reader: RdbReader): Node {
  const start = reader.position
  const kind = reader.size()
  if (kind === PACKED) return { elements: readListpack(reader.stringBytes()), plain: false }
  if (kind !== PLAIN) throw new RdbFormatError('a list node of an unknown kind', start)
  const element = reader.text()
  if (element === '') throw new RdbFormatError('an empty element in a node of its own', start)
  return { elements: [element], plain: true }
}
