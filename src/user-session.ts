import { ADMIT, type Handle, UNIT } from './api/handle.js'
import { checkedMethod, commandOfMethod } from './api/method-calls.js'
import { bodyOptions, type SortOptions } from './api/sort.js'
import { authorizeCall, runWithLeave } from './commands/acl-access.js'
import { BLOCKING, type Command } from './commands/command.js'
import { checkPatterns } from './commands/sort.js'
import { sessionClosed } from './errors.js'
import type { Unit } from './keyspace/unit.js'
import { BytesCommands, Session } from './session.js'

/** A session that acts for one user for good, in typed calls too. `db.as(user)` makes one. */
export class UserSession extends Session {
  private userBytes: UserBytesCommands | undefined

  override get bytes(): BytesCommands {
    this.userBytes ??= new UserBytesCommands(this[UNIT])
    return this.userBytes
  }

  override [ADMIT](method: string, args: readonly unknown[]): void {
    admitMethod(this[UNIT], method, args)
  }
}

class UserBytesCommands extends BytesCommands {
  override [ADMIT](method: string, args: readonly unknown[]): void {
    admitMethod(this[UNIT], method, args)
  }
}

/** A call of a typed method: its name and its arguments. */
type MethodCall = readonly [method: string, args: readonly unknown[]]

/** Methods that are no single command, and the calls whose permissions they need. */
const STANDS_FOR: Readonly<Record<string, (args: readonly unknown[]) => readonly MethodCall[]>> = {
  messages: (args) => [['subscribe', args]],
  pmessages: (args) => [['psubscribe', args]],
  smessages: (args) => [['ssubscribe', args]],
  transaction: () => [['multi', []]],
  optimistic: (args) => [['watch', args]],
  consume: ([key]) => [
    ['xreadgroup', ['', '', [[key, '>']]]],
    ['xack', [key]],
    ['xautoclaim', [key]],
    ['xgroupCreate', [key]],
  ],
}

/** Throws where the user may not make a typed call: as a raw call would be refused. */
function admitMethod(unit: Unit, method: string, args: readonly unknown[]): void {
  if (unit.client.closed) throw sessionClosed()
  const calls = STANDS_FOR[method]?.(args) ?? [[method, args]]
  try {
    for (const [name, its] of calls) admitCall(unit, name, its)
  } finally {
    unit.end()
  }
}

function admitCall(unit: Unit, method: string, args: readonly unknown[]): void {
  const found = commandOfMethod(method)
  // Every method is either a command, or listed above: what is neither is nobody's.
  if (found === undefined) throw new Error(`no rule says who may call ${method}`)
  const call = checkedMethod(method, found.name, found.command, args)
  authorizeCall(unit, () => call)
  if (method.startsWith('sort')) checkPatterns(unit, call, bodyOptions(optionsAmong(args)))
}

/** The options of a call of `sort` and its kin, which come last. */
function optionsAmong(args: readonly unknown[]): SortOptions | undefined {
  const last = args.at(-1)
  return typeof last === 'object' && !(last instanceof Uint8Array) && last !== null ? last : undefined
}

type Method = (this: Handle<string | Uint8Array>, ...args: readonly unknown[]) => unknown

/** Puts the check before every method but iterators, which call other methods. */
function guard({ prototype }: { readonly prototype: object }): void {
  // The commands stand on the class that is extended.
  const open = Object.getPrototypeOf(prototype) as Record<string, Method>
  for (const name of Object.getOwnPropertyNames(open)) {
    if (!isCommand(open, name)) continue
    Object.defineProperty(prototype, name, { value: guarded(open, name), writable: true, configurable: true })
  }
}

/** What a session has besides commands, in `GROUPS` and `Transactions`. */
const OWN: ReadonlySet<string> = new Set(['constructor', 'call', 'callBuffer', 'onPush', 'close', 'run'])

function isCommand(prototype: object, name: string): boolean {
  const isMethod = typeof Object.getOwnPropertyDescriptor(prototype, name)?.value === 'function'
  return isMethod && !OWN.has(name) && !name.endsWith('Iterator')
}

function guarded(open: Record<string, Method>, name: string): Method {
  const command: Command | undefined = commandOfMethod(name)?.command
  const isAsync = ((command?.flags ?? 0) & BLOCKING) !== 0 || name === 'optimistic'
  function call(this: Handle<string | Uint8Array>, ...args: readonly unknown[]): unknown {
    const run = (): unknown => open[name]!.apply(this, args as unknown[])
    const ask = (): void => this[ADMIT](name, args)
    try {
      ask()
    } catch (error) {
      if (isAsync) return Promise.reject(error)
      throw error
    }
    return isAsync ? runWithLeave(this[UNIT], ask, run) : run()
  }
  return Object.defineProperty(call, 'name', { value: name })
}

guard(UserSession)
guard(UserBytesCommands)
