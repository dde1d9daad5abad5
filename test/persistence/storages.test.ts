import { once } from 'node:events'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { describe, expect, it, vi } from 'vitest'
import { readAll } from '../../src/persistence/bytes.js'
import { EncryptedStorage } from '../../src/persistence/encrypted-storage.js'
import { FileStorage } from '../../src/persistence/file-storage.js'
import { KeyMaker } from '../../src/persistence/keys.js'
import { MemoryStorage } from '../../src/persistence/memory-storage.js'
import type { Storage } from '../../src/persistence/storage.js'
import { storageContract } from './contract.js'
import { folder, quickCalls } from './support.js'

const KEY = new Uint8Array(32).fill(7)
const encryptedOver = (inner: Storage, key = KEY): Storage => new EncryptedStorage(inner, [new KeyMaker({ key })])

storageContract('in memory', () => {
  const storage = new MemoryStorage()
  return { storage, again: () => storage }
})

storageContract('in files', () => {
  const path = folder()
  const make = (): Storage => new FileStorage(path, quickCalls)
  return { storage: make(), again: make }
})

storageContract('in encrypted files', () => {
  const path = folder()
  const make = (): Storage => encryptedOver(new FileStorage(path, quickCalls))
  return { storage: make(), again: make }
})

storageContract('in encrypted memory, by a passphrase', () => {
  const inner = new MemoryStorage()
  const maker = new KeyMaker({ passphrase: 'correct horse' })
  const make = (): Storage => new EncryptedStorage(inner, [maker])
  return { storage: make(), again: make }
})

describe('the lock of a folder', () => {
  it('of a process that is gone is taken over', async () => {
    const path = folder()
    const stale = { pid: 2 ** 22 + 1, started: '1', host: (await import('node:os')).hostname(), token: 'x' }
    writeFileSync(join(path, 'lock'), JSON.stringify(stale))

    const storage = new FileStorage(path)
    await storage.open()

    expect(readFileSync(join(path, 'lock'), 'utf8')).toContain(`"pid":${process.pid}`)
    await storage.close()
    expect(readdirSync(path)).toEqual([])
  })

  it('of this process number that another process had is taken over', async () => {
    const path = folder()
    const stale = { pid: process.pid, started: '1', host: (await import('node:os')).hostname(), token: 'x' }
    writeFileSync(join(path, 'lock'), JSON.stringify(stale))

    const storage = new FileStorage(path)
    await storage.open()
    await storage.close()
  })

  it.each([
    ['a process that runs', { pid: 1 }],
    ['another machine', { pid: 2 ** 22 + 1, host: 'elsewhere' }],
  ])('of %s counts, and the error names it', async (_who, holder) => {
    const path = folder()
    const held = { started: '', host: (await import('node:os')).hostname(), token: 'x', ...holder }
    writeFileSync(join(path, 'lock'), JSON.stringify(held))

    await expect(new FileStorage(path).open()).rejects.toThrow(`${path}/lock: process ${holder.pid}`)
    expect(readFileSync(join(path, 'lock'), 'utf8')).toBe(JSON.stringify(held))
  })
})

describe('the lock of a folder that another thread or another copy of the module has taken', () => {
  /** Takes the lock in a thread, which says so and waits. */
  const taken = async (path: string): Promise<Worker> => {
    const source = JSON.stringify(new URL('../../src/persistence/folder-lock.ts', import.meta.url).href)
    const code = `
      import('tsx/esm/api').then(({ tsImport }) => tsImport(${source}, ${source})).then(({ FolderLock }) => {
        const lock = new FolderLock(${JSON.stringify(path)})
        lock.take()
        const { parentPort } = require('node:worker_threads')
        parentPort.postMessage('taken')
        parentPort.on('message', () => { lock.release(); process.exit() })
      })`
    const worker = new Worker(code, { eval: true })
    await once(worker, 'message')
    return worker
  }

  // Both wrote, and what one of them wrote was lost.
  it('counts until that releases it', async () => {
    const path = folder()
    const worker = await taken(path)

    await expect(new FileStorage(path).open()).rejects.toThrow(
      `${path}/lock: another store of this process has it open`,
    )
    worker.postMessage('release')
    await once(worker, 'exit')
    const storage = new FileStorage(path)
    await storage.open()
    await storage.close()
  })

  it.skipIf(process.platform !== 'linux')('is taken over when that has ended without a word', async () => {
    const path = folder()
    const worker = await taken(path)
    await worker.terminate()

    const storage = new FileStorage(path)
    await storage.open()
    await storage.close()
  })

  // ES and CommonJS in one process, or modules that are loaded anew.
  it('counts in this thread too', async () => {
    const path = folder()
    const storage = new FileStorage(path)
    await storage.open()
    vi.resetModules()
    const { FileStorage: Other } = await import('../../src/persistence/file-storage.js')

    await expect(new Other(path).open()).rejects.toThrow(`${path}/lock: another store of this process has it open`)
    await storage.close()
    const other = new Other(path)
    await other.open()
    await other.close()
  })
})

describe('files in a folder by a relative name', () => {
  // From then on nothing could be written but the log, and the lock stayed behind.
  it('stay where they were when the process changes its directory', async () => {
    const [former, path, elsewhere] = [process.cwd(), folder(), folder()]
    process.chdir(path)
    try {
      const storage = new FileStorage('data', quickCalls)
      await storage.open()
      process.chdir(elsewhere)
      await storage.put('manifest', new Uint8Array(1))
      storage.blocking.put('other', new Uint8Array(1))
      await storage.close()

      expect(storage.description).toBe('data')
      expect(readdirSync(join(path, 'data')).sort()).toEqual(['manifest', 'other'])
      expect(readdirSync(elsewhere)).toEqual([])
    } finally {
      process.chdir(former)
    }
  })
})

it.each(['taken', 'taken/below'])(
  'files in a folder whose place a file has are refused, and say so: %s',
  async (name) => {
    const path = folder()
    writeFileSync(join(path, 'taken'), 'mine')
    const storage = new FileStorage(join(path, name), quickCalls)

    await expect(storage.open()).rejects.toMatchObject({
      code: 'UNUSABLE',
      message: `${join(path, name)}: there is a file where a folder should be`,
    })
    expect(readFileSync(join(path, 'taken'), 'utf8')).toBe('mine')
  },
)

it('files in a folder whose place a file has cannot be listed, and say so', async () => {
  const path = folder()
  writeFileSync(join(path, 'taken'), 'mine')

  await expect(new FileStorage(join(path, 'taken'), quickCalls).list()).rejects.toMatchObject({ code: 'UNUSABLE' })
})

describe('encrypted files', () => {
  const PLAIN = 'a secret that nobody sees'

  async function written(): Promise<{ path: string; name: string }> {
    const path = folder()
    const storage = encryptedOver(new FileStorage(path, quickCalls))
    const segment = await storage.append('log-1.rs')
    for (let i = 0; i < 3; i++) segment.append(new TextEncoder().encode(`${PLAIN} ${i}`))
    await storage.put('manifest', new TextEncoder().encode(PLAIN))
    return { path, name: join(path, 'log-1.rs') }
  }
  const read = (path: string, file: string, key = KEY): Promise<Uint8Array> =>
    readAll(encryptedOver(new FileStorage(path), key).read(file))

  it('show nothing of what is in them', async () => {
    const { path } = await written()

    for (const file of readdirSync(path)) expect(readFileSync(join(path, file)).includes('secret')).toBe(false)
  })

  it('are refused with another key, and say so', async () => {
    const { path } = await written()

    await expect(read(path, 'manifest', new Uint8Array(32))).rejects.toMatchObject({ code: 'KEY' })
  })

  it('are refused where any byte was changed', async () => {
    const { path } = await written()
    for (const file of ['manifest', 'log-1.rs']) {
      const whole = readFileSync(join(path, file))
      for (let i = 0; i < whole.length; i++) {
        const changed = Buffer.from(whole)
        changed[i]! ^= 1 << (i % 8)
        writeFileSync(join(path, file), changed)

        await expect(read(path, file), `byte ${i} of ${file}`).rejects.toMatchObject({ name: 'PersistenceError' })
      }
    }
  })

  it('are refused where frames were exchanged, repeated, left out or brought in from another file', async () => {
    const { path, name } = await written()
    const other = await written()
    const whole = readFileSync(name)
    const [head, size] = [56, (whole.length - 56) / 3]
    const frame = (from: Buffer, i: number): Buffer => from.subarray(head + i * size, head + (i + 1) * size)
    const start = whole.subarray(0, head)
    const forged = [
      [frame(whole, 1), frame(whole, 0), frame(whole, 2)],
      [frame(whole, 0), frame(whole, 0), frame(whole, 1)],
      [frame(whole, 1), frame(whole, 2)],
      [frame(whole, 0), frame(readFileSync(other.name), 1), frame(whole, 2)],
    ]
    for (const frames of forged) {
      writeFileSync(name, Buffer.concat([start, ...frames]))

      await expect(read(path, 'log-1.rs')).rejects.toMatchObject({ code: 'DAMAGED' })
    }
  })

  it('are refused under another name, and blobs where their end is missing', async () => {
    const { path } = await written()
    const manifest = readFileSync(join(path, 'manifest'))
    writeFileSync(join(path, 'other'), manifest)
    await expect(read(path, 'other')).rejects.toMatchObject({ code: 'DAMAGED' })

    for (let length = 1; length < manifest.length; length++) {
      writeFileSync(join(path, 'manifest'), manifest.subarray(0, length))
      await expect(read(path, 'manifest')).rejects.toMatchObject({ code: 'DAMAGED' })
    }
  })
})
