import type { NetConnectOpts } from 'node:net'
import type { Call } from '../bytes.js'
import { itemsOf, type Reply, textOfReply } from '../reply.js'
import { RespClient } from '../resp-client.js'
import { DATABASES, readState, type State } from '../state.js'
import { nameOf } from '../table.js'
import { FIRST_EVENTS, type Heard, isWaiting, OBSERVED, OBSERVER, type Stage, shortTime, TooSlow } from './stage.js'
import { idWord, SOON } from './step.js'

interface Player {
  readonly client: RespClient
  readonly id: string
  heard: Reply[]
  /** Called at each message. */
  onHeard: () => void
}

/** How far away `$soon` is at first, in ms. */
const SOON_MS = 24

/** How many times as long as written times may become, where a scenario was not played in them. */
const SLOWEST = 128

/** How long an answer may be waited for, in ms. */
const PATIENCE_MS = 20_000

/** A real server: a connection for each name, one that controls, and one that hears of events. */
export class ServerStage implements Stage {
  private readonly players = new Map<string, Player>()
  private observer: Player | undefined
  /** How many times as long as written the times of a scenario are. */
  private slowness = 1
  private isPaused = false
  private pausedUntil = 0
  /** From when on those who wait may be answered because their time is over, by name. */
  private readonly over = new Map<string, number>()
  /** For whom time passes in this step. */
  private awaited: readonly string[] = []
  /** When the first call with `$soon` was sent that no `pass` has followed, and when the last had been answered. */
  private firstSoon = Number.POSITIVE_INFINITY
  private lastSoon = 0
  /** Who may have a call with `$soon` in a transaction. */
  private readonly queued = new Set<string>()

  private constructor(
    readonly name: string,
    private readonly address: NetConnectOpts,
    private readonly control: RespClient,
    private readonly firstSoonMs: number,
  ) {}

  private get soonMs(): number {
    return this.firstSoonMs * this.slowness
  }

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
    this.over.clear()
    this.isPaused = false
    this.pausedUntil = 0
    this.firstSoon = Number.POSITIVE_INFINITY
    const users = itemsOf(await this.control.call('ACL', 'USERS')).flatMap((item) => textOfReply(item) ?? [])
    const others = users.filter((name) => name !== 'default')
    if (others.length > 0) calls.push(['ACL', 'DELUSER', ...others])
    await this.control.send([
      ...calls,
      ['ACL', 'LOG', 'RESET'],
      ['FLUSHALL'],
      ['CONFIG', 'SET', 'notify-keyspace-events', FIRST_EVENTS],
    ])
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
    player.client.write(calls.map((call) => this.wordsOf(call)))
    const isHeld = this.isPaused
    if (isHeld) this.over.set(who, this.pausedUntil)
    else if (calls.length === 1) this.over.set(who, sent + this.timeOf(calls[0]!))
    this.lookAtPause(calls[0]!, sent)
    if (waits) this.awaited = [who]
    if (waits || calls.length > 1 || !(isHeld || isWaiting(calls[0]!))) await this.answered(player, calls.length)
    else await this.settled(player)
    this.lookAtTime(sent, this.setsDeadline(who, calls, player.heard.at(-1)))
  }

  private wordsOf(call: Call): Call {
    const words = call.map((word) => this.wordOf(word))
    const time = shortTime(call)
    return time === undefined ? words : words.with(time.at, String(Number(call[time.at]) * this.slowness))
  }

  private wordOf(word: string): string {
    const who = idWord(word)
    if (who !== undefined) return this.players.get(who)!.id
    return word === SOON ? String(Math.ceil(this.soonMs)) : word
  }

  /** The time that a call waits or pauses, in ms. */
  private timeOf(call: Call): number {
    const time = shortTime(call)
    return time === undefined ? Number.POSITIVE_INFINITY : time.ms * this.slowness
  }

  /** While calls are paused any may have to wait. */
  private lookAtPause(call: Call, sent: number): void {
    const name = nameOf(call)
    if (name !== 'CLIENT|PAUSE' && name !== 'CLIENT|UNPAUSE') return
    this.isPaused = name === 'CLIENT|PAUSE'
    this.pausedUntil = this.isPaused ? Math.max(this.pausedUntil, sent + this.timeOf(call)) : 0
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
    if (now >= this.firstSoon + this.soonMs - 1) throw this.tooSlow()
    if (!setsDeadline) return
    this.firstSoon = Math.min(this.firstSoon, sent)
    this.lastSoon = now
  }

  /** Nobody may have been answered because time was over for whom none was to pass. */
  private lookAtAnswers(heard: Heard): void {
    const now = Date.now()
    for (const who of heard.keys()) {
      if (!this.awaited.includes(who) && now >= (this.over.get(who) ?? Number.POSITIVE_INFINITY)) throw this.tooSlow()
      this.over.delete(who)
    }
    this.awaited = []
  }

  /** The next time a scenario is played all times are twice as long. */
  private tooSlow(): Error {
    if (this.slowness === SLOWEST) return new Error(`${this.name} takes ${SLOWEST} times too long for a few steps`)
    this.slowness *= 2
    return new TooSlow()
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
    this.awaited = who
    for (const name of who) await this.answered(this.players.get(name)!, 1)
    if (Date.now() >= this.pausedUntil) this.isPaused = false
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
    this.over.delete(who)
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
    this.lookAtAnswers(heard)
    return heard
  }

  async gone(): Promise<readonly string[]> {
    const lines = textOfReply(await this.control.call('CLIENT', 'LIST'))?.split('\n') ?? []
    const ids = new Set(lines.map((line) => /^id=(\d+)/.exec(line)?.[1]))
    return [...this.players].filter(([, { id }]) => !ids.has(id)).map(([who]) => who)
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
