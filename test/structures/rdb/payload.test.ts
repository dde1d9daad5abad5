import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { writeCrc64 } from '../../../src/structures/rdb/crc64.js'
import { dumpString, openPayload, sealPayload, startPayload } from '../../../src/structures/rdb/payload.js'
import { RdbFormatError } from '../../../src/structures/rdb/reader.js'
import { RdbType } from '../../../src/structures/rdb/types.js'

const encoder = new TextEncoder()
const fromHex = (hex: string) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
const toHex = (bytes: Uint8Array) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')

/** SET and DUMP on Redis 8.0.2. */
const recorded: readonly (readonly [value: string, dump: string])[] = [
  ['', '00000c0096ed6880f5553c93'],
  ['a', '0001610c007488db5b751ce3fd'],
  ['0', '00c0000c00533693b8027a9d41'],
  ['1', '00c0010c00ed0ed3762b2b8fb5'],
  ['-1', '00c0ff0c00c7e54ae47f22038c'],
  ['127', '00c07f0c00c6c3dff1a87e5b5d'],
  ['128', '00c180000c00200c8775eae5d52c'],
  ['-128', '00c0800c00521006add526c590'],
  ['-129', '00c17fff0c00dc16b6e8aeaa1ac9'],
  ['32767', '00c1ff7f0c00822c031aedde4b62'],
  ['32768', '00c2008000000c008eae1a2d2f973759'],
  ['-32768', '00c100800c007e363287a9918487'],
  ['-32769', '00c2ff7fffff0c006595788dfcec1b7f'],
  ['2147483647', '00c2ffffff7f0c00e702d15e1a0433e8'],
  ['2147483648', '000a323134373438333634380c002cc71d63b637e8a7'],
  ['-2147483648', '00c2000000800c000c39b3fec97f1fce'],
  ['-2147483649', '000b2d323134373438333634390c00091703b9f2d89cc5'],
  ['99999999999', '000b39393939393939393939390c00e8c67c3bf4f17136'],
  ['-0', '00022d300c001e372b192cface85'],
  ['007', '00033030370c00b92ed6bbb6432490'],
  ['+1', '00022b310c0009f0c417b9b07026'],
  [' 1', '000220310c00f4934dda1ff46552'],
  ['-', '00012d0c0065b8055493f55cdd'],
  ['1.0', '0003312e300c002dec18605a0ea81d'],
  ['hello', '000568656c6c6f0c00a804ebb69f1ebe43'],
  ['hello, wörld', '000d68656c6c6f2c2077c3b6726c640c00e4327c6d91c6aeb6'],
  // A reference reaches 8192 bytes back and no further.
  [`-XYZ${'.'.repeat(8189)}XYZ.`, `00c340696005042d58595a2e${'e0ff00'.repeat(31)}40003fff002e0c001e8d5e27d8fc9480`],
  [`-XYZ${'.'.repeat(8190)}XYZ.`, `00c3406a6006042d58595a2e${'e0ff00'.repeat(31)}60000358595a2e0c00a42d7bd6775c66d5`],
  // 21 bytes would do for either, but LibLZF gives up the first for want of spare room.
  ['abcdefghijklmabcdefghijkl', '00196162636465666768696a6b6c6d6162636465666768696a6b6c0c004d1d8fe3203b2109'],
  ['abcdefghijklmabcdefghijklm', '00c3151a0d6162636465666768696a6b6c6d61e0010c016c6d0c000d1e8b42d4ab827c'],
  ['x'.repeat(20), '001478787878787878787878787878787878787878780c00904ab52c5fa65b22'],
  ['x'.repeat(21), '00c30615017878e00a000c005f6cb7a79a3d8766'],
  ['x'.repeat(22), '00c30816017878e00a0000780c008569a2efb7bcab7f'],
  ['x'.repeat(63), '00c3093f017878e032000178780c00b9d623659ac768ac'],
  ['x'.repeat(64), '00c3094040017878e033000178780c00bd07e1b63f53ca0b'],
  ['x'.repeat(300), '00c30c412c017878e0ff00e017000178780c003b452d9a714c93cd'],
  ['abc'.repeat(100), '00c30e412c0361626361e0ff02e115070162630c001921070e3a6e7f62'],
  [
    '0123456789abcdef'.repeat(1250),
    `00c340f98000004e20103031323334353637383961626364656630e0ff0fe1ff0f${'e2ff0f'.repeat(73)}e2ac0f0165660c009b56deec8782d84c`,
  ],
  [
    'the quick brown fox jumps over the lazy dog, the quick brown dog',
    [
      '00c33440401f74686520717569636b2062726f776e20666f78206a756d7073206f7665722074201e086c617a7920646f',
      '672c600de0032c20140c00f8c5c2718dd64eaf',
    ].join(''),
  ],
  [
    'abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrs',
    '00c3222d1a6162636465666768696a6b6c6d6e6f707172737475767778797a61e007190172730c003d96412a60cfae60',
  ],
]

/** The same for values that are no text. */
const recordedBytes: readonly (readonly [name: string, value: Uint8Array, dump: string])[] = [
  [
    'each byte once',
    Uint8Array.from({ length: 256 }, (_, i) => i),
    [
      '004100000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c',
      '2d2e2f303132333435363738393a3b3c3d3e3f404142434445464748494a4b4c4d4e4f505152535455565758595a5b5c',
      '5d5e5f606162636465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f808182838485868788898a8b8c',
      '8d8e8f909192939495969798999a9b9c9d9e9fa0a1a2a3a4a5a6a7a8a9aaabacadaeafb0b1b2b3b4b5b6b7b8b9babbbc',
      'bdbebfc0c1c2c3c4c5c6c7c8c9cacbcccdcecfd0d1d2d3d4d5d6d7d8d9dadbdcdddedfe0e1e2e3e4e5e6e7e8e9eaebec',
      'edeeeff0f1f2f3f4f5f6f7f8f9fafbfcfdfeff0c0069880464f53ef4f6',
    ].join(''),
  ],
  ['four bytes that are no text', Uint8Array.of(0, 255, 128, 10), '000400ff800a0c004de6e3b4364bc275'],
  [
    '300 bytes without repetition',
    Uint8Array.from({ length: 300 }, (_, i) => (i * i) >> 3),
    [
      '00412c0000000102030406080a0c0f1215181c2024282d32373c42484e545b6269707880889099a2abb4bec8d2dce7f2',
      'fd0814202c3845525f6c7a8896a4b3c2d1e0f00010203142536476889aacbfd2e5f80c2034485d72879cb2c8def40b22',
      '3950688098b0c9e2fb142e48627c97b2cde804203c587592afccea0826446382a1c0e00020406182a3c4e6082a4c6f92',
      'b5d8fc2044688db2d7fc22486e94bbe209305880a8d0f9224b749ec8f21c47729dc8f4204c78a5d2ff2c5a88b6e41342',
      '71a0d000306091c2f3245688baec1f5285b8ec205488bdf2275c92c8fe346ba2d9104880b8f029629bd40e4882bcf732',
      '6da8e4205c98d5124f8cca084684c3024180c0004080c1024384c6084a8ccf125598dc2064a8ed3277bc02488ed41b62',
      'a9f03880c81059a2eb347ec8125ca70c007e62a94b8352e10c',
    ].join(''),
  ],
]

/** A value as a test's name shows it. */
function shortened(value: string): string {
  return value.length > 40 ? `'${value.slice(0, 20)}…' of ${value.length} characters` : `'${value}'`
}

/** A payload of these bytes and version with the checksum that belongs to them. */
function sealed(bytes: readonly number[], version = 12): Uint8Array {
  const result = Uint8Array.from([...bytes, version & 0xff, version >> 8, 0, 0, 0, 0, 0, 0, 0, 0])
  writeCrc64(result, 0, result.length - 8, result, result.length - 8)
  return result
}

/** The string of a payload as bytes. */
function restored(payload: Uint8Array): Uint8Array {
  const opened = openPayload(payload)
  if (opened.status !== 'ok') throw new Error(opened.status)
  expect(opened.type).toBe(RdbType.STRING)
  const value = opened.reader.stringBytes()
  expect(opened.reader.remaining()).toBe(0)
  return value
}

describe('the payload of a string', () => {
  for (const [value, dump] of recorded) {
    it(`is that of Redis 8.0.2 for ${shortened(value)}`, () => {
      expect(toHex(dumpString(encoder.encode(value)))).toBe(dump)
      expect(restored(fromHex(dump))).toEqual(encoder.encode(value))
    })
  }

  it.each(recordedBytes)('is that of Redis 8.0.2 for %s', (_, value, dump) => {
    expect(toHex(dumpString(value))).toBe(dump)
    expect(restored(fromHex(dump))).toEqual(value)
  })

  it('gives back every value', () => {
    const values = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.integer().map((value) => encoder.encode(String(value))),
      fc.stringMatching(/^-?\d{0,11}$/).map((text) => encoder.encode(text)),
      fc.array(fc.constantFrom('user:', 'session:', '42', 'é', '\n'), { maxLength: 200 }).map((words) => {
        return encoder.encode(words.join(''))
      }),
    )
    fc.assert(
      fc.property(values, fc.boolean(), (value, compressing) => {
        expect(restored(dumpString(value, compressing))).toEqual(value)
      }),
      { numRuns: 500 },
    )
  })

  it('stays raw when compression is off', () => {
    expect(toHex(dumpString(encoder.encode('a'.repeat(30)), false))).toBe(`001e${'61'.repeat(30)}0c0010b5c7f8e3bc6df3`)
  })
})

describe('openPayload', () => {
  it('accepts every version up to 12 and none above', () => {
    for (const version of [0, 1, 6, 9, 11, 12]) {
      expect(openPayload(sealed([0, 1, 97], version))).toMatchObject({ status: 'ok', version })
    }
    for (const version of [13, 255, 256, 3000]) {
      expect(openPayload(sealed([0, 1, 97], version)).status).toBe('version')
    }
  })

  it('refuses a checksum of zero bytes, as Redis does', () => {
    expect(openPayload(sealed([0, 1, 97]).fill(0, 5)).status).toBe('checksum')
  })

  it('refuses what has no room for a footer', () => {
    for (let length = 0; length < 10; length++) {
      expect(openPayload(new Uint8Array(length)).status).toBe('short')
    }
  })

  it('finds no type where the footer is all there is', () => {
    const opened = openPayload(sealed([]))

    expect(opened).toMatchObject({ status: 'ok', type: -1 })
    if (opened.status === 'ok') expect(() => opened.reader.string()).toThrow(RdbFormatError)
  })

  it('hands on a type that nobody knows', () => {
    expect(openPayload(sealed([99, 1, 97]))).toMatchObject({ status: 'ok', type: 99 })
  })

  it('ends the reader before the footer', () => {
    const opened = openPayload(sealed([0, 5, 97]))

    expect(opened.status).toBe('ok')
    if (opened.status === 'ok') expect(() => opened.reader.string()).toThrow(RdbFormatError)
  })

  it('leaves bytes after the value to the caller', () => {
    const opened = openPayload(sealed([0, 1, 97, 98, 99]))

    expect(opened.status).toBe('ok')
    if (opened.status !== 'ok') return
    expect(opened.reader.string()).toEqual(Uint8Array.of(97))
    expect(opened.reader.remaining()).toBe(2)
  })

  it('refuses a payload cut short at any byte', () => {
    for (const dump of [...recorded.map((row) => row[1]), ...recordedBytes.map((row) => row[2])]) {
      const payload = fromHex(dump)
      for (let end = 0; end < payload.length; end++) expect(openPayload(payload.subarray(0, end)).status).not.toBe('ok')
    }
  })

  it('refuses a payload with any one bit flipped', () => {
    for (const [, dump] of recorded) {
      const payload = fromHex(dump)
      for (let bit = 0; bit < payload.length * 8; bit++) {
        payload[bit >> 3]! ^= 1 << (bit & 7)
        expect(openPayload(payload).status).not.toBe('ok')
        payload[bit >> 3]! ^= 1 << (bit & 7)
      }
    }
  })

  it('reads or refuses a value with any one bit flipped under a valid checksum', () => {
    for (const [, dump] of recorded) {
      const value = fromHex(dump).slice(0, -10)
      for (let bit = 8; bit < value.length * 8; bit++) {
        value[bit >> 3]! ^= 1 << (bit & 7)
        const opened = openPayload(sealed([...value]))
        value[bit >> 3]! ^= 1 << (bit & 7)

        expect(opened.status).toBe('ok')
        try {
          if (opened.status === 'ok') opened.reader.string()
        } catch (error) {
          expect(error).toBeInstanceOf(RdbFormatError)
        }
      }
    }
  })
})

describe('sealPayload', () => {
  // Recorded from Redis 8.0.2: SADD k of one member of 65 letters.
  it('seals any value that is written between type and footer', () => {
    const writer = startPayload(RdbType.SET)
    writer.size(1)
    writer.string(new Uint8Array(65).fill(97))

    expect(toHex(sealPayload(writer))).toBe('0201c3094041016161e034000161610c00716611211710a1e2')
  })

  it('names each type by one number', () => {
    const codes = Object.values(RdbType)

    expect(new Set(codes).size).toBe(codes.length)
    expect(codes.every((code) => code >= 0 && code < 26)).toBe(true)
  })
})
