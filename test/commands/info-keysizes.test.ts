import { Redstart } from 'redstart'
import { describe, expect, it } from 'vitest'

describe('INFO keysizes', () => {
  it('tells how many keys of each type have reached which power of two, database by database', () => {
    const db = new Redstart()
    for (const [key, value] of Object.entries({ a: '', b: 'x', c: 'xx', d: '12345', e: 'x'.repeat(1000), f: 'ж' })) {
      db.set(key, value)
    }
    db.setbit('bits', 80_000, 1)
    db.rpush('l', '1', '2', '3')
    db.sadd('s', 'a', 'b', 'c', 'd')
    db.hset('h', 'a', '1')
    db.zadd('z', 1, 'a')
    db.xadd('st', '*', { a: '1' })
    db.pfadd('hll', 'a')
    const other = db.session()
    other.select(3)
    other.set('neg', -5)
    other.setrange('1023', 1022, 'x')
    other.setrange('1024', 1023, 'x')
    other.setrange('2M', 2 ** 21 - 1, 'x')

    expect(db.call('INFO', 'keysizes')).toBe(
      [
        '# Keysizes',
        'db0_distrib_strings_sizes:0=1,1=1,2=2,4=1,16=1,512=1,8K=1',
        'db0_distrib_lists_items:2=1',
        'db0_distrib_sets_items:4=1',
        'db0_distrib_zsets_items:1=1',
        'db0_distrib_hashes_items:1=1',
        'db3_distrib_strings_sizes:2=1,512=1,1K=1,2M=1',
        '',
      ].join('\r\n'),
    )
  })

  it('is told by name and by all, and not unasked', () => {
    const db = new Redstart()
    db.set('k', 'v')

    expect(db.info()).not.toHaveProperty('keysizes')
    expect(db.info('everything')['keysizes']).toEqual({ db0_distrib_strings_sizes: '1=1' })
  })
})
