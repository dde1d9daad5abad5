import { type MonitoredCall, manualClock, Redstart } from 'redstart'
import { describe, expect, it } from 'vitest'

function open(): { db: Redstart; lines: string[] } {
  const db = new Redstart({ clock: manualClock() })
  const lines: string[] = []
  return { db, lines }
}

describe('monitor', () => {
  it('hears of typed and raw calls as the words that they are', () => {
    const { db, lines } = open()
    const monitor = db.monitor(({ db: index, client, args }) => lines.push(`${index} ${client} ${args.join(' ')}`))
    db.set('k', 'v', { ex: 5, nx: true })
    db.hset('h', { f: 1 })
    db.zadd('z', [{ score: 1, member: 'a' }], { ch: true })
    db.call('AUTH', 'default', 'x')
    db.configGet('*')
    db.session().call('SELECT', 3)
    monitor.stop()
    db.get('k')

    expect(lines).toEqual([
      '0 session:1 SET k v EX 5 NX',
      '0 session:1 HSET h f 1',
      '0 session:1 ZADD z 1 a CH',
      '0 session:1 AUTH (redacted) (redacted)',
      '3 session:2 SELECT 3',
    ])
    expect(db.engine.hearsCalls).toBe(false)
  })

  it('hears of a transaction before its EXEC, and of no call that was refused', () => {
    const { db, lines } = open()
    using _ = db.monitor(({ args }) => lines.push(args.join(' ')))
    db.call('MULTI')
    db.call('SET', 'k', 'v')
    db.call('EXEC')
    expect(() => db.call('NOSUCH')).toThrow()
    expect(() => db.call('LPUSH', 'k', 'x')).toThrow()

    expect(lines).toEqual(['MULTI', 'SET k v', 'EXEC', 'LPUSH k x'])
  })

  it('can be read by for await, until the loop is left', async () => {
    const { db } = open()
    const monitor = db.monitor()
    db.set('a', 1)
    db.set('b', 2)
    const read: MonitoredCall[] = []
    for await (const call of monitor) {
      read.push(call)
      if (read.length === 2) break
    }

    expect(read.map(({ args }) => args[1])).toEqual(['a', 'b'])
    expect([monitor.active, await monitor.next()]).toEqual([false, { done: true, value: undefined }])
  })

  it('reports what a listener throws, and refuses one that is no function', () => {
    const { db } = open()
    const errors: unknown[] = []
    db.on('error', (error) => errors.push(error))
    db.monitor(() => {
      throw new Error('mine')
    })
    expect(db.set('k', 'v')).toBe('OK')

    expect(errors.map(String)).toEqual(['Error: mine'])
    expect(() => db.monitor('x' as never)).toThrow('a listener is a function')
  })
})

describe('MONITOR', () => {
  it('pushes lines in the format of Redis, and ends by RESET', () => {
    const { db } = open()
    const session = db.session()
    const heard: unknown[] = []
    session.onPush((message) => heard.push(message))

    expect(session.call('MONITOR')).toBe('OK')
    expect(session.call('MONITOR')).toEqual([])
    db.call('SET', 'k', new Uint8Array([0x61, 1, 0x22, 0x5c, 0xff]))
    expect(() => session.call('GET', 'k')).toThrow("ERR Replica can't interact with the keyspace")
    session.call('RESET')
    db.get('k')

    expect(heard).toEqual([['monitor', '1735689600.000000 [0 session:1] "SET" "k" "a\\x01\\"\\\\\\xff"']])
  })
})
