import type { Scenario } from '../harness/scenario.js'
import { del } from './del.js'
import { get } from './get.js'
import { getTtl } from './get-ttl.js'
import { incr } from './incr.js'
import { insert } from './insert.js'
import { set } from './set.js'
import { setEx } from './set-ex.js'

/** In the order of the report; a new operation is one file and one line here. */
export const SCENARIOS: readonly Scenario[] = [get, set, getTtl, setEx, insert, del, incr]

export function scenarioNamed(name: string): Scenario {
  const found = SCENARIOS.find((scenario) => scenario.name === name)
  if (found === undefined) throw new Error(`No scenario is named ${name}`)
  return found
}
