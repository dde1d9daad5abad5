import { RedstartError } from 'redstart'
import { describe, expect, it } from 'vitest'
import {
  bulk,
  MapReply,
  OK,
  type Reply,
  replyToBuffer,
  replyToText,
  SetReply,
  Status,
} from '../../src/commands/reply.js'
import { ByteString } from '../../src/structures/byte-string.js'
import { bytes } from '../support.js'

const ERROR = new RedstartError('ERR inside')

describe('a reply', () => {
  it.each<[string, Reply, unknown, unknown]>([
    ['a status', OK, 'OK', 'OK'],
    ['a bulk string', 'é', 'é', bytes('é')],
    ['an empty bulk string', '', '', new Uint8Array(0)],
    ['a bulk string that is no UTF-8', 'a\udcff', 'a\udcff', bytes(0x61, 0xff)],
    ['a kept byte string', ByteString.of(bytes(0x61, 0xff)), 'a\udcff', bytes(0x61, 0xff)],
    ['bytes', bytes(0x61, 0xff), 'a\udcff', bytes(0x61, 0xff)],
    ['an integer', 7, 7, 7],
    ['an integer past 2^53', 2n ** 60n, 2n ** 60n, 2n ** 60n],
    ['null', null, null, null],
    ['an array', ['a', 1, null, [new Status('s')]], ['a', 1, null, ['s']], [bytes('a'), 1, null, ['s']]],
    ['a set', new SetReply(['a', OK]), ['a', 'OK'], [bytes('a'), 'OK']],
    [
      'a map, flat',
      new MapReply([
        ['k', ['v']],
        ['j', 2],
      ]),
      ['k', ['v'], 'j', 2],
      [bytes('k'), [bytes('v')], bytes('j'), 2],
    ],
    ['an error inside', [1, ERROR], [1, ERROR], [1, ERROR]],
  ])('that is %s has its shape in RESP2, as text and as bytes', (_name, reply, text, buffer) => {
    expect(replyToText(reply)).toEqual(text)
    expect(replyToBuffer(reply)).toEqual(buffer)
  })

  it('of bytes is a copy that the caller may write to', () => {
    const kept = ByteString.of(bytes('hello'))
    const word = bytes('hello')

    for (const reply of [kept, word]) (replyToBuffer(reply) as Uint8Array).fill(0)

    expect([kept.toText(), word]).toEqual(['hello', bytes('hello')])
  })

  it('of a Buffer is a copy too', () => {
    const word = Buffer.from('hello')

    ;(replyToBuffer(word) as Uint8Array).fill(0)

    expect(word.toString()).toBe('hello')
  })
})

it('a kept integer is answered as a string', () => {
  expect([bulk(5), bulk(-(2n ** 63n)), bulk('5'), bulk(null)]).toEqual(['5', '-9223372036854775808', '5', null])
})
