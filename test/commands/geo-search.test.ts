import { describe, expect, it } from 'vitest'
import { answers, expectRefused, forget, logged, type Opened, open, SYNTAX, say, WRONGTYPE } from '../support.js'

const SICILY = { longitude: 15, latitude: 37 }
const KM200 = { radius: 200, unit: 'km' } as const

function sicily(): Opened {
  const opened = open()
  opened.db.geoadd('g', [
    { member: 'Palermo', longitude: 13.361389, latitude: 38.115556 },
    { member: 'Catania', longitude: 15.087269, latitude: 37.502669 },
    { member: 'far', longitude: -120, latitude: -40 },
  ])
  forget(opened)
  return opened
}

describe('GEOSEARCH', () => {
  it('finds what lies in a circle or a box, around a place or a member', () => {
    const { db } = sicily()

    expect(db.geosearch('g', SICILY, KM200)).toEqual(['Palermo', 'Catania'])
    expect(db.geosearch('g', { member: 'Catania' }, { width: 1, height: 1, unit: 'km' })).toEqual(['Catania'])
    expect(db.geosearch('g', SICILY, { radius: Number.POSITIVE_INFINITY, unit: 'm' })).toHaveLength(3)
    expect(db.geosearch('no', { member: 'a' }, KM200)).toEqual([])
  })

  it('shows the parts that are asked for and no others', () => {
    const { db } = sicily()

    const [nearest] = db.geosearch('g', SICILY, KM200, { order: 'asc', withDist: true })
    const all = db.geosearch('g', SICILY, KM200, { count: 1, withDist: true, withCoord: true, withHash: true })

    expect(nearest).toEqual({ member: 'Catania', distance: expect.closeTo(56.4413, 4) })
    expect(all).toEqual([
      {
        member: 'Catania',
        distance: expect.closeTo(56.4413, 4),
        hash: 3479447370796909,
        coordinates: { longitude: 15.087267458438873, latitude: 37.50266842333162 },
      },
    ])
    expect(db.geosearch('g', SICILY, KM200, { order: 'desc' })).toEqual(['Palermo', 'Catania'])
    expect(db.geosearch('g', SICILY, KM200, { count: 1, any: true })).toEqual(['Palermo'])
  })

  it('stops at `count` of `any`, also within a crowd', () => {
    const { db } = open()
    for (let i = 0; i < 500; i++) db.geoadd('g', 15 + i / 1e4, 37, `m${i}`)

    expect(db.geosearch('g', SICILY, KM200, { count: 100, any: true })).toHaveLength(100)
    expect(db.geosearch('g', SICILY, KM200, { count: 3 })).toEqual(['m0', 'm1', 'm2'])
    expect(db.geosearch('g', SICILY, KM200, { order: 'desc' })[0]).toBe('m499')
  })

  it('counts 180 and -180 degrees as the same', () => {
    const { db } = open()
    db.geoadd('g', 179.999, 0, 'east')
    db.geoadd('g', -179.999, 0, 'west')

    expect(db.geosearch('g', { member: 'east' }, { radius: 1, unit: 'km' }).sort()).toEqual(['east', 'west'])
  })

  it('refuses in the words of Redis', () => {
    const { db } = sicily()
    const only = (which: string) => `ERR exactly one of ${which} can be specified for GEOSEARCH`
    const refused: [string, string][] = [
      ['FROMMEMBER no BYRADIUS 1 m', 'ERR could not decode requested zset member'],
      ['FROMLONLAT 1 1 FROMMEMBER no BYRADIUS 1 m', SYNTAX],
      ['FROMLONLAT 1 1 BYRADIUS 1 m BYBOX 1 1 m', SYNTAX],
      ['BYRADIUS 1 m ASC ASC ASC', only('FROMMEMBER or FROMLONLAT')],
      ['FROMLONLAT 1 1 ASC ASC ASC', only('BYRADIUS and BYBOX')],
      ['FROMLONLAT 1 1 BYRADIUS -1 m', 'ERR radius cannot be negative'],
      ['FROMLONLAT 1 1 BYRADIUS x m', 'ERR need numeric radius'],
      ['FROMLONLAT 1 1 BYBOX 1 -1 m', 'ERR height or width cannot be negative'],
      ['FROMLONLAT 1 1 BYBOX x 1 m', 'ERR need numeric width'],
      ['FROMLONLAT 1 1 BYBOX 1 x m', 'ERR need numeric height'],
      ['FROMLONLAT 1 1 BYRADIUS 1 m COUNT 0', 'ERR COUNT must be > 0'],
      ['FROMLONLAT 1 1 BYRADIUS 1 m ANY', 'ERR the ANY argument requires COUNT argument'],
      ['FROMLONLAT 1 1 BYRADIUS 1 m STOREDIST', SYNTAX],
    ]

    expect(refused.map(([words]) => answers(db, `GEOSEARCH g ${words}`)[0])).toEqual(refused.map(([, text]) => text))
    expect(() => db.geosearch('g', { longitude: 181, latitude: 0 }, KM200)).toThrow('invalid longitude,latitude pair')
    expect(() => db.geosearch('g', SICILY, { radius: Number.NaN, unit: 'm' })).toThrow('need numeric radius')
    expect(() => db.geosearch('g', SICILY, KM200, { order: 'up' as 'asc' })).toThrow(SYNTAX)
  })
})

describe('GEOSEARCHSTORE', () => {
  it('keeps places, or distances in the unit of the search', () => {
    const opened = sicily()
    say(opened.db, 'SET d x')
    forget(opened)

    expect(opened.db.geosearchstore('d', 'g', SICILY, KM200)).toBe(2)
    expect(opened.db.zscore('d', 'Palermo')).toBe(opened.db.zscore('g', 'Palermo'))
    expect(logged(opened)).toEqual(['DEL d', 'ZADD d 3479099956230698 Palermo 3479447370796909 Catania'])
    expect(opened.db.geosearchstore('d', 'g', SICILY, KM200, { storeDist: true, count: 1 })).toBe(1)
    expect(opened.db.zrange('d', 0, -1, { withScores: true })).toEqual([
      { member: 'Catania', score: expect.closeTo(56.4413, 4) },
    ])
    expect(opened.seen).toEqual(['geosearchstore d', 'geosearchstore d'])
  })

  it('removes the destination where nothing is found, also by a missing key', () => {
    const opened = sicily()
    say(opened.db, 'MSET d x e y')
    forget(opened)

    expect(opened.db.geosearchstore('d', 'g', { longitude: 90, latitude: 0 }, KM200)).toBe(0)
    expect(opened.db.geosearchstore('e', 'no', SICILY, KM200)).toBe(0)
    expect(opened.seen).toEqual(['del d', 'del e'])
  })

  it('refuses parts, and other types', () => {
    const opened = sicily()
    say(opened.db, 'SET s x')

    expectRefused(
      opened,
      () => say(opened.db, 'GEOSEARCHSTORE d g FROMLONLAT 15 37 BYRADIUS 1 m WITHDIST'),
      'ERR GEOSEARCHSTORE is not compatible with WITHDIST, WITHHASH and WITHCOORD options',
    )
    expectRefused(opened, () => say(opened.db, 'GEOSEARCHSTORE d s FROMLONLAT x 37 BYRADIUS 1 m'), WRONGTYPE)
  })
})

describe('GEORADIUS and its kin', () => {
  it('are older forms of the same', () => {
    const opened = sicily()
    const { db } = opened

    expect(db.georadius('g', 15, 37, 200, 'km', { order: 'asc' })).toEqual(['Catania', 'Palermo'])
    expect(db.georadiusRo('g', 15, 37, 200, 'km')).toEqual(['Palermo', 'Catania'])
    expect(db.georadiusbymember('g', 'Catania', 200, 'km')).toEqual(['Palermo', 'Catania'])
    expect(db.georadiusbymemberRo('g', 'Catania', 1, 'm', { withHash: true })).toEqual([
      { member: 'Catania', hash: 3479447370796909 },
    ])
    expect(db.georadiusStore('g', 'd', 15, 37, 200, 'km')).toBe(2)
    expect(db.georadiusbymemberStore('g', 'd', 'Catania', 200, 'km', { storeDist: true })).toBe(2)
    expect(db.zscore('d', 'Catania')).toBe(0)
    expect(opened.seen).toEqual(['georadiusstore d', 'georadiusstore d'])
  })

  it('know where their keys stand', () => {
    const { db } = open()

    expect(db.call('COMMAND', 'GETKEYS', 'GEORADIUS', 'g', '1', '1', '1', 'm', 'STORE', 'd', 'STOREDIST', 'e')).toEqual(
      [...['g', 'e']],
    )
    expect(
      answers(db, 'GEORADIUS_RO g 1 1 1 m STORE d', 'GEORADIUSBYMEMBER no no x xx', 'GEORADIUS no x 1 1 m'),
    ).toEqual([...[SYNTAX, [], 'ERR value is not a valid float']])
  })
})
