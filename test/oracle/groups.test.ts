import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { formatDifference } from './compare.js'
import { EngineTarget } from './engine.js'
import { comparable } from './generate.js'
import { search } from './search.js'
import { type RunningServer, serverOrSkip, startServer } from './server.js'
import { ServerTarget } from './target.js'

/** Commands per group; REDSTART_ORACLE_SEED makes a run another one, which is what a nightly run wants. */
const COUNT = Number(process.env['REDSTART_ORACLE_COUNT'] ?? 20_000)
const SEED = Number(process.env['REDSTART_ORACLE_SEED'] ?? 1)

const source = serverOrSkip()

describe.skipIf(source === undefined)('Redstart beside a real Redis', () => {
  let server: RunningServer
  let real: ServerTarget
  let engine: EngineTarget

  beforeAll(async () => {
    server = await startServer(source!)
    real = await ServerTarget.open(server.address)
    engine = new EngineTarget()
  })

  afterAll(async () => {
    await real?.close()
    await engine?.close()
    await server?.stop()
  })

  for (const group of comparable) {
    it(`${group} commands answer, announce and store the same`, async () => {
      const found = await search({ real, engine, groups: [group], count: COUNT, seed: SEED })

      expect(found && formatDifference(found.calls, found.difference, [real.name, engine.name])).toBeUndefined()
    })
  }
})
