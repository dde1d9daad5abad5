/** Turns values into text, which is kept as a Redis string, and back. */
export interface TextCodec<T> {
  readonly kind?: 'text' | undefined
  /** Throws for what it cannot keep: `set` and `getOrSet` then reject it. */
  encode(value: T): string
  /** Throws for text that it did not write: the entry then counts as missing. */
  decode(text: string): T
}

/** As `TextCodec`, over bytes. The bytes that `decode` is given are its own to keep. */
export interface BytesCodec<T> {
  /** Tells it from a `TextCodec`. */
  readonly kind: 'bytes'
  /** As that of `TextCodec`. */
  encode(value: T): Uint8Array
  /** As that of `TextCodec`. */
  decode(bytes: Uint8Array): T
}

/** How a cache keeps its values, for `CacheOptions.codec`. */
export type Codec<T> = TextCodec<T> | BytesCodec<T>

/** JSON, and `undefined`, which it has no word for, as no text at all. */
export const json: TextCodec<unknown> = {
  encode(value) {
    const text: string | undefined = JSON.stringify(value)
    if (text === undefined && value !== undefined) throw new TypeError(`JSON cannot hold a ${typeof value}`)
    return text ?? ''
  },
  decode: (text) => (text === '' ? undefined : JSON.parse(text)),
}
