import { describe, expect, it } from 'vitest'
import { readAll } from '../../src/persistence/bytes.js'
import type { Storage } from '../../src/persistence/storage.js'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

/** What every adapter does. `make` returns a storage over an empty place, and `again` another one over the same place. */
export function storageContract(name: string, make: () => { storage: Storage; again: () => Storage }): void {
  describe(`the storage ${name}`, () => {
    const opened = async (): Promise<{ storage: Storage; again: () => Storage }> => {
      const made = make()
      await made.storage.open()
      return made
    }
    const textOf = async (storage: Storage, file: string): Promise<string> =>
      new TextDecoder().decode(await readAll(storage.read(file)))

    it('is empty at first, and says so of a file that is not there', async () => {
      const { storage } = await opened()

      expect(await storage.list()).toEqual([])
      await expect(readAll(storage.read('nosuch'))).rejects.toThrow()
    })

    it('keeps others out until it is closed', async () => {
      const { storage, again } = await opened()

      await expect(again().open()).rejects.toMatchObject({ code: 'LOCKED' })
      await storage.close()
      const other = again()
      await other.open()
      await other.close()
    })

    it('puts small files, and puts others in their place', async () => {
      const { storage, again } = await opened()
      await storage.put('manifest', bytes('one'))
      await storage.put('manifest', bytes('another'))
      await storage.put('empty', new Uint8Array(0))
      await storage.close()

      expect([...(await again().list())].sort()).toEqual(['empty', 'manifest'])
      expect(await textOf(again(), 'manifest')).toBe('another')
      expect(await textOf(again(), 'empty')).toBe('')
    })

    it('takes the bytes as they are when it is called, or until it has written them', async () => {
      const { storage } = await opened()
      const given = bytes('one')
      const segment = await storage.append('log-1.rs')
      segment.append(given)
      given.fill(0)
      await segment.flush()
      const blob = await storage.create('snapshot-1.rs')
      const piece = bytes('two')
      await blob.write(piece)
      piece.fill(0)
      await blob.commit()

      expect(await textOf(storage, 'log-1.rs')).toBe('one')
      expect(await textOf(storage, 'snapshot-1.rs')).toBe('two')
    })

    it('makes a segment that is there at once, and adds to it in order', async () => {
      const { storage, again } = await opened()
      const segment = await storage.append('log-1.rs')
      expect(await storage.list()).toEqual(['log-1.rs'])
      segment.append(bytes('one '))
      segment.append(bytes('two '))
      await segment.flush()
      segment.append(bytes('three'))
      await segment.flush()
      await segment.close()
      await storage.close()

      expect(await textOf(again(), 'log-1.rs')).toBe('one two three')
    })

    it('refuses to make a segment twice', async () => {
      const { storage } = await opened()
      await storage.append('log-1.rs')

      await expect(storage.append('log-1.rs')).rejects.toThrow()
    })

    it('reads a segment that nothing was written to as no bytes', async () => {
      const { storage } = await opened()
      await storage.append('log-1.rs')

      expect(await textOf(storage, 'log-1.rs')).toBe('')
    })

    it('shows a blob when it is committed, and not before', async () => {
      const { storage, again } = await opened()
      const blob = await storage.create('snapshot-1.rs')
      await blob.write(bytes('one '))
      expect(await storage.list()).toEqual([])
      await blob.write(bytes('two'))
      await blob.commit()
      const given_up = await storage.create('snapshot-2.rs')
      await given_up.write(bytes('three'))
      await given_up.abort()
      await storage.close()

      expect(await again().list()).toEqual(['snapshot-1.rs'])
      expect(await textOf(again(), 'snapshot-1.rs')).toBe('one two')
    })

    it('reads what is larger than any piece', async () => {
      const { storage } = await opened()
      const large = new Uint8Array(700_000).map((_, i) => i * 7)
      const blob = await storage.create('snapshot-1.rs')
      await blob.write(large)
      await blob.commit()

      expect(Buffer.compare(await readAll(storage.read('snapshot-1.rs')), large)).toBe(0)
    })

    it('cuts a segment off between what was appended', async () => {
      const { storage } = await opened()
      const segment = await storage.append('log-1.rs')
      for (const text of ['one ', 'two ', 'three']) segment.append(bytes(text))
      await segment.flush()
      await segment.close()
      await storage.truncate('log-1.rs', 8)
      expect(await textOf(storage, 'log-1.rs')).toBe('one two ')
      await storage.truncate('log-1.rs', 0)

      expect(await textOf(storage, 'log-1.rs')).toBe('')
    })

    it('removes files', async () => {
      const { storage } = await opened()
      await storage.put('manifest', bytes('one'))
      await storage.remove('manifest')

      expect(await storage.list()).toEqual([])
    })

    it('does all that blocking too, where it can', async () => {
      const { storage, again } = await opened()
      const { blocking } = storage
      if (blocking === undefined) return
      blocking.put('manifest', bytes('one'))
      const blob = blocking.create('snapshot-1.rs')
      blob.write(bytes('two '))
      blob.write(bytes('three'))
      blob.commit()
      const other = blocking.create('snapshot-2.rs')
      other.write(bytes('four'))
      other.abort()
      const segment = blocking.append('log-1.rs')
      segment.append(bytes('five'))
      segment.flushNow!()
      expect([...blocking.list()].sort()).toEqual(['log-1.rs', 'manifest', 'snapshot-1.rs'])
      blocking.close()

      expect([...(await again().list())].sort()).toEqual(['log-1.rs', 'manifest', 'snapshot-1.rs'])
      expect(await textOf(again(), 'snapshot-1.rs')).toBe('two three')
      expect(await textOf(again(), 'log-1.rs')).toBe('five')
    })
  })
}
