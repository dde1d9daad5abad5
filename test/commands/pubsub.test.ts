import { type CallReply, RedstartError, type Session } from 'redstart'
import { describe, expect, it } from 'vitest'
import { bytes, open, say } from '../support.js'

/** A session with what is pushed to it, and a call in one line. */
function connect(db: { session(): Session }): {
  session: Session
  pushed: CallReply[][]
  ask: (line: string) => CallReply
} {
  const session = db.session()
  const pushed: CallReply[][] = []
  session.onPush((message) => pushed.push(message))
  return { session, pushed, ask: (line) => say(session, line) as CallReply }
}

function refused(command: string): RedstartError {
  return new RedstartError(
    `ERR Can't execute '${command}': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context`,
  )
}

describe('SUBSCRIBE', () => {
  it('answers with the channel and how many subscriptions there are, and messages come', () => {
    const { db } = open()
    const { ask, pushed } = connect(db)

    expect(ask('SUBSCRIBE news')).toEqual(['subscribe', 'news', 1])
    expect(say(db, 'PUBLISH news hello')).toBe(1)

    expect(pushed).toEqual([['message', 'news', 'hello']])
  })

  it('of several channels has a reply for each; twice the same channel counts once', () => {
    const { db } = open()
    const { ask, pushed } = connect(db)

    expect(ask('SUBSCRIBE a b a')).toEqual([
      ['subscribe', 'a', 1],
      ['subscribe', 'b', 2],
      ['subscribe', 'a', 2],
    ])
    expect(db.publish('a', 'once')).toBe(1)

    expect(pushed).toEqual([['message', 'a', 'once']])
  })

  it('takes channels of any bytes, and messages of any bytes come as they were sent', () => {
    const { db } = open()
    const { session, pushed } = connect(db)
    const channel = bytes(0xff, 0)

    session.call('SUBSCRIBE', channel)
    db.publish(channel, bytes(0xfe, 10))
    db.publish(channel, new Uint8Array(50).fill(0x80))

    expect(pushed.map(([, name]) => name)).toEqual(['\udcff\0', '\udcff\0'])
    expect(pushed.map(([, , message]) => message)).toEqual(['\udcfe\n', '\udc80'.repeat(50)])
  })

  it('hears what is published from its own time on, and nothing of before or after', () => {
    const { db } = open()
    const { ask, pushed } = connect(db)

    db.publish('news', 'before')
    ask('SUBSCRIBE news')
    db.publish('news', 'now')
    ask('UNSUBSCRIBE news')

    expect(db.publish('news', 'after')).toBe(0)
    expect(pushed).toEqual([['message', 'news', 'now']])
  })

  it('is answered in a transaction when that runs, and hears what is published behind it after EXEC has answered', () => {
    const { db } = open()
    const { ask, pushed } = connect(db)
    ask('MULTI')
    for (const line of ['SUBSCRIBE a', 'PUBLISH a hi', 'GET k', 'PING']) expect(ask(line)).toBe('QUEUED')

    expect(ask('EXEC')).toEqual([['subscribe', 'a', 1], 1, null, ['pong', '']])
    expect(pushed).toEqual([['message', 'a', 'hi']])
  })
})

describe('UNSUBSCRIBE', () => {
  it('ends the subscriptions that it names, whether or not there are any', () => {
    const { db } = open()
    const { ask } = connect(db)
    ask('SUBSCRIBE a b')

    expect(ask('UNSUBSCRIBE b x')).toEqual([
      ['unsubscribe', 'b', 1],
      ['unsubscribe', 'x', 1],
    ])
    expect(ask('UNSUBSCRIBE a')).toEqual(['unsubscribe', 'a', 0])
  })

  it('without a name ends all, and says so once where there are none', () => {
    const { db } = open()
    const { ask } = connect(db)
    ask('SUBSCRIBE a b')
    ask('PSUBSCRIBE p*')

    expect(ask('UNSUBSCRIBE')).toEqual([
      ['unsubscribe', 'a', 2],
      ['unsubscribe', 'b', 1],
    ])
    expect(ask('UNSUBSCRIBE')).toEqual(['unsubscribe', null, 1])
    expect(ask('PUNSUBSCRIBE')).toEqual(['punsubscribe', 'p*', 0])
    expect(ask('PUNSUBSCRIBE')).toEqual(['punsubscribe', null, 0])
  })

  it('in a transaction does not take back what was published before it', () => {
    const { db } = open()
    const { ask, pushed } = connect(db)
    ask('MULTI')
    for (const line of ['SUBSCRIBE a', 'PUBLISH a 1', 'UNSUBSCRIBE a', 'PUBLISH a 2']) ask(line)

    expect(ask('EXEC')).toEqual([['subscribe', 'a', 1], 1, ['unsubscribe', 'a', 0], 0])
    expect(pushed).toEqual([['message', 'a', '1']])
  })
})

describe('PSUBSCRIBE', () => {
  it('hears of all channels that the pattern matches, with the pattern', () => {
    const { db } = open()
    const { ask, pushed } = connect(db)

    expect(ask('PSUBSCRIBE news.*')).toEqual(['psubscribe', 'news.*', 1])
    for (const channel of ['news.art', 'news', 'old.news.art', 'news.']) db.publish(channel, 'm')

    expect(pushed).toEqual([
      ['pmessage', 'news.*', 'news.art', 'm'],
      ['pmessage', 'news.*', 'news.', 'm'],
    ])
  })

  it('makes a connection count twice for a channel that it is subscribed to as well: first by channel, then by pattern', () => {
    const { db } = open()
    const { ask, pushed } = connect(db)
    ask('PSUBSCRIBE *')
    ask('PSUBSCRIBE n?ws')
    ask('SUBSCRIBE news')

    expect(say(db, 'PUBLISH news m')).toBe(3)

    expect(pushed.map((message) => message.slice(0, 2))).toEqual([
      ['message', 'news'],
      ['pmessage', '*'],
      ['pmessage', 'n?ws'],
    ])
  })

  it('with * does not hear of the channel without a name, as in Redis', () => {
    const { db } = open()
    const { ask, pushed } = connect(db)
    ask('PSUBSCRIBE *')

    expect(db.publish('', 'm')).toBe(0)
    expect(pushed).toEqual([])
  })
})

describe('SSUBSCRIBE', () => {
  it('hears what SPUBLISH sends, and neither of the others hears of it', () => {
    const { db } = open()
    const [shard, plain] = [connect(db), connect(db)]
    expect(shard.ask('SSUBSCRIBE a')).toEqual(['ssubscribe', 'a', 1])
    plain.ask('SUBSCRIBE a')
    plain.ask('PSUBSCRIBE *')

    expect(say(db, 'SPUBLISH a hi')).toBe(1)
    expect(say(db, 'PUBLISH a ho')).toBe(2)

    expect(shard.pushed).toEqual([['smessage', 'a', 'hi']])
    expect(plain.pushed.map((message) => message.at(-1))).toEqual(['ho', 'ho'])
  })

  it('is counted apart', () => {
    const { db } = open()
    const { ask } = connect(db)
    ask('SUBSCRIBE a b')

    expect(ask('SSUBSCRIBE a')).toEqual(['ssubscribe', 'a', 1])
    expect(ask('SUNSUBSCRIBE')).toEqual(['sunsubscribe', 'a', 0])
    expect(ask('SUNSUBSCRIBE')).toEqual(['sunsubscribe', null, 0])
    expect(ask('SUNSUBSCRIBE z')).toEqual(['sunsubscribe', 'z', 0])
  })

  it('is refused in a transaction when that runs, where SUNSUBSCRIBE is not', () => {
    const { db } = open()
    const { ask } = connect(db)
    ask('MULTI')
    ask('SSUBSCRIBE a')
    ask('SUNSUBSCRIBE a')

    expect(ask('EXEC')).toEqual([
      new RedstartError("ERR SSUBSCRIBE isn't allowed for a DENY BLOCKING client"),
      ['sunsubscribe', 'a', 0],
    ])
  })
})

describe('a connection in subscriber mode', () => {
  it.each(['SUBSCRIBE', 'PSUBSCRIBE', 'SSUBSCRIBE'])(
    'by %s is refused all other commands, by their full names',
    (by) => {
      const { db } = open()
      const { ask } = connect(db)
      ask(`${by} x`)

      expect(() => ask('GeT k')).toThrow(refused('get'))
      expect(() => ask('PUBLISH x m')).toThrow(refused('publish'))
      expect(() => ask('MULTI')).toThrow(refused('multi'))
      expect(() => ask('Pubsub CHANNELS')).toThrow(refused('pubsub|channels'))
      expect(() => ask('COMMAND')).toThrow(refused('command'))
    },
  )

  it('is told of unknown commands and wrong numbers of words first', () => {
    const { db } = open()
    const { ask } = connect(db)
    ask('SUBSCRIBE x')

    expect(() => ask('GET')).toThrow("ERR wrong number of arguments for 'get' command")
    expect(() => ask('NOSUCH')).toThrow("ERR unknown command 'NOSUCH', with args beginning with: ")
  })

  it('gets a pong that looks like a message', () => {
    const { db } = open()
    const { ask } = connect(db)
    ask('SUBSCRIBE x')

    expect(ask('PING')).toEqual(['pong', ''])
    expect(ask('PING hello')).toEqual(['pong', 'hello'])
  })

  it('leaves it with its last subscription', () => {
    const { db } = open()
    const { ask } = connect(db)
    ask('SUBSCRIBE x')
    ask('SSUBSCRIBE x')
    ask('UNSUBSCRIBE')

    expect(() => ask('GET k')).toThrow(refused('get'))
    ask('SUNSUBSCRIBE')

    expect(ask('GET k')).toBeNull()
    expect(ask('PING')).toBe('PONG')
  })

  it('leaves it by RESET, and all subscriptions are gone', () => {
    const { db } = open()
    const { ask } = connect(db)
    ask('SUBSCRIBE x')
    ask('PSUBSCRIBE *')
    ask('SSUBSCRIBE x')

    expect(ask('RESET')).toBe('RESET')

    expect(ask('PING')).toBe('PONG')
    expect([db.publish('x', 1), db.spublish('x', 1), db.pubsubNumpat()]).toEqual([0, 0, 0])
  })

  it('that is closed is subscribed to nothing', () => {
    const { db } = open()
    const { session, ask } = connect(db)
    ask('SUBSCRIBE x')

    session.close()

    expect(db.pubsubChannels()).toEqual([])
    expect(db.publish('x', 1)).toBe(0)
  })

  it('may still be used by the typed methods', () => {
    const { db } = open()
    const { session, ask } = connect(db)
    ask('SUBSCRIBE x')

    session.set('k', 'v')

    expect([session.get('k'), session.ping()]).toEqual(['v', 'PONG'])
  })

  it('drops messages while nobody listens to it', () => {
    const { db } = open()
    const session = db.session()
    session.call('SUBSCRIBE', 'x')

    expect(db.publish('x', 'm')).toBe(1)
  })
})

describe('PUBSUB', () => {
  it('CHANNELS lists what somebody is subscribed to by name, all or what matches', () => {
    const { db } = open()
    const { ask } = connect(db)
    ask('SUBSCRIBE news.art news.sport [x')
    ask('PSUBSCRIBE *')
    ask('SSUBSCRIBE shard')

    expect(say(db, 'PUBSUB CHANNELS')).toEqual(['news.art', 'news.sport', '[x'])
    expect(say(db, 'pubsub channels *.art')).toEqual(['news.art'])
    expect(say(db, 'PUBSUB SHARDCHANNELS')).toEqual(['shard'])
    expect(say(db, 'PUBSUB SHARDCHANNELS x*')).toEqual([])
  })

  it('NUMSUB counts subscribers by name, with one answer for each channel asked for', () => {
    const { db } = open()
    const [a, b] = [connect(db), connect(db)]
    a.ask('SUBSCRIBE x y')
    b.ask('SUBSCRIBE x')
    b.ask('PSUBSCRIBE x*')
    b.ask('SSUBSCRIBE x')

    expect(say(db, 'PUBSUB NUMSUB x y z x')).toEqual(['x', 2, 'y', 1, 'z', 0, 'x', 2])
    expect(say(db, 'PUBSUB NUMSUB')).toEqual([])
    expect(say(db, 'PUBSUB SHARDNUMSUB x y')).toEqual(['x', 1, 'y', 0])
  })

  it('NUMPAT counts patterns, not who is subscribed to them', () => {
    const { db } = open()
    for (const patterns of ['a* b*', 'a*']) connect(db).ask(`PSUBSCRIBE ${patterns}`)

    expect(say(db, 'PUBSUB NUMPAT')).toBe(2)
  })

  it('refuses what it does not know', () => {
    const { db } = open()

    expect(() => say(db, 'PUBSUB')).toThrow("ERR wrong number of arguments for 'pubsub' command")
    expect(() => say(db, 'PUBSUB foo')).toThrow("ERR unknown subcommand 'foo'. Try PUBSUB HELP.")
    expect(() => say(db, 'PUBSUB NUMPAT x')).toThrow("ERR wrong number of arguments for 'pubsub|numpat' command")
    expect(() => say(db, 'PUBSUB channels a b')).toThrow(
      "ERR unknown subcommand or wrong number of arguments for 'channels'. Try PUBSUB HELP.",
    )
    expect((say(db, 'PUBSUB HELP') as string[])[0]).toContain('PUBSUB <subcommand>')
  })
})

describe('PUBLISH', () => {
  it('in a transaction hands its message out with the events of the transaction, in their order', () => {
    const { db } = open()
    db.configSet({ 'notify-keyspace-events': 'KEA' })
    const { ask, pushed } = connect(db)
    const writer = connect(db)
    ask('PSUBSCRIBE *')
    writer.ask('MULTI')
    for (const line of ['SET a 1', 'PUBLISH x hi', 'SET b 1']) writer.ask(line)

    expect(writer.ask('EXEC')).toEqual(['OK', 1, 'OK'])

    expect(pushed.map((message) => message.slice(2))).toEqual([
      ['__keyspace@0__:a', 'set'],
      ['__keyevent@0__:set', 'a'],
      ['x', 'hi'],
      ['__keyspace@0__:b', 'set'],
      ['__keyevent@0__:set', 'b'],
    ])
  })

  it('sends numbers as their text', () => {
    const { db } = open()
    const { ask, pushed } = connect(db)
    ask('SUBSCRIBE x')

    say(db, 'PUBLISH x 1')
    db.publish('x', 2)
    db.publish('x', 3n)

    expect(pushed.map((message) => message[2])).toEqual(['1', '2', '3'])
  })

  it('changes nothing and logs nothing', () => {
    const opened = open()
    connect(opened.db).ask('SUBSCRIBE x')

    say(opened.db, 'PUBLISH x 1')

    expect([opened.db.engine.dirty, opened.log.batches, opened.seen]).toEqual([0, [], []])
  })
})
