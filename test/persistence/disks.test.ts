import { join } from 'node:path'
import { type Redstart, RedstartError } from 'redstart'
import { keptIn } from 'redstart/persistence'
import { describe, expect, it } from 'vitest'
import { RandomSource } from '../../src/keyspace/random.js'
import type { FileCalls } from '../../src/persistence/file-calls.js'
import { FileStorage } from '../../src/persistence/file-storage.js'
import { IN_FULL, record } from './campaign.js'
import { FailingDisk, type Fault, ForgetfulDisk } from './disks.js'
import { copyOf, folder, openKept, quickCalls, quickFiles, stateIn, stateText, WRITES } from './support.js'

/*
 * Whatever call of the system fails, and whatever a power failure takes away: what was acknowledged is there afterwards, and what
 * is there is the state after some write, never a half of one.
 */

const MANIFEST_BEGINS_WITH = 'r'.charCodeAt(0)

/** Writes, with snapshots in between, and the states after each; `acknowledged` grows when a write is said to be durable. */
class Workload {
  readonly states: string[] = []
  acknowledged = 0
  private readonly db: Redstart

  constructor(db: Redstart) {
    this.db = db
    this.states.push(stateText(db))
  }

  /** Does the write, and says whether it was acknowledged. One that was applied counts as one that may be there. */
  write(write: (db: Redstart) => unknown): boolean {
    try {
      write(this.db)
      this.states.push(stateText(this.db))
      this.acknowledged = this.states.length - 1
      return true
    } catch (error) {
      if (!(error instanceof RedstartError) || !error.message.startsWith('MISCONF')) throw error
      this.states.push(stateText(this.db))
      return false
    }
  }

  async all(onRefusal: () => Promise<void>): Promise<void> {
    for (const [i, write] of WRITES.slice(0, IN_FULL ? WRITES.length : 7).entries()) {
      if (!this.write(write)) await onRefusal()
      if (i === 2) await this.db.bgsave().catch(() => undefined)
      if (i === 4) {
        try {
          this.db.save()
        } catch (error) {
          if (!(error instanceof RedstartError)) throw error
        }
      }
    }
  }
}

/** One of the states that may be found: the last acknowledged or a later one. */
function expectKept({ states, acknowledged }: Workload, found: string, what: string): void {
  expect(states.slice(acknowledged), what).toContain(found)
}

describe('a disk whose n-th call fails', () => {
  it.each<[Fault, boolean]>([
    ['EIO', false],
    ['EIO', true],
    ['ENOSPC', true],
    ['SHORT', false],
  ])('with %s (from then on: %s) loses nothing that was acknowledged, for each n', async (fault, forever) => {
    let isOver = false
    let calls = 0
    // In short two of three calls are left out.
    for (let n = 1; !isOver; n += IN_FULL ? 1 : 3) {
      calls++
      const path = folder()
      const disk = new FailingDisk(n, fault, forever)
      const place = keptIn(new FileStorage(path, disk), { appendFsync: 'always', save: '' })
      let opened: Awaited<ReturnType<typeof openKept>> | undefined
      try {
        opened = await openKept(place)
      } catch {
        // What could not be opened has acknowledged nothing, and can be opened when the disk works again.
        expect((await stateIn(quickFiles(path))).state).toBe('')
        expect(disk.opened.size, `call ${n}`).toBe(0)
        continue
      }
      const { db, events } = opened
      const work = new Workload(db)
      await work.all(async () => {
        expect(events.map(({ type }) => type)).toContain('write-failed')
        expect(() => db.set('refused', '1')).toThrow('MISCONF Errors writing to the AOF file: ')
        expect(() => db.call('SET', 'refused', '1')).toThrow('MISCONF')
        await expect(db.flushed()).rejects.toThrow()
        if (forever) await expect(db.resume(), `call ${n}`).rejects.toThrow()
        disk.heal()
        await db.resume()
        // What was applied and not acknowledged is in the snapshot that was written anew.
        work.acknowledged = work.states.length - 1
        expect(events.at(-1)!.type).toBe('resumed')
      })
      isOver = !disk.fired
      const crashed = await stateIn(quickFiles(copyOf(path)))
      expectKept(work, crashed.state, `call ${n}`)
      disk.heal()
      await db.close().catch(() => undefined)
      // A disk that fails for hours, with an attempt every few seconds, would have left no descriptor to open anything by.
      expect(disk.opened.size, `call ${n}`).toBe(0)
      expect((await stateIn(quickFiles(path))).state, `call ${n}`).toBe(work.states.at(-1))
      if (n > 1_000) throw new Error('the workload never ends')
    }
    record(
      `call n fails with ${fault}${forever ? ', and all after it' : ''}, for each n`,
      calls,
      'nothing acknowledged lost, resumed each time',
    )
  })

  it('is refused too where the log fails as a snapshot begins: nothing is written behind what is missing', async () => {
    const path = folder()
    let isFull = false
    const calls: FileCalls = {
      ...quickCalls,
      write(fd, bytes) {
        if (isFull && bytes[0] !== MANIFEST_BEGINS_WITH)
          throw Object.assign(new Error('ENOSPC: made up'), { code: 'ENOSPC' })
        return quickCalls.write(fd, bytes)
      },
    }
    const { db } = await openKept(keptIn(new FileStorage(path, calls), { appendFsync: 'no' }))
    db.set('a', '1')
    isFull = true
    // Records are handed over at the end of the turn, or here.
    expect(() => db.save()).toThrow('made up')
    isFull = false

    expect(() => db.set('b', '2')).toThrow('MISCONF Errors writing to the AOF file: No space left on device')
    await db.resume()
    db.set('b', '2')
    const wanted = stateText(db)
    await db.close()
    expect((await stateIn(quickFiles(path))).state).toBe(wanted)
  })

  it('tells who waits for a flush, by which nothing was acknowledged', async () => {
    const disk = new FailingDisk(Number.POSITIVE_INFINITY, 'EIO', true)
    const place = keptIn(new FileStorage(folder(), disk), { appendFsync: 'always', groupCommit: true })
    const { db } = await openKept(place)
    db.set('a', '1')
    await db.flushed()
    const failing = new FailingDisk(1, 'EIO', true)
    disk.sync = failing.sync.bind(failing)
    disk.syncLater = failing.syncLater.bind(failing)
    db.set('b', '2')

    await expect(db.flushed()).rejects.toThrow('EIO')
    expect(() => db.set('c', '3')).toThrow('MISCONF Errors writing to the AOF file: Input/output error')
    expect(() => db.ping()).toThrow('MISCONF')
    expect(db.get('b')).toBe('2')
    failing.heal()
    await db.resume()
    db.set('c', '3')
    await db.flushed()
    await db.close()
  })
})

describe('a power failure', () => {
  it.each(['always', 'everysec'] as const)(
    'at any call leaves what was acknowledged under %s, and the state after some write',
    async (appendFsync) => {
      const [chance, each] = [new RandomSource(7), IN_FULL ? 100 : 1]
      const disk = new ForgetfulDisk()
      const place = keptIn(new FileStorage(folder(), disk), { appendFsync, save: '' })
      const crashes: { path: string; acknowledged: number }[] = []
      let work: Workload | undefined
      const base = folder()
      disk.onCall = () => {
        for (let i = 0; i < each; i++) {
          const path = join(base, String(crashes.length))
          disk.crash(path, () => chance.next() / 2 ** 32)
          crashes.push({ path, acknowledged: appendFsync === 'always' ? (work?.acknowledged ?? 0) : flushed })
        }
      }
      let flushed = 0
      const { db } = await openKept(place)
      work = new Workload(db)
      for (const [i, write] of WRITES.entries()) {
        work.write(write)
        if (i % 4 === 3) {
          await db.flushed()
          flushed = i + 1
        }
        if (i === 5) await db.bgsave()
        if (i === 11) db.save()
      }
      await db.close()
      disk.onCall = undefined

      expect(crashes.length).toBeGreaterThan(60)
      for (const [i, { path, acknowledged }] of crashes.entries()) {
        const { state } = await stateIn(quickFiles(path))
        expect(work.states.slice(acknowledged), `crash ${i}`).toContain(state)
      }
      record(
        `power failure at any call, '${appendFsync}'`,
        crashes.length,
        'what was acknowledged is there, and a state after some write',
      )
    },
  )
})
