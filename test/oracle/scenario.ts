import type { NetConnectOpts } from 'node:net'
import { type ManualClock, manualClock, Redstart, type Session } from 'redstart'
import { UNIT } from '../../src/api/handle.js'
import { toBytes } from '../../src/structures/text.js'
import { type Call, splitLine, textOf } from './bytes.js'
import { formatEvents } from './compare.js'
import { answer } from './engine.js'
import { formatReply, isNil, itemsOf, NULL, type Reply, textOfReply } from './reply.js'
import { RespClient } from './resp-client.js'
import { compareStates, readState, type State } from './state.js'
import type { KeyEvent } from './target.js'

/*
 * Several connections at once: what blocking commands need. A scenario is a text, one step a line:
 *
 *     a: BLPOP k 0                   connection a sends a call; it may have to wait
 *     b: RPUSH k 1                   and so on: any name is a connection
 *     c: { RPUSH x 1; RPUSH y 2 }    several calls as one unit: MULTI and EXEC
 *     wait a b                       time passes until a and b have been answered
 *
 * After each step it is noted who has been answered, with what, and which events there were, in order. Two stages that play
 * one scenario must note the same.
 */

/** A step as both stages read it. */
type Step =
  | { readonly kind: 'call'; readonly who: string; readonly calls: readonly Call[]; readonly text: string }
  | { readonly kind: 'wait'; readonly who: readonly string[]; readonly text: string }

/** One side: a real server or the engine. */
export interface Stage {
  readonly name: string
  /** Plays a scenario over empty databases; returns a line for each step. */
  play(scenario: string): Promise<string[]>
  /** All data that the last scenario left. */
  state(): Promise<State>
  close(): Promise<void>
}

function stepsOf(scenario: string): Step[] {
  const lines = scenario.split('\n').map((line) => line.trim())
  return lines.filter((line) => line !== '' && !line.startsWith('#')).map(stepOf)
}

function stepOf(text: string): Step {
  const [, who, rest] = /^(\w+): +(.*)$/.exec(text) ?? []
  if (who === undefined) {
    const [word, ...names] = text.split(/ +/)
    if (word !== 'wait' || names.length === 0) throw new Error(`a scenario has no step like: ${text}`)
    return { kind: 'wait', who: names, text }
  }
  const block = /^\{ *(.*?) *\}$/.exec(rest!)
  const lines = block === null ? [rest!] : block[1]!.split(/ *; */)
  const calls = lines.map((line) => splitLine(line))
  return { kind: 'call', who, calls: block === null ? calls : [['MULTI'], ...calls, ['EXEC']], text }
}

/** Who has been answered since the last step, by name, and the events in their order. */
function noted(step: Step, answers: ReadonlyMap<string, Reply>, events: readonly KeyEvent[]): string {
  const names = [...answers.keys()].sort()
  const replies = names.map((who) => `${who} ${formatReply(withOneNull(answers.get(who)!))}`)
  return `${step.text}  =>  ${replies.join(', ') || '(nobody)'}  ${formatEvents(events)}`
}

/** The reply with one kind of null, since the engine has no other. */
function withOneNull(reply: Reply): Reply {
  if (isNil(reply)) return NULL
  return reply.kind === 'array' ? { kind: 'array', items: reply.items.map(withOneNull) } : reply
}

/** A real server: a connection for each name, one that looks on, and one that hears of events. */
export class ServerStage implements Stage {
  readonly name = 'redis'
  private readonly players = new Map<string, { readonly client: RespClient; readonly id: string }>()
  private readonly pending = new Set<string>()
  private answers = new Map<string, Reply>()
  private events: KeyEvent[] = []
  private heard: () => void = () => {}
  private serial = 0

  private constructor(
    private readonly address: NetConnectOpts,
    private readonly control: RespClient,
    private readonly subscriber: RespClient,
  ) {
    subscriber.onMessage = (message) => this.hear(message)
  }

  static async open(address: NetConnectOpts): Promise<ServerStage> {
    const control = await RespClient.open(address)
    await control.send([
      ['CONFIG', 'SET', 'notify-keyspace-events', 'KEA'],
      ['CONFIG', 'SET', 'hz', '500'],
      ['DEBUG', 'SET-ACTIVE-EXPIRE', '0'],
    ])
    const subscriber = await RespClient.open(address)
    await subscriber.call('SUBSCRIBE', MARKER)
    await subscriber.call('PSUBSCRIBE', '__keyevent@*__:*')
    return new ServerStage(address, control, subscriber)
  }

  async play(scenario: string): Promise<string[]> {
    await this.control.send([['FLUSHALL']])
    await this.takeEvents()
    const lines: string[] = []
    for (const step of stepsOf(scenario)) {
      if (step.kind === 'call') await this.send(step.who, step.calls)
      await this.settled(step.kind === 'wait' ? step.who : [])
      const events = await this.takeEvents()
      lines.push(noted(step, this.answers, events))
      this.answers = new Map()
    }
    for (const { client } of this.players.values()) client.close()
    this.players.clear()
    this.pending.clear()
    return lines
  }

  private async send(who: string, calls: readonly Call[]): Promise<void> {
    if (this.pending.has(who)) throw new Error(`${who} is still waiting`)
    let player = this.players.get(who)
    if (player === undefined) {
      const client = await RespClient.open(this.address)
      player = { client, id: formatReply(await client.call('CLIENT', 'ID')).slice(1) }
      this.players.set(who, player)
    }
    this.pending.add(who)
    const answered = (replies: readonly Reply[]): void => {
      // Connections that are closed at the end of a scenario answer no more.
      if (!this.pending.delete(who)) return
      this.answers.set(who, replies.at(-1)!)
    }
    player.client.send(calls).then(answered, () => {})
  }

  /** Until everybody who has sent a call is answered or blocked; those in `answered` are to be answered. */
  private async settled(answered: readonly string[]): Promise<void> {
    for (;;) {
      const waiting = [...this.pending]
      const blocked = await Promise.all(waiting.map((who) => this.isBlocked(who)))
      const open = waiting.filter((who, i) => this.pending.has(who) && (!blocked[i] || answered.includes(who)))
      if (open.length === 0) return
    }
  }

  private async isBlocked(who: string): Promise<boolean> {
    const line = textOfReply(await this.control.call('CLIENT', 'LIST', 'ID', this.players.get(who)!.id))
    // A flush is blocked too while another thread frees what it took away, and answers without anybody's doing.
    return /\bflags=\w*b/.test(line ?? '') && !/\bcmd=flush/.test(line ?? '')
  }

  /** All events so far: a marker tells when they have come through. */
  private async takeEvents(): Promise<KeyEvent[]> {
    const come = new Promise<void>((resolve) => {
      this.heard = resolve
    })
    await this.control.call('PUBLISH', MARKER, String(++this.serial))
    await come
    return this.events.splice(0)
  }

  private hear(message: Reply): void {
    const [kind, first, second, third] = itemsOf(message).map((item) => textOfReply(item) ?? '')
    if (kind === 'message' && first === MARKER && second === String(this.serial)) this.heard()
    const [, db, event] = (kind === 'pmessage' && /^__keyevent@(\d+)__:(.*)$/s.exec(second ?? '')) || []
    if (event !== undefined) this.events.push({ db: Number(db), event, key: third ?? '' })
  }

  state(): Promise<State> {
    return readState({ inspect: (calls) => this.control.send(calls) })
  }

  async close(): Promise<void> {
    this.control.close()
    this.subscriber.close()
  }
}

const MARKER = 'oracle:scenario'

/** The engine: a session for each name, and a clock that runs when somebody is waited for. */
export class EngineStage implements Stage {
  readonly name = 'redstart'
  private clock: ManualClock = manualClock()
  private db = new Redstart({ clock: this.clock })
  private events: KeyEvent[] = []
  private answers = new Map<string, Reply>()

  async play(scenario: string): Promise<string[]> {
    const { db } = this
    this.clock = manualClock()
    this.db = new Redstart({ clock: this.clock, seed: 1 })
    await db.close()
    this.events = []
    this.answers = new Map()
    this.db.on('*', ({ database, event, key }) => {
      this.events.push({ db: database, event, key: textOf(toBytes(key)) })
    })
    const sessions = new Map<string, Session>()
    const lines: string[] = []
    for (const step of stepsOf(scenario)) {
      if (step.kind === 'wait') await this.pass(step.who)
      else {
        if (!sessions.has(step.who)) sessions.set(step.who, this.db.session())
        this.send(step.who, sessions.get(step.who)!, step.calls)
      }
      await reported()
      lines.push(noted(step, this.answers, this.events.splice(0)))
      this.answers = new Map()
    }
    return lines
  }

  private send(who: string, session: Session, calls: readonly Call[]): void {
    const reply = calls.length === 1 ? answer(session, calls[0]!, 0) : unitOf(session, calls.slice(1, -1))
    const { db } = this
    const answered = (reply: Reply): void => {
      // What waits at the end of a scenario is refused, and belongs to no other.
      if (db === this.db) this.answers.set(who, reply)
    }
    if (reply instanceof Promise) reply.then(answered)
    else answered(reply)
  }

  /** Lets time pass until all these have been answered. */
  private async pass(who: readonly string[]): Promise<void> {
    const { waiters } = this.db.engine
    while (!who.every((name) => this.answers.has(name))) {
      const wakeMs = waiters.nextWake()
      if (wakeMs === Number.POSITIVE_INFINITY) throw new Error(`one of ${who} waits for ever`)
      this.clock.advance(Math.max(1, wakeMs - this.clock.now()))
      await reported()
    }
  }

  state(): Promise<State> {
    const session = this.db.session()
    return readState({
      inspect: async (calls) => calls.map((call) => answer(session, call, 0) as Reply),
    })
  }

  async close(): Promise<void> {
    await this.db.close()
  }
}

/** Several calls as one unit, as EXEC runs them. */
function unitOf(session: Session, calls: readonly Call[]): Reply {
  // Inside a unit nobody waits, so every reply is there at once.
  return session[UNIT].nest(() => ({ kind: 'array', items: calls.map((call) => answer(session, call, 0) as Reply) }))
}

/** Lets promises that are settled report. */
async function reported(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve))
}

/**
 * Plays a scenario on both stages. Undefined where they note the same and leave the same data, else the text of the first
 * step in which they differ, with all before it.
 */
export async function playBoth(real: Stage, engine: Stage, scenario: string): Promise<string | undefined> {
  const [expected, actual] = [await real.play(scenario), await engine.play(scenario)]
  const at = expected.findIndex((line, i) => line !== actual[i])
  if (at >= 0) {
    return [...expected.slice(0, at), `${real.name}:  ${expected[at]}`, `${engine.name}:  ${actual[at]}`].join('\n')
  }
  const found = compareStates(await real.state(), await engine.state())
  if (found === undefined) return undefined
  const { place, aspect } = found
  return [...expected, `${place}, ${aspect}: ${found.expected}, and ${found.actual} of ${engine.name}`].join('\n')
}
