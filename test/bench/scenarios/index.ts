import type { Scenario } from '../harness/scenario.js'
import { bitcount, bitop, setbit } from './bits.js'
import { cacheGet } from './cache-get.js'
import { del } from './del.js'
import { get } from './get.js'
import { getStatistics } from './get-statistics.js'
import { getTtl } from './get-ttl.js'
import { hgetLarge, hsetLarge } from './hash-large.js'
import { hgetSmall, hsetSmall } from './hash-small.js'
import { pfadd, pfcount, pfmerge } from './hyperloglog.js'
import { incr } from './incr.js'
import { insert } from './insert.js'
import { listEnds } from './list-ends.js'
import { multi } from './multi.js'
import { geoadd, geosearch10, geosearch100, geosearch1000 } from './places.js'
import { publish1, publish1000 } from './publish.js'
import { sadd } from './sadd.js'
import { set } from './set.js'
import { setEx } from './set-ex.js'
import { sismember } from './sismember.js'
import { spop } from './spop.js'
import { xadd, xaddId, xrange10, xrange100, xreadgroup } from './streams.js'
import { zadd, zaddMove } from './zadd.js'
import { zincrby } from './zincrby.js'
import { zpopmin } from './zpopmin.js'
import { zrange10, zrange100 } from './zrange.js'
import { zrank } from './zrank.js'
import { zrem } from './zrem.js'
import { zscore } from './zscore.js'

/** In the order of the report; a new operation is one file and one line here. */
export const SCENARIOS: readonly Scenario[] = [
  ...[get, getStatistics, set, getTtl, setEx, insert, del, incr, multi],
  ...[zadd, zaddMove, zincrby, zscore, zrank, zrange10, zrange100, zrem, zpopmin],
  listEnds,
  ...[hgetSmall, hsetSmall, hgetLarge, hsetLarge],
  ...[sadd, sismember, spop],
  ...[xadd, xaddId, xrange10, xrange100, xreadgroup],
  ...[pfadd, pfcount, pfmerge],
  ...[setbit, bitcount, bitop],
  ...[geoadd, geosearch10, geosearch100, geosearch1000],
  cacheGet,
  ...[publish1, publish1000],
]

export function scenarioNamed(name: string): Scenario {
  const found = SCENARIOS.find((scenario) => scenario.name === name)
  if (found === undefined) throw new Error(`No scenario is named ${name}`)
  return found
}
