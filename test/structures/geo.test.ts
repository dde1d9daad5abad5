import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { distanceBetween, GeoFilter, type GeoShape, scoresAround } from '../../src/structures/geo-area.js'
import { geohashText, latitudeOf, longitudeOf, scoreOf } from '../../src/structures/geohash.js'

const longitudes = fc.oneof(fc.double({ min: -180, max: 180, noNaN: true }), fc.constantFrom(-180, 180, 0, 179.99999))
const latitudes = fc.oneof(
  fc.double({ min: -85.05112878, max: 85.05112878, noNaN: true }),
  fc.constantFrom(-85.05112878, 85.05112878, 0, 66.1, -80.1),
)

/** The score bit by bit: longitude first, from the left. */
function naiveScore(longitude: number, latitude: number): bigint {
  const column = BigInt(Math.floor(((longitude + 180) / 360) * 2 ** 26))
  const row = BigInt(Math.floor(((latitude + 85.05112878) / 170.10225756) * 2 ** 26))
  let score = 0n
  for (let i = 0n; i <= 26n; i++) score |= (((row >> i) & 1n) << (2n * i)) | (((column >> i) & 1n) << (2n * i + 1n))
  return score
}

describe('a geohash', () => {
  it('has the bits of longitude and latitude in turn', () => {
    fc.assert(
      fc.property(longitudes, latitudes, (longitude, latitude) => {
        expect(scoreOf(longitude, latitude)).toBe(Number(naiveScore(longitude, latitude)))
      }),
    )
  })

  it('leads back to a place in the same cell', () => {
    fc.assert(
      fc.property(longitudes, latitudes, (longitude, latitude) => {
        const score = scoreOf(longitude, latitude)

        expect(Math.abs(longitudeOf(score) - longitude)).toBeLessThan(5.4e-6)
        // At 180 degrees a score has 54 bits, of which a double keeps 53.
        expect(Math.abs(latitudeOf(score) - latitude)).toBeLessThan(longitude === 180 ? 3.9e-6 : 2.6e-6)
      }),
    )
  })

  it('is written in the letters of the world', () => {
    expect(geohashText(scoreOf(13.361389, 38.115556))).toBe('sqc8b49rny0')
    expect(geohashText(scoreOf(180, 0))).toMatch(/^[0-9b-hjkmnp-z]{10}0$/)
  })
})

const shapes: fc.Arbitrary<GeoShape> = fc
  .tuple(
    longitudes,
    latitudes,
    fc.boolean(),
    fc.double({ min: 0, max: 7, noNaN: true }),
    fc.double({ min: 0, max: 7, noNaN: true }),
  )
  .map(([longitude, latitude, round, a, b]) => {
    const radius = round ? 10 ** a : undefined
    return {
      longitude,
      latitude,
      radius,
      width: radius === undefined ? 10 ** a : 2 * radius,
      height: radius === undefined ? 10 ** b : 2 * radius,
    }
  })

/** Around a place, near and far. */
const deltas = fc.tuple(
  fc.double({ min: -4, max: 2, noNaN: true }),
  fc.double({ min: 0, max: 2 * Math.PI, noNaN: true }),
)

describe('a shape', () => {
  it('has in it what its distances say, whatever is refused without them', () => {
    fc.assert(
      fc.property(shapes, deltas, (shape, [power, angle]) => {
        const latitude = Math.max(-85, Math.min(85, shape.latitude + 10 ** power * Math.sin(angle)))
        const around = shape.longitude + 10 ** power * Math.cos(angle)
        const score = scoreOf(around > 180 ? around - 360 : around < -180 ? around + 360 : around, latitude)
        const place = [longitudeOf(score), latitudeOf(score)] as const
        const distance = distanceBetween(shape.longitude, shape.latitude, ...place)
        const isInside =
          shape.radius === undefined
            ? distanceBetween(0, shape.latitude, 0, place[1]) <= shape.height / 2 &&
              distanceBetween(shape.longitude, place[1], ...place) <= shape.width / 2
            : distance <= shape.radius

        expect(new GeoFilter(shape).distanceTo(score)).toBe(isInside ? distance : -1)
      }),
      { numRuns: 1000 },
    )
  })

  it('lies within the scores around it, unless it comes near a pole or the antimeridian', () => {
    fc.assert(
      fc.property(shapes, deltas, (shape, [power, angle]) => {
        const latitude = shape.latitude + 10 ** power * Math.sin(angle)
        const longitude = shape.longitude + 10 ** power * Math.cos(angle)
        fc.pre(Math.abs(latitude) < 60 && Math.abs(shape.latitude) < 60 && Math.abs(longitude) < 170)
        const score = scoreOf(longitude, latitude)
        fc.pre(new GeoFilter(shape).distanceTo(score) >= 0)

        expect(scoresAround(shape).some(({ min, max }) => score >= min && score < max)).toBe(true)
      }),
      { numRuns: 300 },
    )
  })
})
