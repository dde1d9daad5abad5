import { manualClock, Redstart } from 'redstart'
import { describe, expect, it } from 'vitest'

function open(): Redstart {
  return new Redstart({ clock: manualClock(), enableDebugCommand: true })
}

/** What Redis 8.0.2 answered. */
const DIGESTS: readonly (readonly [calls: string, digest: string])[] = [
  ['SET k x', 'e1c099d36d86ec50b7f83540e7e59065055be33d'],
  ['HSET k f v g w', 'd127864ed50239662bf61bafc9bda63c17da5b37'],
  ['HSET k f v g w; HEXPIRE k 10000 FIELDS 1 f', '355879033a5e790f0e021f3025ccea7312d9d282'],
  ['RPUSH k a b', '62f55a532623cf6c3d81081db480b6fd8461eb3f'],
  ['RPUSH k a b; EXPIRE k 1000', '8470a4acfa1a2538fc97e3e5f1ea79669ecfaabc'],
  ['SADD k a b c', '593c2414786d75446e97f4ea5d4b731f3313da72'],
  ['ZADD k 1 a 2.5 b', 'c45c5b051acd64070e5ed1a949939d5145f806c5'],
  ['ZADD k 1 a 2.5 b inf c -inf d 0.1 e', '4e6d2c84b8bf40d38951ca4a073c4e5470334e7a'],
  ['SET other x', '0'.repeat(40)],
]

describe('DEBUG', () => {
  it('is refused unless the database was made for it', () => {
    expect(() => new Redstart().call('DEBUG', 'SLEEP', '0')).toThrow(
      'ERR DEBUG command not allowed. If the enable-debug-',
    )
  })

  it.each(DIGESTS)('DIGEST-VALUE after %s', (calls, digest) => {
    const db = open()
    for (const call of calls.split('; ')) db.call(...(call.split(' ') as [string, ...string[]]))

    expect(db.call('DEBUG', 'DIGEST-VALUE', 'k')).toEqual([digest])
    db.call('DEBUG', 'RELOAD')
    expect(db.call('DEBUG', 'DIGEST-VALUE', 'k')).toEqual([digest])
  })

  it('DIGEST joins the keys of all databases', () => {
    const db = open()
    expect(db.call('DEBUG', 'DIGEST')).toBe('0'.repeat(40))
    db.set('a', 1)
    expect(db.call('DEBUG', 'DIGEST')).toBe('943d800368fb9c0e951138f1bc0e313ac769d91f')
    db.set('b', 'hello', { ex: 10_000 })
    db.select(3)
    db.set('c', 'x')
    expect(db.call('DEBUG', 'DIGEST')).toBe('a7f05cbca741230dd3f265769629c113ddbc05b6')
  })

  it('SET-ACTIVE-EXPIRE 0 leaves what has expired until it is looked at', () => {
    const clock = manualClock()
    const db = new Redstart({ clock, enableDebugCommand: true })
    db.set('k', 'v', { px: 5 })
    db.call('DEBUG', 'SET-ACTIVE-EXPIRE', 0)
    clock.advance(10_000)
    expect([db.dbsize(), db.get('k'), db.dbsize()]).toEqual([1, null, 0])
    db.set('k', 'v', { px: 5 })
    db.call('DEBUG', 'SET-ACTIVE-EXPIRE', 1)
    clock.advance(10_000)

    expect(db.dbsize()).toBe(0)
  })

  it('OBJECT tells how a value is kept', () => {
    const db = open()
    db.rpush('l', 'a', 'b', 'c')

    expect(db.call('DEBUG', 'OBJECT', 'l')).toMatch(
      /^Value refcount:1 encoding:listpack serializedlength:\d+ lru:\d+ lru_seconds_idle:0$/,
    )
    expect(() => db.call('DEBUG', 'OBJECT', 'no')).toThrow('ERR no such key')
    expect(() => db.call('DEBUG', 'nosuch')).toThrow("ERR unknown subcommand or wrong number of arguments for 'nosuch'")
  })
})
