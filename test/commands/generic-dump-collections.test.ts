import { describe, expect, it } from 'vitest'
import { type ByteText, type Call, textOf } from '../oracle/bytes.js'
import { EngineTarget } from '../oracle/engine.js'
import { oldPayloads } from '../oracle/old-payloads.js'
import { recordedPayloads, restoredEncoding } from '../oracle/payloads.js'
import { callsOfRecipe } from '../oracle/recipes.js'
import { textOfReply } from '../oracle/reply.js'
import { readState } from '../oracle/state.js'
import { groups } from '../oracle/table.js'
import { payload, size, string } from '../structures/rdb/assemble.js'
import { expectRefused, forget, open, START_MS, say } from '../support.js'

const BAD_FORMAT = 'ERR Bad data format'

/** The tests of strings stand in generic-dump.test.ts. */
const recorded = recordedPayloads
  .filter(({ group }) => group !== 'string' && groups.includes(group))
  .map((row) => ({ ...row, payload: textOf(Buffer.from(row.payload, 'base64')) }))
const old = oldPayloads.filter(({ group }) => groups.includes(group))

/** What key `k` is after the calls, as its own commands read it, and its DUMP. */
async function made(calls: readonly Call[]): Promise<{ state: unknown; encoding?: string; dumped?: ByteText }> {
  const engine = new EngineTarget()
  for (const { reply } of await engine.run(calls)) expect(reply.kind).not.toBe('error')
  const state = (await readState(engine)).get('0 k')
  const [dumped] = await engine.inspect([['DUMP', 'k']])
  await engine.close()
  const text = textOfReply(dumped)
  return {
    state: state && [state.type, state.value],
    ...(state && { encoding: state.encoding }),
    ...(text && { dumped: text }),
  }
}

/** Whether a payload does not tell when it was made, as it does of consumers. */
function isTimeless({ recipe }: { recipe: string }): boolean {
  return !/XREADGROUP|CREATECONSUMER/.test(recipe)
}

/** Whether a payload is the same each time: hash tables have an order of their own. */
function isSteady(row: { encoding: string; recipe: string }): boolean {
  return row.encoding !== 'hashtable' && isTimeless(row)
}

describe('DUMP', () => {
  it.each(recorded.filter(isSteady))('after $recipe is what Redis dumps', async ({ recipe, encoding, payload }) => {
    const after = await made(callsOfRecipe(recipe))

    expect(after.encoding).toBe(encoding)
    expect(after.dumped).toBe(payload)
  })

  it.each(recorded.filter((row) => !isSteady(row)))(
    'after $recipe brings the value back',
    async ({ recipe, encoding }) => {
      const after = await made(callsOfRecipe(recipe))
      const again = await made([['RESTORE', 'k', '0', after.dumped!]])

      expect(after.encoding).toBe(encoding)
      expect(again.state).toEqual(after.state)
    },
  )
})

describe('RESTORE', () => {
  it.each(recorded)('of what Redis dumped after $recipe makes the same, as $restored', async (row) => {
    const after = await made([['RESTORE', 'k', '0', row.payload]])

    expect(after.state).toEqual((await made(callsOfRecipe(row.recipe))).state)
    expect(after.encoding).toBe(row.restored)
  })

  it.each(old)('takes a $group in the form $name: $recipe', async ({ name, recipe, payload }) => {
    const after = await made([['RESTORE', 'k', '0', textOf(payload)]])

    expect(after.state).toEqual((await made(callsOfRecipe(recipe))).state)
    expect(after.encoding).toBe(restoredEncoding(name, recipe))
  })

  it('logs the payload and announces restore', () => {
    const opened = open()
    say(opened.db, 'SADD s a b c')
    const dumped = opened.db.callBuffer('DUMP', 's') as Uint8Array
    forget(opened)

    opened.db.call('RESTORE', 'k', 100, dumped)

    expect(opened.seen).toEqual(['restore k'])
    expect(opened.log.batches).toEqual([
      [{ database: 0, words: ['RESTORE', 'k', String(START_MS + 100), dumped, 'REPLACE', 'ABSTTL'] }],
    ])
  })

  it('makes a value of its own, that shares nothing with the one that was dumped', () => {
    const { db } = open()
    say(db, 'SADD s a')

    db.call('RESTORE', 'k', 0, db.callBuffer('DUMP', 's') as Uint8Array)
    say(db, 'SADD k b')

    expect([say(db, 'SCARD s'), say(db, 'SCARD k')]).toEqual([1, 2])
  })

  it('lets fields expire whose deadline has passed, the key with the last of them', () => {
    const { db, clock, seen } = open()
    say(db, 'HSET h f v g w')
    say(db, `HPEXPIREAT h ${START_MS + 100} FIELDS 2 f g`)
    const both = db.callBuffer('DUMP', 'h') as Uint8Array
    say(db, 'HSET h i x')
    const three = db.callBuffer('DUMP', 'h') as Uint8Array
    clock.advance(200)
    seen.length = 0

    db.call('RESTORE', 'a', 0, both)
    db.call('RESTORE', 'b', 0, three)

    expect([say(db, 'HGETALL a'), say(db, 'HGETALL b'), say(db, 'EXISTS a')]).toEqual([[], ['i', 'x'], 0])
    expect(seen).toEqual(['restore a', 'restore b', 'hexpired a', 'del a', 'hexpired b'])
  })

  it('keeps the deadlines of fields, and they come', () => {
    const { db, clock, seen } = open()
    say(db, 'HSET h f v g w')
    say(db, `HPEXPIREAT h ${START_MS + 100} FIELDS 1 f`)
    db.call('RESTORE', 'k', 0, db.callBuffer('DUMP', 'h') as Uint8Array)
    say(db, 'DEL h')
    seen.length = 0

    clock.advance(100)

    expect(seen).toEqual(['hexpired k'])
    expect(say(db, 'HKEYS k')).toEqual(['g'])
  })

  it('serves who waits for an element', async () => {
    const { db } = open()
    say(db, 'RPUSH l a b')
    const dumped = db.callBuffer('DUMP', 'l') as Uint8Array
    const waiting = db.call('BLPOP', 'k', 0)

    db.call('RESTORE', 'k', 0, dumped)

    expect(await waiting).toEqual(['k', 'a'])
    expect(say(db, 'LRANGE k 0 -1')).toEqual(['b'])
  })

  it('replaces a value of another type', () => {
    const { db } = open()
    say(db, 'SADD s a')
    say(db, 'SET k v')

    db.call('RESTORE', 'k', 0, db.callBuffer('DUMP', 's') as Uint8Array, 'REPLACE')

    expect([say(db, 'TYPE k'), say(db, 'SMEMBERS k')]).toEqual(['set', ['a']])
  })

  it.each<[string, Uint8Array]>([
    ['an empty set', payload(2, size(0))],
    ['a member twice', payload(2, size(2), string('a'), string('a'))],
    ['a set that is cut off', payload(2, size(2), string('a'))],
    ['a listpack that is none', payload(20, string('xyz'))],
    ['an intset that is none', payload(11, string('xyz'))],
    ['a count past all memory', payload(2, size(2 ** 53 - 1), string('a'))],
    ['an unknown type', payload(99, size(1), string('a'))],
  ])('refuses %s, and nothing changes', (_name, damaged) => {
    const opened = open()
    say(opened.db, 'SET k v EX 100')

    expectRefused(opened, () => opened.db.call('RESTORE', 'k', 0, damaged, 'REPLACE'), BAD_FORMAT)
  })
})

describe('COPY', () => {
  it.each(recorded.filter(isTimeless))(
    'of what is there after $recipe is dumped alike and shares nothing with it',
    async ({ recipe }) => {
      const copied = await made([...callsOfRecipe(recipe), ['COPY', 'k', 'k2'], ['DEL', 'k'], ['RENAME', 'k2', 'k']])

      expect(copied).toEqual(await made(callsOfRecipe(recipe)))
    },
  )
})
