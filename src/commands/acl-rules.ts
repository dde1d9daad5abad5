/** The rules of ACL SETUSER: https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl/ */
import { sha256 } from '@noble/hashes/sha2.js'
import { toBytes, toHex } from '../structures/text.js'
import { READS, Selector, type User, WRITES } from './acl-user.js'
import { aclCategories, CATEGORIES, type Command, findCommand, subcommandOf } from './command.js'
import { knownCommands } from './known-commands.js'

/** Why a rule cannot be taken: what stands at the end of ACL SETUSER's error. */
export class BadRule extends Error {}

const SYNTAX = 'Syntax error'
const UNKNOWN = 'Unknown command or category name in ACL'

/** A password as it is kept: SHA-256 in hexadecimal. */
export function hashPassword(password: string): string {
  return toHex(sha256(toBytes(password)))
}

/** Applies one rule to a user; a rule in parentheses makes a selector, an empty one does nothing. Throws `BadRule`. */
export function applyRule(user: User, rule: string): void {
  if (rule === '') return
  if (applyFlag(user, rule.toLowerCase()) || applyPassword(user, rule)) return
  if (rule.startsWith('(') && rule.endsWith(')')) user.selectors.push(selectorOf(rule.slice(1, -1)))
  else applyPermission(user.root, rule)
}

function applyFlag(user: User, rule: string): boolean {
  switch (rule) {
    case 'on':
    case 'off':
      user.enabled = rule === 'on'
      return true
    case 'nopass':
    case 'resetpass':
      user.nopass = rule === 'nopass'
      user.passwords = []
      return true
    case 'sanitize-payload':
    case 'skip-sanitize-payload':
      user.sanitizesPayload = rule === 'sanitize-payload'
      return true
    case 'clearselectors':
      user.selectors = []
      return true
    case 'reset':
      for (const part of ['resetpass', 'sanitize-payload', 'off', 'clearselectors']) applyFlag(user, part)
      user.root = new Selector()
      return true
    default:
      return false
  }
}

function applyPassword(user: User, rule: string): boolean {
  const [sign, text] = [rule.slice(0, 1), rule.slice(1)]
  if (sign === '#' && !isHash(text)) throw new BadRule(HASH_FORM)
  if (sign === '>' || sign === '#') {
    const hash = sign === '>' ? hashPassword(text) : text
    user.nopass = false
    if (!user.passwords.includes(hash)) user.passwords.push(hash)
    return true
  }
  if (sign !== '<' && sign !== '!') return false
  if (sign === '!' && !isHash(text)) throw new BadRule(HASH_FORM)
  const hash = sign === '<' ? hashPassword(text) : text
  if (!user.passwords.includes(hash)) {
    throw new BadRule('The password you are trying to remove from the user does not exist')
  }
  user.passwords = user.passwords.filter((other) => other !== hash)
  return true
}

const HASH_FORM = 'The password hash must be exactly 64 characters and contain only lowercase hexadecimal characters'

function isHash(text: string): boolean {
  return /^[0-9a-f]{64}$/.test(text)
}

function selectorOf(rules: string): Selector {
  const selector = new Selector()
  for (const rule of rules.split(/[ \t\r\n\v\f]+/).filter((word) => word !== '')) {
    applyPermission(selector, rule)
  }
  return selector
}

/** What selectors know: commands, keys, channels. */
function applyPermission(selector: Selector, rule: string): void {
  const lower = rule.toLowerCase()
  if (lower === 'allkeys' || lower === '~*') selector.resetKeys(true)
  else if (lower === 'resetkeys') selector.resetKeys(false)
  else if (lower === 'allchannels' || lower === '&*') selector.resetChannels(true)
  else if (lower === 'resetchannels') selector.resetChannels(false)
  else if (lower === 'allcommands' || lower === '+@all') selector.setAll(true, allCommands())
  else if (lower === 'nocommands' || lower === '-@all') selector.setAll(false, [])
  else if (rule.startsWith('~') || rule.startsWith('%')) applyKeyPattern(selector, rule)
  else if (rule.startsWith('&')) applyChannelPattern(selector, rule.slice(1))
  else if (rule.startsWith('+') || rule.startsWith('-')) {
    applyCommand(selector, lower.slice(1), rule.startsWith('+'))
  } else throw new BadRule(SYNTAX)
}

function applyKeyPattern(selector: Selector, rule: string): void {
  const tilde = rule.indexOf('~')
  if (selector.allKeys) throw new BadRule(uselessPattern('allkeys', 'patterns', 'resetkeys'))
  // Redis lets the ~ be forgotten: what is allowed then is the empty key.
  const end = tilde === -1 ? rule.length : tilde
  const access = rule.startsWith('~') ? READS | WRITES : accessOf(rule.slice(1, end))
  const pattern = rule.slice(end + 1)
  if (access === 0 || hasSpaces(pattern)) throw new BadRule(SYNTAX)
  selector.addKeyPattern(pattern, access)
}

/** Of the letters between % and ~; 0 where they are wrong. */
function accessOf(letters: string): number {
  let access = 0
  for (const letter of letters.toUpperCase()) {
    if (letter !== 'R' && letter !== 'W') return 0
    access |= letter === 'R' ? READS : WRITES
  }
  return access
}

function applyChannelPattern(selector: Selector, pattern: string): void {
  if (selector.allChannels) throw new BadRule(uselessPattern('allchannels', 'channels', 'resetchannels'))
  if (hasSpaces(pattern)) throw new BadRule(SYNTAX)
  selector.addChannelPattern(pattern)
}

function uselessPattern(flag: string, what: string, reset: string): string {
  return (
    `Adding a pattern after the * pattern (or the '${flag}' flag) is not valid and does not have any effect. ` +
    `Try '${reset}' to start with an empty list of ${what}`
  )
}

export function hasSpaces(text: string): boolean {
  return /[ \t\r\n\v\f\0]/.test(text)
}

function applyCommand(selector: Selector, name: string, allows: boolean): void {
  if (name.startsWith('@')) {
    const category = name.slice(1)
    if (!CATEGORIES.includes(category)) throw new BadRule(UNKNOWN)
    selector.setCommands(name, allows, commandsIn(category))
    return
  }
  const command = commandCalled(name)
  if (command !== undefined) selector.setCommands(name, allows, withSubcommands(command))
  else allowFirstArgument(selector, name, allows)
}

/** The command or subcommand of this name: 'get', 'config|get'. */
function commandCalled(name: string): Command | undefined {
  const [first = '', sub, ...more] = name.split('|')
  const command = findCommand(knownCommands, first)
  if (command === undefined || sub === undefined) return command
  return command.subcommands === undefined || more.length > 0 ? undefined : subcommandOf(command, [first, sub])
}

/** `name` is that of a command, with what its first argument may be behind the last '|'. */
function allowFirstArgument(selector: Selector, name: string, allows: boolean): void {
  const end = name.lastIndexOf('|')
  const parent = name.slice(0, Math.max(0, end))
  const command = commandCalled(parent)
  if (command === undefined || !allows) throw new BadRule(UNKNOWN)
  if (parent.includes('|')) throw new BadRule('Allowing first-arg of a subcommand is not supported')
  if (end === name.length - 1) throw new BadRule(SYNTAX)
  if (command.subcommands !== undefined) throw new BadRule(UNKNOWN)
  selector.allowFirstArgument(name, command, name.slice(end + 1))
}

function withSubcommands(command: Command): Command[] {
  return [command, ...Object.values(command.subcommands ?? {})]
}

function allCommands(): Command[] {
  return [...knownCommands.values()].flatMap(withSubcommands)
}

function commandsIn(category: string): Command[] {
  return allCommands().filter((command) => aclCategories(command).includes(category))
}

/**
 * The rules of a call of ACL SETUSER: words that belong to one selector are put together. Returns the word at which a
 * parenthesis opens that is never closed.
 */
export function mergeSelectors(words: readonly string[]): { readonly rules: string[]; readonly unmatched?: string } {
  const rules: string[] = []
  let open: string[] = []
  for (const word of words) {
    if (open.length > 0 || (word.startsWith('(') && !word.endsWith(')'))) open.push(word)
    else rules.push(word)
    if (open.length > 0 && word.endsWith(')')) {
      rules.push(open.join(' '))
      open = []
    }
  }
  return open.length > 0 ? { rules, unmatched: open[0]! } : { rules }
}
