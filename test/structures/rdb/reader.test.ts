import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RdbFormatError, RdbReader } from '../../../src/structures/rdb/reader.js'
import { RdbWriter } from '../../../src/structures/rdb/writer.js'

const ascii = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0))
const reading = (...bytes: number[]) => new RdbReader(Uint8Array.from(bytes))
const textDouble = (text: string) => reading(text.length, ...ascii(text)).textDouble()

describe('RdbReader', () => {
  it('tells a string stored as an integer from one stored as bytes', () => {
    expect(reading(0xc0, 0xff).string()).toBe(-1)
    expect(reading(0xc1, 0x80, 0x00).string()).toBe(128)
    expect(reading(0xc1, 0x7f, 0xff).string()).toBe(-129)
    expect(reading(0xc2, 0x00, 0x00, 0x00, 0x80).string()).toBe(-2147483648)
    expect(reading(2, 0x31, 0x32).string()).toEqual(ascii('12'))
    expect(reading(0).string()).toEqual(ascii(''))
  })

  it('gives the bytes of an integer as decimal text when asked for bytes', () => {
    expect(reading(0xc1, 0x7f, 0xff).stringBytes()).toEqual(ascii('-129'))
    expect(reading(2, 0x31, 0x32).stringBytes()).toEqual(ascii('12'))
  })

  it('gives a string as text, an integer by its digits and bytes that are not UTF-8 as such', () => {
    expect(reading(0xc1, 0x7f, 0xff).text()).toBe('-129')
    expect(reading(3, 0xc3, 0xa9, 0xff).text()).toBe('é\udcff')
    expect(reading(0xc3, 4, 5, 0, 97, 0x40, 0).text()).toBe('aaaaa')
    expect(reading(0x40, 1, 97).text()).toBe('a')
    expect(() => reading(0xc4).text()).toThrow(RdbFormatError)
    expect(() => reading(2, 97).text()).toThrow(RdbFormatError)
  })

  it('reads a count only when the bytes left can hold as many rows', () => {
    expect(reading(2, 1, 2, 3, 4).count(2)).toBe(2)
    expect(() => reading(2, 1, 2, 3).count(2)).toThrow('a count beyond what follows at offset 0')
    expect(() => reading(0x81, 0, 0, 0, 1, 0, 0, 0, 0).count(1)).toThrow(RdbFormatError)
  })

  it('reads a length that takes more bytes than it needs, as Redis does', () => {
    expect(reading(0x40, 1, 97).string()).toEqual(ascii('a'))
    expect(reading(0x80, 0, 0, 0, 1, 97).string()).toEqual(ascii('a'))
    expect(reading(0x81, 0, 0, 0, 0, 0, 0, 0, 1, 97).string()).toEqual(ascii('a'))
    expect(reading(0xc1, 5, 0).string()).toBe(5)
  })

  it('refuses unknown encodings of lengths and strings', () => {
    for (const lead of [0x82, 0xbf, 0xc4, 0xff]) {
      expect(() => reading(lead, 0, 0, 0, 0, 0, 0, 0, 0).string()).toThrow(RdbFormatError)
      expect(() => reading(lead, 0, 0, 0, 0, 0, 0, 0, 0).size()).toThrow(RdbFormatError)
      expect(() => reading(lead, 0, 0, 0, 0, 0, 0, 0, 0).size64()).toThrow(RdbFormatError)
    }
    expect(() => reading(0xc0, 1).size()).toThrow(RdbFormatError)
  })

  it('refuses a length or a time that no safe integer holds', () => {
    expect(() => reading(0x81, 0, 0x20, 0, 0, 0, 0, 0, 0).size()).toThrow(RdbFormatError)
    expect(() => reading(0, 0, 0, 0, 0, 0, 0x20, 0).milliseconds()).toThrow(RdbFormatError)
    expect(reading(0x81, 0, 0x20, 0, 0, 0, 0, 0, 0).size64()).toBe(2n ** 53n)
  })

  it('refuses a length beyond its input without allocating for it', () => {
    expect(() => reading(0x80, 0xff, 0xff, 0xff, 0xff, 97).string()).toThrow('truncated at offset 5')
    expect(() => reading(0x81, 0, 0, 1, 0, 0, 0, 0, 0, 97).string()).toThrow(RdbFormatError)
    expect(() => reading(0xc3, 4, 0x81, 0, 0, 1, 0, 0, 0, 0, 0, 0, 97, 0x40, 0).string()).toThrow(RdbFormatError)
    expect(() => reading(0xc3, 4, 0x80, 0x7f, 0xff, 0xff, 0xff, 0, 97, 0x40, 0).string()).toThrow(RdbFormatError)
  })

  it('reads a compressed string only when its length is exact', () => {
    expect(reading(0xc3, 4, 5, 0, 97, 0x40, 0).string()).toEqual(ascii('aaaaa'))
    expect(() => reading(0xc3, 4, 6, 0, 97, 0x40, 0).string()).toThrow(RdbFormatError)
    expect(() => reading(0xc3, 4, 4, 0, 97, 0x40, 0).string()).toThrow(RdbFormatError)
    expect(() => reading(0xc3, 4, 5, 0, 97, 0x40, 1).string()).toThrow(RdbFormatError)
    expect(() => reading(0xc3, 0xc0, 5, 0).string()).toThrow(RdbFormatError)
  })

  it('reads textual doubles and refuses text that is none', () => {
    expect(textDouble('1e+21')).toBe(1e21)
    expect(textDouble('0.10000000000000001')).toBe(0.1)
    expect(textDouble('-0')).toBe(-0)
    expect(reading(253).textDouble()).toBeNaN()
    expect(reading(255).textDouble()).toBe(Number.NEGATIVE_INFINITY)
    for (const text of ['', '.', ' 1', '1 ', '1x', '0x10', 'inf', 'nan', '1_0']) {
      expect(() => textDouble(text), text).toThrow(RdbFormatError)
    }
  })

  it('stays inside the range that it is given', () => {
    const reader = new RdbReader(ascii('abcdef'), 2, 4)

    expect(reader.view(2)).toEqual(ascii('cd'))
    expect(() => reader.byte()).toThrow(RdbFormatError)
    expect(() => new RdbReader(ascii('abc'), 2, 4)).toThrow('range')
    expect(() => new RdbReader(ascii('abc'), -1)).toThrow('range')
  })

  it('says where the input is wrong', () => {
    const reader = reading(1, 97, 0xc4)
    reader.string()

    expect(() => reader.string()).toThrow('rdb: an unknown string encoding at offset 2')
  })

  it('refuses each primitive cut short at any byte', () => {
    const writer = new RdbWriter()
    const rows: ((reader: RdbReader) => unknown)[] = []
    const ends: number[] = []
    const add = (write: () => void, read: (reader: RdbReader) => unknown) => {
      write()
      rows.push(read)
      ends.push(writer.length)
    }
    for (const size of [1, 100, 20000, 2 ** 40]) {
      add(
        () => writer.size(size),
        (reader) => reader.size(),
      )
      add(
        () => writer.size64(BigInt(size)),
        (reader) => reader.size64(),
      )
    }
    for (const text of ['', '1', '1000', '100000', 'hello', 'a'.repeat(500)]) {
      add(
        () => writer.string(ascii(text)),
        (reader) => reader.string(),
      )
    }
    add(
      () => writer.double(1.5),
      (reader) => reader.double(),
    )
    add(
      () => writer.textDouble(1.5),
      (reader) => reader.textDouble(),
    )
    add(
      () => writer.milliseconds(1),
      (reader) => reader.milliseconds(),
    )
    const bytes = writer.toBytes()

    for (let end = 0; end < bytes.length; end++) {
      const reader = new RdbReader(bytes, 0, end)
      const whole = ends.filter((offset) => offset <= end).length
      for (let i = 0; i < whole; i++) rows[i]!(reader)
      expect(() => rows[whole]!(reader)).toThrow(RdbFormatError)
    }
  })

  it('returns or throws its own error on any bytes', () => {
    const methods = [
      ...(['byte', 'size', 'size64', 'string', 'stringBytes', 'text'] as const),
      ...(['double', 'textDouble', 'milliseconds'] as const),
    ]
    const wild = fc.tuple(fc.constantFrom(0, 0x40, 0x80, 0x81, 0xc0, 0xc1, 0xc2, 0xc3, 0xc4), fc.uint8Array())
    fc.assert(
      fc.property(wild, fc.array(fc.constantFrom(...methods), { maxLength: 5 }), ([lead, rest], calls) => {
        const reader = reading(lead, ...rest)
        try {
          for (const call of calls) reader[call]()
        } catch (error) {
          expect(error).toBeInstanceOf(RdbFormatError)
        }
        expect(reader.position).toBeLessThanOrEqual(reader.end)
      }),
      { numRuns: 1000 },
    )
  })
})
