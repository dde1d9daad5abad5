import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { formatDifference } from '../oracle/compare.js'
import { EngineTarget } from '../oracle/engine.js'
import { callsOf, readTranscript, replay } from '../oracle/transcript.js'

/** What a real server answered to scripts and generated sequences; `npm run record` writes it anew. */
const FIXTURES = new URL('../fixtures/', import.meta.url)
const files = readdirSync(FIXTURES).filter((name) => name.endsWith('.json'))

for (const file of files) {
  const { group, server, recordings } = readTranscript(readFileSync(new URL(file, FIXTURES), 'utf8'))

  describe(`${group} commands answer as Redis ${server} did`, () => {
    for (const recording of recordings) {
      it(recording.name, async () => {
        const engine = new EngineTarget(recording.startMs)

        const difference = await replay(recording, engine)

        expect(
          difference && formatDifference(callsOf(recording), difference, ['recorded', engine.name]),
        ).toBeUndefined()
      })
    }
  })
}
