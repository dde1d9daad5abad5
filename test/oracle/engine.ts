import { type BufferReply, manualClock, Redstart, RedstartError, type Session } from 'redstart'
import { UNIT } from '../../src/api/handle.js'
import { toBytes } from '../../src/structures/text.js'
import { bytesOf, type Call, textOf, utf8 } from './bytes.js'
import { leadChance, PICKING } from './chance.js'
import { NULL, type Reply } from './reply.js'
import { insideTransaction, type KeyEvent, type Outcome, type Target } from './target.js'

/**
 * The engine behind the interface of the comparison. Each run has an engine of its own, whose clock stands still at
 * `startMs` (by default the time of the run): expirations lie far ahead or behind, so the clock decides nothing.
 */
export class EngineTarget implements Target {
  readonly name = 'redstart'
  readonly follows = true
  private clock = manualClock()
  private db: Redstart | undefined
  private events: KeyEvent[] = []

  /** `more` are events besides those of '*' that are compared. */
  constructor(
    private readonly startMs?: number,
    private readonly more: readonly string[] = [],
  ) {}

  async run(calls: readonly Call[], picks?: readonly Reply[]): Promise<Outcome[]> {
    await this.db?.close()
    this.clock = manualClock(this.startMs ?? Date.now())
    this.db = new Redstart({ clock: this.clock, seed: 1 })
    // As on the server that it is compared with: calls that wait would give it time.
    this.db.engine.expiry.isActive = false
    for (const name of ['*', ...this.more]) {
      this.db.on(name, (key, { event, db }) => {
        this.events.push({ db, event, key: textOf(toBytes(key)) })
      })
    }
    const inside = insideTransaction(calls)
    const session = this.db.session()
    this.events = []
    const outcomes: Outcome[] = []
    for (const [i, call] of calls.entries()) {
      const pick = picks !== undefined && PICKING.has(call[0]!.toUpperCase()) ? picks[i] : undefined
      const answered = pick === undefined ? answer(session, call, i) : this.answerLed(session, call, i, pick)
      const reply = answered instanceof Promise ? await this.timedOut(answered) : answered
      outcomes.push({ reply, events: inside[i] ? [] : this.events })
      if (!inside[i]) this.events = []
    }
    return outcomes
  }

  /** The reply to a call that waits: nobody but time will end it. */
  private timedOut(reply: Promise<Reply>): Promise<Reply> | Reply {
    const { waiters } = this.db!.engine
    while (waiters.size > 0) {
      const wakeMs = waiters.nextWake()
      if (wakeMs === Number.POSITIVE_INFINITY) return { kind: 'error', text: 'THROWN the call waits for ever' }
      // The wheel may want to be looked at before a deadline comes.
      this.clock.advance(Math.max(1, wakeMs - this.clock.now()))
    }
    return reply
  }

  private answerLed(session: Session, call: Call, turn: number, pick: Reply): Reply | Promise<Reply> {
    const release = leadChance(this.db!, session[UNIT].database.index, call, pick)
    try {
      return answer(session, call, turn)
    } finally {
      release()
    }
  }

  async inspect(calls: readonly Call[]): Promise<Reply[]> {
    if (this.db === undefined) throw new Error('inspect before run')
    const session = this.db.session()
    return Promise.all(calls.map((call, i) => answer(session, call, i)))
  }

  async close(): Promise<void> {
    await this.db?.close()
  }
}

/**
 * One call and its reply. A plain Error is a mistake of the engine's own; it comes back as an error reply that no
 * server gives, so that it is told and shrunk like any other difference.
 */
export function answer(session: Session, call: Call, turn: number): Reply | Promise<Reply> {
  const [name = '', ...words] = call
  const args = words.map((word, i) => wordOf(word, (turn + i) % 2 === 0))
  try {
    const value: BufferReply | Promise<BufferReply> = session.callBuffer(
      Buffer.from(name, 'latin1').toString('utf8'),
      ...args,
    )
    return value instanceof Promise ? value.then(replyOf, errorOf) : replyOf(value)
  } catch (error) {
    return errorOf(error)
  }
}

function errorOf(error: unknown): Reply {
  if (error instanceof RedstartError) return { kind: 'error', text: textOf(toBytes(error.message)) }
  return { kind: 'error', text: utf8(`THROWN ${error instanceof Error ? error.stack : String(error)}`) }
}

/** Words go in as text or as bytes by turns, since callers may do either; what is no UTF-8 is always bytes. */
function wordOf(word: string, asText: boolean): string | Uint8Array {
  if (/^[\x00-\x7f]*$/.test(word)) return asText ? word : bytesOf(word)
  const text = asText ? Buffer.from(word, 'latin1').toString('utf8') : ''
  return asText && utf8(text) === word ? text : bytesOf(word)
}

function replyOf(value: BufferReply): Reply {
  if (value === null) return NULL
  if (typeof value === 'string') return { kind: 'status', text: textOf(toBytes(value)) }
  if (typeof value === 'number' || typeof value === 'bigint') return integerReply(value)
  if (value instanceof Uint8Array) return { kind: 'bulk', text: textOf(value) }
  if (Array.isArray(value)) return { kind: 'array', items: value.map(replyOf) }
  return { kind: 'error', text: textOf(toBytes(value.message)) }
}

/** Integers are numbers while exact and bigints past that; the wrong one of the two is told as a fault. */
function integerReply(value: number | bigint): Reply {
  const right = typeof value === 'number' ? Number.isSafeInteger(value) : !Number.isSafeInteger(Number(value))
  return right ? { kind: 'integer', value } : { kind: 'error', text: `WRONGINTEGER a ${typeof value}: ${value}` }
}
