import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type RunningServer, serverOrSkip, startServer } from '../server.js'
import { formatParting, playBoth } from './compare.js'
import { EngineStage } from './engine-stage.js'
import { writtenScenarios } from './record.js'
import { ServerStage } from './server-stage.js'

/*
 * Several connections that were thought of, those of scripts/blocking and scripts/sessions: who is served, with what, in
 * which order. See sessions/step.ts for what the lines say.
 */

const source = serverOrSkip()

describe.skipIf(source === undefined)('several connections beside a real Redis', () => {
  let server: RunningServer
  let real: ServerStage
  let engine: EngineStage

  beforeAll(async () => {
    server = await startServer(source!)
    real = await ServerStage.open(server.address)
    engine = new EngineStage()
  })

  afterAll(async () => {
    await real?.close()
    await engine?.close()
    await server?.stop()
  })

  for (const [file, scenarios] of writtenScenarios()) {
    for (const { name, steps } of scenarios) {
      it(`${file}: ${name}`, async () => {
        const { parting } = await playBoth(real, engine, steps)

        expect(parting && formatParting(steps, parting, [real.name, engine.name])).toBeUndefined()
      })
    }
  }
})
