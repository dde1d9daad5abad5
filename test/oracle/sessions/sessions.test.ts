import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type RunningServer, serverOrSkip, startServer } from '../server.js'
import { formatParting, playBoth } from './compare.js'
import { SessionCalls } from './draw.js'
import { EngineStage } from './engine-stage.js'
import { FalsifyingStage, type StageLie } from './falsify.js'
import { searchSessions } from './search.js'
import { ServerStage } from './server-stage.js'
import { readSteps, writeStep } from './step.js'

/** Steps; REDSTART_ORACLE_SEED makes a run another one, which is what a nightly run wants. */
const COUNT = Number(process.env['REDSTART_ORACLE_COUNT'] ?? 5_000)
const SEED = Number(process.env['REDSTART_ORACLE_SEED'] ?? 1)

const source = serverOrSkip()
const startable = source?.kind === 'program' ? source : undefined

describe.skipIf(source === undefined)('sessions of Redstart beside connections to a real Redis', () => {
  let server: RunningServer
  let real: ServerStage
  let engine: EngineStage

  beforeAll(async () => {
    server = await startServer(source!)
    real = await ServerStage.open(server.address)
    engine = new EngineStage()
  })

  afterAll(async () => {
    await real?.close()
    await engine?.close()
    await server?.stop()
  })

  it('are answered the same, hear the same and leave the same data', async () => {
    const found = await searchSessions({ real, engine, calls: new SessionCalls(), count: COUNT, seed: SEED })

    expect(found && formatParting(found.steps, found.parting, [real.name, engine.name])).toBeUndefined()
  })
})

describe.skipIf(startable === undefined)('the comparison of scenarios itself, with a real server on both sides', () => {
  const calls = new SessionCalls(() => true)
  const servers: RunningServer[] = []
  let real: ServerStage
  let second: ServerStage

  beforeAll(async () => {
    servers.push(await startServer(startable!), await startServer(startable!))
    real = await ServerStage.open(servers[0]!.address)
    second = await ServerStage.open(servers[1]!.address, 'second')
  })

  afterAll(async () => {
    await real?.close()
    await second?.close()
    await Promise.all(servers.map((server) => server.stop()))
  })

  it('finds no difference between two real servers in 5,000 steps', async () => {
    const found = await searchSessions({ real, engine: second, calls, count: 5_000, seed: 1 })

    expect(found && formatParting(found.steps, found.parting, [real.name, second.name])).toBeUndefined()
  })

  /** How often a lie is told, where the occasion for it comes. */
  const lies: readonly [StageLie, every: number][] = [
    ['reply', 100],
    ['error text', 200],
    ['exec runs', 2],
    ['message lost', 20],
    ['message to another', 20],
    ['messages exchanged', 3],
    ['served late', 5],
    ['event lost', 200],
    ['events exchanged', 20],
    ['stored value', 20],
  ]
  for (const [lie, every] of lies) {
    it(`finds one falsified answer in ${every}: ${lie}`, async () => {
      const lying = new FalsifyingStage(second, lie, every)

      const found = await searchSessions({ real, engine: lying, calls, count: 5_000, seed: 2, shrink: false })

      expect(found).toBeDefined()
    })
  }

  it('shrinks a difference that comes back to the steps that show it', async () => {
    const lying = new FalsifyingStage(second, 'message lost', 1)

    const found = await searchSessions({ real, engine: lying, calls, count: 2_000, seed: 3 })

    expect(found?.steps.length).toBeLessThanOrEqual(6)
  })

  it('shows the same failure again from its seed and path', async () => {
    const lying = new FalsifyingStage(second, 'error text', 1)
    const found = await searchSessions({ real, engine: lying, calls, count: 2_000, seed: 4 })

    const again = await searchSessions({ real, engine: lying, calls, count: 60, seed: 4, path: found!.path })

    expect(again?.steps.map(writeStep)).toEqual(found?.steps.map(writeStep))
  })

  it('plays a scenario again that took longer than its deadlines allow', async () => {
    const hurried = await ServerStage.open(servers[0]!.address, 'hurried', 0.2)
    const steps = readSteps('a: SET k v PX $soon\nb: WATCH k\nb: MULTI\na: GET k\npass\na: GET k\nb: EXEC')

    const { parting } = await playBoth(hurried, second, steps)

    expect(parting && formatParting(steps, parting, ['hurried', 'second'])).toBeUndefined()
    await hurried.close()
  })

  const late: readonly (readonly [what: string, scenario: string])[] = [
    ['two give up that wait in turn', 'a: BLPOP k 0.002\nb: BLMPOP 0.001 1 k LEFT\nwait b\nwait a'],
    ['somebody gives up before the next call', 'a: BLPOP k 0.001\nb: PING\nwait a'],
    ['a pause is over before a call', 'a: CLIENT PAUSE 1 WRITE\nc: PING\nd: PING\nb: SET k 1\nwait b'],
  ]
  for (const [what, scenario] of late) {
    it(`plays a scenario again in which ${what}`, async () => {
      const real = await ServerStage.open(servers[0]!.address)
      const steps = readSteps(scenario)

      const { parting } = await playBoth(real, new EngineStage(), steps)

      expect(parting && formatParting(steps, parting, ['redis', 'redstart'])).toBeUndefined()
      await real.close()
    })
  }
})
