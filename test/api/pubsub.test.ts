import { type Key, type MessageStream, type Redstart, RedstartError, Subscription } from 'redstart'
import { describe, expect, expectTypeOf, it, vi } from 'vitest'
import { bytes, LONE_SURROGATE, open } from '../support.js'

describe('publish', () => {
  it('returns how many got the message: by channel and by pattern', () => {
    const { db } = open()
    db.subscribe('news', () => {})
    db.subscribe('news', () => {})
    db.psubscribe('n*', () => {})

    expect([db.publish('news', 'm'), db.publish('now', 'm'), db.publish('old', 'm')]).toEqual([3, 1, 0])
  })

  it('has called the listeners by the time that it returns', () => {
    const { db } = open()
    const heard: string[] = []
    db.subscribe('news', (message) => heard.push(message))

    db.publish('news', 'hello')

    expect(heard).toEqual(['hello'])
  })

  it('by a listener is handed out behind what is on its way, and returns before', () => {
    const { db } = open()
    const heard: string[] = []
    db.subscribe('a', (message) => {
      heard.push(`a ${message}`)
      db.publish('b', `${message}!`)
      heard.push('published')
    })
    db.subscribe('b', (message) => heard.push(`b ${message}`))
    db.subscribe('a', (message) => heard.push(`second a ${message}`))

    db.publish('a', '1')

    expect(heard).toEqual(['a 1', 'published', 'second a 1', 'b 1!'])
  })

  it('takes what a value may be, and refuses what stands for no bytes', () => {
    const { db } = open()
    const heard: string[] = []
    db.subscribe('x', (message) => heard.push(message))

    for (const message of ['é', '', 12, -0, 1.5, 2n ** 70n, bytes(0xff)]) db.publish('x', message)

    expect(heard).toEqual(['é', '', '12', '0', '1.5', '1180591620717411303424', '\udcff'])
    expect(() => db.publish('x', '\ud800')).toThrow(LONE_SURROGATE)
    expect(() => db.publish('\ud800', 'm')).toThrow(LONE_SURROGATE)
    expect(() => db.publish('x', undefined as never)).toThrow('ERR value must be a string')
  })
})

describe('subscribe', () => {
  it('calls with the message and the channel, of one channel or of several', () => {
    const { db } = open()
    const heard = vi.fn()
    db.subscribe(['a', 'b', 'a'], heard)

    db.publish('a', '1')
    db.publish('b', '2')
    db.publish('c', '3')

    expect(heard.mock.calls).toEqual([
      ['1', 'a', undefined],
      ['2', 'b', undefined],
    ])
  })

  it('leaves the session as it is: it is not in subscriber mode', () => {
    const { db } = open()
    db.subscribe('x', () => {})

    expect([db.call('PING'), db.call('GET', 'k')]).toEqual(['PONG', null])
  })

  it('with one listener twice makes two subscriptions', () => {
    const { db } = open()
    const heard = vi.fn()
    const first = db.subscribe('x', heard)
    db.subscribe('x', heard)

    expect(db.publish('x', '1')).toBe(2)
    first.unsubscribe()
    expect(db.publish('x', '2')).toBe(1)

    expect(heard).toHaveBeenCalledTimes(3)
  })

  it('returns what ends it, as often as one likes', () => {
    const { db } = open()
    const heard = vi.fn()
    const subscription = db.subscribe(['x', 'y'], heard)
    expect([subscription.active, subscription.channels]).toEqual([true, ['x', 'y']])

    subscription.unsubscribe()
    subscription.unsubscribe()

    expect([subscription.active, db.publish('x', '1'), db.pubsubChannels()]).toEqual([false, 0, []])
    expect(heard).not.toHaveBeenCalled()
  })

  it('returns what `using` ends', () => {
    const { db } = open()
    {
      using subscription = db.subscribe('x', () => {})

      expect(subscription.active).toBe(true)
      expect(db.pubsubNumsub('x')).toEqual([1])
    }

    expect(db.pubsubNumsub('x')).toEqual([0])
  })

  it('ends at once: a message on its way is not for it any more', () => {
    const { db } = open()
    const heard: string[] = []
    db.subscribe('x', (message) => {
      heard.push(`first ${message}`)
      second.unsubscribe()
    })
    const second = db.subscribe('x', (message) => heard.push(`second ${message}`))

    expect(db.publish('x', '1')).toBe(2)

    expect(heard).toEqual(['first 1'])
  })

  it('does not hear of what was published before, even if that is still on its way', () => {
    const { db } = open()
    const heard: string[] = []
    db.subscribe('x', (message) => {
      if (heard.length === 0) db.subscribe('x', (later) => heard.push(`late ${later}`))
      heard.push(message)
    })

    db.publish('x', '1')
    expect(heard).toEqual(['1'])
    db.publish('x', '2')

    expect(heard).toEqual(['1', '2', 'late 2'])
  })

  it('ends with its session, and with the database', async () => {
    const { db } = open()
    const session = db.session()
    session.subscribe('x', () => {})
    const own = db.subscribe('x', () => {})

    session.close()
    expect(db.publish('x', '1')).toBe(1)
    await db.close()

    expect([own.active, db.publish('x', '1')]).toEqual([false, 0])
  })

  it('survives a RESET of its session', () => {
    const { db } = open()
    db.subscribe('x', () => {})

    db.reset()

    expect(db.publish('x', '1')).toBe(1)
  })

  it.each([undefined, null, 'text'])('needs a function, not %s, and is not there without', (listener) => {
    const { db } = open()

    expect(() => db.subscribe('x', listener as never)).toThrow(TypeError)
    expect(db.pubsubChannels()).toEqual([])
  })

  it('needs a channel', () => {
    const { db } = open()

    expect(() => db.subscribe([], () => {})).toThrow("ERR wrong number of arguments for 'subscribe' command")
    expect(() => db.psubscribe([], () => {})).toThrow("ERR wrong number of arguments for 'psubscribe' command")
    expect(() => db.ssubscribe([], () => {})).toThrow("ERR wrong number of arguments for 'ssubscribe' command")
    expect(() => db.subscribe(5 as unknown as Key, () => {})).not.toThrow()
  })

  it('has types', () => {
    const { db } = open()

    expectTypeOf(db.subscribe('x', () => {})).toEqualTypeOf<Subscription<string>>()
    expectTypeOf(db.subscribe).parameter(1).parameter(0).toEqualTypeOf<string>()
    expectTypeOf(db.bytes.subscribe).parameter(1).parameter(0).toEqualTypeOf<Uint8Array>()
    expectTypeOf(db.messages('x')).toEqualTypeOf<MessageStream<string>>()
    expect(db.subscribe('x', () => {})).toBeInstanceOf(Subscription)
  })
})

describe('psubscribe and ssubscribe', () => {
  it('hear of what matches, with the pattern', () => {
    const { db } = open()
    const heard = vi.fn()
    db.psubscribe(['user:*', '*:1'], heard)

    expect(db.publish('user:1', 'm')).toBe(2)

    expect(heard.mock.calls).toEqual([
      ['m', 'user:1', 'user:*'],
      ['m', 'user:1', '*:1'],
    ])
    expect(db.pubsubNumpat()).toBe(2)
  })

  it('hear of shard channels, which are a world of their own', () => {
    const { db } = open()
    const heard = vi.fn()
    db.ssubscribe('x', heard)

    expect([db.spublish('x', 'm'), db.publish('x', 'n')]).toEqual([1, 0])

    expect(heard.mock.calls).toEqual([['m', 'x', undefined]])
    expect([db.pubsubShardchannels(), db.pubsubShardnumsub('x', 'y'), db.pubsubChannels()]).toEqual([['x'], [1, 0], []])
  })
})

describe('the side of bytes', () => {
  it('gets messages as bytes, each listener in an array of its own', () => {
    const { db } = open()
    const heard: Uint8Array[] = []
    const message = new Uint8Array(60).fill(0xfe)
    for (let i = 0; i < 2; i++) db.bytes.subscribe('x', (payload) => heard.push(payload))

    db.publish('x', message)
    message[0] = 0
    heard[0]![1] = 0

    expect(heard[1]).toEqual(new Uint8Array(60).fill(0xfe))
    expect(heard[0]).not.toBe(heard[1])
  })

  it('gives channels as bytes where they are asked for, and finds them again by their text', () => {
    const { db } = open()
    const channels: string[] = []
    db.bytes.subscribe(bytes(0xff), (_payload, channel) => channels.push(channel))

    expect(db.bytes.pubsubChannels()).toEqual([bytes(0xff)])
    db.publish(bytes(0xff), 'm')
    db.publish(channels[0]!, 'm')

    expect(channels).toEqual(['\udcff', '\udcff'])
  })

  it('reads streams of bytes', async () => {
    const { db } = open()
    const stream = db.bytes.messages('x')
    db.publish('x', 'é')

    expect((await stream.next()).value).toEqual({ channel: 'x', payload: bytes('é') })
  })
})

describe('a listener that throws', () => {
  it('harms neither the publisher nor the others; who listens to errors hears of each once', () => {
    const { db } = open()
    const [errors, heard] = [[] as unknown[], [] as string[]]
    const mistake = new Error('mine')
    db.on('error', (error) => errors.push(error))
    db.subscribe('x', () => {
      throw mistake
    })
    db.subscribe('x', (message) => heard.push(message))
    db.session().onPush(() => {})

    expect(db.publish('x', 'm')).toBe(2)

    expect([heard, errors]).toEqual([['m'], [mistake]])
  })

  it('after an await is told of as well', async () => {
    const { db } = open()
    const errors: unknown[] = []
    db.on('error', (error) => errors.push(error))
    db.subscribe('x', async () => {
      await undefined
      throw 'late'
    })
    db.on('set', () => Promise.reject('later'))

    db.publish('x', 'm')
    db.set('k', 1)
    await new Promise((resolve) => setImmediate(resolve))

    expect(errors.sort()).toEqual(['late', 'later'])
  })

  it('to a push is no different', () => {
    const { db } = open()
    const errors: unknown[] = []
    db.on('error', (error) => errors.push(error))
    const session = db.session()
    session.onPush(() => {
      throw 'push'
    })
    session.call('SUBSCRIBE', 'x')

    expect(db.publish('x', 'm')).toBe(1)
    expect(errors).toEqual(['push'])
  })
})

describe('messages', () => {
  it('are read in their order, those included that came before the reader did', async () => {
    const { db } = open()
    const stream = db.messages(['a', 'b'])
    for (const [channel, message] of [
      ['a', '1'],
      ['b', '2'],
      ['c', '3'],
      ['a', '4'],
    ] as const)
      db.publish(channel, message)

    const read: string[] = []
    for await (const { channel, payload } of stream) {
      read.push(`${channel} ${payload}`)
      if (read.length === 3) break
    }

    expect(read).toEqual(['a 1', 'b 2', 'a 4'])
    expect([stream.active, db.pubsubChannels()]).toEqual([false, []])
  })

  it('are waited for', async () => {
    const { db } = open()
    const stream = db.pmessages('n*')
    const next = [stream.next(), stream.next()]

    db.publish('news', '1')
    db.publish('now', '2')

    expect(await Promise.all(next)).toEqual([
      { done: false, value: { channel: 'news', payload: '1', pattern: 'n*' } },
      { done: false, value: { channel: 'now', payload: '2', pattern: 'n*' } },
    ])
  })

  it('of shard channels are read the same way', async () => {
    const { db } = open()
    const stream = db.smessages('x')
    db.spublish('x', 'm')

    expect((await stream.next()).value).toEqual({ channel: 'x', payload: 'm' })
  })

  /** A stream with four messages that nobody has read, and what can be read of it. */
  async function overrun(options: Parameters<Redstart['messages']>[1]): Promise<[unknown[], MessageStream<string>]> {
    const { db } = open()
    const stream = db.messages('x', options)
    for (let i = 1; i <= 4; i++) db.publish('x', i)
    const read: unknown[] = []
    while (stream.size > 0) read.push((await stream.next()).value?.payload)
    return [read, stream]
  }

  it('past the limit take the place of the oldest, and what is dropped is counted', async () => {
    const [read, stream] = await overrun({ limit: 2 })

    expect([read, stream.dropped, stream.active]).toEqual([['3', '4'], 2, true])
  })

  it('past the limit are dropped themselves, if that is wanted', async () => {
    const [read, stream] = await overrun({ limit: 2, overflow: 'drop-newest' })

    expect([read, stream.dropped]).toEqual([['1', '2'], 2])
  })

  it('past the limit end the stream with an error behind what can be read, if that is wanted', async () => {
    const [read, stream] = await overrun({ limit: 2, overflow: 'error' })

    expect([read, stream.dropped, stream.active]).toEqual([['1', '2'], 0, false])
    await expect(stream.next()).rejects.toEqual(
      new RedstartError('ERR the reader is too slow: more than 2 messages wait for it'),
    )
    expect(await stream.next()).toEqual({ done: true, value: undefined })
  })

  it('wait up to a thousand by default, and without end if that is wanted', () => {
    const { db } = open()
    const [bounded, endless] = [db.messages('x'), db.messages('x', { limit: Number.POSITIVE_INFINITY })]
    for (let i = 0; i < 1_500; i++) db.publish('x', i)

    expect([bounded.size, bounded.dropped, endless.size, endless.dropped]).toEqual([1_000, 500, 1_500, 0])
  })

  it('end by the signal: the loop throws its reason, and what waits is forgotten', async () => {
    const { db } = open()
    const controller = new AbortController()
    const stream = db.messages('x', { signal: controller.signal })
    const reason = new Error('enough')
    db.publish('x', '1')
    const read: string[] = []

    const loop = (async () => {
      for await (const { payload } of stream) {
        read.push(payload)
        db.publish('x', 'unread')
        controller.abort(reason)
      }
    })()

    await expect(loop).rejects.toBe(reason)
    expect([read, stream.active, db.pubsubChannels()]).toEqual([['1'], false, []])
  })

  it('are not subscribed to where the signal has come before', async () => {
    const { db } = open()
    const stream = db.messages('x', { signal: AbortSignal.abort('too late') })

    expect(db.publish('x', '1')).toBe(0)
    await expect(stream.next()).rejects.toBe('too late')
    expect((await stream.next()).done).toBe(true)
  })

  it('end with the session once what waits is read, and for whoever waits for the next', async () => {
    const { db } = open()
    const session = db.session()
    const [read, waiting] = [session.messages('x'), db.messages('y')]
    db.publish('x', '1')
    const next = waiting.next()

    session.close()
    await db.close()

    expect([(await read.next()).value?.payload, (await read.next()).done, (await next).done]).toEqual(['1', true, true])
  })

  it('are forgotten when the stream is ended by hand', async () => {
    const { db } = open()
    const stream = db.messages('x')
    const other = db.messages('x')
    db.publish('x', '1')

    stream.unsubscribe()
    {
      using ended = other
      expect(ended.size).toBe(1)
    }

    expect([(await stream.next()).done, (await other.next()).done, db.pubsubNumsub('x')]).toEqual([true, true, [0]])
  })

  it.each([0, -1, 1.5, Number.NaN])('are refused a limit of %d', (limit) => {
    const { db } = open()

    expect(() => db.messages('x', { limit })).toThrow(RangeError)
    expect(db.pubsubChannels()).toEqual([])
  })

  it('are refused a policy that is none', () => {
    const { db } = open()

    expect(() => db.messages('x', { overflow: 'block' as never })).toThrow(TypeError)
    expect(db.pubsubChannels()).toEqual([])
  })

  it('hold on to no signal once they have ended', () => {
    const { db } = open()
    const { signal } = new AbortController()
    const [added, removed] = [vi.spyOn(signal, 'addEventListener'), vi.spyOn(signal, 'removeEventListener')]

    db.messages('x', { signal }).unsubscribe()

    expect([added.mock.calls.length, removed.mock.calls.length]).toEqual([1, 1])
  })
})
