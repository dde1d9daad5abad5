import { describe, expect, it } from 'vitest'
import { answers, expectRefused, logged, open, SYNTAX, say, WRONGTYPE } from '../support.js'

const PAIR = 'ERR invalid longitude,latitude pair'

describe('GEOADD', () => {
  it('adds and moves, and says so as ZADD does', () => {
    const opened = open()

    expect(answers(opened.db, 'GEOADD g 1 1 a 2 2 b', 'GEOADD g CH 1 1 a 2 3 b', 'GEOADD g XX 1 2 c')).toEqual([
      2, 1, 0,
    ])
    expect(opened.seen).toEqual(['zadd g', 'zadd g'])
    expect(logged(opened)[1]).toMatch(/^ZADD g \d+ b$/)
    expect(opened.db.engine.dirty).toBe(3)
  })

  it('refuses what is off the map before it adds anything', () => {
    const opened = open()
    say(opened.db, 'SET s x')

    expectRefused(opened, () => say(opened.db, 'GEOADD g 1 1 a 181 -0 b'), `${PAIR} 181.000000,-0.000000`)
    expectRefused(opened, () => say(opened.db, 'GEOADD g inf 1 a'), `${PAIR} inf,1.000000`)
    expectRefused(opened, () => say(opened.db, 'GEOADD g -inf 1e22 a'), `${PAIR} -inf,10000000000000000000000.000000`)
    expectRefused(opened, () => say(opened.db, 'GEOADD g x 1 a'), 'ERR value is not a valid float')
    expectRefused(opened, () => say(opened.db, 'GEOADD g NX XX 1 1 a'), SYNTAX)
    expectRefused(opened, () => say(opened.db, 'GEOADD g 1 1 a 2'), SYNTAX)
    expectRefused(opened, () => say(opened.db, 'GEOADD s 1 1 a'), WRONGTYPE)
    expectRefused(opened, () => opened.db.geoadd('g', Number.NaN, 1, 'a'), 'ERR value is not a valid float')
    expectRefused(opened, () => opened.db.geoadd('g', []), SYNTAX)
    expectRefused(opened, () => opened.db.geoadd('g', 1, 1, 'a', { nx: true, xx: true }), SYNTAX)
  })
})

describe('GEOPOS, GEODIST and GEOHASH', () => {
  it('tell of members, and null of those that are missing', () => {
    const { db } = open()
    db.geoadd('g', [
      { member: 'Palermo', longitude: 13.361389, latitude: 38.115556 },
      { member: 'Catania', longitude: 15.087269, latitude: 37.502669 },
    ])

    expect(db.geopos('g', 'Palermo', 'no')).toEqual([
      { longitude: 13.361389338970184, latitude: 38.1155563954963 },
      null,
    ])
    expect(db.geodist('g', 'Palermo', 'Catania')).toBeCloseTo(166274.1516, 4)
    expect(db.geodist('g', 'Palermo', 'Catania', 'km')).toBeCloseTo(166.2742, 4)
    expect([db.geodist('g', 'Palermo', 'no'), db.geodist('no', 'a', 'b')]).toEqual([null, null])
    expect(db.geohash('g', 'Palermo', 'no')).toEqual(['sqc8b49rny0', null])
    expect(answers(db, 'GEODIST g Palermo Catania MI', 'GEODIST g a b x', 'GEODIST g a b m m')).toEqual([
      ...['103.3182', 'ERR unsupported unit provided. please use M, KM, FT, MI', SYNTAX],
    ])
  })

  it('read any score as Redis on x86-64 does', () => {
    const { db } = open()
    db.zadd('z', [
      { member: 'negative', score: -5 },
      { member: 'huge', score: 1e300 },
    ])

    expect(db.geopos('z', 'negative', 'huge')).toEqual([
      { longitude: 180, latitude: 85.05112878 },
      { longitude: -179.99999731779099, latitude: -85.05112751263943 },
    ])
  })
})
