import type { RedstartOptions } from 'redstart'
import { redstart } from '../contenders/local.js'
import { VALUE_LENGTH } from '../harness/keys.js'
import type { Contender, Scenario } from '../harness/scenario.js'
import { fillWith } from './filling.js'

export const UNCOUNTED = 'Redstart without statistics'

function getWith(options: RedstartOptions, name?: string): Contender {
  return redstart(
    (open, world) => {
      const db = fillWith(open(), world, (store, key, value) => store.set(key, value))
      return (key) => db.get(key)!.length
    },
    name,
    options,
  )
}

/** What it costs that calls, hits and misses are counted. */
export const getStatistics: Scenario = {
  name: 'get-statistics',
  group: 'strings',
  title: 'GET, counted',
  access: 'scatter',
  kinds: ['same', 'fresh'],
  yields: VALUE_LENGTH,
  contenders: [getWith({ statistics: true }), getWith({}, UNCOUNTED)],
}
