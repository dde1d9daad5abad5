import type { NetConnectOpts } from 'node:net'
import type { Call } from '../bytes.js'
import { itemsOf, type Reply, textOfReply } from '../reply.js'
import { RespClient } from '../resp-client.js'
import { DATABASES, readState, type State } from '../state.js'
import { FIRST_EVENTS, type Heard, OBSERVED, OBSERVER, type Stage, TooSlow, WAITING } from './stage.js'
import { idWord, SOON } from './step.js'

interface Player {
  readonly client: RespClient
  readonly id: string
  heard: Reply[]
  /** Called at each message. */
  onHeard: () => void
}

/** How far away `$soon` is at first, in ms; more where a scenario was not played in that time. */
const SOON_MS = 24
const SOON_LIMIT_MS = 3_000

/** How long an answer may be waited for, in ms. */
const PATIENCE_MS = 20_000

/** A real server: a connection for each name, one that controls, and one that hears of events. */
export class ServerStage implements Stage {
  private readonly players = new Map<string, Player>()
  private observer: Player | undefined
  private isPaused = false
  /** When the first call with `$soon` was sent that no `pass` has followed, and when the last had been answered. */
  private firstSoon = Number.POSITIVE_INFINITY
  private lastSoon = 0
  /** Who may have a call with `$soon` in a transaction. */
  private readonly queued = new Set<string>()

  private constructor(
    readonly name: string,
    private readonly address: NetConnectOpts,
    private readonly control: RespClient,
    private soonMs: number,
  ) {}

  /** `soonMs` is how far away `$soon` is at first. */
  static async open(address: NetConnectOpts, name = 'redis', soonMs = SOON_MS): Promise<ServerStage> {
    const control = await RespClient.open(address)
    const stage = new ServerStage(name, address, control, soonMs)
    await control.send([
      // Whose time to wait is over is looked for so many times a second, and so is what has expired.
      ['CONFIG', 'SET', 'hz', '500'],
      // What has expired goes when it is next looked at, so that `expired` is announced by a step and not at some moment.
      ['DEBUG', 'SET-ACTIVE-EXPIRE', '0'],
    ])
    stage.observer = await stage.player(OBSERVER)
    await stage.observer.client.call('PSUBSCRIBE', OBSERVED)
    return stage
  }

  async begin(): Promise<void> {
    const calls: Call[] = [...this.players.values()].map(({ id }): Call => ['CLIENT', 'KILL', 'ID', id])
    for (const { client } of this.players.values()) client.close()
    this.players.clear()
    this.queued.clear()
    this.isPaused = false
    this.firstSoon = Number.POSITIVE_INFINITY
    await this.control.send([...calls, ['FLUSHALL'], ['CONFIG', 'SET', 'notify-keyspace-events', FIRST_EVENTS]])
    await this.take()
  }

  /** A player's messages are kept as they come: none is asked for by name. */
  private async player(who: string): Promise<Player> {
    const client = await RespClient.open(this.address)
    const id = await client.call('CLIENT', 'ID')
    const player: Player = { client, id: id.kind === 'integer' ? String(id.value) : '', heard: [], onHeard: () => {} }
    client.onMessage = (message) => {
      player.heard.push(message)
      player.onHeard()
    }
    if (who !== OBSERVER) this.players.set(who, player)
    return player
  }

  async send(who: string, calls: readonly Call[], waits: boolean): Promise<void> {
    const player = this.players.get(who) ?? (await this.player(who))
    const sent = Date.now()
    for (const word of calls.flat()) {
      const other = idWord(word)
      if (other !== undefined && !this.players.has(other)) await this.player(other)
    }
    player.client.write(calls.map((call) => call.map((word) => this.wordOf(word))))
    const isHeld = this.isPaused
    this.lookAtPause(calls[0]!)
    if (waits || calls.length > 1 || !(isHeld || WAITING.has(calls[0]![0]!.toUpperCase())))
      await this.answered(player, calls.length)
    else await this.settled(player)
    this.lookAtTime(sent, this.setsDeadline(who, calls, player.heard.at(-1)))
  }

  private wordOf(word: string): string {
    const who = idWord(word)
    if (who !== undefined) return this.players.get(who)!.id
    return word === SOON ? String(Math.ceil(this.soonMs)) : word
  }

  /** While calls are paused any may have to wait. */
  private lookAtPause([name = '', sub = '']: Call): void {
    if (/^client$/i.test(name) && /^(un)?pause$/i.test(sub)) this.isPaused = /^pause$/i.test(sub)
  }

  /** Whether a deadline `$soon` may have been set: by a call that was not only queued, or by an EXEC of such a call. */
  private setsDeadline(who: string, calls: readonly Call[], answer: Reply | undefined): boolean {
    const isQueued = answer?.kind === 'status' && answer.text === 'QUEUED'
    const isSoon = calls.some((call) => call.includes(SOON))
    if (isSoon && isQueued) this.queued.add(who)
    if (isQueued) return false
    const ends = calls.length === 1 && /^(exec|discard|reset)$/i.test(calls[0]![0]!)
    return isSoon || (ends && this.queued.delete(who))
  }

  /** No deadline that was set before may be over already. */
  private lookAtTime(sent: number, setsDeadline: boolean): void {
    const now = Date.now()
    if (now >= this.firstSoon + this.soonMs - 1) {
      if (this.soonMs > SOON_LIMIT_MS)
        throw new Error(`${this.name} takes longer than ${SOON_LIMIT_MS} ms for a few steps`)
      this.soonMs *= 2
      throw new TooSlow()
    }
    if (!setsDeadline) return
    this.firstSoon = Math.min(this.firstSoon, sent)
    this.lastSoon = now
  }

  /** Until a player has been sent so many messages. */
  private async answered(player: Player, count: number): Promise<void> {
    if (player.heard.length >= count) return
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`no answer within ${PATIENCE_MS} ms`)), PATIENCE_MS)
      player.onHeard = () => {
        if (player.heard.length < count) return
        clearTimeout(timer)
        player.onHeard = () => {}
        resolve()
      }
    })
  }

  /** Until a player has been answered or blocked. */
  private async settled(player: Player): Promise<void> {
    while (player.heard.length === 0) {
      const line = textOfReply(await this.control.call('CLIENT', 'LIST', 'ID', player.id))
      if (/\bflags=\w*b/.test(line ?? '')) return
    }
  }

  async wait(who: readonly string[]): Promise<void> {
    for (const name of who) await this.answered(this.players.get(name)!, 1)
  }

  async pass(): Promise<void> {
    if (this.firstSoon === Number.POSITIVE_INFINITY) return
    this.firstSoon = Number.POSITIVE_INFINITY
    const over = this.lastSoon + this.soonMs + 2
    // A timer may come early, and the server goes by the clock of the day.
    for (let left = over - Date.now(); left > 0; left = over - Date.now()) {
      await new Promise((resolve) => setTimeout(resolve, left))
    }
  }

  async sweep(): Promise<void> {
    await this.control.call('DEBUG', 'SET-ACTIVE-EXPIRE', '1')
    while (!(await this.isSwept()));
    await this.control.call('DEBUG', 'SET-ACTIVE-EXPIRE', '0')
  }

  /** Whether every key that is counted is also shown, which what has expired is not. */
  private async isSwept(): Promise<boolean> {
    const calls: Call[] = []
    for (let db = 0; db < DATABASES; db++) calls.push(['SELECT', String(db)], ['DBSIZE'], ['KEYS', '*'])
    const replies = await this.control.send(calls)
    return replies.every((reply, i) => {
      if (i % 3 !== 1) return true
      return reply.kind === 'integer' && reply.value === itemsOf(replies[i + 1]).length
    })
  }

  async leave(who: string): Promise<void> {
    const player = this.players.get(who)
    if (player === undefined) return
    this.players.delete(who)
    this.queued.delete(who)
    player.client.close()
    await this.control.call('CLIENT', 'KILL', 'ID', player.id)
  }

  /**
   * The server writes to all connections before it reads again, so when the control connection has been answered all is on
   * its way here; one more turn of the event loop has it all read.
   */
  async take(): Promise<Heard> {
    await this.control.call('PING')
    await new Promise((resolve) => setImmediate(resolve))
    await new Promise((resolve) => setImmediate(resolve))
    const heard = new Map<string, readonly Reply[]>()
    for (const [who, player] of [...this.players, [OBSERVER, this.observer!] as const]) {
      if (player.heard.length > 0) heard.set(who, player.heard)
      player.heard = []
    }
    return heard
  }

  state(): Promise<State> {
    return readState({ inspect: (calls) => this.control.send(calls) })
  }

  async close(): Promise<void> {
    for (const { client } of this.players.values()) client.close()
    this.observer?.client.close()
    this.control.close()
  }
}
