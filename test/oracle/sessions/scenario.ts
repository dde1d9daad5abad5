import * as fc from 'fast-check'
import type { Call } from '../bytes.js'
import { Draw } from '../values.js'
import { impatient, type SessionCalls, type Sketch, sketched, THEMES, type Theme, waitsAMoment } from './draw.js'
import { callStep, type Step } from './step.js'

/** Where shrinking stands; see the sequences of one connection. */
interface Stage {
  readonly size: number
  readonly at: number
}

const NAMES = ['a', 'b', 'c', 'd', 'e']

/**
 * Scenarios of three to five connections, and how a failing one becomes small: runs of steps go, in halving sizes and from
 * the end; then single words, and the names of connections that need not be others.
 */
export class ScenarioArbitrary extends fc.Arbitrary<Step[]> {
  constructor(
    private readonly calls: SessionCalls,
    private readonly length: number,
  ) {
    super()
  }

  override generate(random: fc.Random): fc.Value<Step[]> {
    return new fc.Value(new Course(new Draw(random), this.calls).steps(this.length), undefined)
  }

  override canShrinkWithoutContext(value: unknown): value is Step[] {
    return Array.isArray(value)
  }

  override shrink(steps: Step[], context: unknown): fc.Stream<fc.Value<Step[]>> {
    return fc.stream(smaller(steps, context as Stage | undefined))
  }
}

/** How a scenario is drawn: connections take turns, each for a few calls. */
class Course {
  private readonly names: readonly string[]
  private readonly themes: ReadonlySet<Theme>
  private readonly sketches = new Map<string, Sketch>()
  /** What a connection is going to send, among other things. */
  private readonly plans = new Map<string, (Call | 'pass')[]>()
  private who: string

  constructor(
    private readonly draw: Draw,
    private readonly calls: SessionCalls,
  ) {
    this.names = NAMES.slice(0, draw.int(3, 5))
    this.themes = new Set(draw.shuffle([...THEMES]).slice(0, draw.int(1, 3)))
    this.who = this.names[0]!
  }

  steps(length: number): Step[] {
    const steps: Step[] = []
    while (steps.length < length) steps.push(this.step())
    return steps
  }

  private step(): Step {
    const { draw } = this
    if (draw.percent(this.themes.has('expiry') ? 7 : 1)) return { kind: 'pass' }
    if (draw.oneIn(this.themes.has('expiry') ? 60 : 300)) return { kind: 'sweep' }
    if (draw.percent(40)) this.who = this.next()
    const { who } = this
    if (draw.oneIn(120)) {
      this.sketches.delete(who)
      return { kind: 'close', who }
    }
    const sketch = this.sketch(who)
    const planned = draw.percent(75) ? this.plans.get(who)?.shift() : undefined
    if (planned === 'pass') return { kind: 'pass' }
    if (planned !== undefined) return this.made(who, planned)
    if (this.isFree(who) && draw.percent(this.themes.has('transactions') ? 15 : 5)) {
      this.plans.set(who, this.calls.plan(draw, this.themes))
    }
    const call = this.calls.call(draw, this.themes, sketch)
    if (!sketch.inTransaction && draw.percent(15)) return this.made(who, impatient(call))
    return this.made(who, call)
  }

  private isFree(who: string): boolean {
    const { inTransaction, isSubscribed } = this.sketch(who)
    return !inTransaction && !isSubscribed && (this.plans.get(who) ?? []).length === 0
  }

  private made(who: string, call: Call): Step {
    const sketch = this.sketch(who)
    const waits = waitsAMoment(call)
    sketched(sketch, call)
    if (waits) sketch.isWaiting = false
    return callStep(who, call, waits)
  }

  /** Who comes next: seldom one who probably waits, less often one who is subscribed. */
  private next(): string {
    const { draw } = this
    for (let turns = 0; turns < 8; turns++) {
      const who = draw.pick(this.names)
      const { isWaiting, isSubscribed } = this.sketch(who)
      if (isWaiting && draw.percent(90)) {
        // By now somebody may have served them.
        if (draw.oneIn(12)) this.sketch(who).isWaiting = false
        continue
      }
      if (isSubscribed && draw.percent(60)) continue
      return who
    }
    return draw.pick(this.names)
  }

  private sketch(who: string): Sketch {
    let sketch = this.sketches.get(who)
    if (sketch === undefined) {
      sketch = { inTransaction: false, isSubscribed: false, isWaiting: false }
      this.sketches.set(who, sketch)
    }
    return sketch
  }
}

function* smaller(steps: Step[], stage: Stage | undefined): IterableIterator<fc.Value<Step[]>> {
  let { size, at } = stage ?? { size: Math.floor(steps.length / 2), at: steps.length }
  for (; size >= 1; size = Math.floor(size / 2), at = steps.length) {
    for (; at > 0; at -= size) {
      const from = Math.max(0, at - size)
      const rest = [...steps.slice(0, from), ...steps.slice(at)]
      if (rest.length > 0) yield new fc.Value(rest, { size, at: from })
    }
  }
  for (let i = stage?.size === 0 ? stage.at : 0; i < steps.length; i++) {
    for (const simpler of simplerSteps(steps[i]!)) yield new fc.Value(steps.with(i, simpler), { size: 0, at: i })
  }
}

/** The step by an earlier connection, and its call without one of its words. */
function* simplerSteps(step: Step): IterableIterator<Step> {
  if (step.kind !== 'call') return
  for (const who of NAMES.slice(0, NAMES.indexOf(step.who))) yield { ...step, who }
  const [call, ...others] = step.calls
  if (others.length > 0) return
  for (let i = call!.length - 1; i >= 1; i--) yield { ...step, calls: [call!.filter((_, at) => at !== i)] }
}
