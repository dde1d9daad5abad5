import fc from 'fast-check'
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'

type TextModule = typeof import('../../src/structures/text.js')

afterEach(() => {
  vi.unstubAllGlobals()
})

/** The module as it comes up where the host has no Buffer, or as it comes up in Node. */
async function load(withBuffer: boolean): Promise<TextModule> {
  vi.resetModules()
  if (!withBuffer) vi.stubGlobal('Buffer', undefined)
  const module = await import('../../src/structures/text.js')
  vi.unstubAllGlobals()
  return module
}

const utf8 = (text: string): number[] => [...new TextEncoder().encode(text)]

/** Whole characters of every length, their halves, and byte orders that no decoder may accept or silently repair. */
const PIECES: readonly (readonly number[])[] = [
  ...['a', '\0', '\x7f', '\x80', 'é', '\u07ff', '\u0800', '€', '\ud7ff', '\ue000', '\ufffd', '\uffff', '\ufeff'].map(
    utf8,
  ),
  // Some that share their first UTF-16 unit, with second ones on both sides of those that stand for bytes.
  ...['\u{10000}', '\u{1007f}', '\u{10080}', '\u{100ff}', '\u{10100}', '\u{103ff}', '😀', '\u{10ffff}'].map(utf8),
  utf8('plain text'),
  [0xc3],
  [0xa9],
  [0xe2],
  [0x82, 0xac],
  [0xe2, 0x82],
  [0xac],
  [0xf0, 0x9f],
  [0x98, 0x80],
  [0xf0, 0x9f, 0x98],
  [0xed, 0xa0, 0x80],
  [0xed, 0xb2, 0x80],
  [0xc0, 0x80],
  [0xc1],
  [0xe0, 0x80, 0x80],
  [0xf0, 0x80, 0x80, 0x80],
  [0xf4, 0x90, 0x80, 0x80],
  [0xf5],
  [0xff],
]

const bytesArbitrary: fc.Arbitrary<Uint8Array> = fc
  .array(fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...PIECES) }, fc.array(fc.nat(255), { maxLength: 3 })), {
    maxLength: 12,
  })
  .map((pieces) => Uint8Array.from(pieces.flat()))

/** Two byte strings that often part a character between them. */
const halvesArbitrary: fc.Arbitrary<[Uint8Array, Uint8Array]> = fc
  .tuple(bytesArbitrary, fc.nat())
  .map(([bytes, at]) => [bytes.slice(0, at % (bytes.length + 1)), bytes.slice(at % (bytes.length + 1))])

/** Any UTF-16 units, surrogates of all sorts often among them. */
const unitsArbitrary: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        0x61,
        0xe9,
        0x20ac,
        0xd800,
        0xd83d,
        0xdbff,
        0xdc00,
        0xdc7f,
        0xdc80,
        0xdcc3,
        0xdca9,
        0xdcff,
        0xdd00,
      ),
      fc.integer({ min: 0xdc80, max: 0xdcff }),
      fc.nat(0xffff),
    ),
    { maxLength: 10 },
  )
  .map((units) => String.fromCharCode(...units))

const STRICT = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** One character of valid UTF-8 at `at`, as the platform's strict decoder sees it; undefined where there is none. */
function characterAt(bytes: Uint8Array, at: number): string | undefined {
  for (let length = 1; length <= 4 && at + length <= bytes.length; length++) {
    try {
      return STRICT.decode(bytes.subarray(at, at + length))
    } catch {}
  }
  return undefined
}

function modelText(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length; ) {
    const character = characterAt(bytes, at)
    text += character ?? String.fromCharCode(0xdc00 + bytes[at]!)
    at += character === undefined ? 1 : utf8(character).length
  }
  return text
}

/** The bytes of a string by the rule, undefined where it stands for none. */
function modelBytes(text: string): Uint8Array | undefined {
  const bytes: number[] = []
  for (const character of text) {
    const point = character.codePointAt(0)!
    if (point < 0xd800 || point > 0xdfff) bytes.push(...utf8(character))
    else if (point >= 0xdc80 && point <= 0xdcff) bytes.push(point - 0xdc00)
    else return undefined
  }
  return Uint8Array.from(bytes)
}

for (const withBuffer of [true, false]) {
  describe(withBuffer ? 'text, with the Buffer of Node' : 'text, where the host has no Buffer', () => {
    let text: TextModule

    beforeAll(async () => {
      text = await load(withBuffer)
    })

    it('reads bytes as a strict UTF-8 decoder does, each other byte as one lone surrogate', () => {
      fc.assert(
        fc.property(bytesArbitrary, (bytes) => {
          expect(text.fromBytes(bytes)).toBe(modelText(bytes))
        }),
        { numRuns: 500 },
      )
    })

    it('gives every byte string back byte for byte', () => {
      fc.assert(
        fc.property(bytesArbitrary, (bytes) => {
          expect(text.toBytes(text.fromBytes(bytes))).toEqual(bytes)
        }),
        { numRuns: 500 },
      )
    })

    it('gives each of the 65,536 strings of two bytes a text of its own', () => {
      const texts = new Set<string>()

      for (let pair = 0; pair < 0x10000; pair++) texts.add(text.fromBytes(Uint8Array.of(pair >> 8, pair & 0xff)))

      expect(texts.size).toBe(0x10000)
    })

    it('reads a part of an array as it reads a copy of the part', () => {
      fc.assert(
        fc.property(bytesArbitrary, fc.nat(40), fc.nat(40), (bytes, a, b) => {
          const start = Math.min(a, bytes.length)
          const end = Math.min(start + b, bytes.length)

          expect(text.fromBytes(text.readable(bytes), start, end)).toBe(text.fromBytes(bytes.slice(start, end)))
          expect(text.fromBytes(bytes, start, end)).toBe(text.fromBytes(bytes.slice(start, end)))
          expect(text.fromBytes(bytes.subarray(start), 0, end - start)).toBe(text.fromBytes(bytes.slice(start, end)))
        }),
      )
    })

    it('keeps a byte order mark and U+FFFD, which are characters like others', () => {
      for (const kept of ['\ufeff', '\ufeffabc', '\ufffd', 'a\ufffdb']) {
        expect(text.fromBytes(Uint8Array.from(utf8(kept)))).toBe(kept)
      }
    })

    it('makes arrays that own their memory and are no Buffers', () => {
      for (const sample of ['', 'ascii', 'é😀', '\udcff\udc80']) {
        const bytes = text.toBytes(sample)

        expect(Object.getPrototypeOf(bytes)).toBe(Uint8Array.prototype)
        expect(bytes.buffer.byteLength).toBe(bytes.length)
      }
    })

    it('copies bytes into memory of their own, also those of a Buffer', () => {
      for (const source of [Uint8Array.of(1, 2, 3), Buffer.from([1, 2, 3]), new Uint8Array([0, 1, 2, 3]).subarray(1)]) {
        const copy = text.copyBytes(source)
        source.fill(9)

        expect(copy).toEqual(Uint8Array.of(1, 2, 3))
        expect(Object.getPrototypeOf(copy)).toBe(Uint8Array.prototype)
        expect(copy.buffer.byteLength).toBe(3)
      }
    })

    it('knows canonical text: it is what its own bytes read as', () => {
      fc.assert(
        fc.property(unitsArbitrary, (units) => {
          const bytes = modelBytes(units)

          expect(text.canonical(units)).toBe(bytes === undefined ? undefined : modelText(bytes))
        }),
        { numRuns: 1000 },
      )
    })

    it('makes text canonical once: a second time changes nothing', () => {
      fc.assert(
        fc.property(unitsArbitrary, (units) => {
          const once = text.canonical(units)
          if (once === undefined) return

          expect(text.canonical(once)).toBe(once)
        }),
        { numRuns: 500 },
      )
    })

    it('refuses each lone surrogate outside U+DC80..U+DCFF, and no other unit', () => {
      for (let unit = 0; unit <= 0xffff; unit++) {
        const refused = unit >= 0xd800 && unit <= 0xdfff && !(unit >= 0xdc80 && unit <= 0xdcff)

        if ((text.canonical(String.fromCharCode(unit)) === undefined) !== refused) expect.fail(unit.toString(16))
      }
    })

    it('joins two texts to what their bytes read as together, though a character be parted between them', () => {
      fc.assert(
        fc.property(halvesArbitrary, ([left, right]) => {
          const joined = text.joinText(text.fromBytes(left), text.fromBytes(right))

          expect(joined).toBe(modelText(Uint8Array.from([...left, ...right])))
        }),
        { numRuns: 1000 },
      )
    })

    it('compares texts as memcmp compares their bytes', () => {
      fc.assert(
        fc.property(bytesArbitrary, bytesArbitrary, bytesArbitrary, (start, a, b) => {
          const left = Uint8Array.from([...start, ...a])
          const right = Uint8Array.from([...start, ...b])

          const order = text.compareText(text.fromBytes(left), text.fromBytes(right))

          expect(Math.sign(order)).toBe(Buffer.compare(left, right))
          expect(Math.sign(text.compareBytes(left, right))).toBe(Buffer.compare(left, right))
        }),
        { numRuns: 1500 },
      )
    })

    it('puts U+FFFF before U+10000 and a lone byte 0xFF after both, unlike the order of UTF-16', () => {
      const sorted = ['\udcff', '\u{10000}', '\uffff', 'z', '\ue000', '\udc80', ''].sort(text.compareText)

      expect(sorted).toEqual(['', 'z', '\udc80', '\ue000', '\uffff', '\u{10000}', '\udcff'])
    })

    it('counts the bytes that it would write', () => {
      fc.assert(
        fc.property(bytesArbitrary, (bytes) => {
          expect(text.byteLength(text.fromBytes(bytes))).toBe(bytes.length)
        }),
      )
    })

    it('writes bytes in place, and nothing beside them', () => {
      fc.assert(
        fc.property(bytesArbitrary, fc.nat(5), (bytes, offset) => {
          const target = new Uint8Array(offset + bytes.length + 5).fill(0xaa)
          const expected = target.slice()
          expected.set(bytes, offset)

          expect(text.writeBytes(text.fromBytes(bytes), target, offset)).toBe(bytes.length)
          expect(target).toEqual(expected)
        }),
      )
    })

    it('calls text ASCII exactly when all its bytes are below 0x80', () => {
      fc.assert(
        fc.property(bytesArbitrary, (bytes) => {
          expect(text.isAscii(text.fromBytes(bytes))).toBe(bytes.every((byte) => byte < 0x80))
        }),
      )
      expect(text.isAscii('a\nb\0\x7f')).toBe(true)
      expect(text.isAscii('a\n\x80')).toBe(false)
    })
  })
}

it('the runs above without a Buffer go another way than those with one', async () => {
  const decode = vi.spyOn(TextDecoder.prototype, 'decode')
  const long = Uint8Array.from(utf8('more than twelve bytes é'))
  try {
    const inNode = await load(true)
    inNode.fromBytes(long)
    const before = decode.mock.calls.length
    const elsewhere = await load(false)
    elsewhere.fromBytes(long)

    expect(before).toBe(0)
    expect(decode).toHaveBeenCalled()
  } finally {
    decode.mockRestore()
  }
})
