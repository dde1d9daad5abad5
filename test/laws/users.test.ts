import * as fc from 'fast-check'
import { type Data, Redstart, RedstartError } from 'redstart'
import { describe, expect, it } from 'vitest'
import { ADMIT } from '../../src/api/handle.js'
import { commandOfMethod } from '../../src/api/method-calls.js'
import { GROUPS, Session } from '../../src/session.js'
import { UserSession } from '../../src/user-session.js'
import { unattended } from '../support.js'
import { DOORS } from './doors/index.js'

/*
 * The law: a typed call on a handle of `db.as(user)` is refused where the same call by words is, which ACL DRYRUN tells.
 */

/** Each may do something, and none may do all. */
const USERS: Readonly<Record<string, readonly string[]>> = {
  reader: ['+@read', '+@fast', '~a', '~user:*', '&a'],
  writer: ['+@write', '%W~a', '%W~b', '%R~set', '%R~list', '~sorted'],
  keyless: ['+@all', '&b'],
  selective: ['-@all', '(+@all -@write ~n ~set %R~*)', '(+set +del +sort ~b)'],
}

const db = new Redstart()
for (const [name, rules] of Object.entries(USERS)) db.aclSetuser(name, ...rules)

/** What ACL DRYRUN says of a call; undefined where its words are wrong. */
function isDeniedByWords(user: string, words: readonly Data[]): boolean | undefined {
  try {
    const [name, ...rest] = words
    return db.aclDryrun(user, String(name), ...rest) !== 'OK'
  } catch {
    return undefined
  }
}

function isDenied(user: string, method: string, args: readonly unknown[]): boolean {
  try {
    db.as(user)[ADMIT](method, args)
    return false
  } catch (error) {
    if (error instanceof RedstartError) return true
    throw error
  }
}

/** The words of a call by its method, whose name may say what the second word is. */
function wordsOf(method: string, words: readonly Data[]): readonly Data[] {
  const [name, sub] = commandOfMethod(method)!.name.split('|') as [string, string | undefined]
  if (sub === undefined) return words
  const rest = String(words[1]).toUpperCase() === sub ? words.slice(2) : words.slice(1)
  return [name, sub, ...rest]
}

const methods = Object.keys(DOORS).filter((method) => !method.endsWith('Iterator'))

describe('a typed call for a user', () => {
  it.each(methods)('is refused where its words are: %s', (method) => {
    for (const { args, words } of fc.sample(DOORS[method]!.draw, { numRuns: 20, seed: 7 })) {
      for (const user of Object.keys(USERS)) {
        const byWords = isDeniedByWords(user, wordsOf(method, words))
        // Patterns need more leave than ACL DRYRUN can tell: what they need is in test/user-session.test.ts.
        if (byWords === undefined || (!byWords && method.startsWith('sort'))) continue

        expect({ user, args, denied: isDenied(user, method, args) }).toEqual({ user, args, denied: byWords })
      }
    }
  })

  it.each(methods)('is checked once, as the call that it is: %s', (method) => {
    for (const { args } of fc.sample(DOORS[method]!.draw, { numRuns: 4, seed: 7 })) {
      const checked: string[] = []
      const handle = new Redstart().as('default') as unknown as Record<
        string | symbol,
        (...given: readonly unknown[]) => unknown
      >
      handle[ADMIT] = (name) => checked.push(String(name))
      try {
        unattended(handle[method]!(...args))
      } catch (error) {
        if (!(error instanceof Error)) throw error
      }

      expect([method, ...checked]).toEqual([method, method])
    }
  })

  it('meets that check whatever method it is, and iterators call other methods', () => {
    const names = GROUPS.flatMap(({ prototype }) => Object.getOwnPropertyNames(prototype))

    for (const name of names.filter((method) => method !== 'constructor' && !method.endsWith('Iterator'))) {
      expect([name, Object.hasOwn(UserSession.prototype, name)]).toEqual([name, true])
      expect([name, isKnown(name)]).toEqual([name, true])
    }
    expect(Object.hasOwn(Session.prototype, 'get')).toBe(true)
  })
})

/** Whether there is a rule for a method: without one the check throws an error of its own. */
function isKnown(method: string): boolean {
  isDenied('keyless', method, [])
  return true
}
