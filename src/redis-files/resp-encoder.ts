import { byteLength, writeBytes } from '../structures/text.js'

/** Makes RESP commands, as clients send them and append-only files hold them. */
export class RespEncoder {
  private bytes = new Uint8Array(1 << 17)
  private length = 0

  /** How many bytes wait to be taken. */
  get pending(): number {
    return this.length
  }

  /** What has been written since the last call, a copy. */
  taken(): Uint8Array {
    const bytes = this.bytes.slice(0, this.length)
    this.length = 0
    return bytes
  }

  /** A command by its words: text that stands for bytes, or bytes. */
  command(...words: readonly (string | Uint8Array)[]): void {
    this.commandOf(words)
  }

  /** As `command`; an array may have more words than a call takes. */
  commandOf(words: readonly (string | Uint8Array)[]): void {
    this.line(0x2a, words.length)
    for (const word of words) {
      if (typeof word === 'string') this.text(word)
      else this.raw(word)
    }
  }

  private text(word: string): void {
    const size = byteLength(word)
    this.line(0x24, size)
    this.reserve(size + 2)
    writeBytes(word, this.bytes, this.length)
    this.length += size
    this.newLine()
  }

  private raw(word: Uint8Array): void {
    this.line(0x24, word.length)
    this.reserve(word.length + 2)
    this.bytes.set(word, this.length)
    this.length += word.length
    this.newLine()
  }

  private line(kind: number, size: number): void {
    const digits = String(size)
    this.reserve(digits.length + 3)
    this.bytes[this.length++] = kind
    for (let i = 0; i < digits.length; i++) this.bytes[this.length++] = digits.charCodeAt(i)
    this.newLine()
  }

  private newLine(): void {
    this.bytes[this.length++] = 0x0d
    this.bytes[this.length++] = 0x0a
  }

  private reserve(count: number): void {
    const needed = this.length + count
    if (needed <= this.bytes.length) return
    const grown = new Uint8Array(Math.max(needed, this.bytes.length * 2))
    grown.set(this.bytes.subarray(0, this.length))
    this.bytes = grown
  }
}
