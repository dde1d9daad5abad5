import { DEADLINES_MS } from './arguments.js'
import { type Call, textOf } from './bytes.js'
import { itemsOf, type Reply } from './reply.js'
import { nameOf } from './table.js'
import type { Outcome, Target } from './target.js'

/** What a falsified target lies about, seldom. */
export type Lie =
  | 'reply'
  | 'kind'
  | 'error text'
  | 'event'
  | 'lost event'
  | 'stored value'
  | 'expiry'
  | 'field expiry'
  | 'lost key'
  | 'payload'
  | 'scan'

/**
 * A target that passes everything on, except for one small lie in some of its answers. The comparison must find it;
 * that is how the comparison itself is tested.
 */
export class FalsifyingTarget implements Target {
  readonly name = 'falsified'
  private seen = 0

  get follows(): boolean {
    return this.inner.follows === true
  }

  constructor(
    private readonly inner: Target,
    private readonly lie: Lie,
    private readonly every: number,
  ) {}

  async run(calls: readonly Call[], picks?: readonly Reply[]): Promise<Outcome[]> {
    const outcomes = await this.inner.run(calls, picks)
    return outcomes.map((outcome, i) => this.falsifyOutcome(calls[i]!, outcome))
  }

  async inspect(calls: readonly Call[]): Promise<Reply[]> {
    const replies = await this.inner.inspect(calls)
    return replies.map((reply, i) => this.falsifyInspection(nameOf(calls[i]!), reply))
  }

  close(): Promise<void> {
    return this.inner.close()
  }

  /** True once in `every` opportunities to lie. */
  private now(): boolean {
    this.seen++
    return this.seen % this.every === 0
  }

  private falsifyOutcome(call: Call, outcome: Outcome): Outcome {
    const { reply, events } = outcome
    if (this.lie === 'reply' && reply.kind === 'bulk' && nameOf(call) === 'GET' && this.now()) {
      return { events, reply: { kind: 'bulk', text: `${reply.text}\x00` } }
    }
    if (this.lie === 'kind' && reply.kind === 'status' && this.now())
      return { events, reply: { ...reply, kind: 'bulk' } }
    if (this.lie === 'error text' && reply.kind === 'error' && this.now()) {
      return { events, reply: { kind: 'error', text: reply.text.toLowerCase() } }
    }
    if (this.lie === 'event' && events.length > 0 && this.now()) {
      return { reply, events: events.map((event) => ({ ...event, event: `${event.event}x` })) }
    }
    if (this.lie === 'lost event' && events.length > 1 && this.now()) return { reply, events: events.slice(0, -1) }
    if (this.lie === 'payload' && nameOf(call) === 'DUMP' && reply.kind === 'bulk' && this.now()) {
      return { events, reply: { kind: 'bulk', text: HELLO } }
    }
    return outcome
  }

  private falsifyInspection(name: string, reply: Reply): Reply {
    if (this.lie === 'stored value' && name === 'GET' && reply.kind === 'bulk' && this.now()) {
      return { kind: 'bulk', text: `${reply.text} ` }
    }
    if (this.lie === 'expiry' && name === 'PEXPIRETIME' && isRelative(reply) && this.now()) {
      return { kind: 'integer', value: Number(reply.value) + 60_000 }
    }
    if (this.lie === 'field expiry' && name === 'HPEXPIRETIME' && itemsOf(reply).some(isDeadline) && this.now()) {
      const items = itemsOf(reply)
      return { kind: 'array', items: items.with(items.findIndex(isDeadline), { kind: 'integer', value: 12_345 }) }
    }
    if (this.lie === 'lost key' && name === 'KEYS' && reply.kind === 'array' && reply.items.length > 0 && this.now()) {
      return { kind: 'array', items: reply.items.slice(1) }
    }
    if (this.lie === 'scan' && name === 'SCAN' && this.now()) {
      const [next, found] = itemsOf(reply)
      return { kind: 'array', items: [next!, { kind: 'array', items: itemsOf(found).slice(1) }] }
    }
    return reply
  }
}

/** Whether a deadline was given relative to the clock, so that it is compared with a tolerance. */
function isRelative(reply: Reply): reply is Reply & { readonly kind: 'integer' } {
  return reply.kind === 'integer' && reply.value > 0 && reply.value < DEADLINES_MS[0]! - 60_000
}

function isDeadline(reply: Reply): boolean {
  return reply.kind === 'integer' && reply.value > 0
}

/** The payload of DUMP for the value "hello": right as such, wrong as an answer. */
const HELLO = textOf(Buffer.from('AAVoZWxsbwwAqATrtp8evkM=', 'base64'))
