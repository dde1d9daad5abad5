import { importAof, importRdb } from 'redstart/redis-files'
import { describe, expect, it } from 'vitest'
import { oldPayloads } from '../oracle/old-payloads.js'
import * as a from '../structures/rdb/assemble.js'
import { empty, errorOf, expiresMs, field, keyOf, pieces, rdbFile, resp, text, unchecked } from './support.js'

/*
 * Files that have been cut or changed. Each gives one error that names file and offset, or, where no checksum tells, a store that
 * is well-formed; nothing else ever comes out, and the store into which nothing came is empty.
 */

/** A value in each encoding, as small as they come, and one of everything else that a file may have. */
const parts = [
  field('redis-ver', '8.0.2'),
  a.join(254, 3, 251, 9, 1),
  ...smallOnes().map((payload, i) => keyOf(`k${i}`, payload)),
  a.join(expiresMs(4_102_444_800_000), text('t', 'v')),
  a.join(248, a.size(500), text('i', '12345')),
]
const file = rdbFile(12, ...parts)

function smallOnes(): Uint8Array[] {
  const smallest = new Map<string, Uint8Array>()
  for (const { name, payload } of oldPayloads) {
    const known = smallest.get(name)
    if (known === undefined || payload.length < known.length) smallest.set(name, payload)
  }
  return [...smallest.values()].filter(({ length }) => length < 48)
}

/** Bytes that mean something in one of the encodings. */
const WRONG = [0, 0x7f, 0x80, 0x81, 0xc3, 0xff, 0xfe]

const WELL_TOLD = /^(truncated|format|damaged|unsupported): x: .+ \(at byte \d+\)$/

/** What comes of a file: the error, after a look that the store is empty, or undefined, after one that the store is sound. */
async function outcome(
  bytes: Uint8Array,
  load: typeof importRdb | typeof importAof = importRdb,
): Promise<string | undefined> {
  const db = empty()
  const error = await errorOf(() => load(db, bytes, { name: 'x' }))
  if (error === undefined) {
    for (const database of db.engine.databases) database.invariants()
    db.dump()
  } else {
    expect(error).toMatch(WELL_TOLD)
    expect(db.engine.databases.every(({ keys }) => keys.size === 0)).toBe(true)
  }
  return error
}

describe('an RDB file', () => {
  it('is whole to begin with, and has every encoding', async () => {
    expect(await outcome(file)).toBeUndefined()
    expect(smallOnes().length).toBeGreaterThan(15)
  })

  it('is refused wherever it is cut', async () => {
    for (let end = 0; end < file.length; end++) {
      expect(await outcome(file.subarray(0, end)), `cut at ${end}`).toMatch(/^truncated: /)
    }
  })

  it('is refused whichever bit is flipped', async () => {
    for (let at = 0; at < file.length; at++) {
      const bytes = file.slice()
      bytes[at]! ^= 1 << (at % 8)

      expect(await outcome(bytes), `byte ${at}`).toBeDefined()
    }
  })

  it('is taken or refused, and nothing else, when a byte is changed and there is no checksum', async () => {
    const bytes = unchecked(file)
    let taken = 0
    for (let at = 0; at < bytes.length; at++) {
      const right = bytes[at]!
      bytes[at] = WRONG[at % WRONG.length]!
      if ((await outcome(bytes)) === undefined) taken++
      bytes[at] = right
    }

    expect(taken).toBeGreaterThan(file.length / 10)
  })

  it('does not take memory for what it announces and does not have', async () => {
    const before = process.memoryUsage().arrayBuffers
    for (const lie of [a.size(500_000_000), a.join(0xc3, a.size(400_000_000), a.size(500_000_000))]) {
      await outcome(rdbFile(12, 0, a.string('k'), lie))
      expect(await errorOf(() => importRdb(empty(), pieces(rdbFile(12, 0, a.string('k'), lie), 9)))).toMatch(
        /^truncated/,
      )
    }

    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(50_000_000)
  })
})

describe('an append-only file', () => {
  const commands = resp(
    ['SELECT', '1'],
    ['SET', 'k', 'v'],
    ['MULTI'],
    ['RPUSH', 'l', 'a', 'b'],
    ['INCR', 'n'],
    ['EXEC'],
  )

  it('gives the commands that are whole, wherever it is cut', async () => {
    const all = empty()
    await importAof(all, commands)
    const states = new Set<string>()
    for (let end = 0; end < commands.length; end++) {
      const db = empty()
      const { files } = await importAof(db, commands.subarray(0, end))
      states.add(db.dump())

      const cut = files[0]!.cut
      if (cut !== undefined) expect(cut.offset + cut.bytes).toBe(end)
    }

    // Nothing; the key; never a part of the transaction.
    expect(states.size).toBe(2)
    expect(states.has(all.dump())).toBe(false)
  })

  it('is taken, cut or refused, and nothing else, when a byte is changed', async () => {
    for (let at = 0; at < commands.length; at++) {
      for (const wrong of [0, 0x23, 0x39]) {
        await outcome(
          commands.map((byte, i) => (i === at ? wrong : byte)),
          importAof,
        )
      }
    }
  })
})
