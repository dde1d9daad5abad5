/**
 * Byte text: how the oracle holds the words and replies of Redis.
 *
 * A byte text is a JavaScript string whose every unit is one byte (0..255, "latin1"). Two byte texts are the same bytes
 * exactly when `===` says so, which makes replies cheap to compare and usable as Map keys. It is deliberately not the
 * representation of the engine, so a mistake in the engine's text handling cannot hide in the judge as well.
 */
export type ByteText = string

/** One command as it goes over the wire: its name and its arguments. */
export type Call = readonly ByteText[]

/** The bytes of a JavaScript string in UTF-8. O(length). */
export function utf8(text: string): ByteText {
  return Buffer.from(text, 'utf8').toString('latin1')
}

export function bytesOf(text: ByteText): Uint8Array {
  return Uint8Array.from(Buffer.from(text, 'latin1'))
}

export function textOf(bytes: Uint8Array): ByteText {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
}

const BARE = /^[!#$%&()*+,./0-9:;<=>?@A-Z[\]^_`a-z{|}~-]+$/
const ESCAPES: Record<string, string> = {
  '\n': 'n',
  '\r': 'r',
  '\t': 't',
  '"': '"',
  '\\': '\\',
  '\x07': 'a',
  '\b': 'b',
}

/** Writes a word as redis-cli reads it: bare where possible, else in double quotes with escapes. O(length). */
export function quote(word: ByteText): string {
  return BARE.test(word) ? word : quoted(word)
}

export function quoted(word: ByteText): string {
  let out = '"'
  for (const unit of word) {
    const letter = ESCAPES[unit]
    if (letter !== undefined) out += `\\${letter}`
    else if (unit >= ' ' && unit <= '~') out += unit
    else out += `\\x${unit.charCodeAt(0).toString(16).padStart(2, '0')}`
  }
  return `${out}"`
}

export function quoteCall(call: Call): string {
  return call.map(quote).join(' ')
}

const UNESCAPES: Record<string, string> = { n: '\n', r: '\r', t: '\t', a: '\x07', b: '\b' }

/** Reads a quoted string that starts at `at` (the quote); returns the text and the index after the closing quote. */
export function readQuoted(line: string, at: number): { text: ByteText; end: number } {
  const mark = line[at]
  let text = ''
  for (let i = at + 1; i < line.length; i++) {
    const unit = line[i]!
    if (unit === mark) return { text, end: i + 1 }
    if (unit !== '\\') {
      text += unit
    } else if (mark === "'") {
      // In single quotes redis-cli knows one escape only.
      if (line[i + 1] === "'") i++
      text += line[i]
    } else {
      const hex = /^x([0-9a-fA-F]{2})/.exec(line.slice(i + 1, i + 4))
      const next = line[i + 1] ?? ''
      text += hex ? String.fromCharCode(Number.parseInt(hex[1]!, 16)) : (UNESCAPES[next] ?? next)
      i += hex ? 3 : 1
    }
  }
  throw new Error(`unbalanced quotes in: ${line}`)
}

/** Splits a line in redis-cli syntax into words. Text outside ASCII stands for its UTF-8 bytes. O(length). */
export function splitLine(source: string): ByteText[] {
  const line = utf8(source)
  const words: ByteText[] = []
  let at = 0
  while (at < line.length) {
    const unit = line[at]!
    if (unit === ' ' || unit === '\t') {
      at++
    } else if (unit === '"' || unit === "'") {
      const { text, end } = readQuoted(line, at)
      words.push(text)
      at = end
    } else {
      let end = at
      while (end < line.length && line[end] !== ' ' && line[end] !== '\t') end++
      words.push(line.slice(at, end))
      at = end
    }
  }
  return words
}
