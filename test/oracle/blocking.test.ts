import { readdirSync, readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type RunningServer, serverOrSkip, startServer } from './server.js'
import { formatParting, playBoth } from './sessions/compare.js'
import { EngineStage } from './sessions/engine-stage.js'
import { ServerStage } from './sessions/server-stage.js'
import { readScenarios } from './sessions/step.js'

/*
 * Several connections that were thought of, those of scripts/blocking and scripts/sessions: who is served, with what, in
 * which order. See sessions/step.ts for what the lines say.
 */
const DIRECTORIES = ['blocking', 'sessions'].map((name) => new URL(`scripts/${name}/`, import.meta.url))

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

  for (const directory of DIRECTORIES) {
    for (const file of readdirSync(directory)) {
      for (const { name, steps } of readScenarios(readFileSync(new URL(file, directory), 'utf8'))) {
        it(`${file.replace('.txt', '')}: ${name}`, async () => {
          const { parting } = await playBoth(real, engine, steps)

          expect(parting && formatParting(steps, parting, [real.name, engine.name])).toBeUndefined()
        })
      }
    }
  }
})
