import type { Call } from '../bytes.js'
import { itemsOf, type Reply } from '../reply.js'
import type { KeyState, State } from '../state.js'
import { type Heard, OBSERVER, type Stage } from './stage.js'

/** What a falsified stage lies about, seldom. */
export type StageLie =
  | 'reply'
  | 'error text'
  | 'exec runs'
  | 'message lost'
  | 'message to another'
  | 'messages exchanged'
  | 'served late'
  | 'event lost'
  | 'events exchanged'
  | 'stored value'

/** A stage that passes everything on, except for one small lie in some of what it brings. */
export class FalsifyingStage implements Stage {
  readonly name = 'falsified'
  private seen = 0
  private readonly kept = new Map<string, readonly Reply[]>()
  private sender = ''
  private sent: readonly Call[] = []

  constructor(
    private readonly inner: Stage,
    private readonly lie: StageLie,
    private readonly every: number,
  ) {}

  begin(): Promise<void> {
    this.kept.clear()
    return this.inner.begin()
  }

  send(who: string, calls: readonly Call[], waits: boolean): Promise<void> {
    this.sender = who
    this.sent = calls
    return this.inner.send(who, calls, waits)
  }

  wait(who: readonly string[]): Promise<void> {
    return this.inner.wait(who)
  }

  pass(): Promise<void> {
    return this.inner.pass()
  }

  sweep(): Promise<void> {
    return this.inner.sweep()
  }

  leave(who: string): Promise<void> {
    return this.inner.leave(who)
  }

  gone(): Promise<readonly string[]> {
    return this.inner.gone()
  }

  close(): Promise<void> {
    return this.inner.close()
  }

  async take(): Promise<Heard> {
    const heard = new Map(await this.inner.take())
    for (const [who, messages] of this.kept) heard.set(who, [...messages, ...(heard.get(who) ?? [])])
    this.kept.clear()
    for (const [who, messages] of heard) this.falsify(heard, who, messages)
    return heard
  }

  async state(): Promise<State> {
    const state = await this.inner.state()
    if (this.lie !== 'stored value' || state.size === 0 || !this.now()) return state
    const [place, key] = [...state].at(-1)!
    return new Map<string, KeyState>(state).set(place, { ...key, value: `${key.value} ` })
  }

  /** True once in `every` opportunities to lie. */
  private now(): boolean {
    this.seen++
    return this.seen % this.every === 0
  }

  private falsify(heard: Map<string, readonly Reply[]>, who: string, messages: readonly Reply[]): void {
    const [first] = messages
    const told = who === OBSERVER ? 'event' : who === this.sender ? 'reply' : 'message'
    const lie = (makes: StageLie, applies: boolean): boolean => this.lie === makes && applies && this.now()
    if (lie('reply', told === 'reply' && first?.kind === 'integer')) {
      heard.set(who, [{ kind: 'integer', value: Number((first as { value: number }).value) + 1 }, ...messages.slice(1)])
    } else if (lie('error text', told === 'reply' && first?.kind === 'error')) {
      heard.set(who, [{ kind: 'error', text: `${(first as { text: string }).text}.` }, ...messages.slice(1)])
    } else if (lie('exec runs', this.sentExec() && told === 'reply' && first?.kind === 'nil-array')) {
      heard.set(who, [{ kind: 'array', items: [] }])
    } else if (lie('message lost', told === 'message' && isPublished(first))) heard.delete(who)
    else if (lie('message to another', told === 'message' && isPublished(first))) heard.set(`${who}x`, messages)
    else if (lie('messages exchanged', told !== 'event' && messages.length > 1 && isPublished(first))) {
      heard.set(who, messages.toReversed())
    } else if (lie('served late', told === 'message' && !isPublished(first))) {
      heard.delete(who)
      this.kept.set(who, messages)
    } else if (lie('event lost', told === 'event')) heard.delete(who)
    else if (lie('events exchanged', told === 'event' && messages.length > 1)) heard.set(who, messages.toReversed())
  }

  private sentExec(): boolean {
    return /^exec$/i.test(this.sent[0]?.[0] ?? '')
  }
}

function isPublished(message: Reply | undefined): boolean {
  const [kind] = itemsOf(message)
  return kind?.kind === 'bulk' && /^[ps]?message$/.test(kind.text)
}
