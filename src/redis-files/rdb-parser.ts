import { RedisFileError, shown } from './errors.js'
import { FOOTER_BYTES, putFooter } from './payload.js'
import { RdbCursor } from './rdb-cursor.js'
import { skipModuleParts, valueForm } from './rdb-values.js'
import { type ByteWindow, MORE } from './window.js'

/** The newest version of the format that is read: Redis 8.0. */
const NEWEST_VERSION = 12
/** Since this version a checksum stands at the end. */
const CHECKSUM_SINCE = 5
const CHECKSUM_BYTES = 8
const HEAD_BYTES = 9

/** What may stand where the type of a value is expected. */
const SLOT_INFO = 244
const FUNCTION = 245
const FUNCTION_PRE_GA = 246
const MODULE_AUX = 247
const IDLE = 248
const FREQUENCY = 249
const AUX = 250
const SIZES = 251
const EXPIRES_MS = 252
const EXPIRES = 253
const SELECT_DATABASE = 254
const END = 255

/** One key of a file. Its value is good until the next part is read. */
export class RdbKey {
  readonly kind = 'key'

  constructor(
    readonly database: number,
    /** Text that stands for bytes, as everywhere in this library. */
    readonly key: string,
    /** Unix time in milliseconds, undefined for a key that does not expire. */
    readonly expiresAtMs: number | bigint | undefined,
    readonly idleSeconds: number | undefined,
    readonly frequency: number | undefined,
    /** Where its value begins in the file. */
    readonly offset: number,
    /** Type byte and value, with room for a footer behind. */
    private readonly scratch: Uint8Array,
    /** How many bytes type and value are. */
    readonly size: number,
  ) {}

  get type(): number {
    return this.scratch[0]!
  }

  /** The type byte and the value, as they stand in the file: a view. O(1). */
  value(): Uint8Array {
    return this.scratch.subarray(0, this.size)
  }

  /** What DUMP would return: a view. O(bytes). */
  payload(): Uint8Array {
    putFooter(this.scratch, this.size)
    return this.scratch.subarray(0, this.size + FOOTER_BYTES)
  }
}

/** What a file has beside keys. */
export type RdbPart =
  | RdbKey
  | { readonly kind: 'field'; readonly name: string; readonly value: string }
  | { readonly kind: 'sizes'; readonly database: number; readonly keys: number; readonly expiring: number }
  | { readonly kind: 'function'; readonly code: string; readonly offset: number }
  | { readonly kind: 'moduleData'; readonly offset: number }
  | { readonly kind: 'end'; readonly checksum: 'right' | 'none' }

/**
 * Reads an RDB file part by part, in one go over the bytes in memory: `next` returns undefined where it needs `window.more`.
 */
export class RdbParser {
  /** The version that the file states; 0 before it is read. */
  version = 0
  private readonly cursor: RdbCursor
  private database = 0
  private expiresAtMs: number | bigint | undefined
  private idleSeconds: number | undefined
  private frequency: number | undefined
  private ended = false
  /** What the parser is at, for the message when the file ends there. */
  private reading = 'the head'
  /** The key of the value that is being read. */
  private key: string | undefined
  private scratch = new Uint8Array(4096)

  constructor(private readonly window: ByteWindow) {
    this.cursor = new RdbCursor(window)
  }

  /** The next part; undefined when bytes are missing. Throws RedisFileError. */
  next(): RdbPart | undefined {
    const { window } = this
    try {
      if (this.version === 0) this.readHead()
      for (;;) {
        this.reading = 'a part'
        this.key = undefined
        const part = this.ended ? this.readChecksum() : this.readPart()
        window.mark = window.at
        if (part !== undefined) return part
      }
    } catch (error) {
      if (error !== MORE) throw this.told(error)
      return undefined
    }
  }

  /** A truncation names what it cut, and where that begins. */
  private told(error: unknown): unknown {
    if (!(error instanceof RedisFileError) || error.problem !== 'truncated') return error
    return this.truncated(`: ${error.reason}`)
  }

  /** The error of a file that ends where `next` needs more. */
  truncated(detail = ''): RedisFileError {
    const what = this.key === undefined ? this.reading : `the value of ${shown(this.key)} (${this.reading})`
    return this.window.error('truncated', `the file ends inside of ${what}${detail}`, this.window.markOffset)
  }

  private readHead(): void {
    const { window } = this
    const at = window.take(HEAD_BYTES)
    const head = String.fromCharCode(...window.bytes.subarray(at, at + HEAD_BYTES))
    const version = /^REDIS(\d{4})$/.exec(head)?.[1]
    if (version === undefined) throw window.error('format', 'this is no RDB file: it does not begin with REDIS', 0)
    if (Number(version) > NEWEST_VERSION || Number(version) < 1) {
      const known = `versions 1 to ${NEWEST_VERSION} are known`
      throw window.error('format', `an RDB file of version ${Number(version)}, and ${known}`, 5)
    }
    this.version = Number(version)
    window.mark = window.at
  }

  private readPart(): RdbPart | undefined {
    const { cursor } = this
    const { window } = cursor
    const { offset } = window
    const code = cursor.byte()
    switch (code) {
      case EXPIRES_MS:
        this.expiresAtMs = cursor.int64()
        return undefined
      case EXPIRES:
        this.expiresAtMs = cursor.int32() * 1000
        return undefined
      case IDLE:
        this.idleSeconds = cursor.size()
        return undefined
      case FREQUENCY:
        this.frequency = cursor.byte()
        return undefined
      case SELECT_DATABASE:
        this.database = cursor.size()
        return undefined
      case SIZES:
        return { kind: 'sizes', database: this.database, keys: cursor.size(), expiring: cursor.size() }
      case AUX:
        this.reading = 'a field about the file'
        return { kind: 'field', name: cursor.text(), value: cursor.text() }
      case SLOT_INFO:
        cursor.skipSizes(3)
        return undefined
      case FUNCTION:
        this.reading = 'a library of functions'
        return { kind: 'function', code: cursor.text(), offset }
      case FUNCTION_PRE_GA:
        throw window.error('unsupported', 'functions in the form of a preview of Redis 7.0', offset)
      case MODULE_AUX:
        this.reading = 'data of a module'
        cursor.skipSizes(3)
        skipModuleParts(cursor)
        return { kind: 'moduleData', offset }
      case END:
        this.ended = true
        return undefined
    }
    return this.readKey(code, offset)
  }

  private readKey(type: number, offset: number): RdbKey {
    const { cursor, window } = this
    const form = valueForm(type)
    if (form === undefined) throw window.error('damaged', `a part of unknown type ${type}`, offset)
    this.reading = 'a key'
    this.key = cursor.text()
    this.reading = form.name
    const start = window.at
    const valueOffset = window.offset
    form.skip(cursor)
    const size = this.copyValue(type, start)
    const { database, key, expiresAtMs, idleSeconds, frequency, scratch } = this
    this.key = undefined
    this.expiresAtMs = undefined
    this.idleSeconds = undefined
    this.frequency = undefined
    return new RdbKey(database, key, expiresAtMs, idleSeconds, frequency, valueOffset, scratch, size)
  }

  /** Copies the value from `start` on behind its type byte, from which the key separates it in the file; returns their size. */
  private copyValue(type: number, start: number): number {
    const { bytes, at } = this.window
    const size = at - start + 1
    const needed = size + FOOTER_BYTES
    if (needed > this.scratch.length) this.scratch = new Uint8Array(needed + (needed >> 2))
    const { scratch } = this
    scratch[0] = type
    if (size > 64) scratch.set(bytes.subarray(start, at), 1)
    else for (let i = 1; i < size; i++) scratch[i] = bytes[start + i - 1]!
    return size
  }

  /** Zeros stand for a file that was written without one. */
  private readChecksum(): RdbPart {
    const { window } = this
    this.reading = 'the checksum'
    if (this.version < CHECKSUM_SINCE) return { kind: 'end', checksum: 'none' }
    const { offset } = window
    const at = window.take(CHECKSUM_BYTES)
    const stored = window.bytes.subarray(at, at + CHECKSUM_BYTES)
    if (stored.every((byte) => byte === 0)) return { kind: 'end', checksum: 'none' }
    if (!window.checksumBefore(at).equals(window.bytes, at)) {
      throw window.error('damaged', 'the checksum does not match: bytes of the file have changed', offset)
    }
    return { kind: 'end', checksum: 'right' }
  }
}
