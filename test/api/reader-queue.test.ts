import { describe, expect, it } from 'vitest'
import { ReaderQueue } from '../../src/api/reader-queue.js'

function open(limit = 2): ReaderQueue<number, string> {
  return new ReaderQueue(limit, String)
}

const DONE = { done: true, value: undefined }

describe('a queue of readers', () => {
  it('gives items to readers in order, whoever comes first', async () => {
    const queue = open()
    queue.offer(1)
    const readers = [queue.next(), queue.next(), queue.next()]
    queue.offer(2)
    queue.offer(3)

    expect((await Promise.all(readers)).map(({ value }) => value)).toEqual(['1', '2', '3'])
    expect(queue.size).toBe(0)
  })

  it('takes no more items than may wait, or one in place of the oldest', async () => {
    const queue = open()

    expect([1, 2, 3].map((item) => queue.offer(item))).toEqual([true, true, false])
    queue.replaceOldest(4)

    expect(queue.size).toBe(2)
    expect([await queue.next(), await queue.next()].map(({ value }) => value)).toEqual(['2', '4'])
  })

  it('ends for readers who wait, and for others behind what waits', async () => {
    const [waited, queue] = [open(), open()]
    const reader = waited.next()
    queue.offer(1)

    waited.end()
    queue.end()

    expect(await reader).toEqual(DONE)
    expect([(await queue.next()).value, await queue.next()]).toEqual(['1', DONE])
  })

  it('fails once: for the reader who has waited longest, or behind what waits', async () => {
    const [waited, queue] = [open(), open()]
    const readers = [waited.next(), waited.next()] as const
    queue.offer(1)

    waited.fail('reason')
    queue.fail('reason')

    await expect(readers[0]).rejects.toBe('reason')
    expect(await readers[1]).toEqual(DONE)
    expect((await queue.next()).value).toBe('1')
    await expect(queue.next()).rejects.toBe('reason')
    expect(await queue.next()).toEqual(DONE)
  })

  it('forgets what waits, and an error that nobody has been told', async () => {
    const queue = open()
    queue.offer(1)
    queue.fail('reason')

    queue.clear()

    expect(await queue.next()).toEqual(DONE)
  })
})
