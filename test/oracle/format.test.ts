import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bytesOf, quote, splitLine, textOf, utf8 } from './bytes.js'
import { CallGenerator } from './generate.js'
import { formatReply, parseReply, type Reply } from './reply.js'
import { RespParser } from './resp-client.js'
import { SequenceArbitrary } from './sequence.js'
import { insideTransaction } from './target.js'

const byteText = fc.uint8Array({ maxLength: 24 }).map(textOf)
const line = byteText.map((text) => text.replace(/[\r\n]/g, ' '))
const { reply } = fc.letrec<{ reply: Reply }>((tie) => ({
  reply: fc.oneof(
    { depthSize: 'small' },
    line.map((text): Reply => ({ kind: 'status', text })),
    line.map((text): Reply => ({ kind: 'error', text })),
    fc
      .oneof(fc.maxSafeInteger(), fc.constantFrom(2n ** 63n - 1n, -(2n ** 63n)))
      .map((value): Reply => ({ kind: 'integer', value })),
    byteText.map((text): Reply => ({ kind: 'bulk', text })),
    fc.constantFrom<Reply>({ kind: 'nil' }, { kind: 'nil-array' }),
    fc.array(tie('reply'), { maxLength: 4 }).map((items): Reply => ({ kind: 'array', items })),
  ),
}))

describe('the notations of the oracle', () => {
  it('quotes any bytes so that they are read back', () => {
    fc.assert(
      fc.property(fc.array(byteText, { minLength: 1 }), (words) => {
        expect(splitLine(words.map(quote).join(' '))).toEqual(words)
      }),
    )
  })

  it('reads lines as redis-cli does, text outside ASCII as its UTF-8', () => {
    expect(splitLine(`SET "a\\x00\\n\\"" 'it\\'s' é  ""`)).toEqual(['SET', 'a\x00\n"', "it's", utf8('é'), ''])
  })

  it('writes any reply as one line that is read back', () => {
    fc.assert(
      fc.property(reply, (any) => {
        const text = formatReply(any)

        expect(text).not.toMatch(/\n.*\n/)
        expect(parseReply(text)).toEqual(any)
      }),
    )
  })
})

describe('the RESP2 parser', () => {
  it('reads a reply the same wherever the stream is cut', () => {
    fc.assert(
      fc.property(reply, fc.integer({ min: 1, max: 9 }), (any, step) => {
        const parser = new RespParser()
        const bytes = Buffer.from(bytesOf(encode(any)))
        const found: Reply[] = []
        for (let at = 0; at < bytes.length; at += step) {
          parser.feed(bytes.subarray(at, at + step))
          for (let next = parser.next(); next !== undefined; next = parser.next()) found.push(next)
        }

        expect(found).toEqual([any])
      }),
    )
  })
})

describe('generated sequences', () => {
  it('are the same for the same seed', () => {
    const sequences = new SequenceArbitrary(new CallGenerator(['string']), 50)

    expect(fc.sample(sequences, { seed: 7, numRuns: 3 })).toEqual(fc.sample(sequences, { seed: 7, numRuns: 3 }))
  })

  it('know which calls leave the connection inside a transaction', () => {
    const calls = [['GET', 'a'], ['MULTI'], ['SET', 'a', '1'], ['multi'], ['EXEC', 'x'], ['EXEC'], ['GET', 'a']]

    expect(insideTransaction(calls)).toEqual([false, true, true, true, true, false, false])
  })
})

function encode(any: Reply): string {
  switch (any.kind) {
    case 'status':
      return `+${any.text}\r\n`
    case 'error':
      return `-${any.text}\r\n`
    case 'integer':
      return `:${any.value}\r\n`
    case 'bulk':
      return `$${any.text.length}\r\n${any.text}\r\n`
    case 'array':
      return `*${any.items.length}\r\n${any.items.map(encode).join('')}`
    case 'nil-array':
      return '*-1\r\n'
    default:
      return '$-1\r\n'
  }
}
