/** Faults: what the application does when the server refuses, breaks off or is slow. */
import { manualClock, Redstart } from 'redstart'
import { beforeEach, describe, expect, it } from 'vitest'
import { App } from './app.js'

const clock = manualClock()
let db: Redstart
let app: App

beforeEach(() => {
  db = new Redstart({ clock, seed: 1 })
  app = new App(db)
})

describe('the rate limiter', () => {
  it('lets everybody pass while the server has no memory', () => {
    app.allows('ada', 1)
    using _outage = db.faults.fail('OOM', { keys: 'calls:*' })

    expect(app.allows('ada', 1)).toBe(true)
  })

  it('limits again afterwards', () => {
    app.allows('ada', 1)
    db.faults.fail('OOM', { times: 1 })
    app.allows('ada', 1)

    expect(app.allows('ada', 1)).toBe(false)
  })

  it('does not hide errors that it does not know', () => {
    db.faults.fail('NOPERM', { commands: 'INCR' })

    expect(() => app.allows('ada', 1)).toThrow("NOPERM User default has no permissions to run the 'incr' command")
  })
})

describe('the queue', () => {
  it('takes a job at the third attempt', () => {
    const fault = db.faults.fail('LOADING', { commands: 'RPUSH', times: 2 })

    expect(app.enqueue('resize 7.png')).toBe(1)
    expect(fault.fired).toBe(2)
  })

  it('gives up when the server does not come back', () => {
    db.faults.fail('BUSY', { commands: 'RPUSH' })

    expect(() => app.enqueue('resize 7.png')).toThrow('BUSY')
    expect(db.llen('jobs')).toBe(0)
  })

  it('takes a job twice where only the reply was lost', () => {
    const session = db.session()
    const connected = new App(session)
    using outage = db.faults.drop({ session, commands: 'RPUSH', times: 1, executes: true })

    expect(() => connected.enqueue('resize 7.png')).toThrow('ERR the session is closed')
    outage.end()
    connected.enqueue('resize 7.png')

    expect(db.lrange('jobs', 0, -1)).toEqual(['resize 7.png', 'resize 7.png'])
  })

  it('survives a tenth of all calls failing', () => {
    const fault = db.faults.fail('LOADING', { probability: 0.1 })
    for (let i = 0; i < 100; i++) app.enqueue(`job ${i}`, 10)
    fault.end()

    expect(db.llen('jobs')).toBe(100)
    expect(fault.fired).toBeGreaterThan(0)
  })

  it('is worked on also when replies are late', async () => {
    const done: string[] = []
    app.enqueue('resize 7.png')
    db.faults.delay(250, { commands: 'BLMOVE' })
    const work = app.work((job) => done.push(job), 1)
    clock.advance(249)
    await Promise.resolve()
    expect(done).toEqual([])

    clock.advance(1)
    await work

    expect(done).toEqual(['resize 7.png'])
    expect(db.llen('jobs:taken')).toBe(0)
  })

  it('fails when the connection of a waiting worker breaks', async () => {
    const worker = db.session()
    const work = new App(worker).work(() => {}, 0)
    using _outage = db.faults.drop(worker)

    await expect(work).rejects.toThrow('ERR the session is closed')
  })
})
