import { Hash } from '../structures/hash.js'
import { List } from '../structures/list.js'
import { SetOfStrings } from '../structures/set.js'
import { SortedSet } from '../structures/sorted-set.js'
import { Stream } from '../structures/stream.js'
import { VectorSet } from '../structures/vector-set/vector-set.js'
import type { CollectionKind } from './unit.js'
import { codeOfType } from './value.js'

export const LIST: CollectionKind<List> = {
  code: codeOfType('list'),
  create: () => new List(),
}

export const HASH: CollectionKind<Hash> = {
  code: codeOfType('hash'),
  create: () => new Hash(),
}

export const SET: CollectionKind<SetOfStrings> = {
  code: codeOfType('set'),
  create: () => new SetOfStrings(),
}

export const SORTED_SET: CollectionKind<SortedSet> = {
  code: codeOfType('zset'),
  create: () => new SortedSet(),
}

export const STREAM: CollectionKind<Stream> = {
  code: codeOfType('stream'),
  create: () => new Stream(),
}

export const VECTOR_SET: CollectionKind<VectorSet> = {
  code: codeOfType('vectorset'),
  create: () => new VectorSet(),
}
