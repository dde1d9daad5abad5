export class Hash {
  readonly type = 'hash' as const
  readonly size: number = 0

  get encoding(): string {
    return 'hashtable'
  }

  clone(): Hash {
    return new Hash()
  }
}
