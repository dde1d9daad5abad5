/**
 * A stand-in for a client of ioredis, for tests of an application that takes one: each call goes to a database in this process. It
 * has commands, `pipeline`, `multi` and `watch`, callbacks, messages and streams of keys, and what a client is opened and closed by.
 * An application that needs more of ioredis (`defineCommand`, `sscanStream`) adds it here.
 */
import { EventEmitter } from 'node:events'
import { Readable } from 'node:stream'
import type { Redis } from 'ioredis'
import { type BufferReply, type CallReply, type Data, Redstart, type ScanOptions } from 'redstart'

type Words = readonly [name: string, ...args: unknown[]]
type Outcome = [Error] | [null, unknown]
type Callback = (error: Error | null, reply?: unknown) => void

export function redisFor(db = new Redstart()): Redis {
  const session = db.session()
  const events = new EventEmitter()
  session.onPush(([kind, ...message]) => events.emit(String(kind), ...message))
  queueMicrotask(() => {
    events.emit('connect')
    events.emit('ready')
  })

  async function run(words: Words): Promise<unknown> {
    const { name, args, asBuffers } = callOf(words)
    return shaped(name, asBuffers, await session.callBuffer(name, ...args))
  }

  async function pipelined(calls: readonly Words[]): Promise<Outcome[]> {
    return Promise.all(calls.map((call) => run(call).then(done, failed)))
  }

  /** MULTI … EXEC: `null` where a watched key has changed, EXECABORT where a call was refused. */
  async function transaction(calls: readonly Words[]): Promise<Outcome[] | null> {
    session.call('MULTI')
    for (const words of calls) {
      const { name, args } = callOf(words)
      try {
        session.call(name, ...args)
      } catch {
        // EXEC says so.
      }
    }
    const replies = session.callBuffer('EXEC') as (BufferReply | Error)[] | null
    return replies === null ? null : replies.map((reply, index) => outcomeOf(calls[index]!, reply))
  }

  /** Calls that run when `exec` is called. */
  function chain(exec: (calls: readonly Words[]) => Promise<unknown>, first: readonly Words[] = []): object {
    const calls = [...first]
    const own = {
      exec: (callback?: Callback) => answered(exec(calls), callback),
      get length() {
        return calls.length
      },
    }
    const queue: object = commands(own, (words) => {
      calls.push(words)
      return queue
    })
    return queue
  }

  function close(): Promise<'OK'> {
    session.close()
    events.emit('end')
    return Promise.resolve('OK')
  }

  const own = Object.assign(events, {
    status: 'ready',
    pipeline: (calls?: readonly Words[]) => chain(pipelined, calls),
    multi: (calls?: readonly Words[]) => chain(transaction, calls),
    scanStream: (options?: ScanOptions) => Readable.from([[...db.session().scanIterator(options)]]),
    duplicate: () => redisFor(db),
    connect: () => Promise.resolve(),
    quit: close,
    disconnect: () => void close(),
  })
  const client = commands(own, (words) => {
    const last = words.at(-1)
    if (typeof last !== 'function') return run(words)
    return answered(run(words.slice(0, -1) as unknown as Words), last as Callback)
  })
  return client as Redis
}

/** An object that has `own`, and any other name as a command; but `then`, by which `await` knows promises. */
function commands(own: object, run: (words: Words) => unknown): object {
  return new Proxy(own, {
    get: (target, name) => {
      if (name in target || name === 'then' || typeof name === 'symbol') return Reflect.get(target, name)
      return (...args: unknown[]) => run([name, ...args])
    },
  })
}

/** `getBuffer('k')` is GET whose texts come as buffers; `call('GET', 'k')` names its command. */
function callOf([method, ...given]: Words): { name: string; args: Data[]; asBuffers: boolean } {
  const asBuffers = method.endsWith('Buffer')
  const called = asBuffers ? method.slice(0, -'Buffer'.length) : method
  const [name, ...args] = called === 'call' ? (given as [string, ...unknown[]]) : [called, ...given]
  return { name, args: wordsOf(name.toLowerCase(), args), asBuffers }
}

/** As ioredis has it: `del(['a', 'b'])`, `hset('h', { a: 1 })`, `mset(new Map([['a', 1]]))`; null is an empty text. */
function wordsOf(name: string, args: readonly unknown[]): Data[] {
  return args.flatMap((arg): Data[] => {
    if (arg instanceof Uint8Array) return [arg]
    if (Array.isArray(arg)) return wordsOf(name, arg)
    if (typeof arg === 'object' && arg !== null && /^(h|hm|m)set(nx)?$/.test(name)) {
      return wordsOf('', [...(arg instanceof Map ? arg : Object.entries(arg))])
    }
    return [String(arg ?? '')]
  })
}

/** As ioredis has it: buffers or texts; a hash as an object; how many channels a session is subscribed to. */
function shaped(name: string, asBuffers: boolean, reply: BufferReply): unknown {
  if (/^p?(un)?subscribe$/i.test(name)) return (reply as BufferReply[]).flat().at(-1)
  if (!/^hgetall$/i.test(name)) return plainOf(reply, asBuffers)
  const pairs = reply as Uint8Array[]
  const object: Record<string, unknown> = {}
  for (let i = 0; i < pairs.length; i += 2) object[textOf(pairs[i]!)] = plainOf(pairs[i + 1]!, asBuffers)
  return object
}

function plainOf(reply: BufferReply | CallReply, asBuffers: boolean): unknown {
  if (Array.isArray(reply)) return reply.map((element) => plainOf(element, asBuffers))
  if (!(reply instanceof Uint8Array)) return reply
  return asBuffers ? Buffer.from(reply) : textOf(reply)
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString()
}

function outcomeOf(words: Words, reply: BufferReply | Error): Outcome {
  if (reply instanceof Error) return failed(reply)
  const { name, asBuffers } = callOf(words)
  return done(shaped(name, asBuffers, reply))
}

function done(reply: unknown): Outcome {
  return [null, reply]
}

function failed(error: Error): Outcome {
  return [error]
}

function answered<T>(reply: Promise<T>, callback: Callback | undefined): Promise<T> {
  if (callback !== undefined) reply.then((value) => callback(null, value), callback)
  return reply
}
