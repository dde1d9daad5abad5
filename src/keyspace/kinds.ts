import { Hash } from '../structures/hash.js'
import { List } from '../structures/list.js'
import { SetOfStrings } from '../structures/set.js'
import { SortedSet } from '../structures/sorted-set.js'
import type { CollectionKind } from './unit.js'

export const LIST: CollectionKind<List> = {
  is: (value): value is List => value instanceof List,
  create: () => new List(),
}

export const HASH: CollectionKind<Hash> = {
  is: (value): value is Hash => value instanceof Hash,
  create: () => new Hash(),
}

export const SET: CollectionKind<SetOfStrings> = {
  is: (value): value is SetOfStrings => value instanceof SetOfStrings,
  create: () => new SetOfStrings(),
}

export const SORTED_SET: CollectionKind<SortedSet> = {
  is: (value): value is SortedSet => value instanceof SortedSet,
  create: () => new SortedSet(),
}
