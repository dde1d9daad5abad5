import type { Redstart } from 'redstart'
import { redstart } from '../contenders/local.js'
import { luaLoop } from '../contenders/remote.js'
import { CITIES } from '../harness/cities.js'
import { COLLECTION } from '../harness/keys.js'
import type { Scenario } from '../harness/scenario.js'

function withCities(db: Redstart): Redstart {
  db.geoadd(
    COLLECTION,
    CITIES.map((place, i) => ({ ...place, member: String(i) })),
  )
  return db
}

/** From empty to full, anywhere on the map. */
export const geoadd: Scenario = {
  name: 'geoadd',
  group: 'places',
  title: 'GEOADD of new members, from empty to full',
  access: 'fill',
  kinds: ['fresh'],
  yields: 1,
  contenders: [
    redstart((open) => {
      let db = open()
      return {
        op: (member, _value, score) => db.geoadd(COLLECTION, (score % 360) - 180, ((score >>> 9) % 170) - 85, member),
        renew() {
          db = open()
        },
      }
    }),
    luaLoop(
      'cities',
      `call('GEOADD', '${COLLECTION}', score % 360 - 180, (score - score % 512) / 512 % 170 - 85, key)`,
      'add',
    ),
  ],
}

/** Around any city: most are where many others are. */
function geosearch(radius: number): Scenario {
  return {
    name: `geosearch-${radius}km`,
    batchMax: 20_000 / radius,
    group: 'places',
    title: `GEOSEARCH within ${radius} km of a city, of ${CITIES.length} cities`,
    access: 'scatter',
    kinds: ['fresh'],
    contenders: [
      redstart((open) => {
        const db = withCities(open())
        return (_member, _value, score) =>
          db.geosearch(COLLECTION, { member: score % CITIES.length }, { radius, unit: 'km' }).length
      }),
      luaLoop(
        'cities',
        `call('GEOSEARCH', '${COLLECTION}', 'FROMMEMBER', format('%d', score % ${CITIES.length}), 'BYRADIUS', ${radius}, 'km')`,
      ),
    ],
  }
}

export const geosearch10 = geosearch(10)
export const geosearch100 = geosearch(100)
export const geosearch1000 = geosearch(1_000)
