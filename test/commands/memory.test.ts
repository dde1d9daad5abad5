import { describe, expect, it } from 'vitest'
import { RedstartError } from '../../src/errors.js'
import { expectRefused, open } from '../support.js'

describe('MEMORY USAGE', () => {
  it('tells what a key takes with its value, null for a missing one', () => {
    const { db } = open()
    db.set('short', 'x')
    db.set('long', 'x'.repeat(10_000))

    expect(db.memoryUsage('short')).toBeGreaterThan(16)
    expect(db.memoryUsage('long')! - db.memoryUsage('short')!).toBeCloseTo(10_000, -2)
    expect(db.call('MEMORY', 'USAGE', 'long', 'SAMPLES', 5)).toBe(db.memoryUsage('long', { samples: 0 }))
    expect(db.memoryUsage('missing')).toBeNull()
  })

  it('follows a collection as it grows and shrinks', () => {
    const { db } = open()
    db.rpush('l', 'x'.repeat(100))
    const before = db.memoryUsage('l')!

    db.rpush('l', 'y'.repeat(5000))
    expect(db.memoryUsage('l')).toBeGreaterThan(before + 5000)
    db.rpop('l')
    expect(db.memoryUsage('l')).toBe(before)
  })

  it('is no access', () => {
    const { db, clock } = open()
    db.set('k', 'v')
    clock.advance(5000)

    db.memoryUsage('k')

    expect(db.objectIdletime('k')).toBe(5)
  })

  it('refuses samples that are no number from 0 on, and other words', () => {
    const opened = open()
    opened.db.set('k', 'v')
    const usage = (...words: string[]) => opened.db.call('MEMORY', 'USAGE', 'k', ...words)

    expectRefused(opened, () => usage('SAMPLES'), 'ERR syntax error')
    expectRefused(opened, () => usage('SAMPLES', '-1'), 'ERR syntax error')
    expectRefused(opened, () => usage('SAMPLES', 'x'), 'ERR value is not an integer or out of range')
    expectRefused(opened, () => usage('COUNT', '1'), 'ERR syntax error')
    expect(() => opened.db.memoryUsage('k', { samples: -1 })).toThrow(RedstartError)
  })
})

describe('MEMORY STATS', () => {
  it('tells of the store by the names of Redis', () => {
    const { db } = open()
    db.set('a', 'x'.repeat(1000), { ex: 100 })
    db.select(3)
    db.sadd('s', 'm')
    const stats = db.memoryStats()

    expect(stats['keys.count']).toBe(2)
    expect(stats['total.allocated']).toBe(db.engine.usedMemory)
    expect(stats['total.allocated']).toBe((stats['dataset.bytes'] as number) + (stats['overhead.total'] as number))
    expect(stats['db.0']).toEqual({ 'overhead.hashtable.main': 76, 'overhead.hashtable.expires': 40 })
    expect(stats['db.3']).toEqual({ 'overhead.hashtable.main': 76, 'overhead.hashtable.expires': 0 })
    expect(stats['db.1']).toBeUndefined()
  })

  it('remembers the peak', () => {
    const { db } = open()
    db.set('a', 'x'.repeat(100_000))
    const peak = db.memoryStats()['total.allocated']
    db.del('a')

    expect(db.memoryStats()['peak.allocated']).toBe(peak)
    expect(db.memoryStats()['total.allocated']).toBe(0)
  })
})

describe('MEMORY DOCTOR, PURGE and MALLOC-STATS', () => {
  it('find nothing in a store that is nearly empty, and what has shrunk', () => {
    const { db } = open()
    expect(db.memoryDoctor()).toMatch(/nothing to diagnose/)

    for (let i = 0; i < 20; i++) db.set(`k${i}`, 'x'.repeat(1_000_000))
    db.memoryDoctor()
    for (let i = 0; i < 10; i++) db.del(`k${i}`)
    expect(db.memoryDoctor()).toMatch(/Peak: the store once took 2\d{7} bytes/)
  })

  it('answer OK and a text', () => {
    const { db } = open()

    expect(db.memoryPurge()).toBe('OK')
    expect(db.memoryMallocStats()).toMatch(/^heap used: \d+\n/)
    expect(db.call('MEMORY', 'HELP')).toContain('PURGE')
  })
})
