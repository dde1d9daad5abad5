import { describe, expect, it } from 'vitest'
import { expectRefused, forget, logged, type Opened, open, say, WRONGTYPE } from '../support.js'

const NO_GROUP = "NOGROUP No such key 's' or consumer group 'g' in XREADGROUP with GROUP option"
const INVALID_ID = 'ERR Invalid stream ID specified as stream command argument'
const ONLY_GROUP =
  'ERR The > ID can be specified only when calling XREADGROUP using the GROUP <group> <consumer> option.'
const UNBALANCED = "ERR Unbalanced 'xread' list of streams: for each stream key an ID, '+', or '$' must be specified."
const MEANINGLESS =
  'ERR The $ ID is meaningless in the context of XREADGROUP: you want to read the history of this consumer by specifying a ' +
  'proper ID, or use the > ID to get new messages. The $ ID would just return an empty result set.'

function openWithGroup(): Opened {
  const opened = open()
  opened.db.xgroupCreate('s', 'g', '$', { mkstream: true })
  forget(opened)
  return opened
}

function expectNobody({ db }: Opened): void {
  expect([db.engine.waiters.size, db.engine.waiters.active]).toEqual([0, false])
}

describe('XREAD', () => {
  it('reads past ids, and leaves out streams without such entries', () => {
    const { db } = open()
    for (const key of ['s', 't']) for (const n of [1, 2]) db.xadd(key, `${n}-0`, { n })

    expect(db.xread({ s: '1', t: '2', none: '0' })).toEqual([
      { key: 's', entries: [{ id: '2-0', fields: { n: '2' } }] },
    ])
    expect(db.xread(new Map([['t', '+']]))).toEqual([{ key: 't', entries: [{ id: '2-0', fields: { n: '2' } }] }])
    expect([db.xread({ s: '$', t: '2-0' }), db.xread({ none: '+' })]).toEqual([null, null])
  })

  it('looks at each key twice, with its id and to read it', () => {
    const { db } = open()
    const missed: string[] = []
    db.on('keymiss', (key) => missed.push(key))

    expect(say(db, 'XREAD STREAMS s t u $ 5 +')).toBeNull()
    expect(() => say(db, 'XREAD STREAMS s t u 0 0 none')).toThrow(INVALID_ID)
    expect(missed).toEqual(['s', 't', 'u', 's', 't', 'u', 's', 't', 'u'])
  })

  it('waits for an entry past the id that was the last one when it was called', async () => {
    const opened = open()
    const { db } = opened
    db.xadd('s', '5-0', { n: 5 })
    const waiting = db.xread({ s: '$' }, { block: 0 })
    db.xdel('s', '5-0')
    db.xadd('s', '6-0', { n: 6 })

    expect(await waiting).toEqual([{ key: 's', entries: [{ id: '6-0', fields: { n: '6' } }] }])
    expectNobody(opened)
  })

  it('does not hear of an entry that is gone again after the unit that added it', async () => {
    const opened = open()
    const { db } = opened
    const waiting = db.xread({ s: '0' }, { block: 100 })
    db.transaction(() => {
      db.xadd('s', '1-0', { n: 1 })
      db.xdel('s', '1-0')
    })
    opened.clock.advance(100)

    expect(await waiting).toBeNull()
    expectNobody(opened)
  })

  it('ends with the reason of its signal, and leaves nobody behind', async () => {
    const opened = open()
    const stop = new AbortController()
    const waiting = opened.db.xread({ s: '$' }, { block: 0, signal: stop.signal })
    stop.abort(new Error('enough'))

    await expect(waiting).rejects.toThrow('enough')
    expectNobody(opened)
  })

  it('answers at once inside of a multi', () => {
    const { db } = open()

    const replies = db.multi().xread({ s: '$' }, { block: 0 }).xadd('s', '1-0', { n: 1 }).xread({ s: '0' }).exec()

    expect(replies).toEqual([null, '1-0', [{ key: 's', entries: [{ id: '1-0', fields: { n: '1' } }] }]])
  })

  it.each([
    ['XREAD STREAMS s >', ONLY_GROUP],
    ['XREAD STREAMS s none', INVALID_ID],
    ['XREAD BLOCK -1 STREAMS s $', 'ERR timeout is negative'],
    ['XREAD STREAMS s t 0', UNBALANCED],
    ['XREADGROUP GROUP g c STREAMS s $', MEANINGLESS],
  ])('and XREADGROUP refuse, and change nothing: %s', (words, message) => {
    const opened = openWithGroup()

    expectRefused(opened, () => say(opened.db, words), message)
  })
})

describe('XREADGROUP that waits', () => {
  it('is served in order, each consumer with entries of its own', async () => {
    const opened = openWithGroup()
    const { db } = opened
    const first = db.xreadgroup('g', 'a', { s: '>' }, { block: 0 })
    const second = db.xreadgroup('g', 'b', { s: '>' }, { block: 0 })
    db.xadd('s', '1-0', { n: 1 })
    db.xadd('s', '2-0', { n: 2 })

    expect((await first)?.[0]?.entries.map(({ id }) => id)).toEqual(['1-0'])
    expect((await second)?.[0]?.entries.map(({ id }) => id)).toEqual(['2-0'])
    expect(logged(opened).filter((line) => line.startsWith('X') && !line.startsWith('XCLAIM'))).toEqual([
      ...['XGROUP CREATECONSUMER s g a', 'XGROUP CREATECONSUMER s g b'],
      ...['XADD s 1-0 n 1', 'XGROUP SETID s g 1-0 ENTRIESREAD 1'],
      ...['XADD s 2-0 n 2', 'XGROUP SETID s g 2-0 ENTRIESREAD 2'],
    ])
    expectNobody(opened)
  })

  it.each<[string, (opened: Opened) => unknown, string]>([
    ['the group is destroyed', ({ db }) => db.xgroupDestroy('s', 'g'), NO_GROUP],
    ['the key is deleted', ({ db }) => db.del('s'), NO_GROUP],
    ['all keys are', ({ db }) => db.flushall(), NO_GROUP],
    ['the time of the key is up', ({ db, clock }) => db.pexpire('s', 5) && clock.advance(5), NO_GROUP],
    ['the key becomes a string', ({ db }) => db.set('s', 'v'), WRONGTYPE],
  ])('is refused when %s', async (_what, happen, message) => {
    const opened = openWithGroup()
    const waiting = opened.db.xreadgroup('g', 'a', { s: '>' }, { block: 0 })

    happen(opened)

    await expect(waiting).rejects.toThrow(message)
    expectNobody(opened)
  })
})
