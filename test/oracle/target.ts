import type { NetConnectOpts } from 'node:net'
import type { ByteText, Call } from './bytes.js'
import { itemsOf, type Reply, textOfReply } from './reply.js'
import { RespClient } from './resp-client.js'

/** A keyspace event as a subscriber of `__keyevent@<db>__:<event>` sees it. */
export interface KeyEvent {
  readonly db: number
  readonly event: string
  readonly key: ByteText
}

/** What one call did: its reply, and the keyspace events that it caused, in order. */
export interface Outcome {
  readonly reply: Reply
  readonly events: readonly KeyEvent[]
}

/** One of the two sides that are compared: a real server or the engine. */
export interface Target {
  readonly name: string
  /** Whether `run` takes the picks of another side for its own. */
  readonly follows?: boolean
  /**
   * Runs the calls on one fresh connection over empty databases and leaves the data there for `inspect`. Where chance decides
   * what stays, a side that follows picks what stands in `picks`, the replies of the other side.
   */
  run(calls: readonly Call[], picks?: readonly Reply[]): Promise<Outcome[]>
  /** Runs calls on the data that the last `run` left, on a connection in its first state; their events are ignored. */
  inspect(calls: readonly Call[]): Promise<Reply[]>
  close(): Promise<void>
}

const MARKER_CHANNEL = 'oracle:marker'
const EVENT_CHANNEL = /^__keyevent@(\d+)__:(.*)$/s

/** Redis's SORT takes it for a fault of its own when a number of an earlier call was out of range; this one forgets that. */
const CLEARS_ERRNO: Call = ['BLPOP', 'oracle:none', '-1']

/**
 * For each call whether it leaves the connection inside MULTI. There a call is queued, so it can cause no event, and
 * nothing may be slipped in between; the events of the whole transaction belong to the call that ends it.
 */
export function insideTransaction(calls: readonly Call[]): boolean[] {
  let inside = false
  return calls.map((call) => {
    const name = call[0]?.toUpperCase()
    if (call.length === 1) {
      if (name === 'MULTI') inside = true
      else if (name === 'EXEC' || name === 'DISCARD' || name === 'RESET') inside = false
    }
    return inside
  })
}

/**
 * A real server. Events arrive on a second connection, which knows nothing of the order of replies on the first;
 * so after every call the first connection publishes a numbered marker, and what the subscriber sees between two
 * markers was caused by the call between them.
 */
export class ServerTarget implements Target {
  private events: KeyEvent[] = []
  private groups: KeyEvent[][] = []
  private serial = 0
  private awaited = ''
  private arrived: () => void = () => {}

  private constructor(
    readonly name: string,
    private readonly client: RespClient,
    private readonly subscriber: RespClient,
  ) {
    subscriber.onMessage = (message) => this.hear(message)
  }

  /** `classes` are the events that are compared, as notify-keyspace-events names them. */
  static async open(address: NetConnectOpts, name = 'redis', classes = 'KEA'): Promise<ServerTarget> {
    const client = await RespClient.open(address)
    await client.call('CONFIG', 'SET', 'notify-keyspace-events', classes)
    // What has expired goes when it is next looked at, so that `expired` is announced by a call and not at some moment.
    await client.call('DEBUG', 'SET-ACTIVE-EXPIRE', '0')
    // Whose time to wait is over is looked for so many times a second.
    await client.call('CONFIG', 'SET', 'hz', '500')
    const subscriber = await RespClient.open(address)
    await subscriber.call('SUBSCRIBE', MARKER_CHANNEL)
    await subscriber.call('PSUBSCRIBE', '__keyevent@*__:*')
    return new ServerTarget(name, client, subscriber)
  }

  async run(calls: readonly Call[]): Promise<Outcome[]> {
    const inside = insideTransaction(calls)
    const batch: Call[] = [['RESET'], ['FLUSHALL'], ...(await this.forgetUsers()), this.marker()]
    const places: number[] = []
    this.groups = []
    calls.forEach((call, i) => {
      if (/^sort(_ro)?$/i.test(call[0] ?? '') && (i === 0 || !inside[i - 1])) batch.push(CLEARS_ERRNO)
      places.push(batch.length)
      batch.push(call)
      if (!inside[i]) batch.push(this.marker())
    })
    batch.push(['RESET'])
    const last = this.marker()
    batch.push(last)
    const heard = new Promise<void>((resolve) => {
      this.awaited = last[2]!
      this.arrived = resolve
    })
    const replies = await this.client.send(batch)
    await heard

    // The first group is from before the run, the last from after its last closed transaction.
    const groups = this.groups.slice(1)
    const outcomes = places.map((place, i) => ({
      reply: replies[place]!,
      events: inside[i] ? [] : groups.shift()!,
    }))
    const leftover = groups.flat()
    const end = outcomes.at(-1)
    if (end !== undefined && leftover.length > 0) end.events = [...end.events, ...leftover]
    return outcomes
  }

  async inspect(calls: readonly Call[]): Promise<Reply[]> {
    const replies = await this.client.send([['RESET'], ...calls])
    return replies.slice(1)
  }

  async close(): Promise<void> {
    this.client.close()
    this.subscriber.close()
  }

  /** The call that takes out all users but the default one, if there are any. */
  private async forgetUsers(): Promise<Call[]> {
    const names = itemsOf(await this.client.call('ACL', 'USERS')).flatMap((item) => textOfReply(item) ?? [])
    const others = names.filter((name) => name !== 'default')
    return others.length === 0 ? [] : [['ACL', 'DELUSER', ...others]]
  }

  private marker(): Call {
    return ['PUBLISH', MARKER_CHANNEL, String(++this.serial)]
  }

  private hear(message: Reply): void {
    if (message.kind !== 'array') return
    const [kind, first, second, third] = message.items.map((item) => textOfReply(item) ?? '')
    if (kind === 'message' && first === MARKER_CHANNEL) {
      this.groups.push(this.events)
      this.events = []
      if (second === this.awaited) this.arrived()
    } else if (kind === 'pmessage') {
      const parts = EVENT_CHANNEL.exec(second ?? '')
      if (parts !== null) this.events.push({ db: Number(parts[1]), event: parts[2]!, key: third ?? '' })
    }
  }
}
