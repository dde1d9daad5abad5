import { type CallReply, type Clock, Redstart, type Session, type Timer } from 'redstart'
import { UNIT } from '../../../src/api/handle.js'
import { toBytes } from '../../../src/structures/text.js'
import { type Call, textOf } from '../bytes.js'
import { answer } from '../engine.js'
import { itemsOf, NULL, type Reply } from '../reply.js'
import { readState, type State } from '../state.js'
import { FIRST_EVENTS, type Heard, OBSERVED, OBSERVER, type Stage } from './stage.js'
import { idWord, SOON } from './step.js'

const SOON_MS = 500

/** A clock that can move without its timers coming, as when a process is busy. */
class StageClock implements Clock {
  constructor(private timeMs: number) {}

  private readonly scheduled = new Set<{ readonly at: number; readonly callback: () => void }>()

  now(): number {
    return this.timeMs
  }

  schedule(callback: () => void, delayMs: number): Timer {
    const entry = { at: this.timeMs + Math.max(0, Math.ceil(delayMs)), callback }
    this.scheduled.add(entry)
    return { cancel: () => this.scheduled.delete(entry) }
  }

  /** Time passes, and no timer comes. */
  lapse(ms: number): void {
    this.timeMs += ms
  }

  /** All timers come that are due. */
  fire(): void {
    for (let due = this.next(); due !== undefined && due.at <= this.timeMs; due = this.next()) {
      this.scheduled.delete(due)
      due.callback()
    }
  }

  /** Time passes until the next timer comes. */
  fireNext(): void {
    const next = this.next()
    if (next === undefined) throw new Error('no timer is left to come')
    this.timeMs = Math.max(this.timeMs, next.at)
    this.fire()
  }

  private next(): { readonly at: number; readonly callback: () => void } | undefined {
    let first: { readonly at: number; readonly callback: () => void } | undefined
    for (const entry of this.scheduled) if (first === undefined || entry.at < first.at) first = entry
    return first
  }
}

interface Player {
  readonly session: Session
  heard: Reply[]
  /** The names of the calls that MULTI has queued. */
  queued: string[]
}

/** The engine: a session for each name, and a clock that moves when it is told to. */
export class EngineStage implements Stage {
  readonly name = 'redstart'
  private clock = new StageClock(Date.now())
  private db = new Redstart({ clock: this.clock })
  private readonly players = new Map<string, Player>()
  private turn = 0

  /** The clock of each scenario begins at `startMs`, by default when the scenario does. */
  constructor(private readonly startMs?: number) {}

  async begin(): Promise<void> {
    await this.db.close()
    this.players.clear()
    this.clock = new StageClock(this.startMs ?? Date.now())
    this.db = new Redstart({ clock: this.clock, seed: 1 })
    this.turn = 0
    const observer = this.player(OBSERVER)
    observer.session.call('CONFIG', 'SET', 'notify-keyspace-events', FIRST_EVENTS)
    observer.session.call('PSUBSCRIBE', OBSERVED)
  }

  private player(who: string): Player {
    let player = this.players.get(who)
    if (player !== undefined) return player
    player = { session: this.db.session(), heard: [], queued: [] }
    this.players.set(who, player)
    const { heard } = player
    player.session.onPush((message) => heard.push(messageOf(message)))
    return player
  }

  async send(who: string, calls: readonly Call[], waits: boolean): Promise<void> {
    const player = this.player(who)
    for (const call of calls) this.call(player, call)
    if (waits) await this.wait([who])
  }

  /** What a call brings to its own connection by the way comes after its reply, as on the wire. */
  private call(player: Player, call: Call): void {
    const unasked = player.heard.length
    const words = call.map((word) => this.wordOf(word))
    const reply = answer(player.session, words, this.turn++)
    if (reply instanceof Promise) reply.then((late) => this.isPlaying(player) && player.heard.push(late))
    else player.heard.splice(unasked, 0, ...repliesOf(player, call, reply))
  }

  private wordOf(word: string): string {
    const who = idWord(word)
    if (who !== undefined) return String(this.player(who).session.clientId())
    return word === SOON ? String(SOON_MS) : word
  }

  /** What waits at the end of a scenario, or where its connection ends, is refused, and belongs to no other. */
  private isPlaying(player: Player): boolean {
    if (isClosed(player)) return false
    for (const other of this.players.values()) if (other === player) return true
    return false
  }

  async wait(who: readonly string[]): Promise<void> {
    await reported()
    while (!who.every((name) => this.player(name).heard.length > 0)) {
      this.clock.fireNext()
      await reported()
    }
  }

  async pass(): Promise<void> {
    this.clock.lapse(SOON_MS)
  }

  async sweep(): Promise<void> {
    this.clock.fire()
  }

  async leave(who: string): Promise<void> {
    this.players.get(who)?.session.close()
    this.players.delete(who)
  }

  async take(): Promise<Heard> {
    await reported()
    const heard = new Map<string, readonly Reply[]>()
    for (const [who, player] of this.players) if (player.heard.length > 0) heard.set(who, player.heard.splice(0))
    return heard
  }

  async gone(): Promise<readonly string[]> {
    return [...this.players].filter(([, player]) => isClosed(player)).map(([who]) => who)
  }

  async state(): Promise<State> {
    const session = this.db.session()
    return readState({ inspect: async (calls) => calls.map((call) => answer(session, call, 0) as Reply) })
  }

  async close(): Promise<void> {
    await this.db.close()
  }
}

function isClosed({ session }: Player): boolean {
  return session[UNIT].client.closed
}

/** Lets promises that are settled report. */
async function reported(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve))
}

/** Calls that are answered by several replies, in an array, or by one. */
const SEVERAL = /^[ps]?(un)?subscribe$/i

/**
 * The replies as they would go over the wire: several that belong to one call stand behind one another. Inside of EXEC's
 * reply they do so too, and its array says one for each call, so that the last ones are left outside.
 */
function repliesOf(player: Player, call: Call, reply: Reply): readonly Reply[] {
  if (reply.kind === 'status' && reply.text === 'QUEUED') {
    player.queued.push(call[0]!)
    return [reply]
  }
  if (!/^exec$/i.test(call[0]!)) {
    if (/^(discard|multi|reset)$/i.test(call[0]!) && reply.kind === 'status') player.queued = []
    return expanded(call[0]!, reply)
  }
  const { queued } = player
  player.queued = []
  if (reply.kind !== 'array') return [reply]
  const items = reply.items.flatMap((item, i) => expanded(queued[i]!, item))
  return [{ kind: 'array', items: items.slice(0, reply.items.length) }, ...items.slice(reply.items.length)]
}

function expanded(name: string, reply: Reply): readonly Reply[] {
  const items = itemsOf(reply)
  return SEVERAL.test(name) && items.length > 0 && items.every((item) => item.kind === 'array') ? items : [reply]
}

function messageOf(message: readonly CallReply[]): Reply {
  return { kind: 'array', items: message.map(partOf) }
}

function partOf(part: CallReply): Reply {
  if (Array.isArray(part)) return messageOf(part)
  if (typeof part === 'string') return { kind: 'bulk', text: textOf(toBytes(part)) }
  if (typeof part === 'number') return { kind: 'integer', value: part }
  if (part === null) return NULL
  throw new Error(`a message holds a part that none has: ${String(part)}`)
}
