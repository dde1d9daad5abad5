/**
 * A stand-in for a client of ioredis, for tests of an application that takes one: each call goes to a database in this process. It
 * has commands, `pipeline` and `multi`, and what a client is opened and closed by. An application that needs more of ioredis
 * (`scanStream`, `on('message')`, `watch`) adds it here.
 */
import type { Redis } from 'ioredis'
import { type Data, Redstart } from 'redstart'

export function redisFor(db = new Redstart()): Redis {
  const session = db.session()

  async function call(name: string, args: readonly unknown[]): Promise<unknown> {
    const words = args.flatMap(wordsOf)
    if (name.endsWith('Buffer')) return session.callBuffer(name.slice(0, -'Buffer'.length), ...words)
    const reply = await session.call(name, ...words)
    return name === 'hgetall' ? objectOf(reply as string[]) : reply
  }

  /** The calls of a chain run one after the other, with nothing in between. */
  function chain(): object {
    const calls: (() => Promise<unknown>)[] = []
    const exec = (): Promise<unknown> => Promise.all(calls.map(outcome))
    const queue: object = commands({ exec }, (name, args) => {
      calls.push(() => call(name, args))
      return queue
    })
    return queue
  }

  const client: object = commands(
    {
      status: 'ready',
      pipeline: chain,
      multi: chain,
      duplicate: () => redisFor(db),
      on: () => client,
      disconnect: () => session.close(),
    },
    call,
  )
  return client as Redis
}

/** An object that has `own`, and any other name as a command; but `then`, by which \`await\` knows promises. */
function commands(own: object, run: (name: string, args: readonly unknown[]) => unknown): object {
  return new Proxy(own, {
    get: (target, name) => {
      if (name in target || name === 'then') return Reflect.get(target, name)
      return (...args: unknown[]) => run(String(name), args)
    },
  })
}

/** As ioredis has it: `del(['a', 'b'])`, `hset('h', { a: 1 })`, `mset(new Map([['a', 1]]))`. */
function wordsOf(arg: unknown): Data[] {
  if (typeof arg !== 'object' || arg === null || arg instanceof Uint8Array) return [arg as Data]
  if (Array.isArray(arg)) return arg.flatMap(wordsOf)
  return [...(arg instanceof Map ? arg : Object.entries(arg))].flatMap(wordsOf)
}

function outcome(call: () => Promise<unknown>): Promise<[Error | null, unknown]> {
  return call().then(
    (reply) => [null, reply],
    (error: Error) => [error, undefined],
  )
}

function objectOf(pairs: readonly string[]): Record<string, string> {
  const object: Record<string, string> = {}
  for (let i = 0; i < pairs.length; i += 2) object[pairs[i]!] = pairs[i + 1]!
  return object
}
