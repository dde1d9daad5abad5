import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ByteText, type Call, quote, quoteCall, textOf } from './bytes.js'
import { EngineTarget } from './engine.js'
import { HISTORIES } from './histories.js'
import { oldPayloads } from './old-payloads.js'
import { recordedPayloads } from './payloads.js'
import { callsOfRecipe } from './recipes.js'
import { textOfReply } from './reply.js'
import { type RunningServer, serverOrSkip, startServer } from './server.js'
import { compareStates, readState } from './state.js'
import { groups } from './table.js'
import { ServerTarget, type Target } from './target.js'

const source = serverOrSkip()
const recorded = recordedPayloads.filter(({ group }) => groups.includes(group))
const old = oldPayloads.filter(({ group }) => groups.includes(group))

describe.skipIf(source === undefined)('DUMP and RESTORE beside a real server', () => {
  let server: RunningServer
  let real: ServerTarget
  const engine = new EngineTarget()

  beforeAll(async () => {
    server = await startServer(source!)
    real = await ServerTarget.open(server.address)
  })

  afterAll(async () => {
    await real?.close()
    await server?.stop()
  })

  /** Expects that both sides hold the same after the calls, and tells how Redis keeps `k`. */
  async function expectSame(calls: readonly Call[]): Promise<string> {
    await Promise.all([real.run(calls), engine.run(calls)])
    const [expected, actual] = await Promise.all([readState(real), readState(engine)])

    expect(compareStates(expected, actual), calls.map(quoteCall).join('\n').slice(0, 2000)).toBeUndefined()
    return expected.get('0 k')?.encoding ?? 'none'
  }

  /** Expects that each side makes the same of what the other dumped. */
  async function expectExchanged(): Promise<void> {
    const payloads = await Promise.all([dumped(real), dumped(engine)])
    for (const payload of payloads) {
      if (payload !== undefined) await expectSame([['RESTORE', 'k', '0', payload]])
    }
  }

  it.each(old.map((row) => [row.group, row.name, row.recipe, row] as const))(
    'a %s as %s, the value of %s',
    async (_group, _name, recipe, { payload }) => {
      await engine.run(callsOfRecipe(recipe))
      const made = [...(await readState(engine)).values()].map(({ type, value }) => [type, value])

      await expectSame([['RESTORE', 'k', '0', textOf(payload)]])
      expect([...(await readState(engine)).values()].map(({ type, value }) => [type, value])).toEqual(made)
      await expectExchanged()
    },
  )

  it.each(recorded.map((row) => [row.recipe, row] as const))('%s', async (recipe, { payload }) => {
    await expectSame(callsOfRecipe(recipe))
    await expectSame([['RESTORE', 'k', '0', bytes(payload)]])
    await expectExchanged()
  })

  for (const [group, history] of Object.entries(HISTORIES)) {
    it.skipIf(!groups.includes(group))(`the same history of a ${group} gives the same payload`, async () => {
      await fc.assert(
        fc.asyncProperty(history, async (calls) => {
          const encoding = await expectSame(calls)
          if (encoding !== 'hashtable' && !calls.some(leavesTraces)) {
            const [theirs, ours] = await Promise.all([dumped(real), dumped(engine)])
            expect(quote(ours ?? '')).toBe(quote(theirs ?? ''))
          }
          await expectExchanged()
        }),
        { numRuns: 400, seed: 20_250_101 },
      )
    })
  }
})

/**
 * Whether a call may leave in a payload what is nowhere else: the order in which members stand after one has gone (or a field
 * has got a deadline), and the width of an intset.
 */
function leavesTraces([name]: Call): boolean {
  return ['SREM', 'HDEL', 'HPERSIST', 'HPEXPIREAT'].includes(name!)
}

const bytes = (base64: string): ByteText => textOf(Buffer.from(base64, 'base64'))

/** DUMP of `k`. */
async function dumped(target: Target): Promise<ByteText | undefined> {
  const [reply] = await target.inspect([['DUMP', 'k']])
  return textOfReply(reply)
}
