/** Keys and values of the benchmark, and the batches that a timed loop walks. */

export const KEY_LENGTH = 12
export const VALUE_LENGTH = 64

/** The key of a collection that all other keys are members or fields of. */
export const COLLECTION = 'collection'

/** Keys past the store's size, for operations that take or add keys without emptying a server. */
export const SPARE_KEYS = 2000

const VALUE_POOL_COUNT = 4096

/**
 * *same*: the very string object that was stored, so its hash is known and the comparison ends at the pointer.
 * *fresh*: an equal string that was made just before and never hashed, which is what a caller passes who builds keys.
 */
export type KeyKind = 'same' | 'fresh'

/** Every text lies in one block of bytes; `at(i)` makes a new flat string each time. */
export class TextBlock {
  readonly #bytes: Buffer
  readonly #width: number

  constructor(bytes: Buffer, width: number) {
    this.#bytes = bytes
    this.#width = width
  }

  at(index: number): string {
    const start = index * this.#width
    return this.#bytes.toString('latin1', start, start + this.#width)
  }
}

/** `key:00000000`, `key:00000001` and so on: a form that the Lua contender can build too. */
export function keyBlock(count: number): TextBlock {
  const bytes = Buffer.alloc(count * KEY_LENGTH, 'key:00000000', 'latin1')
  for (let index = 1; index < count; index++) {
    let rest = index
    for (let place = (index + 1) * KEY_LENGTH - 1; rest > 0; place--) {
      bytes[place] = ZERO + (rest % 10)
      rest = Math.floor(rest / 10)
    }
  }
  return new TextBlock(bytes, KEY_LENGTH)
}

const ZERO = 0x30

/** Random hexadecimal texts; the same ones come again after a while, as strings of their own. */
export function valueBlock(count: number, width: number, random: Random): TextBlock {
  const pattern = Buffer.alloc(VALUE_POOL_COUNT * width)
  for (let index = 0; index < pattern.length; index++) pattern[index] = HEX.charCodeAt(random.below(HEX.length))
  return new TextBlock(Buffer.alloc(count * width, pattern), width)
}

const HEX = '0123456789abcdef'

/** xorshift32: small, seeded, and good enough to scatter accesses. */
export class Random {
  #state: number

  constructor(seed: number) {
    this.#state = seed | 0 || 1
  }

  below(limit: number): number {
    let x = this.#state
    x ^= x << 13
    x ^= x >>> 17
    x ^= x << 5
    this.#state = x
    return Math.floor(((x >>> 0) / 4294967296) * limit)
  }
}

/** What a scenario is played on: the stored strings, and the means to make equal ones. */
export class World {
  /** Values to overwrite with. */
  readonly pool: readonly string[]
  /** Makes a fresh key; indexes past `size` are the spare keys. */
  readonly block: TextBlock
  readonly random: Random
  readonly #texts: TextBlock
  #keys: readonly string[] | undefined
  #values: readonly string[] | undefined

  /** `port` is that of the real server, when there is one. */
  constructor(
    readonly size: number,
    seed: number,
    readonly port: number | undefined,
  ) {
    this.random = new Random(seed)
    this.block = keyBlock(size + SPARE_KEYS)
    this.#texts = valueBlock(Math.max(size, VALUE_POOL_COUNT), VALUE_LENGTH, this.random)
    this.pool = strings(this.#texts, VALUE_POOL_COUNT)
  }

  /** The stored key objects, `size` of them; made when they are first wanted, which those of a server never are. */
  get keys(): readonly string[] {
    this.#keys ??= strings(this.block, this.size)
    return this.#keys
  }

  /** One value for each key, each a string of its own. */
  get values(): readonly string[] {
    this.#values ??= strings(this.#texts, this.size)
    return this.#values
  }
}

function strings(block: TextBlock, count: number): string[] {
  const made: string[] = []
  for (let index = 0; index < count; index++) made.push(block.at(index))
  return made
}

/** Scores are whole numbers below this, so that two of a million members rarely share one. */
export const SCORES = 1_000_000_000

/** The arrays that a timed loop walks; refilled between two timed iterations. */
export class Batch {
  readonly keys: string[] = []
  readonly values: string[] = []
  readonly scores: number[] = []

  /** Random keys of the store, each call. */
  scatter(world: World, kind: KeyKind, count: number): void {
    this.#resize(count)
    for (let place = 0; place < count; place++) this.#put(world, kind, place, world.random.below(world.size))
  }

  /** Each of `indexes` once, in their order. */
  sweep(world: World, kind: KeyKind, indexes: ArrayLike<number>, count: number): void {
    this.#resize(count)
    for (let place = 0; place < count; place++) this.#put(world, kind, place, indexes[place]!)
  }

  #resize(count: number): void {
    if (this.keys.length > count) {
      this.keys.length = count
      this.values.length = count
      this.scores.length = count
    }
  }

  #put(world: World, kind: KeyKind, place: number, index: number): void {
    this.keys[place] = kind === 'fresh' || index >= world.size ? world.block.at(index) : world.keys[index]!
    this.values[place] = world.pool[place % VALUE_POOL_COUNT]!
    this.scores[place] = world.random.below(SCORES)
  }
}

/** 0..count-1, from `first`, in order or shuffled. */
export function indexes(first: number, count: number, shuffled: boolean, random: Random): Uint32Array {
  const order = new Uint32Array(count)
  for (let place = 0; place < count; place++) order[place] = first + place
  if (!shuffled) return order
  for (let place = count - 1; place > 0; place--) {
    const other = random.below(place + 1)
    const held = order[place]!
    order[place] = order[other]!
    order[other] = held
  }
  return order
}
