import type { BytesCodec, TextCodec } from './codec.js'
import { type Entry, type Head, type Marks, PLAIN, REFERENCE, readHead, writeHead } from './entry.js'
import type { References } from './references.js'
import { type CacheStore, nowMs, type StoreLifetime } from './store.js'

/** An entry whose value was not decoded. */
export type Look = Omit<Entry<unknown>, 'value'>

/** How the values of a cache lie in the store. */
export interface Entries<T, Prepared = unknown> {
  /** What is at a key, fresh or not. */
  read(key: string): Entry<T> | undefined
  /** As `read`, without the value: for those who only want to know whether there is one. */
  look(key: string): Look | undefined
  /** What `write` takes of a value. Throws what the codec throws, before anything is written. */
  prepare(value: T): Prepared
  write(key: string, prepared: Prepared, marks: Marks, lifetime: StoreLifetime): void
  /** Puts off the next attempt to renew the value at a key. */
  postpone(key: string, waitMs: (failures: number) => number): void
}

/** Values as the objects that they are, beside the store. */
export class ReferenceEntries<T> implements Entries<T, T> {
  private readonly references: References

  constructor(references: References) {
    this.references = references
  }

  read(key: string): Entry<T> | undefined {
    // Only values of this cache come in, by `write`.
    return this.references.get(key) as Entry<T> | undefined
  }

  look(key: string): Look | undefined {
    return this.references.get(key)
  }

  prepare(value: T): T {
    return value
  }

  write(key: string, value: T, marks: Marks, lifetime: StoreLifetime): void {
    this.references.put(key, value, false, marks, lifetime)
  }

  postpone(key: string, waitMs: (failures: number) => number): void {
    this.references.postpone(key, waitMs)
  }
}

/** Strings of one kind, text or bytes: how they are read, cut behind the head, and put together. */
interface Form<Data extends string | Uint8Array> {
  read(store: CacheStore, storeKey: string): Data | null
  /** The head, PLAIN, REFERENCE or a line, and where the body begins; undefined for what no cache wrote. */
  headOf(data: Data): string | undefined
  bodyOf(data: Data, head: string): Data
  textOf(data: Data): string
  join(head: string, body: Data): Data
}

const TEXT: Form<string> = {
  read: (store, storeKey) => store.get(storeKey),
  headOf(text) {
    const first = text[0]
    if (first === PLAIN || first === REFERENCE) return first
    const end = first === '[' ? text.indexOf('\n') : -1
    return end === -1 ? undefined : text.slice(0, end + 1)
  },
  bodyOf: (text, head) => text.slice(head.length),
  textOf: (text) => text,
  join: (head, body) => head + body,
}

const LINE_END = 0x0a

const BYTES: Form<Uint8Array> = {
  read: (store, storeKey) => store.bytes.get(storeKey),
  headOf(bytes) {
    const first = String.fromCharCode(bytes[0] ?? 0)
    if (first === PLAIN || first === REFERENCE) return first
    const end = first === '[' ? bytes.indexOf(LINE_END) : -1
    return end === -1 ? undefined : new TextDecoder().decode(bytes.subarray(0, end + 1))
  },
  bodyOf: (bytes, head) => bytes.subarray(head.length === 1 ? 1 : bytes.indexOf(LINE_END) + 1),
  textOf: (bytes) => new TextDecoder().decode(bytes),
  join(head, body) {
    const start = new TextEncoder().encode(head)
    const joined = new Uint8Array(start.length + body.length)
    joined.set(start)
    joined.set(body, start.length)
    return joined
  },
}

/** Values as strings that a codec makes of them, behind a head. */
class EncodedEntries<T, Data extends string | Uint8Array> implements Entries<T, Data> {
  private readonly store: CacheStore
  private readonly prefix: string
  private readonly references: References
  private readonly codec: { encode(value: T): Data; decode(data: Data): T }
  private readonly form: Form<Data>
  private readonly onUnreadable: (error: unknown, key: string) => void

  constructor(
    store: CacheStore,
    prefix: string,
    references: References,
    codec: { encode(value: T): Data; decode(data: Data): T },
    form: Form<Data>,
    onUnreadable: (error: unknown, key: string) => void,
  ) {
    this.store = store
    this.prefix = prefix
    this.references = references
    this.codec = codec
    this.form = form
    this.onUnreadable = onUnreadable
  }

  read(key: string): Entry<T> | undefined {
    const data = this.form.read(this.store, this.prefix + key)
    if (data === null) return undefined
    const head = this.form.headOf(data)
    // References of a cache with a codec are errors of loaders.
    if (head === REFERENCE) return this.references.at(key, this.form.textOf(data)) as Entry<T> | undefined
    const marks = readHead(head)
    return marks === undefined ? undefined : this.decoded(key, marks, this.form.bodyOf(data, head!))
  }

  look(key: string): Look | undefined {
    const data = this.form.read(this.store, this.prefix + key)
    if (data === null) return undefined
    const head = this.form.headOf(data)
    return head === REFERENCE ? this.references.at(key, this.form.textOf(data)) : readHead(head)
  }

  private decoded(key: string, head: Head, body: Data): Entry<T> | undefined {
    const { freshUntilMs, tags, retryAtMs, failures } = head
    try {
      return { value: this.codec.decode(body), failed: false, freshUntilMs, tags, retryAtMs, failures }
    } catch (error) {
      this.onUnreadable(error, key)
      return undefined
    }
  }

  prepare(value: T): Data {
    const data = this.codec.encode(value)
    if (this.form === (TEXT as Form<never>) ? typeof data === 'string' : data instanceof Uint8Array) return data
    throw new TypeError(
      typeof data === 'string' || data instanceof Uint8Array
        ? "a codec that encodes to bytes says so by kind: 'bytes', and no other does"
        : `a codec encodes to a string, or with kind: 'bytes' to a Uint8Array, got ${typeof data}`,
    )
  }

  write(key: string, body: Data, marks: Marks, lifetime: StoreLifetime): void {
    this.store.set(this.prefix + key, this.form.join(writeHead(marks), body), lifetime)
    this.references.forget(key)
  }

  postpone(key: string, waitMs: (failures: number) => number): void {
    const data = this.form.read(this.store, this.prefix + key)
    const head = data === null ? undefined : this.form.headOf(data)
    const marks = head === REFERENCE ? undefined : readHead(head)
    if (data === null || marks === undefined) return
    const { failures } = marks
    const postponed = writeHead(marks, nowMs(this.store) + waitMs(failures), failures + 1)
    this.store.set(this.prefix + key, this.form.join(postponed, this.form.bodyOf(data, head!)), { keepttl: true })
  }
}

/** Values by a codec over text or bytes. */
export function encodedEntries<T>(
  store: CacheStore,
  prefix: string,
  references: References,
  codec: TextCodec<T> | BytesCodec<T>,
  onUnreadable: (error: unknown, key: string) => void,
): Entries<T> {
  return codec.kind === 'bytes'
    ? new EncodedEntries(store, prefix, references, codec, BYTES, onUnreadable)
    : new EncodedEntries(store, prefix, references, codec, TEXT, onUnreadable)
}
