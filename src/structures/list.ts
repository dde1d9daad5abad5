export class List {
  readonly type = 'list' as const
  readonly size: number = 0

  get encoding(): string {
    return 'quicklist'
  }

  clone(): List {
    return new List()
  }
}
