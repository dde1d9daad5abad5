import { connect, type NetConnectOpts, type Socket } from 'node:net'
import { type Call, textOf } from './bytes.js'
import { integerOf, NIL, NIL_ARRAY, type Reply } from './reply.js'

/** How long a batch may go unanswered before the client gives up, in ms: a blocked server should be an error, not a hang. */
const PATIENCE_MS = 60_000

interface Batch {
  readonly replies: Reply[]
  readonly size: number
  readonly resolve: (replies: Reply[]) => void
  readonly reject: (reason: Error) => void
  readonly timer: NodeJS.Timeout
}

/**
 * A RESP2 connection: batches of commands go out in one write and come back as one array of replies, in order.
 * Replies that no batch asked for (messages to a subscriber) go to `onMessage`.
 */
export class RespClient {
  onMessage: (message: Reply) => void = () => {}
  private readonly batches: Batch[] = []
  private readonly parser = new RespParser()
  private failure: Error | undefined

  private constructor(private readonly socket: Socket) {
    socket.on('data', (chunk) => this.receive(chunk))
    socket.on('error', (error) => this.fail(error))
    socket.on('close', () => this.fail(new Error('the server closed the connection')))
  }

  static open(address: NetConnectOpts): Promise<RespClient> {
    return new Promise((resolve, reject) => {
      const socket = connect(address)
      socket.setNoDelay(true)
      socket.once('error', reject)
      socket.once('connect', () => {
        socket.off('error', reject)
        resolve(new RespClient(socket))
      })
    })
  }

  /** Sends the calls in one write; resolves with their replies, errors included as replies. */
  send(calls: readonly Call[]): Promise<Reply[]> {
    if (this.failure !== undefined) return Promise.reject(this.failure)
    if (calls.length === 0) return Promise.resolve([])
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.fail(new Error(`no reply within ${PATIENCE_MS} ms`)), PATIENCE_MS)
      this.batches.push({ replies: [], size: calls.length, resolve, reject, timer })
      this.socket.write(encodeCalls(calls), 'latin1')
    })
  }

  /** Sends the calls and returns at once; their replies go to `onMessage`. For a connection that has no batch open. */
  write(calls: readonly Call[]): void {
    if (this.failure !== undefined) throw this.failure
    this.socket.write(encodeCalls(calls), 'latin1')
  }

  /** Sends one command given as bytes or as byte text. */
  async call(...words: readonly (string | Uint8Array)[]): Promise<Reply> {
    const replies = await this.send([words.map((word) => (typeof word === 'string' ? word : textOf(word)))])
    return replies[0]!
  }

  close(): void {
    this.failure ??= new Error('the client is closed')
    this.socket.destroy()
  }

  private receive(chunk: Buffer): void {
    this.parser.feed(chunk)
    for (let reply = this.parser.next(); reply !== undefined; reply = this.parser.next()) {
      const batch = this.batches[0]
      if (batch === undefined) {
        this.onMessage(reply)
        continue
      }
      batch.replies.push(reply)
      if (batch.replies.length < batch.size) continue
      this.batches.shift()
      clearTimeout(batch.timer)
      batch.resolve(batch.replies)
    }
  }

  private fail(error: Error): void {
    this.failure ??= error
    this.socket.destroy()
    for (const batch of this.batches.splice(0)) {
      clearTimeout(batch.timer)
      batch.reject(this.failure)
    }
  }
}

function encodeCalls(calls: readonly Call[]): string {
  let out = ''
  for (const call of calls) {
    out += `*${call.length}\r\n`
    for (const word of call) out += `$${word.length}\r\n${word}\r\n`
  }
  return out
}

/**
 * Incremental RESP2 parser. A reply is returned only when all of it has arrived; until then nothing is consumed,
 * so a reply that comes in many chunks is scanned again for each chunk (replies here are small).
 */
export class RespParser {
  private data: Buffer = Buffer.alloc(0)
  private at = 0

  feed(chunk: Buffer): void {
    const rest = this.data.subarray(this.at)
    this.data = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    this.at = 0
  }

  /** The next whole reply, or undefined when more bytes are needed. Throws on bytes that are not RESP2. */
  next(): Reply | undefined {
    const start = this.at
    const reply = this.parse()
    if (reply === undefined) this.at = start
    return reply
  }

  private line(): string | undefined {
    const end = this.data.indexOf('\r\n', this.at, 'latin1')
    if (end < 0) return undefined
    const line = this.data.toString('latin1', this.at, end)
    this.at = end + 2
    return line
  }

  private parse(): Reply | undefined {
    const line = this.line()
    if (line === undefined) return undefined
    const rest = line.slice(1)
    switch (line[0]) {
      case '+':
        return { kind: 'status', text: rest }
      case '-':
        return { kind: 'error', text: rest }
      case ':':
        return { kind: 'integer', value: integerOf(rest) }
      case '$':
        return this.bulk(Number(rest))
      case '*':
        return this.array(Number(rest))
      default:
        throw new Error(`not RESP2: ${line}`)
    }
  }

  private bulk(length: number): Reply | undefined {
    if (length < 0) return NIL
    const end = this.at + length
    if (this.data.length < end + 2) return undefined
    const text = this.data.toString('latin1', this.at, end)
    this.at = end + 2
    return { kind: 'bulk', text }
  }

  private array(length: number): Reply | undefined {
    if (length < 0) return NIL_ARRAY
    const items: Reply[] = []
    for (let i = 0; i < length; i++) {
      const item = this.parse()
      if (item === undefined) return undefined
      items.push(item)
    }
    return { kind: 'array', items }
  }
}
