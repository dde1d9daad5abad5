import { readdirSync, readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { EngineStage, playBoth, ServerStage } from './scenario.js'
import { type RunningServer, serverOrSkip, startServer } from './server.js'

/*
 * Blocking commands with several connections: who is served, with what, in which order. The scenarios are those of
 * scripts/blocking; each begins with `=== name`.
 */
const SCRIPTS = new URL('scripts/blocking/', import.meta.url)

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

  for (const file of readdirSync(SCRIPTS)) {
    const scenarios = readFileSync(new URL(file, SCRIPTS), 'utf8').split(/^=== /m).slice(1)
    for (const scenario of scenarios) {
      const [name = '', ...lines] = scenario.split('\n')
      it(`${file.replace('.txt', '')}: ${name}`, async () => {
        expect(await playBoth(real, engine, lines.join('\n'))).toBeUndefined()
      })
    }
  }
})
