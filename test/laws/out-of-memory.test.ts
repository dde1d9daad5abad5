import * as fc from 'fast-check'
import { manualClock, Redstart, RedstartError } from 'redstart'
import { describe, expect, it } from 'vitest'
import { commandOfMethod } from '../../src/api/method-calls.js'
import { DENYOOM } from '../../src/commands/command.js'
import { START } from './doors/door.js'
import { DOORS } from './doors/index.js'

/*
 * The law: in a store without room exactly those typed methods are refused whose command has the flag denyoom, and they change
 * nothing.
 */

/** Iterators call methods. */
const methods = Object.keys(DOORS).filter((method) => commandOfMethod(method) !== undefined)
const needsMemory = (method: string): boolean => (commandOfMethod(method)!.command.flags & DENYOOM) !== 0

/** How a call ends in a store without room: 'OOM', the code of another error, or 'OK'. */
async function outcome(method: string, args: readonly unknown[]): Promise<string> {
  const db = new Redstart({ clock: manualClock(START) })
  db.set('a', '1')
  db.configSet({ maxmemory: 1 })
  const before = db.engine.dirty
  try {
    const reply: unknown = (db as unknown as Record<string, (...args: readonly unknown[]) => unknown>)[method]!(...args)
    // Whoever waits was let in.
    if (reply instanceof Promise) void reply.catch(() => {})
    const late = reply instanceof Promise ? await Promise.race([reply, Promise.resolve('OK')]) : 'OK'
    await db.close()
    return late instanceof RedstartError ? late.code : 'OK'
  } catch (error) {
    expect(db.engine.dirty).toBe(before)
    return error instanceof RedstartError ? error.code : 'no error of Redis'
  }
}

describe('a store without room', () => {
  it.each(methods.filter(needsMemory))('refuses %s', async (method) => {
    const outcomes = new Set<string>()
    for (const { args } of fc.sample(DOORS[method]!.draw, { numRuns: 30, seed: 3 })) {
      outcomes.add(await outcome(method, args))
    }

    expect(outcomes).toContain('OOM')
    expect(outcomes).not.toContain('OK')
  })

  it('lets in everything else', async () => {
    for (const method of methods.filter((name) => !needsMemory(name))) {
      for (const { args } of fc.sample(DOORS[method]!.draw, { numRuns: 10, seed: 3 })) {
        expect([method, await outcome(method, args)]).not.toEqual([method, 'OOM'])
      }
    }
  })
})
