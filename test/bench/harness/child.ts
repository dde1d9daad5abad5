import { luaCallTax } from '../contenders/remote.js'
import { measureCache } from '../eviction/throughput.js'
import { scenarioNamed } from '../scenarios/index.js'
import { account } from '../sections/accounting.js'
import { bytesPerElement } from '../sections/collection-memory.js'
import { measureForks } from '../sections/fork.js'
import { measureFreeing } from '../sections/freeing.js'
import { bytesPerKey } from '../sections/memory.js'
import { FULL_PAUSES, measurePauses, QUICK_PAUSES } from '../sections/pauses.js'
import { measurePersistence } from '../sections/persistence.js'
import { measureStalls } from '../sections/stalls.js'
import { measureVectors } from '../sections/vectors.js'
import type { Assignment, Job, Outcome } from './job.js'
import { World } from './keys.js'
import { FULL, measure, QUICK } from './measure.js'

/** The process in which one contender is measured. */
process.once('message', async (message) => {
  const assignment = message as Assignment
  const outcomes: Outcome[] = []
  for (const job of assignment.jobs) outcomes.push(await perform(job, assignment))
  // Libraries may leave timers and sockets behind; the answer is all that was wanted.
  process.send?.(outcomes, () => process.exit(0))
})

process.once('disconnect', () => process.exit(1))

async function perform(job: Job, { quick, port }: Assignment): Promise<Outcome> {
  switch (job.kind) {
    case 'operation': {
      const scenario = scenarioNamed(job.scenario)
      const contender = scenario.contenders.find((one) => one.name === job.contender)
      if (contender === undefined) throw new Error(`${job.scenario} has no contender ${job.contender}`)
      const world = new World(job.size, job.seed, port)
      const effort = quick ? QUICK : FULL
      const measured = scenario.together
        ? await scenario.together(world, effort)
        : { [contender.name]: await measure(scenario, contender, world, effort) }
      return { kind: 'operation', measured }
    }
    case 'memory':
      return { kind: 'memory', bytes: await bytesPerKey(job.contender, job.count, port) }
    case 'collection-memory':
      return { kind: 'collection-memory', bytes: await bytesPerElement(job.holder, job.shape, job.count, port) }
    case 'accounting':
      return { kind: 'accounting', report: await account(job.mix, job.scale) }
    case 'stalls':
      return { kind: 'stalls', report: await measureStalls(job.shape, job.count) }
    case 'fork':
      return { kind: 'fork', report: await measureForks(job.shape, job.count, job.turns) }
    case 'freeing':
      return { kind: 'freeing', report: await measureFreeing(job.shape, job.way, job.count) }
    case 'full-cache':
      return { kind: 'full-cache', nanoseconds: await measureCache(job.cache, job.keys, job.size, job.batches) }
    case 'pauses': {
      const report = await measurePauses(job.contender, job.shape, quick ? QUICK_PAUSES : FULL_PAUSES)
      return { kind: 'pauses', report }
    }
    case 'persistence':
      return { kind: 'persistence', report: await measurePersistence(job.count) }
    case 'vectors': {
      const report = await measureVectors(job.holder, job.quantization, job.count, port)
      return { kind: 'vectors', report }
    }
    case 'call-tax':
      return { kind: 'call-tax', ...(await luaCallTax(port ?? 0, job.calls)) }
  }
}
