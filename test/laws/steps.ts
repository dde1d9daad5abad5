/** What the laws about histories do to a store, drawn at random: raw calls, typed ones, DUMP with RESTORE, and the clock. */
import * as fc from 'fast-check'
import { ManualClock, type Session } from 'redstart'
import { bytesOf, type Call } from '../oracle/bytes.js'
import { CallGenerator } from '../oracle/generate.js'
import { groups } from '../oracle/table.js'
import { Draw } from '../oracle/values.js'
import { unattended } from '../support.js'
import { typedCalls } from './writes/index.js'
import { keys, type Typed } from './writes/write.js'

/** Raw calls as the comparison with a real server draws them: every command, and mistakes among them. */
export class RawCall extends fc.Arbitrary<Call> {
  /** Messages write nothing. */
  private readonly generator = new CallGenerator(groups.filter((group) => group !== 'pubsub'))

  override generate(random: fc.Random): fc.Value<Call> {
    return new fc.Value(this.generator.call(new Draw(random)), undefined)
  }

  override canShrinkWithoutContext(value: unknown): value is Call {
    return Array.isArray(value)
  }

  override shrink(): fc.Stream<fc.Value<Call>> {
    return fc.Stream.nil()
  }
}

/** One step of a run: a call by some door, or time that passes. */
export type Step =
  | { readonly door: 'wire'; readonly call: Call }
  | { readonly door: 'typed'; readonly call: Typed }
  | { readonly door: 'copyByDump'; readonly from: string; readonly to: string; readonly ttl: number }
  | { readonly door: 'clock'; readonly ms: number }

export const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: new RawCall().map((call) => ({ door: 'wire' as const, call })) },
    { weight: 6, arbitrary: typedCalls.map((call) => ({ door: 'typed' as const, call })) },
    {
      weight: 1,
      arbitrary: fc.record({ door: fc.constant('copyByDump' as const), from: keys, to: keys, ttl: fc.nat(3_000) }),
    },
    {
      weight: 3,
      arbitrary: fc.record({ door: fc.constant('clock' as const), ms: fc.oneof(fc.nat(2_000), fc.nat(2 ** 41)) }),
    },
  ),
  { maxLength: 60, size: 'max' },
)

/** Runs one step; errors that Redis would answer are part of a run, mistakes of the engine are not. */
export function run(session: Session, clock: ManualClock, step: Step): void {
  try {
    if (step.door === 'clock') clock.advance(step.ms)
    else if (step.door === 'wire') unattended(session.call(step.call[0]!, ...step.call.slice(1).map(bytesOf)))
    else if (step.door === 'copyByDump') {
      const payload = session.dump(step.from)
      if (payload !== null) session.restore(step.to, step.ttl, payload, { replace: true })
    } else {
      const [name, ...args] = step.call
      // Methods are found by name here; their arguments are typed where they are drawn.
      unattended((session as unknown as Record<string, (...args: unknown[]) => unknown>)[name]!(...args))
    }
  } catch (error) {
    if ((error as Error).name !== 'RedstartError') throw error
  }
}

/** A clock whose timers never fire, so that expired keys stand until a call looks at them. */
export class LazyClock extends ManualClock {
  override schedule(): { cancel(): void } {
    return { cancel: () => {} }
  }
}
