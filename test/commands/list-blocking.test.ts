import { type CallReply, Redstart, RedstartError, type Session } from 'redstart'
import { describe, expect, it } from 'vitest'
import { expectRefused, forget, logged, type Opened, open, SYNTAX, say, WRONGTYPE } from '../support.js'

/** Calls of sessions that wait, and what they were answered so far. */
class Waiting {
  readonly answers: string[] = []

  constructor(private readonly opened: Opened) {}

  call(name: string, line: string): Session {
    const session = this.opened.db.session()
    const reply = say(session, line) as CallReply | Promise<CallReply>
    Promise.resolve(reply).then(
      (later) => void this.answers.push(`${name} ${JSON.stringify(later)}`),
      (error: Error) => void this.answers.push(`${name} ${error.message}`),
    )
    return session
  }

  /** What has been answered, once promises that are settled have reported. */
  async told(): Promise<string[]> {
    for (let i = 0; i < 5; i++) await undefined
    return this.answers
  }
}

function set(): { opened: Opened; waiting: Waiting } {
  const opened = open()
  return { opened, waiting: new Waiting(opened) }
}

function expectNobody({ db }: Opened): void {
  expect([db.engine.waiters.size, db.engine.waiters.active]).toEqual([0, false])
}

describe('blocking commands on lists that are there', () => {
  it.each([
    ['BLPOP none a 0', ['a', '1'], 'LPOP a', ['lpop a']],
    ['BRPOP a none 0', ['a', '3'], 'RPOP a', ['rpop a']],
    ['BLMOVE a b LEFT RIGHT 0', '1', 'LMOVE a b LEFT RIGHT', ['rpush b', 'lpop a']],
    ['BRPOPLPUSH a b 0', '3', 'LMOVE a b RIGHT LEFT', ['lpush b', 'rpop a']],
    ['BLMPOP 0 2 none a LEFT COUNT 2', ['a', ['1', '2']], 'LPOP a 2', ['lpop a']],
    ['BLMPOP 0 1 a RIGHT', ['a', ['3']], 'RPOP a 1', ['rpop a']],
  ])('%s answers at once, and is logged without a wait', (words, reply, log, events) => {
    const { opened } = set()
    say(opened.db, 'RPUSH a 1 2 3')
    forget(opened)

    expect(say(opened.db, words)).toEqual(reply)
    expect(logged(opened)).toEqual([log])
    expect(opened.seen).toEqual(events)
    expectNobody(opened)
  })

  it.each([
    ['BLPOP a abc', 'ERR timeout is not a float or out of range'],
    ['BRPOP a nan', 'ERR timeout is not a float or out of range'],
    ['BLPOP s -1', 'ERR timeout is negative'],
    ['BLPOP a 1e300', 'ERR timeout is out of range'],
    ['BLPOP a 9223372036854775', 'ERR timeout is out of range'],
    ['BLPOP s a 0', WRONGTYPE],
    ['BLPOP none s 0', WRONGTYPE],
    ['BLMOVE a s LEFT RIGHT 0', WRONGTYPE],
    ['BLMOVE s a LEFT RIGHT 0', WRONGTYPE],
    ['BLMOVE a b UP RIGHT abc', SYNTAX],
    ['BLMOVE none b LEFT RIGHT abc', 'ERR timeout is not a float or out of range'],
    ['BRPOPLPUSH none b -1', 'ERR timeout is negative'],
    ['BRPOPLPUSH a s 0', WRONGTYPE],
    ['BLMPOP abc 0 a LEFT', 'ERR numkeys should be greater than 0'],
    ['BLMPOP abc 1 a UP', SYNTAX],
    ['BLMPOP abc 1 a LEFT COUNT 0', 'ERR count should be greater than 0'],
    ['BLMPOP abc 1 a LEFT COUNT 1', 'ERR timeout is not a float or out of range'],
    ['BLMPOP 0 1 s LEFT', WRONGTYPE],
    ['BLPOP a', "ERR wrong number of arguments for 'blpop' command"],
  ])('%s is refused at once: %s', (words, message) => {
    const { opened } = set()
    say(opened.db, 'RPUSH a 1')
    say(opened.db, 'SET s v')

    expectRefused(opened, () => say(opened.db, words), message)
    expectNobody(opened)
  })
})

describe('blocking commands that wait', () => {
  it('are served first come, first served, each in a unit of its own', async () => {
    const { opened, waiting } = set()
    waiting.call('a', 'BLPOP k 0')
    waiting.call('b', 'BRPOP k 0')
    waiting.call('c', 'BLPOP k 0')

    say(opened.db, 'RPUSH k 1 2 3 4')

    expect(await waiting.told()).toEqual(['a ["k","1"]', 'b ["k","4"]', 'c ["k","2"]'])
    expect(opened.seen).toEqual(['rpush k', 'lpop k', 'rpop k', 'lpop k'])
    expect(opened.log.batches.map((batch) => batch.length)).toEqual([1, 1, 1, 1])
    expect(logged(opened)).toEqual(['RPUSH k 1 2 3 4', 'LPOP k', 'RPOP k', 'LPOP k'])
    expectNobody(opened)
  })

  it('are served before the push returns, so that the list is gone then', () => {
    const { opened, waiting } = set()
    waiting.call('a', 'BLPOP k 0')

    expect(say(opened.db, 'RPUSH k 1')).toBe(1)
    expect(say(opened.db, 'EXISTS k')).toBe(0)
  })

  it('take from the first of their keys that has something, whichever became ready first', async () => {
    const { opened, waiting } = set()
    waiting.call('a', 'BLPOP x y 0')
    say(opened.db, 'RPUSH l 1')

    say(opened.db, 'COPY l y')
    say(opened.db, 'COPY l x')

    expect(await waiting.told()).toEqual(['a ["y","1"]'])
    expect(say(opened.db, 'EXISTS x')).toBe(1)
  })

  it('move, and so wake those who wait for the destination', async () => {
    const { opened, waiting } = set()
    waiting.call('c', 'BLPOP s3 0')
    waiting.call('b', 'BLMOVE s2 s3 LEFT RIGHT 0')
    waiting.call('a', 'BRPOPLPUSH s1 s2 0')

    say(opened.db, 'RPUSH s1 x')

    expect(await waiting.told()).toEqual(['a "x"', 'b "x"', 'c ["s3","x"]'])
    expect(logged(opened)).toEqual(['RPUSH s1 x', 'LMOVE s1 s2 RIGHT LEFT', 'LMOVE s2 s3 LEFT RIGHT', 'LPOP s3'])
    expect(say(opened.db, 'DBSIZE')).toBe(0)
  })

  it('take several by BLMPOP, and as many as there are', async () => {
    const { opened, waiting } = set()
    waiting.call('a', 'BLMPOP 0 2 x y RIGHT COUNT 2')
    waiting.call('b', 'BLMPOP 0 1 y LEFT COUNT 9')

    say(opened.db, 'RPUSH y 1 2 3')

    expect(await waiting.told()).toEqual(['a ["y",["3","2"]]', 'b ["y",["1"]]'])
    expect(logged(opened)).toEqual(['RPUSH y 1 2 3', 'RPOP y 2', 'LPOP y 1'])
  })

  it('are answered by the error of what they meet when they are served', async () => {
    const { opened, waiting } = set()
    waiting.call('a', 'BLMOVE k dst LEFT RIGHT 0')
    waiting.call('b', 'BLPOP x k 0')
    say(opened.db, 'SET dst text')
    say(opened.db, 'SET x text')

    say(opened.db, 'RPUSH k 1')

    expect(await waiting.told()).toEqual([`a ${WRONGTYPE}`, `b ${WRONGTYPE}`])
    expect(say(opened.db, 'LRANGE k 0 -1')).toEqual(['1'])
    expectNobody(opened)
  })

  it('wait for lists, and for no other type at their key', async () => {
    const { opened, waiting } = set()
    waiting.call('a', 'BLPOP k 0')

    say(opened.db, 'SADD k member')
    say(opened.db, 'DEL k')
    const before = [...(await waiting.told())]
    say(opened.db, 'RPUSH k 1')

    expect(before).toEqual([])
    expect(await waiting.told()).toEqual(['a ["k","1"]'])
  })

  it('serve the database that they began to wait in, whatever their session does meanwhile', async () => {
    const { opened, waiting } = set()
    const session = waiting.call('a', 'BLPOP k 0')
    session.select(1)

    say(opened.db, 'RPUSH k 1')

    expect(await waiting.told()).toEqual(['a ["k","1"]'])
    expect(session.rpush('k', 'of database 1')).toBe(1)
  })

  it('are answered null when their time is up, at the millisecond', async () => {
    const { opened, waiting } = set()
    waiting.call('a', 'BLPOP k 0.1')
    waiting.call('b', 'BLMOVE k l LEFT LEFT 0.0501')
    waiting.call('c', 'BRPOPLPUSH k l 1e-9')
    waiting.call('d', 'BLMPOP 0.2 1 k LEFT')

    const told: string[][] = []
    for (const ms of [0, 1, 49, 1, 48, 1, 100]) {
      opened.clock.advance(ms)
      told.push([...(await waiting.told())])
    }

    const [c, b, a, d] = ['c null', 'b null', 'a null', 'd null']
    expect(told).toEqual([[], [c], [c], [c, b], [c, b], [c, b, a], [c, b, a, d]])
    expect([opened.seen, logged(opened)]).toEqual([[], []])
    expectNobody(opened)
  })

  it.each(['0', '-0.001', '9000000000000000'])('wait for ever with a timeout of %s', async (timeout) => {
    const { opened, waiting } = set()
    waiting.call('a', `BLPOP k ${timeout}`)

    opened.clock.advance(10 ** 12)
    const before = [...(await waiting.told())]
    say(opened.db, 'RPUSH k 1')

    expect(before).toEqual([])
    expect(await waiting.told()).toEqual(['a ["k","1"]'])
  })

  it('do not wait in a database that has been closed: there is no timer to end it', async () => {
    const db = new Redstart()
    await db.close()
    const refused = 'ERR the database is closed'

    await expect(db.blpop('none', 0.01)).rejects.toThrow(refused)
    await expect(db.session().call('BLPOP', 'none', '0')).rejects.toThrow(refused)
    db.rpush('there', 'a')
    expect(await db.blpop('there', 0)).toEqual({ key: 'there', element: 'a' })
  })

  it('are refused when the database is closed', async () => {
    const { opened, waiting } = set()
    waiting.call('a', 'BLPOP k 0')
    waiting.call('b', 'BLMPOP 10 1 k LEFT')

    await opened.db.close()

    expect(await waiting.told()).toEqual(['a ERR the database is closed', 'b ERR the database is closed'])
    expectNobody(opened)
  })

  it('do not wait inside a unit that is open: they answer as if time had run out', () => {
    const { opened } = set()
    const inside: unknown[] = []
    opened.db.engine.depth++
    try {
      for (const line of ['BLPOP k 0', 'BLMOVE k l LEFT LEFT 0', 'BRPOPLPUSH k l 5', 'BLMPOP 0 1 k LEFT']) {
        inside.push(say(opened.db, line))
      }
    } finally {
      opened.db.engine.depth--
    }

    expect(inside).toEqual([null, null, null, null])
    expectNobody(opened)
  })

  it('give bytes by callBuffer, also when they had to wait', async () => {
    const { opened } = set()
    const reply = opened.db.session().callBuffer('BLPOP', 'k', 0)

    opened.db.rpush('k', 'é')

    expect(await reply).toEqual([Uint8Array.of(0x6b), Uint8Array.of(0xc3, 0xa9)])
  })

  it('may be served by a listener of an event', async () => {
    const { opened, waiting } = set()
    waiting.call('a', 'BLPOP answer 0')
    opened.db.on('set', () => void opened.db.rpush('answer', '42'))

    say(opened.db, 'SET question x')

    expect(await waiting.told()).toEqual(['a ["answer","42"]'])
  })
})

it('a refused wait is a rejected promise, not a thrown error', async () => {
  const { opened } = set()
  const reply = opened.db.session().call('BLMOVE', 'k', 'dst', 'LEFT', 'LEFT', 0)
  say(opened.db, 'SET dst text')

  say(opened.db, 'RPUSH k 1')

  await expect(reply).rejects.toEqual(new RedstartError(WRONGTYPE))
})
