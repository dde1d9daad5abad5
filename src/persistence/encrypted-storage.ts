import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { getU16, getU32, sameBytes, setU16, setU32, setU48 } from './bytes.js'
import { damaged, PersistenceError, TornEnd } from './errors.js'
import { KEY_ID_BYTES, type KeyMaker, SALT_BYTES } from './keys.js'
import { PieceBuffer } from './piece-buffer.js'
import type { BlobWriter, BlockingBlobWriter, BlockingStorage, SegmentWriter, Storage } from './storage.js'

const MAGIC = new TextEncoder().encode('RSTCRYP\n')
const VERSION = 1
/** Magic, version, kind, key id, salt of the secret, salt of the file, reserved. */
const HEADER_BYTES = 56
const SEGMENT = 0
const BLOB = 1
const FRAME_HEADER_BYTES = 8
const TAG_BYTES = 16
const NONCE_BYTES = 12
/** The bit of the length that says that the frame is the last of a blob. */
const LAST = 0x80000000
const FRAME_MAX = 0x40000000

/**
 * Everything in another storage, encrypted by AES-256-GCM.
 *
 * A file is a head and a row of frames, one for each piece that was written. A frame is bound to its file by the key, which is made from the
 * name and chance, and to its place by its number, which is the nonce: so frames that are changed, exchanged, repeated, left out, or
 * brought in from elsewhere are refused. The last frame of a blob says that it is the last. A segment has no last frame: one that lacks frames at
 * its end looks as after a crash, unless the store was closed, which the manifest says.
 */
export class EncryptedStorage implements Storage {
  readonly description: string
  readonly blocking: BlockingStorage | undefined
  private readonly inner: Storage
  /** The secret that is written with, then those that may have been written with before. */
  private readonly makers: readonly KeyMaker[]
  private readonly salt = randomBytes(SALT_BYTES)

  constructor(inner: Storage, makers: readonly KeyMaker[]) {
    this.inner = inner
    this.makers = makers
    this.description = `${inner.description} (encrypted)`
    this.blocking = inner.blocking === undefined ? undefined : this.blockingOver(inner.blocking)
  }

  private blockingOver(inner: BlockingStorage): BlockingStorage {
    return {
      put: (name, bytes) => inner.put(name, this.sealWhole(name, bytes)),
      create: (name) => this.blockingBlob(name, inner.create(name)),
      append: (name) => this.segment(name, inner.append(name)),
      list: () => inner.list(),
      close: () => inner.close(),
    }
  }

  open(): Promise<void> {
    return this.inner.open()
  }

  close(): Promise<void> {
    return this.inner.close()
  }

  list(): Promise<readonly string[]> {
    return this.inner.list()
  }

  remove(name: string): Promise<void> {
    return this.inner.remove(name)
  }

  async put(name: string, bytes: Uint8Array): Promise<void> {
    await this.inner.put(name, this.sealWhole(name, bytes))
  }

  private sealWhole(name: string, bytes: Uint8Array): Uint8Array {
    const sealer = this.sealer(name, BLOB)
    return Buffer.concat([sealer.head, sealer.frame(bytes, true)])
  }

  private sealer(name: string, kind: number): Sealer {
    // The constructor's caller has seen to it that there is one.
    return new Sealer(this.makers[0]!, this.salt, name, kind)
  }

  async create(name: string): Promise<BlobWriter> {
    const blob = await this.inner.create(name)
    const sealer = this.sealer(name, BLOB)
    await blob.write(sealer.head)
    return {
      write: (bytes) => blob.write(sealer.frame(bytes, false)),
      async commit() {
        await blob.write(sealer.frame(new Uint8Array(0), true))
        await blob.commit()
      },
      abort: () => blob.abort(),
    }
  }

  private blockingBlob(name: string, blob: BlockingBlobWriter): BlockingBlobWriter {
    const sealer = this.sealer(name, BLOB)
    blob.write(sealer.head)
    return {
      write: (bytes) => blob.write(sealer.frame(bytes, false)),
      commit() {
        blob.write(sealer.frame(new Uint8Array(0), true))
        blob.commit()
      },
      abort: () => blob.abort(),
    }
  }

  async append(name: string): Promise<SegmentWriter> {
    return this.segment(name, await this.inner.append(name))
  }

  private segment(name: string, inner: SegmentWriter): SegmentWriter {
    const sealer = this.sealer(name, SEGMENT)
    let begun = false
    return {
      append(bytes) {
        const frame = sealer.frame(bytes, false)
        inner.append(begun ? frame : Buffer.concat([sealer.head, frame]))
        begun = true
      },
      flush: () => inner.flush(),
      ...(inner.flushNow === undefined ? {} : { flushNow: () => inner.flushNow!() }),
      close: () => inner.close(),
    }
  }

  async *read(name: string): AsyncIterable<Uint8Array> {
    for await (const { plain } of this.frames(name)) if (plain.length > 0) yield plain
  }

  /** The frames of a file, decrypted, and where each ends in the inner file. */
  private async *frames(name: string): AsyncIterable<{ plain: Uint8Array; end: number }> {
    const opener = new Opener(name, this.makers)
    for await (const piece of this.inner.read(name)) {
      opener.push(piece)
      for (let plain = opener.next(); plain !== undefined; plain = opener.next()) yield { plain, end: opener.offset }
    }
    opener.end()
  }

  /** Cuts between frames, which hold whole records of the log. */
  async truncate(name: string, size: number): Promise<void> {
    let length = 0
    let end = size === 0 ? 0 : HEADER_BYTES
    try {
      for await (const frame of this.frames(name)) {
        if (length + frame.plain.length > size) break
        length += frame.plain.length
        end = frame.end
      }
    } catch (error) {
      // What cannot be read lies behind what is kept.
      if (!(error instanceof PersistenceError) || error.code !== 'DAMAGED') throw error
    }
    if (length < size)
      throw new PersistenceError('UNUSABLE', 'a file is cut between frames', { file: name, offset: size })
    await this.inner.truncate(name, end)
  }
}

/** Whether a file is encrypted, by its beginning. */
export function isEncrypted(bytes: Uint8Array): boolean {
  return bytes.length >= HEADER_BYTES && sameBytes(bytes, 0, MAGIC)
}

/** Encrypts one file, frame by frame. */
class Sealer {
  readonly head: Uint8Array
  private readonly key: Buffer
  private index = 0

  constructor(maker: KeyMaker, salt: Uint8Array, name: string, kind: number) {
    const fileSalt = randomBytes(SALT_BYTES)
    const head = new Uint8Array(HEADER_BYTES)
    head.set(MAGIC)
    setU16(head, 8, VERSION)
    setU16(head, 10, kind)
    head.set(maker.id(salt), 12)
    head.set(salt, 12 + KEY_ID_BYTES)
    head.set(fileSalt, 12 + KEY_ID_BYTES + SALT_BYTES)
    this.head = head
    this.key = maker.fileKey(salt, fileSalt, name)
  }

  frame(plain: Uint8Array, last: boolean): Uint8Array {
    const frame = Buffer.allocUnsafe(FRAME_HEADER_BYTES + plain.length + TAG_BYTES)
    const length = (plain.length | (last ? LAST : 0)) >>> 0
    setU32(frame, 0, length)
    setU32(frame, 4, ~length)
    const cipher = createCipheriv('aes-256-gcm', this.key, nonceOf(this.index++))
    cipher.setAAD(Buffer.concat([this.head, frame.subarray(0, FRAME_HEADER_BYTES)]))
    frame.set(cipher.update(plain), FRAME_HEADER_BYTES)
    cipher.final()
    frame.set(cipher.getAuthTag(), FRAME_HEADER_BYTES + plain.length)
    return frame
  }
}

function nonceOf(index: number): Uint8Array {
  const nonce = new Uint8Array(NONCE_BYTES)
  setU48(nonce, 0, index)
  return nonce
}

/** Decrypts one file, as it comes. */
class Opener {
  /** Where the last frame that was read ends. */
  offset = 0
  private readonly name: string
  private readonly makers: readonly KeyMaker[]
  private readonly pieces = new PieceBuffer()
  private head: Uint8Array | undefined
  private key: Uint8Array = new Uint8Array(0)
  private index = 0
  private isLast = false
  /** What was wrong with the last whole frame: damage if anything follows, else perhaps a torn end. */
  private bad: PersistenceError | undefined

  constructor(name: string, makers: readonly KeyMaker[]) {
    this.name = name
    this.makers = makers
  }

  push(piece: Uint8Array): void {
    if (this.bad !== undefined) throw this.bad
    this.pieces.push(piece)
  }

  /** The next frame; undefined where it is not there as a whole. */
  next(): Uint8Array | undefined {
    if (this.head === undefined && !this.begin()) return undefined
    const pending = this.pieces.bytes
    if (pending.length > 0 && this.isLast) throw this.wrong('bytes behind the last frame')
    if (pending.length < FRAME_HEADER_BYTES) return undefined
    const length = getU32(pending, 0)
    if (getU32(pending, 4) !== ~length >>> 0) throw this.wrong('the two lengths of a frame disagree')
    const size = length & ~LAST
    if (size > FRAME_MAX) throw this.wrong('a frame that is too long')
    const end = FRAME_HEADER_BYTES + size + TAG_BYTES
    if (pending.length < end) return undefined
    const plain = this.decrypt(size)
    if (plain === undefined) {
      const bad = this.wrong('the frame was changed, or is not of this place or key')
      if (pending.length > end) throw bad
      this.bad = bad
      return undefined
    }
    this.isLast = length >= LAST
    this.index++
    this.pieces.pass(end)
    this.offset += end
    return plain
  }

  private decrypt(size: number): Uint8Array | undefined {
    const pending = this.pieces.bytes
    const at = FRAME_HEADER_BYTES
    const decipher = createDecipheriv('aes-256-gcm', this.key, nonceOf(this.index))
    decipher.setAAD(Buffer.concat([this.head!, pending.subarray(0, at)]))
    decipher.setAuthTag(pending.subarray(at + size, at + size + TAG_BYTES))
    const plain = decipher.update(pending.subarray(at, at + size))
    try {
      decipher.final()
      return plain
    } catch {
      return undefined
    }
  }

  private begin(): boolean {
    const { name } = this
    const pending = this.pieces.bytes
    if (pending.length < HEADER_BYTES) return false
    if (!sameBytes(pending, 0, MAGIC))
      throw new PersistenceError('KEY', 'the file is not encrypted', { file: name, offset: 0 })
    if (getU16(pending, 8) !== VERSION) {
      const reason = `version ${getU16(pending, 8)} of encrypted files, and this redstart reads version ${VERSION}`
      throw new PersistenceError('NEWER', reason, { file: name, offset: 8 })
    }
    const head = new Uint8Array(pending.subarray(0, HEADER_BYTES))
    const salt = head.subarray(12 + KEY_ID_BYTES, 12 + KEY_ID_BYTES + SALT_BYTES)
    const maker = this.makers.find((one) => sameBytes(head, 12, one.id(salt)))
    if (maker === undefined)
      throw new PersistenceError('KEY', 'the file is encrypted by another key', { file: name, offset: 12 })
    this.head = head
    this.key = maker.fileKey(salt, head.subarray(12 + KEY_ID_BYTES + SALT_BYTES, 52), name)
    this.pieces.pass(HEADER_BYTES)
    this.offset = HEADER_BYTES
    return true
  }

  private wrong(reason: string): PersistenceError {
    return damaged(reason, this.name, this.offset)
  }

  /** Throws where more should have come. */
  end(): void {
    const place = { file: this.name, offset: this.offset }
    if (this.bad !== undefined) throw new TornEnd(this.bad.reason, place)
    if (this.head === undefined && this.pieces.bytes.length === 0) return
    const isBlob = this.head !== undefined && getU16(this.head, 10) === BLOB
    if (isBlob && !this.isLast) throw new TornEnd('the file is cut off', place)
    if (this.pieces.bytes.length > 0 || this.head === undefined) throw new TornEnd('a frame is cut off', place)
  }
}
