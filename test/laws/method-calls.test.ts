import * as fc from 'fast-check'
import { manualClock, Redstart } from 'redstart'
import { describe, expect, it } from 'vitest'
import { commandOfMethod, keysOfCall } from '../../src/api/method-calls.js'
import { toText, toWord } from '../../src/commands/argv.js'
import { GROUPS } from '../../src/session.js'
import { START } from './doors/door.js'
import { DOORS, NO_DOORS } from './doors/index.js'

/*
 * The law: a fault meets a typed call where it would meet the same call by words. So a method is known as the command that its
 * words name, and its keys are those that COMMAND GETKEYS finds among them.
 */

const methods = GROUPS.flatMap(({ prototype }) => Object.getOwnPropertyNames(prototype)).filter(
  (name) => name !== 'constructor' && !name.endsWith('Iterator') && !NO_DOORS.has(name),
)

describe('a typed method', () => {
  it.each(methods)('is known as the command that its words name, with the same keys: %s', (method) => {
    const db = new Redstart({ clock: manualClock(START) })
    const found = commandOfMethod(method)!
    for (const { args, words } of fc.sample(DOORS[method]!.draw, { numRuns: 40, seed: 1 })) {
      const [first, ...rest] = words
      const [name, sub] = found.name.split('|')

      expect([method, name]).toEqual([method, String(first).toUpperCase()])
      let keys: string[]
      try {
        keys = db.commandGetKeys(name!, ...(sub === undefined ? [] : [sub]), ...rest.map(toWord))
      } catch {
        // Words that are wrong have no keys.
        continue
      }
      expect({ method, args, keys: keysOfCall(method, found.name, found.command, args) }).toEqual({
        method,
        args,
        keys: keys.map(toText),
      })
    }
  })
})
