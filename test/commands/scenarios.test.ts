import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { formatParting, partingOf } from '../oracle/sessions/compare.js'
import { EngineStage } from '../oracle/sessions/engine-stage.js'
import { play } from '../oracle/sessions/play.js'
import { performanceOf, SESSIONS_FIXTURES, type SessionTranscript, stepsOfRecorded } from '../oracle/sessions/record.js'

/** What several connections to a real server were told in hand-written scenarios; `npm run record -- sessions` writes it anew. */
const files = readdirSync(SESSIONS_FIXTURES).filter((name) => name.endsWith('.json'))

for (const file of files) {
  const { server, scenarios }: SessionTranscript = JSON.parse(readFileSync(new URL(file, SESSIONS_FIXTURES), 'utf8'))

  describe(`${file.replace('.json', '')}: several sessions go on as with Redis ${server}`, () => {
    for (const recorded of scenarios) {
      it(recorded.name, async () => {
        const steps = stepsOfRecorded(recorded)
        const engine = new EngineStage(recorded.startMs)

        const parting = partingOf(steps, performanceOf(recorded), await play(engine, steps))

        expect(parting && formatParting(steps, parting, ['recorded', engine.name])).toBeUndefined()
      })
    }
  })
}
