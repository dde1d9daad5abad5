import { AclCommands } from './api/acl.js'
import { BitmapCommands } from './api/bitmap.js'
import { ClientCommands } from './api/client.js'
import { ConfigCommands } from './api/config.js'
import { ConnectionCommands } from './api/connection.js'
import { GenericCommands } from './api/generic.js'
import { GeoCommands } from './api/geo.js'
import { Handle, joinMethods, OUT, OUT_TEXT, UNIT } from './api/handle.js'
import { HashCommands } from './api/hash.js'
import { HyperLogLogCommands } from './api/hyperloglog.js'
import { InsideCommands } from './api/inside.js'
import { ListCommands } from './api/list.js'
import { MemoryCommands } from './api/memory.js'
import { joinQueueMethods } from './api/multi.js'
import { prepareObservedCalls } from './api/observed-calls.js'
import { PersistenceCommands } from './api/persistence.js'
import { PubSubCommands } from './api/pubsub.js'
import { ServerCommands } from './api/server.js'
import { SetCommands } from './api/set.js'
import { SortCommands } from './api/sort.js'
import { SortedSetCommands } from './api/sorted-set.js'
import { SortedSetRangeCommands } from './api/sorted-set-ranges.js'
import { StreamCommands } from './api/stream.js'
import { StreamGroupCommands } from './api/stream-groups.js'
import { StringCommands } from './api/string.js'
import { Transactions } from './api/transactions.js'
import { VectorSetCommands } from './api/vector-set.js'
import { type Argv, type Data, toText, toWord } from './commands/argv.js'
import { endClient } from './commands/connection.js'
import { dispatch } from './commands/dispatch.js'
import { type BufferReply, type CallReply, type Reply, replyToBuffer, replyToText } from './commands/reply.js'
import type { PushMessage } from './keyspace/client.js'
import type { Unit } from './keyspace/unit.js'
import { type StringValue, stringToBytes, stringToText } from './keyspace/value.js'
import { toBytes } from './structures/text.js'

/** @internal The classes whose methods every session has. */
export const GROUPS = [
  StringCommands,
  ListCommands,
  HashCommands,
  SetCommands,
  SortedSetCommands,
  SortedSetRangeCommands,
  BitmapCommands,
  HyperLogLogCommands,
  GeoCommands,
  StreamCommands,
  StreamGroupCommands,
  VectorSetCommands,
  SortCommands,
  GenericCommands,
  ServerCommands,
  PersistenceCommands,
  MemoryCommands,
  ConfigCommands,
  PubSubCommands,
  AclCommands,
  ConnectionCommands,
  ClientCommands,
  InsideCommands,
]

type Blocking =
  | 'BLPOP'
  | 'BRPOP'
  | 'BLMOVE'
  | 'BRPOPLPUSH'
  | 'BLMPOP'
  | 'BZPOPMIN'
  | 'BZPOPMAX'
  | 'BZMPOP'
  | 'XREAD'
  | 'XREADGROUP'

/** The names of commands that may wait. */
export type BlockingCommand = Blocking | Lowercase<Blocking>

/** All typed commands; T is what bulk strings come back as. */
export interface Commands<T extends string | Uint8Array>
  extends StringCommands<T>,
    ListCommands<T>,
    HashCommands<T>,
    SetCommands<T>,
    SortedSetCommands<T>,
    SortedSetRangeCommands<T>,
    BitmapCommands<T>,
    HyperLogLogCommands<T>,
    GeoCommands<T>,
    StreamCommands<T>,
    StreamGroupCommands<T>,
    VectorSetCommands<T>,
    SortCommands<T>,
    GenericCommands<T>,
    ServerCommands<T>,
    PersistenceCommands<T>,
    MemoryCommands<T>,
    ConfigCommands<T>,
    PubSubCommands<T>,
    AclCommands<T>,
    ConnectionCommands<T>,
    ClientCommands<T>,
    InsideCommands<T> {}

/** The typed commands with `Uint8Array` in place of strings in what they return. */
export interface BytesCommands extends Commands<Uint8Array>, Transactions<Uint8Array, Commands<Uint8Array>> {}

// The methods that the interface speaks of are joined below.
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: mixin classes would make unreadable types of every method
export class BytesCommands extends Handle<Uint8Array> {
  readonly [UNIT]: Unit

  constructor(unit: Unit) {
    super()
    this[UNIT] = unit
  }

  [OUT](value: StringValue): Uint8Array {
    return stringToBytes(value)
  }

  [OUT_TEXT](text: string): Uint8Array {
    return toBytes(text)
  }
}

joinMethods(BytesCommands, [...GROUPS, Transactions])

/** State of a connection, the typed commands in it, and raw calls. */
export interface Session extends Commands<string>, Transactions<string, Commands<string>> {}

/**
 * A connection to the database without a network: it has a selected database of its own. `db.session()` makes one.
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: mixin classes would make unreadable types of every method
export class Session extends Handle<string> {
  readonly [UNIT]: Unit
  private bytesCommands: BytesCommands | undefined

  /** @internal */
  constructor(unit: Unit) {
    super()
    this[UNIT] = unit
  }

  [OUT](value: StringValue): string {
    return stringToText(value)
  }

  [OUT_TEXT](text: string): string {
    return text
  }

  /**
   * The same commands, returning bulk strings as `Uint8Array`: for data that is not text.
   *
   * @example
   * db.set('image', png)
   * const copy = db.bytes.get('image')
   */
  get bytes(): BytesCommands {
    this.bytesCommands ??= new BytesCommands(this[UNIT])
    return this.bytesCommands
  }

  /**
   * Runs a command by its words, as a client sends them. Returns the reply in RESP2's shape: strings, numbers, `null`
   * and nested arrays; integers past 2^53-1 are bigints, doubles strings. A blocking command that has to wait returns a
   * promise of its reply.
   *
   * @example
   * db.call('SET', 'k', 'v', 'EX', 10) // 'OK'
   *
   * @throws RedstartError for an error reply, with Redis's text
   */
  call(name: BlockingCommand, ...args: readonly Data[]): CallReply | Promise<CallReply>
  /** As above, for commands that never wait: their replies are there at once. */
  call(name: string, ...args: readonly Data[]): CallReply
  call(name: string, ...args: readonly Data[]): CallReply | Promise<CallReply> {
    const reply = this.run(name, args)
    return reply instanceof Promise ? reply.then(replyToText) : replyToText(reply)
  }

  /**
   * As `call`, but returns bulk strings as `Uint8Array`; status replies stay strings.
   *
   * @throws RedstartError for an error reply, with Redis's text
   */
  callBuffer(name: BlockingCommand, ...args: readonly Data[]): BufferReply | Promise<BufferReply>
  /** As above, for commands that never wait: their replies are there at once. */
  callBuffer(name: string, ...args: readonly Data[]): BufferReply
  callBuffer(name: string, ...args: readonly Data[]): BufferReply | Promise<BufferReply> {
    const reply = this.run(name, args)
    return reply instanceof Promise ? reply.then(replyToBuffer) : replyToBuffer(reply)
  }

  /**
   * Listens to messages that the connection gets unasked, as `call` would return them: `['message', channel, payload]` and
   * the like. One listener; another one takes its place. Returns a function that ends it.
   */
  onPush(listener: (message: CallReply[]) => void): () => void {
    const { client } = this[UNIT]
    const own = (message: PushMessage): void => listener(replyToText(message) as CallReply[])
    client.onPush = own
    return () => {
      if (client.onPush === own) client.onPush = undefined
    }
  }

  /**
   * Ends the session, as a connection that is closed: its transaction, watches, subscriptions and waiting calls go, and later
   * raw calls are refused. The keys stay.
   */
  close(): void {
    endClient(this[UNIT])
  }

  /** @internal As `call`, by words in one array, which may be more than a call takes: for leaves. */
  run(name: string, args: readonly Data[]): Reply | Promise<Reply> {
    const argv: Argv = [toText(name), ...args.map(toWord)]
    return dispatch(this[UNIT], argv)
  }
}

joinMethods(Session, [...GROUPS, Transactions])
joinQueueMethods(GROUPS)
prepareObservedCalls()
