export class SetOfStrings {
  readonly type = 'set' as const
  readonly size: number = 0

  get encoding(): string {
    return 'hashtable'
  }

  clone(): SetOfStrings {
    return new SetOfStrings()
  }
}
