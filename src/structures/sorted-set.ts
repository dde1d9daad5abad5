export class SortedSet {
  readonly type = 'zset' as const
  readonly size: number = 0

  get encoding(): string {
    return 'skiplist'
  }

  clone(): SortedSet {
    return new SortedSet()
  }
}
