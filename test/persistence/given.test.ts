import { Redstart } from 'redstart'
import { check, encrypted, files, keptIn, memory, PersistenceError, repair, restore } from 'redstart/persistence'
import { describe, expect, it } from 'vitest'
import { MemoryStorage } from '../../src/persistence/memory-storage.js'
import { openKept } from './support.js'

/*
 * What callers pass who are not compiled, or have mistyped a name: they are told, and nothing is done.
 */
const KEY = new Uint8Array(32).fill(1)

/** As who is not compiled sees it. */
type Loose = (...args: readonly unknown[]) => unknown
const loose = (f: unknown): Loose => f as Loose

async function thrownBy(call: () => unknown): Promise<unknown> {
  try {
    await call()
  } catch (error) {
    return error
  }
  throw new Error('nothing was thrown')
}

async function refusal(call: () => unknown): Promise<string> {
  const error = await thrownBy(call)
  expect(error).toBeInstanceOf(PersistenceError)
  expect((error as PersistenceError).code).toBe('UNUSABLE')
  return (error as PersistenceError).message
}

describe('options of files(), memory() and keptIn()', () => {
  const makers: readonly [string, Loose][] = [
    ['files', (options) => loose(files)('/nowhere', options)],
    ['memory', (options) => loose(memory)(options)],
    ['keptIn', (options) => loose(keptIn)(new MemoryStorage(), options)],
  ]

  // A name in the wrong case kept a store by 'everysec' of which 'always' was asked.
  it.each(makers)('of %s are refused where there is none of the name', async (_, make) => {
    expect(await refusal(() => make({ appendfsync: 'always' }))).toBe(
      "there is no option 'appendfsync' among appendFsync, groupCommit, save, autoAofRewritePercentage, autoAofRewriteMinSize",
    )
  })

  it.each<[unknown, string]>([
    [{ appendFsync: 'Always' }, "appendFsync is one of always, everysec, no, got 'Always'"],
    [{ appendFsync: null }, 'appendFsync must be text, got null'],
    [{ appendFsync: ['always'] }, 'appendFsync must be text, got an array'],
    [{ groupCommit: 'false' }, 'groupCommit must be true or false, got string'],
    [{ save: [60, 1] }, 'save must be text, got an array'],
    [{ save: false }, 'save must be text, got boolean'],
    [{ autoAofRewritePercentage: '100' }, 'autoAofRewritePercentage must be a number, got string'],
    [{ autoAofRewriteMinSize: 64n }, 'autoAofRewriteMinSize must be a number, got bigint'],
    [{ autoAofRewriteMinSize: Number.NaN }, 'autoAofRewriteMinSize is a number from 0 on, got NaN'],
    ['always', 'options must be an object, got string'],
    [null, 'options must be an object, got null'],
  ])('of a wrong kind are refused: %o', async (options, message) => {
    expect(await refusal(() => loose(memory)(options))).toBe(message)
  })

  it('may be given as undefined', () => {
    const options = { appendFsync: undefined, groupCommit: undefined, save: undefined }

    expect(memory(options).options).toBe(options)
    expect(memory(undefined).options).toBeUndefined()
  })
})

describe('what is no place', () => {
  it.each<[string, () => unknown]>([
    ['files()', () => loose(files)()],
    ["files('')", () => files('')],
    ['files(url)', () => loose(files)(new URL('file:///nowhere'))],
    ["check('')", () => check('')],
  ])('is refused by %s', async (_, call) => {
    expect(await refusal(call)).toMatch(/^a folder is named by a text that is not empty, got /)
  })

  it.each<[string, () => unknown]>([
    ['check()', () => loose(check)()],
    ['repair(5)', () => loose(repair)(5)],
    ['restore()', () => loose(restore)()],
    ['restore(place, null)', () => loose(restore)(memory(), null)],
    ['restore(place, {})', () => loose(restore)(memory(), {})],
  ])('is refused by %s', async (_, call) => {
    expect(await refusal(call)).toMatch(
      /^a place is a folder, or what files\(\), memory\(\), encrypted\(\) or keptIn\(\)/,
    )
  })

  it('is refused by backup, and the store goes on', async () => {
    const { db } = await openKept(memory())
    db.set('k', 'v')

    for (const target of [5, undefined, null, {}, memory])
      expect(await refusal(() => loose(db.backup.bind(db))(target))).toMatch(/^a place is a folder/)
    const target = memory()
    await db.backup(target)
    await db.close()

    expect((await check(target)).snapshot?.keys).toBe(1)
  })

  it('is refused by encrypted() and keptIn()', async () => {
    expect(await refusal(() => loose(encrypted)('./data', { key: KEY }))).toBe(
      'encrypted() takes what files(), memory() or keptIn() returned, got string',
    )
    expect(await refusal(() => loose(keptIn)('./data'))).toBe('a storage must be an object, got string')
    const { description } = new MemoryStorage()
    expect(await refusal(() => loose(keptIn)({ description, open() {} }))).toBe('a storage has a method close')
  })

  it.each([
    ['./data', 'string'],
    [null, 'null'],
    [{ storage: {} }, 'object'],
  ])('is refused by open: %o', async (persistence, kind) => {
    await expect(loose(Redstart.open.bind(Redstart))({ persistence })).rejects.toThrow(
      new TypeError(`persistence is what files() and others of redstart/persistence return, got ${kind}`),
    )
  })
})

describe('options of encrypted()', () => {
  const make = (options: unknown): unknown => loose(encrypted)(memory(), options)

  it.each<[unknown, string]>([
    [{ passfrase: 'x' }, "there is no option 'passfrase' among key, passphrase, formerly"],
    [{ key: KEY, formerly: [{ Key: KEY }] }, "there is no option 'Key' among key, passphrase"],
    [{ key: KEY, formerly: { key: KEY } }, 'formerly must be an array, got object'],
    [{ key: KEY, formerly: [null] }, 'options must be an object, got null'],
    [{ key: '0123456789abcdef0123456789abcdef' }, 'key must be a Uint8Array, got string'],
    [{ passphrase: 5 }, 'passphrase must be text, got number'],
    [{}, 'a secret is either a key or a passphrase'],
    [undefined, 'a secret is either a key or a passphrase'],
  ])('are refused: %o', async (options, message) => {
    expect(await refusal(() => make(options))).toBe(message)
  })
})

describe('options of repair, restore and open', () => {
  // It was repaired where only a look was asked for.
  it('are refused where there is none of the name', async () => {
    expect(await refusal(() => loose(repair)(memory(), { dryrun: true }))).toBe(
      "there is no option 'dryrun' among dryRun",
    )
    expect(await refusal(() => loose(repair)(memory(), { dryRun: 'no' }))).toMatch(/^dryRun must be true or false/)
    expect(await refusal(() => loose(restore)(memory(), memory(), { record: 1 }))).toBe(
      "there is no option 'record' among seq, timeMs",
    )
    await expect(loose(Redstart.open.bind(Redstart))({ persistance: memory() })).rejects.toThrow(
      new TypeError("Redstart.open has no option 'persistance'"),
    )
    expect(() => new Redstart({ persistence: memory() } as object)).toThrow(
      new TypeError("'persistence' is an option of Redstart.open: new Redstart keeps nothing"),
    )
    expect(new Redstart({ persistence: undefined } as object).ping()).toBe('PONG')
    expect((await Redstart.open()).ping()).toBe('PONG')
    await expect(loose(Redstart.open.bind(Redstart))(null)).rejects.toThrow(
      new TypeError('options are an object, got null'),
    )
  })
})

describe('the point that is restored to', () => {
  it.each<[unknown, string]>([
    [{ seq: 1.5 }, 'seq must be an integer from 0 on, got 1.5'],
    [{ seq: -1 }, 'seq must be an integer from 0 on, got -1'],
    [{ seq: '2' }, 'seq must be an integer from 0 on, got string'],
    [{ seq: Number.NaN }, 'seq must be an integer from 0 on, got NaN'],
    [{ timeMs: Date.parse('noon') }, 'timeMs must be milliseconds since the epoch, got NaN'],
    [{ timeMs: new Date() }, 'timeMs must be milliseconds since the epoch, got object'],
  ])('is refused where it is none: %o', async (to, message) => {
    expect(await refusal(() => loose(restore)(memory(), memory(), to))).toBe(message)
  })

  // It was passed over, and all of the backup restored.
  it('does not go with a backup in one file', async () => {
    const bytes = (async function* () {
      yield new Uint8Array(0)
    })()

    expect(await refusal(() => restore(bytes, memory(), { seq: 1 }))).toBe(
      'a backup in one file is of one instant: seq and timeMs do not go with it',
    )
  })
})
