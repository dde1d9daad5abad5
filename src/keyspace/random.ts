/** Where a database takes chance from: RANDOMKEY, random members, eviction samples. */
export class RandomSource {
  private a: number
  private b: number
  private c: number
  private counter = 1

  constructor(seed: number) {
    this.a = seed | 0
    this.b = Math.floor(seed / 0x100000000) | 0
    this.c = 0x9e3779b9 | 0
    for (let i = 0; i < 12; i++) this.next()
  }

  /** The next 32 random bits as an unsigned integer: sfc32 of Chris Doty-Humphrey's PractRand. */
  next(): number {
    const sum = (this.a + this.b + this.counter) | 0
    this.counter = (this.counter + 1) | 0
    this.a = this.b ^ (this.b >>> 9)
    this.b = (this.c + (this.c << 3)) | 0
    this.c = (this.c << 21) | (this.c >>> 11)
    this.c = (this.c + sum) | 0
    return sum >>> 0
  }

  /** A source that goes on as this one does. */
  clone(): RandomSource {
    const copy = new RandomSource(0)
    copy.follow(this)
    return copy
  }

  /** Goes on from here as another source does. */
  follow(other: RandomSource): void {
    this.a = other.a
    this.b = other.b
    this.c = other.c
    this.counter = other.counter
  }

  /** A uniformly distributed integer from 0 to `limit` - 1; `limit` from 1 to 2^32. Unbiased: O(1) expected. */
  below(limit: number): number {
    const unbiased = 0x100000000 - (0x100000000 % limit)
    let value = this.next()
    while (value >= unbiased) value = this.next()
    return value % limit
  }
}
