import { rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { folder } from '../persistence/support.js'
import { buildWriter } from './build.js'
import { killOnce } from './kill.js'

describe('a process that is killed', () => {
  let writer: string
  beforeAll(async () => {
    writer = await buildWriter()
  })
  afterAll(() => rmSync(dirname(writer), { recursive: true, force: true }))

  it.each(['blocking', 'group'] as const)('loses nothing that was acknowledged, %s', async (mode) => {
    const path = folder()
    let last = 0
    for (const afterMs of [3, 17, 40]) {
      const { acknowledged, found } = await killOnce(writer, path, mode, afterMs)

      expect(acknowledged).toBeGreaterThan(last)
      last = found
    }
  })
})
