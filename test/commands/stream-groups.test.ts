import { describe, expect, it } from 'vitest'
import type { Stream } from '../../src/structures/stream.js'
import { expectRefused, forget, logged, type Opened, open, START_MS, say, WRONGTYPE } from '../support.js'

const NEEDS_KEY =
  'ERR The XGROUP subcommand requires the key to exist. Note that for CREATE you may want to use the MKSTREAM option to create an empty stream automatically.'
const NO_GROUP = "NOGROUP No such key 's' or consumer group 'none'"

/** The stream s of the entries 1-0 to 4-0, which the group g has read half of, for the consumer c. */
function openWithGroup(): Opened {
  const opened = open()
  const { db } = opened
  for (const n of [1, 2, 3, 4]) db.xadd('s', `${n}-0`, { n })
  db.xgroupCreate('s', 'g', '0')
  db.xreadgroup('g', 'c', { s: '>' }, { count: 2 })
  db.set('k', 'v')
  forget(opened)
  return opened
}

describe('XGROUP', () => {
  it('makes a stream where it may, which announces the group alone', () => {
    const opened = open()

    expect(opened.db.xgroupCreate('s', 'g', '$', { mkstream: true })).toBe('OK')
    expect(opened.seen).toEqual(['xgroup-create s'])
    expect(logged(opened)).toEqual(['XGROUP CREATE s g 0-0 MKSTREAM ENTRIESREAD -1'])
    expect([opened.db.type('s'), opened.db.xlen('s')]).toEqual(['stream', 0])
  })

  it('trips no watch by what it does to groups, but by making a stream', () => {
    const { db } = openWithGroup()
    const [one, other] = [db.session(), db.session()]
    one.call('WATCH', 's')
    other.call('WATCH', 't')
    db.xgroupCreate('s', 'h', '$')
    db.xreadgroup('g', 'd', { s: '>' })
    db.xack('s', 'g', '1-0')
    db.xgroupDestroy('s', 'h')
    db.xgroupCreate('t', 'g', '$', { mkstream: true })

    for (const session of [one, other]) session.call('MULTI')
    expect([one.call('EXEC'), other.call('EXEC')]).toEqual([[], null])
  })

  it('takes away what is pending with a consumer, and with a group', () => {
    const opened = openWithGroup()
    const { db } = opened
    const { weight } = streamAt(opened)

    expect(db.xgroupDelconsumer('s', 'g', 'c')).toBe(2)
    expect(db.xpending('s', 'g').count).toBe(0)
    expect(streamAt(opened).weight).toBeLessThan(weight)
    expect([db.xgroupDestroy('s', 'g'), db.xgroupDestroy('s', 'g')]).toEqual([1, 0])
    expect(opened.seen).toEqual(['xgroup-delconsumer s', 'xgroup-destroy s'])
    expect(logged(opened)).toEqual(['XGROUP DELCONSUMER s g c', 'XGROUP DESTROY s g'])
    streamAt(opened).invariants()
  })

  it.each([
    ['XGROUP CREATE s g 0', 'BUSYGROUP Consumer Group name already exists'],
    ['XGROUP CREATE none g 0', NEEDS_KEY],
    ['XGROUP CREATE k g 0 MKSTREAM', WRONGTYPE],
    ['XGROUP SETID s none 0', "NOGROUP No such consumer group 'none' for key name 's'"],
    ['XREADGROUP GROUP none c STREAMS s >', `${NO_GROUP} in XREADGROUP with GROUP option`],
    ['XREADGROUP GROUP g c STREAMS k >', WRONGTYPE],
    ['XACK k g 1-0', WRONGTYPE],
    ['XPENDING none g', "NOGROUP No such key 'none' or consumer group 'g'"],
    ['XCLAIM s none c 0 1-0', NO_GROUP],
    ['XCLAIM s g d 0 1-0 IDLE none', 'ERR Invalid IDLE option argument for XCLAIM'],
    ['XAUTOCLAIM s g d 0 none', 'ERR Invalid stream ID specified as stream command argument'],
    ['XINFO STREAM none', 'ERR no such key'],
  ])('and its kin refuse, and change nothing: %s', (words, message) => {
    const opened = openWithGroup()

    expectRefused(opened, () => say(opened.db, words), message)
  })
})

function streamAt({ db }: Opened): Stream {
  const { keys } = db.engine.databases[0]!
  return keys.lookAt(keys.find('s')) as Stream
}

describe('XREADGROUP', () => {
  it('delivers what nobody has been given, and logs what is pending and how far the group has read', () => {
    const opened = openWithGroup()

    const found = opened.db.xreadgroup('g', 'd', { s: '>' }, { count: 1 })

    expect(found).toEqual([{ key: 's', entries: [{ id: '3-0', fields: { n: '3' } }] }])
    expect(opened.seen).toEqual(['xgroup-createconsumer s'])
    expect(logged(opened)).toEqual([
      'XGROUP CREATECONSUMER s g d',
      `XCLAIM s g d 0 3-0 TIME ${START_MS} RETRYCOUNT 1 FORCE JUSTID`,
      'XGROUP SETID s g 3-0 ENTRIESREAD 3',
    ])
  })

  it('returns what is pending for the consumer, and counts that, without what was deleted', () => {
    const { db, clock } = openWithGroup()
    db.xdel('s', '1-0')
    clock.advance(50)

    expect(db.xreadgroup('g', 'c', { s: '0' })).toEqual([
      {
        key: 's',
        entries: [
          { id: '1-0', fields: null },
          { id: '2-0', fields: { n: '2' } },
        ],
      },
    ])
    expect(db.xpendingRange('s', 'g', '-', '+', 9)).toEqual([
      { id: '1-0', consumer: 'c', idleMs: 50, deliveries: 1 },
      { id: '2-0', consumer: 'c', idleMs: 0, deliveries: 2 },
    ])
  })

  it('notes nothing as pending that need not be acknowledged', () => {
    const { db } = openWithGroup()

    db.xreadgroup('g', 'd', { s: '>' }, { noack: true })

    expect(db.xpending('s', 'g')).toEqual({ count: 2, min: '1-0', max: '2-0', consumers: [{ name: 'c', count: 2 }] })
    expect(db.xinfoGroups('s')[0]).toMatchObject({ entriesRead: 4, lag: 0, pending: 2 })
  })
})

describe('XCLAIM and XAUTOCLAIM', () => {
  it('give to another what has been idle for long enough', () => {
    const opened = openWithGroup()
    const { db, clock } = opened
    clock.advance(100)

    expect(db.xclaim('s', 'g', 'd', 101, ['1-0'])).toEqual([])
    expect(db.xclaim('s', 'g', 'd', 100, ['1-0', '9-9'])).toEqual([{ id: '1-0', fields: { n: '1' } }])
    expect(db.xclaimJustid('s', 'g', 'd', 0, ['2-0'], { retrycount: 5 })).toEqual(['2-0'])
    expect(db.xpendingRange('s', 'g', '-', '+', 9, { consumer: 'd' })).toEqual([
      { id: '1-0', consumer: 'd', idleMs: 0, deliveries: 2 },
      { id: '2-0', consumer: 'd', idleMs: 0, deliveries: 5 },
    ])
    expect(logged(opened).slice(1)).toEqual([
      `XCLAIM s g d 0 1-0 TIME ${START_MS + 100} RETRYCOUNT 2 FORCE JUSTID`,
      `XCLAIM s g d 0 2-0 TIME ${START_MS + 100} RETRYCOUNT 5 FORCE JUSTID`,
    ])
  })

  it('miss a key that is not there once', () => {
    const { db } = open()
    const missed: string[] = []
    db.on('keymiss', (key) => missed.push(key))

    expect(() => say(db, 'XCLAIM s none c 0 1-0')).toThrow(NO_GROUP)
    expect(() => db.xclaim('s', 'none', 'c', 0, ['1-0'])).toThrow(NO_GROUP)
    expect(() => db.xautoclaim('s', 'none', 'c', 0, '0')).toThrow(NO_GROUP)
    expect(missed).toEqual(['s', 's', 's'])
  })

  it('forget what is no longer in the stream, and go on where they were', () => {
    const { db } = openWithGroup()
    db.xreadgroup('g', 'c', { s: '>' })
    db.xdel('s', '2-0')

    expect(db.xautoclaim('s', 'g', 'd', 0, '-', { count: 2 })).toEqual({
      ...{ cursor: '3-0', deleted: ['2-0'] },
      entries: [{ id: '1-0', fields: { n: '1' } }],
    })
    expect(db.xautoclaimJustid('s', 'g', 'd', 0, '3-0')).toEqual({
      ...{ cursor: '0-0', deleted: [] },
      entries: ['3-0', '4-0'],
    })
    expect(db.xpending('s', 'g').consumers).toEqual([{ name: 'd', count: 3 }])
  })
})

describe('what is there afterwards', () => {
  it('is the same in a fork, in a copy and after a restart from the payload', () => {
    const { db } = openWithGroup()
    db.xreadgroup('g', 'd', { s: '>' }, { count: 1 })
    db.copy('s', 't')
    const fork = db.fork()
    db.xack('s', 'g', '1-0', '2-0', '3-0')
    db.xgroupDestroy('t', 'g')

    expect(fork.xpending('s', 'g')).toEqual(fork.xpending('t', 'g'))
    expect(fork.xpending('s', 'g').consumers).toEqual([
      { name: 'c', count: 2 },
      { name: 'd', count: 1 },
    ])
    fork.call('RESTORE', 'u', 0, fork.callBuffer('DUMP', 's') as Uint8Array)
    expect(say(fork, 'XINFO STREAM u FULL')).toEqual(say(fork, 'XINFO STREAM s FULL'))
  })
})
