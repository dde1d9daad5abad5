import { ConnectionCommands } from './api/connection.js'
import { GenericCommands } from './api/generic.js'
import { Handle, joinMethods, OUT, OUT_TEXT, UNIT } from './api/handle.js'
import { ServerCommands } from './api/server.js'
import { StringCommands } from './api/string.js'
import { type Argv, type Data, toText, toWord } from './commands/argv.js'
import { dispatch } from './commands/dispatch.js'
import { type BufferReply, type CallReply, type Reply, replyToBuffer, replyToText } from './commands/reply.js'
import type { Unit } from './keyspace/unit.js'
import { type StringValue, stringToBytes, stringToText } from './keyspace/value.js'
import { toBytes } from './structures/text.js'

const GROUPS = [StringCommands, GenericCommands, ServerCommands, ConnectionCommands]

/** All typed commands; T is what bulk strings come back as. */
export interface Commands<T extends string | Uint8Array>
  extends StringCommands<T>,
    GenericCommands<T>,
    ServerCommands<T>,
    ConnectionCommands<T> {}

/** The typed commands with `Uint8Array` in place of strings in what they return. */
export interface BytesCommands extends Commands<Uint8Array> {}

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

joinMethods(BytesCommands, GROUPS)

/** State of a connection, the typed commands in it, and raw calls. */
export interface Session extends Commands<string> {}

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
   * and nested arrays; integers past 2^53-1 are bigints, doubles strings.
   *
   * @example
   * db.call('SET', 'k', 'v', 'EX', 10) // 'OK'
   *
   * @throws RedstartError for an error reply, with Redis's text
   */
  call(name: string, ...args: readonly Data[]): CallReply {
    return replyToText(this.run(name, args))
  }

  /**
   * As `call`, but returns bulk strings as `Uint8Array`; status replies stay strings.
   *
   * @throws RedstartError for an error reply, with Redis's text
   */
  callBuffer(name: string, ...args: readonly Data[]): BufferReply {
    return replyToBuffer(this.run(name, args))
  }

  private run(name: string, args: readonly Data[]): Reply {
    const argv: Argv = [toText(name), ...args.map(toWord)]
    return dispatch(this[UNIT], argv)
  }
}

joinMethods(Session, GROUPS)
