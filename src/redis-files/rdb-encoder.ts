import { Crc64 } from '../structures/rdb/crc64.js'
import { RdbWriter } from '../structures/rdb/writer.js'
import { shown } from './errors.js'
import { versionFor } from './payload.js'
import type { StoreEntry } from './store-entries.js'

/** Makes the bytes of an RDB file, which are taken from it as they come. */
export class RdbEncoder {
  private readonly writer = new RdbWriter(1 << 17)
  private readonly crc = new Crc64()

  constructor(private readonly version: number) {}

  /** How many bytes wait to be taken. */
  get pending(): number {
    return this.writer.length
  }

  /** What has been written since the last call, a copy. */
  taken(): Uint8Array {
    const { writer } = this
    this.crc.update(writer.bytes, 0, writer.length)
    const bytes = writer.toBytes()
    writer.reset()
    return bytes
  }

  head(fields: Readonly<Record<string, string>>): void {
    const { writer } = this
    writer.raw(asciiBytes(`REDIS${String(this.version).padStart(4, '0')}`))
    for (const [name, value] of Object.entries(fields)) {
      writer.byte(0xfa)
      writer.text(name)
      writer.text(value)
    }
  }

  database(index: number, keys: number, expiring: number): void {
    const { writer } = this
    writer.byte(0xfe)
    writer.size(index)
    writer.byte(0xfb)
    writer.size(keys)
    writer.size(expiring)
  }

  /** Throws a RangeError when readers of the version do not know the type. */
  entry({ key, value, expiresAtMs, idleSeconds, frequency }: StoreEntry): void {
    const { writer, version } = this
    const type = value[0]!
    if (versionFor(type) > version) {
      throw new RangeError(`${shown(key)} cannot be written in RDB version ${version}, as its fields expire: use 12`)
    }
    if (expiresAtMs !== undefined) {
      writer.byte(0xfc)
      writer.raw(int64Bytes(expiresAtMs))
    }
    if (idleSeconds !== undefined) {
      writer.byte(0xf8)
      writer.size(idleSeconds)
    }
    if (frequency !== undefined) {
      writer.byte(0xf9)
      writer.byte(frequency)
    }
    writer.byte(type)
    writer.text(key)
    writer.raw(value, 1)
  }

  /** The last bytes, checksum included. */
  end(): Uint8Array {
    this.writer.byte(0xff)
    const last = this.taken()
    const bytes = new Uint8Array(last.length + 8)
    bytes.set(last)
    this.crc.writeTo(bytes, last.length)
    return bytes
  }
}

function int64Bytes(value: number | bigint): Uint8Array {
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setBigInt64(0, BigInt(value), true)
  return bytes
}

function asciiBytes(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0))
}
