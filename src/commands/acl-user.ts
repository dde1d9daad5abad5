import { Glob } from '../structures/glob.js'
import { type Argv, textAt } from './argv.js'
import type { Command } from './command.js'

/** What a key pattern allows, and what a call does to a key: bits. */
export const READS = 1
export const WRITES = 2

/** Why a call is refused: the later one says more of it. */
export const DENIED_COMMAND = 1
export const DENIED_KEY = 2
export const DENIED_CHANNEL = 3

export interface Denial {
  readonly reason: typeof DENIED_COMMAND | typeof DENIED_KEY | typeof DENIED_CHANNEL
  /** The word of the call that is refused, 0 for the command itself. */
  readonly index: number
}

/** A call as far as permissions are about it. */
export interface CheckedCall {
  readonly command: Command
  /** Word 1 decides where a first argument is allowed by itself. */
  readonly argv: Argv
  /** Which words are keys, and what is done to each: READS, WRITES, both, or neither where only its existence matters. */
  readonly keys: readonly { readonly index: number; readonly text: string; readonly access: number }[]
  /** Which words are channels; patterns must be allowed literally. */
  readonly channels: readonly { readonly index: number; readonly text: string; readonly isPattern: boolean }[]
}

interface KeyPattern {
  readonly text: string
  readonly glob: Glob
  access: number
}

/** A rule about commands, in the order in which it was given: '+get', '-@write'. */
interface CommandRule {
  readonly allows: boolean
  /** Lower case, without the sign. */
  readonly name: string
}

/** A set of permissions: commands, keys and channels that go together. A user has one and may have more. */
export class Selector {
  allKeys = false
  allChannels = false
  /** Whether commands are allowed that no rule speaks of. */
  private allCommands = false
  private readonly allowed = new Set<Command>()
  /** Commands of which only calls with these first arguments are allowed. */
  private readonly firstArguments = new Map<Command, Set<string>>()
  private rules: CommandRule[] = []
  private readonly keyPatterns: KeyPattern[] = []
  private readonly channelPatterns: { readonly text: string; readonly glob: Glob }[] = []

  /** Allows or forbids every command, those included that come to be later. */
  setAll(allows: boolean, commands: readonly Command[]): void {
    this.allCommands = allows
    this.rules = []
    this.firstArguments.clear()
    this.allowed.clear()
    if (allows) for (const command of commands) this.allowed.add(command)
  }

  /** Allows or forbids the commands that a rule names. */
  setCommands(name: string, allows: boolean, commands: readonly Command[]): void {
    for (const command of commands) {
      if (allows) this.allowed.add(command)
      else this.allowed.delete(command)
      this.firstArguments.delete(command)
    }
    this.addRule(name, allows)
  }

  /** Allows a command with this first argument. */
  allowFirstArgument(name: string, command: Command, argument: string): void {
    const allowed = this.firstArguments.get(command)
    if (allowed === undefined) this.firstArguments.set(command, new Set([argument.toLowerCase()]))
    else allowed.add(argument.toLowerCase())
    this.addRule(name, true)
  }

  /** Earlier rules about the same, or about a part of it, mean nothing any more. */
  private addRule(name: string, allows: boolean): void {
    this.rules = this.rules.filter((rule) => rule.name !== name && !rule.name.startsWith(`${name}|`))
    this.rules.push({ name, allows })
  }

  addKeyPattern(text: string, access: number): void {
    const known = this.keyPatterns.find((pattern) => pattern.text === text)
    if (known !== undefined) known.access |= access
    else this.keyPatterns.push({ text, glob: new Glob(text), access })
  }

  /** `all`: every key is allowed from now on, else none. */
  resetKeys(all: boolean): void {
    this.allKeys = all
    this.keyPatterns.length = 0
  }

  addChannelPattern(text: string): void {
    if (this.channelPatterns.some((pattern) => pattern.text === text)) return
    this.channelPatterns.push({ text, glob: new Glob(text) })
  }

  resetChannels(all: boolean): void {
    this.allChannels = all
    this.channelPatterns.length = 0
  }

  /** Whether nothing is refused. */
  get unrestricted(): boolean {
    return this.allKeys && this.allChannels && this.allCommands && this.rules.every(({ allows }) => allows)
  }

  /** Undefined for a call that is allowed. O(keys × patterns). */
  check(call: CheckedCall): Denial | undefined {
    if (!this.allowsCommand(call)) return { reason: DENIED_COMMAND, index: 0 }
    const key = this.allKeys ? undefined : call.keys.find(({ text, access }) => !this.allowsKey(text, access))
    if (key !== undefined) return { reason: DENIED_KEY, index: key.index }
    if (this.allChannels) return undefined
    const channel = call.channels.find(({ text, isPattern }) => !this.allowsChannel(text, isPattern))
    return channel === undefined ? undefined : { reason: DENIED_CHANNEL, index: channel.index }
  }

  private allowsCommand({ command, argv }: CheckedCall): boolean {
    if (this.allowed.has(command)) return true
    return argv.length > 1 && this.firstArguments.get(command)?.has(textAt(argv, 1).toLowerCase()) === true
  }

  private allowsKey(key: string, access: number): boolean {
    return this.keyPatterns.some((pattern) => (pattern.access & access) === access && pattern.glob.matches(key))
  }

  allowsChannel(channel: string, isPattern: boolean): boolean {
    if (this.allChannels) return true
    return this.channelPatterns.some(({ text, glob }) => (isPattern ? text === channel : glob.matches(channel)))
  }

  get readsAllKeys(): boolean {
    return this.allKeys || this.keyPatterns.some(({ text, access }) => text === '*' && (access & READS) !== 0)
  }

  /** The rules about commands, as ACL GETUSER shows them. */
  get commandRules(): string {
    const rules = this.rules.map(({ name, allows }) => (allows ? `+${name}` : `-${name}`))
    return [this.allCommands ? '+@all' : '-@all', ...rules].join(' ')
  }

  get keyRules(): string {
    if (this.allKeys) return '~*'
    return this.keyPatterns.map(({ text, access }) => `${PREFIXES[access]}${text}`).join(' ')
  }

  get channelRules(): string {
    if (this.allChannels) return '&*'
    return this.channelPatterns.map(({ text }) => `&${text}`).join(' ')
  }

  /** All of it, as ACL LIST shows it. */
  get description(): string {
    const channels = this.allChannels ? '&*' : ['resetchannels', this.channelRules].filter(Boolean).join(' ')
    return [this.keyRules, channels, this.commandRules].filter(Boolean).join(' ')
  }

  clone(): Selector {
    const copy = new Selector()
    copy.allKeys = this.allKeys
    copy.allChannels = this.allChannels
    copy.allCommands = this.allCommands
    copy.rules = [...this.rules]
    for (const command of this.allowed) copy.allowed.add(command)
    for (const [command, allowed] of this.firstArguments) copy.firstArguments.set(command, new Set(allowed))
    copy.keyPatterns.push(...this.keyPatterns.map((pattern) => ({ ...pattern })))
    copy.channelPatterns.push(...this.channelPatterns)
    return copy
  }
}

const PREFIXES: Readonly<Record<number, string>> = { [READS]: '%R~', [WRITES]: '%W~', [READS | WRITES]: '~' }

/** What a user is and may do; ACL SETUSER changes it in place, so that connections that act for it are bound at once. */
export class User {
  readonly name: string
  enabled = false
  /** Whether any password will do. */
  nopass = false
  /** Kept and shown; payloads of RESTORE are always checked in full. */
  sanitizesPayload = true
  /** SHA-256, in hexadecimal. */
  passwords: string[] = []
  root = new Selector()
  selectors: Selector[] = []
  /** Whether the user is gone: its connections end. */
  deleted = false

  constructor(name: string) {
    this.name = name
  }

  get unrestricted(): boolean {
    return this.root.unrestricted
  }

  /** Undefined for a call that one of the selectors allows, else what stood in the way of the one that came farthest. */
  check(call: CheckedCall): Denial | undefined {
    let denial = this.root.check(call)
    for (const selector of this.selectors) {
      if (denial === undefined) return undefined
      const other = selector.check(call)
      if (other === undefined) return undefined
      const isFarther = other.reason > denial.reason || (other.reason === denial.reason && other.index > denial.index)
      if (isFarther) denial = other
    }
    return denial
  }

  /** Whether one of the selectors allows a channel. O(patterns). */
  allowsChannel(channel: string, isPattern: boolean): boolean {
    return [this.root, ...this.selectors].some((selector) => selector.allowsChannel(channel, isPattern))
  }

  get flags(): string[] {
    return [
      this.enabled ? 'on' : 'off',
      ...(this.nopass ? ['nopass'] : []),
      this.sanitizesPayload ? 'sanitize-payload' : 'skip-sanitize-payload',
    ]
  }

  /** The line of ACL LIST. */
  get description(): string {
    const passwords = this.passwords.map((password) => `#${password}`)
    const selectors = this.selectors.map((selector) => `(${selector.description})`)
    return ['user', this.name, ...this.flags, ...passwords, this.root.description, ...selectors].join(' ')
  }

  clone(): User {
    const copy = new User(this.name)
    copy.take(this)
    copy.root = this.root.clone()
    copy.selectors = this.selectors.map((selector) => selector.clone())
    return copy
  }

  /** Becomes what another one is, which is not used any more. */
  take(other: User): void {
    this.enabled = other.enabled
    this.nopass = other.nopass
    this.sanitizesPayload = other.sanitizesPayload
    this.passwords = [...other.passwords]
    this.root = other.root
    this.selectors = other.selectors
  }
}
