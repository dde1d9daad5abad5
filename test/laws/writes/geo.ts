import * as fc from 'fast-check'
import type { Typed } from './write.js'

/** Keys that sorted sets use too, so that places are stored over them and searched in them. */
const keys = fc.constantFrom('places', 'places', 'zset', 'a')
const members = fc.constantFrom('a', 'b', 'c', 'é', 'm1')
const longitudes = fc.constantFrom(-180, 180, 0, 13.4, 13.5, -120.25)
const latitudes = fc.constantFrom(-85.05112878, 85.05112878, 0, 52.5, 52.6, -33)
const places = fc.record({ longitude: longitudes, latitude: latitudes })
const entries = fc.array(fc.record({ member: members, longitude: longitudes, latitude: latitudes }), {
  minLength: 1,
  maxLength: 5,
})
const radii = fc.constantFrom(0, 50, 5_000, 40_000)
const choices = fc.record({
  order: fc.constantFrom(undefined, 'asc', 'desc'),
  count: fc.constantFrom(undefined, 1, 3),
  storeDist: fc.boolean(),
})

/** Places. */
export const geoWrites: readonly fc.Arbitrary<Typed>[] = [
  fc.tuple(fc.constant('geoadd'), keys, longitudes, latitudes, members),
  fc.tuple(fc.constant('geoadd'), keys, entries, fc.constantFrom({}, { nx: true }, { xx: true, ch: true })),
  fc.tuple(
    fc.constant('geosearchstore'),
    ...[keys, keys, places],
    fc.record({ radius: radii, unit: fc.constant('km') }),
    choices,
  ),
  fc.tuple(
    fc.constant('geosearchstore'),
    ...[keys, keys, fc.record({ member: members })],
    fc.record({ width: radii, height: radii, unit: fc.constant('km') }),
    choices,
  ),
  fc.tuple(fc.constant('georadiusStore'), ...[keys, keys, longitudes, latitudes, radii], fc.constant('km'), choices),
  fc.tuple(fc.constant('georadiusbymemberStore'), ...[keys, keys, members, radii], fc.constant('km'), choices),
]
