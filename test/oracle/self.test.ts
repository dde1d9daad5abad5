import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FalsifyingTarget, type Lie } from './falsify.js'
import { type Found, search } from './search.js'
import { type RunningServer, serverOrSkip, startServer } from './server.js'
import { ServerTarget } from './target.js'

const source = serverOrSkip()
const startable = source?.kind === 'program' ? source : undefined

describe.skipIf(startable === undefined)('the comparison itself, with a real server on both sides', () => {
  const groups = ['string', 'generic']
  const servers: RunningServer[] = []
  let real: ServerTarget
  let second: ServerTarget

  beforeAll(async () => {
    servers.push(await startServer(startable!), await startServer(startable!))
    real = await ServerTarget.open(servers[0]!.address)
    second = await ServerTarget.open(servers[1]!.address, 'second')
  })

  afterAll(async () => {
    await real?.close()
    await second?.close()
    await Promise.all(servers.map((server) => server.stop()))
  })

  it('finds no difference between two real servers in 20,000 commands', async () => {
    const found = await search({ real, engine: second, groups, count: 20_000, seed: 1 })

    expect(found).toBeUndefined()
  })

  /** How often a lie is told, and the kind of difference that it has to come out as. */
  const lies: readonly [Lie, number, Found['difference']['what'], group?: string][] = [
    ['reply', 50, 'reply'],
    ['kind', 500, 'reply'],
    ['error text', 500, 'reply'],
    ['event', 500, 'events'],
    ['lost event', 20, 'events'],
    // Among strings alone, since DUMP is followed by a GET too.
    ['stored value', 50, 'state', 'string'],
    ['expiry', 20, 'state'],
    ['field expiry', 20, 'state', 'hash'],
    ['lost key', 20, 'state'],
    ['payload', 20, 'dump'],
    ['scan', 20, 'scan'],
  ]
  for (const [lie, every, what, group] of lies) {
    it(`finds one falsified answer in ${every}: ${lie}`, async () => {
      const lying = new FalsifyingTarget(second, lie, every)

      const among = group === undefined ? groups : [group]
      const found = await search({ real, engine: lying, groups: among, count: 20_000, seed: 2, shrink: false })

      expect(found?.difference.what).toBe(what)
    })
  }

  it('shrinks a difference that comes back to the calls that show it', async () => {
    const lying = new FalsifyingTarget(second, 'error text', 1)

    const found = await search({ real, engine: lying, groups: ['string'], count: 2_000, seed: 3 })

    expect(found?.calls.length).toBeLessThanOrEqual(2)
    expect(found?.difference.actual).toBe(found?.difference.expected.toLowerCase())
  })

  it('shows the same failure again from its seed and path', async () => {
    const lying = new FalsifyingTarget(second, 'stored value', 1)
    const found = await search({ real, engine: lying, groups: ['string'], count: 2_000, seed: 5 })

    const again = await search({ real, engine: lying, groups: ['string'], count: 200, seed: 5, path: found!.path })

    expect(again?.calls).toEqual(found?.calls)
  })
})
