import { existsSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { check, files, memory, repair } from 'redstart/persistence'
import { beforeAll, describe, expect, it } from 'vitest'
import { setU16, setU32 } from '../../src/persistence/bytes.js'
import { crc32c } from '../../src/persistence/crc32c.js'
import { IN_FULL, record } from './campaign.js'
import { copyOf, folder, openKept, quickFiles, stateIn, stateText, WRITES } from './support.js'

/*
 * What stands in files is what was written, or it is noticed: every prefix of a log opens to the state after its last whole record,
 * and no changed byte of a log, a snapshot or a manifest goes by.
 */

interface Written {
  readonly path: string
  readonly file: string
  /** States by number of records. */
  readonly states: readonly string[]
}

/** A store that ended without being closed, with a record for each of WRITES. */
async function crashed(durable = false): Promise<Written> {
  const path = folder()
  const { db } = await openKept(quickFiles(path, { appendFsync: 'always', groupCommit: !durable }))
  const states = [stateText(db)]
  for (const write of WRITES) {
    write(db)
    states.push(stateText(db))
  }
  await db.flushed()
  const copy = copyOf(path)
  await db.close()
  return { path: copy, file: 'log-1.rs', states }
}

/** The bytes with one bit changed; in short for some of them. */
function* flips(bytes: Uint8Array): Iterable<{ readonly i: number; readonly changed: Buffer }> {
  for (let i = 0; i < bytes.length; i += IN_FULL || i < 40 ? 1 : 7) {
    for (let bit = IN_FULL ? 0 : i % 8; bit < 8; bit += IN_FULL ? 1 : 8) {
      const changed = Buffer.from(bytes)
      changed[i]! ^= 1 << bit
      yield { i, changed }
    }
  }
}

const ends = (bytes: Uint8Array): number[] => {
  const found = [40]
  const view = Buffer.from(bytes)
  while (found.at(-1)! < bytes.length) found.push(found.at(-1)! + 25 + view.readUInt32LE(found.at(-1)! + 4))
  return found
}

describe('the log after a crash', () => {
  let log: Written
  let bytes: Buffer
  let manifest: Buffer
  beforeAll(async () => {
    log = await crashed()
    bytes = readFileSync(join(log.path, log.file))
    manifest = readFileSync(join(log.path, 'manifest'))
  })

  it('opens from each of its prefixes to the state after the last whole record, and says what was cut off', async () => {
    const whole = ends(bytes)
    expect(whole).toHaveLength(log.states.length)
    // In short every ninth, and where records end.
    const lengths = Array.from({ length: bytes.length }, (_, i) => i)
    const chosen = lengths.filter((i) => IN_FULL || i % 9 === 4 || whole.includes(i) || whole.includes(i + 1))
    for (const length of chosen) {
      // One folder for all lengths would be changed by each: the cut is made in memory.
      const place = memory()
      await place.storage.put('manifest', manifest)
      const segment = await place.storage.append(log.file)
      segment.append(bytes.subarray(0, length))
      const { state, events } = await stateIn(place)
      const records = Math.max(0, whole.filter((end) => end <= length).length - 1)
      const rest = length - (length < 40 ? 0 : whole[records]!)

      expect(state, `${length} bytes`).toBe(log.states[records])
      const cut = events.find(({ type }) => type === 'tail-cut')
      expect([cut?.bytesDropped ?? 0, cut?.offset ?? length - rest]).toEqual([rest, length - rest])
    }
    record('every prefix of a log after a crash', chosen.length, 'each opened to the state after its last whole record')
  })

  it('is refused or cut off where any byte is changed, and never another state', async () => {
    let [refused, cuts] = [0, 0]
    for (const { i, changed } of flips(bytes)) {
      const place = memory()
      await place.storage.put('manifest', manifest)
      const segment = await place.storage.append(log.file)
      segment.append(changed)
      const outcome = await stateIn(place).catch((error: Error) => error)

      if (outcome instanceof Error) {
        expect(outcome, `byte ${i}`).toMatchObject({ name: 'PersistenceError', file: log.file })
        refused++
        continue
      }
      const cut = outcome.events.find(({ type }) => type === 'tail-cut')
      expect(cut, `byte ${i}`).toBeDefined()
      const records = Math.max(0, ends(bytes).filter((end) => end <= i).length - 1)
      expect(outcome.state, `byte ${i}`).toBe(log.states[records])
      cuts++
    }
    const outcome = `${refused} refused, ${cuts} cut off there and reported, 0 other states`
    record('every flipped byte of a log after a crash', refused + cuts, outcome)
  })
})

describe('damage that is no torn end', () => {
  it('is refused where a later record says that it was durable, with file, offset and reason; nothing is overwritten', async () => {
    const { path, file } = await crashed(true)
    const name = join(path, file)
    const bytes = readFileSync(name)
    bytes[70]! ^= 4
    writeFileSync(name, bytes)

    const error = await openKept(files(path)).catch((reason: Error) => reason)

    expect(error).toMatchObject({ code: 'DAMAGED', file, offset: 40 })
    expect(String(error)).toContain(`${file} at byte 40: the checksum of a record is wrong`)
    expect(Buffer.compare(readFileSync(name), bytes)).toBe(0)
  })

  it('is noticed for each byte of a snapshot, a log and a manifest of a store that was closed', async () => {
    const path = folder()
    const { db } = await openKept(quickFiles(path))
    for (const write of WRITES) write(db)
    db.save()
    for (const write of WRITES) write(db)
    await db.close()

    let refused = 0
    for (const file of ['snapshot-2.rs', 'log-2.rs', 'manifest']) {
      const bytes = readFileSync(join(path, file))
      for (const { i, changed } of flips(bytes)) {
        refused++
        writeFileSync(join(path, file), changed)

        await expect(openKept(quickFiles(path)), `byte ${i} of ${file}`).rejects.toMatchObject({
          name: 'PersistenceError',
        })
      }
      for (const length of [0, 1, 17, 39, 41, bytes.length - 1]) {
        writeFileSync(join(path, file), bytes.subarray(0, length))
        await expect(openKept(quickFiles(path)), `${length} bytes of ${file}`).rejects.toMatchObject({
          name: 'PersistenceError',
        })
      }
      writeFileSync(join(path, file), bytes)
    }
    record('every flipped byte of snapshot, log and manifest of a closed store', refused, 'all refused')
    expect((await check(path)).ok).toBe(true)
  })

  it('is a file of a newer version, of another kind, or missing', async () => {
    const { path, file } = await crashed()
    const name = join(path, file)
    const bytes = readFileSync(name)
    const newer = Buffer.from(bytes)
    setU16(newer, 8, 2)
    setU32(newer, 36, crc32c(newer, 0, 36))
    writeFileSync(name, newer)
    await expect(openKept(files(path))).rejects.toMatchObject({ code: 'NEWER', offset: 8 })

    const foreign = Buffer.alloc(100, 'REDIS0012')
    writeFileSync(name, foreign)
    await expect(openKept(files(path))).rejects.toMatchObject({ code: 'FOREIGN' })

    const other = await crashed()
    const { unlinkSync } = await import('node:fs')
    unlinkSync(join(other.path, 'manifest'))
    await expect(openKept(files(other.path))).rejects.toThrow(
      'manifest: the manifest is missing, and there is log-1.rs',
    )
    const third = await crashed()
    unlinkSync(join(third.path, third.file))
    await expect(openKept(files(third.path))).rejects.toThrow(
      'log-1.rs: the manifest names the file, and it is missing',
    )
  })
})

describe('check and repair', () => {
  it('find nothing wrong with a store that was closed, and change nothing', async () => {
    const path = folder()
    const { db } = await openKept(quickFiles(path))
    for (const write of WRITES) write(db)
    await db.close()

    const report = await check(path)
    expect(report).toMatchObject({ ok: true, problems: [], snapshot: undefined, log: { records: WRITES.length } })
    expect(await repair(path)).toMatchObject({ needed: false, done: false, lost: { bytes: 0, records: 0 } })
  })

  // To repair a folder by a mistyped name made it.
  it('make no folder where there is none', async () => {
    const none = join(folder(), 'none')

    expect(await check(none)).toMatchObject({ ok: true, log: { records: 0 } })
    expect(await repair(none)).toMatchObject({ needed: false, done: false, lastSeq: 0 })
    expect(existsSync(none)).toBe(false)
  })

  it('say what is wrong and what would be lost, before and after it is cut', async () => {
    const { path, file, states } = await crashed(true)
    const name = join(path, file)
    const bytes = readFileSync(name)
    const { log } = await check(path)
    const at = bytes.indexOf('counter')
    bytes[at]! ^= 1
    writeFileSync(name, bytes)

    const found = await check(path)
    const [problem] = found.problems
    expect(found.ok).toBe(false)
    expect(problem).toMatchObject({ file, reason: 'the checksum of a record is wrong', torn: false })
    expect(problem!.lost!.records).toBe(WRITES.length - 4)
    expect(await repair(path, { dryRun: true })).toMatchObject({ needed: true, done: false, lost: problem!.lost! })
    expect(Buffer.compare(readFileSync(name), bytes)).toBe(0)

    expect(await repair(path)).toMatchObject({ done: true, lost: problem!.lost!, lastSeq: 3 })
    expect((await check(path)).ok).toBe(true)
    expect((await stateIn(files(path))).state).toBe(states[3])
    const aside = readFileSync(join(path, `cut-log-1-${problem!.offset}`))
    expect(Buffer.compare(aside, bytes.subarray(problem!.offset))).toBe(0)
    expect(log.records).toBe(WRITES.length)
  })

  it('see a torn end as what it is', async () => {
    const { path, file } = await crashed()
    const size = readFileSync(join(path, file)).length
    truncateSync(join(path, file), size - 3)

    expect((await check(path)).problems).toMatchObject([{ torn: true, reason: 'a record is cut off' }])
  })

  it('say so where a snapshot is damaged, which no cutting mends', async () => {
    const path = folder()
    const { db } = await openKept(quickFiles(path))
    for (const write of WRITES) write(db)
    db.save()
    await db.close()
    const name = join(path, 'snapshot-2.rs')
    const bytes = readFileSync(name)
    bytes[100]! ^= 1
    writeFileSync(name, bytes)

    expect((await check(path)).problems).toMatchObject([{ file: 'snapshot-2.rs', lost: undefined }])
    await expect(repair(path)).rejects.toThrow('this cannot be repaired, restore a backup')
  })
})
