import { findCommand, keyIndices } from '../../../src/commands/command.js'
import { commandTable } from '../../../src/commands/table.js'
import { type ByteText, type Call, quote } from '../bytes.js'
import { formatReply, isNil, itemsOf, NULL, type Reply, textOfReply } from '../reply.js'
import type { State } from '../state.js'
import { nameOf } from '../table.js'
import { OBSERVER, type Stage, TooSlow } from './stage.js'
import { steady } from './steady.js'
import { type Step, sentCalls, writeStep } from './step.js'

/** Stands between a step and what it has brought. */
export const TOLD = '  =>  '

/** What a stage has made of a scenario: a line for each step, and all data afterwards. */
export interface Performance {
  readonly lines: readonly string[]
  readonly state: State
}

/**
 * Plays a scenario, from empty databases and with nobody connected. Where it `isRandom`, steps are skipped that may have an
 * outcome that Redis leaves open; who writes a scenario knows what is not.
 */
export async function play(stage: Stage, steps: readonly Step[], isRandom = false): Promise<Performance> {
  for (;;) {
    try {
      const lines = await playOnce(stage, steps, new Course(isRandom))
      return { lines, state: await stage.state() }
    } catch (error) {
      if (!(error instanceof TooSlow)) throw error
    }
  }
}

async function playOnce(stage: Stage, steps: readonly Step[], course: Course): Promise<string[]> {
  await stage.begin()
  const lines: string[] = []
  for (const step of steps) {
    const reason = course.reasonToSkip(step)
    const told = reason === undefined ? await perform(stage, step, course) : `(skipped: ${reason})`
    lines.push(`${writeStep(step)}${TOLD}${told}`)
  }
  return lines
}

/** Performs a step and returns what it has brought. */
async function perform(stage: Stage, step: Step, course: Course): Promise<string> {
  // What is waited for comes with the timers, and so does what looks for expired keys.
  const before = course.hasLapsed && isWaitedFor(step) ? `${await perform(stage, SWEEP, course)}; ` : ''
  await bring(stage, step)
  const heard = await stage.take()
  course.follow(step, heard)
  if (isQuit(step)) await stage.leave(step.who)
  return before + noted(step, heard) + (mayEndOthers(step) ? await dismissed(stage, course) : '')
}

/** Whether others may lose their connections by a step. */
function mayEndOthers(step: Step): boolean {
  return step.kind === 'call' && step.calls.some((call) => ENDING.test(nameOf(call)))
}

const ENDING = /^(ACL\|(SETUSER|DELUSER)|CLIENT\|KILL|EXEC)$/

/** Takes leave of those whose connections have been ended, so that the next call of theirs begins another; tells who they are. */
async function dismissed(stage: Stage, course: Course): Promise<string> {
  const gone = [...(await stage.gone())].sort()
  for (const who of gone) {
    course.forget(who)
    await stage.leave(who)
  }
  return gone.length === 0 ? '' : `  gone: ${gone.join(' ')}`
}

const SWEEP: Step = { kind: 'sweep' }

function isWaitedFor(step: Step): boolean {
  return step.kind === 'wait' || (step.kind === 'call' && step.waits)
}

function isQuit(step: Step): step is Step & { readonly kind: 'call' } {
  return step.kind === 'call' && /^quit$/i.test(step.calls[0]![0]!)
}

function bring(stage: Stage, step: Step): Promise<void> {
  switch (step.kind) {
    case 'call':
      return stage.send(step.who, sentCalls(step), step.waits)
    case 'wait':
      return stage.wait(step.who)
    case 'close':
      return stage.leave(step.who)
    default:
      return stage[step.kind]()
  }
}

/**
 * Where a scenario stands, as the answers tell: who waits, and what is queued. Some steps make no sense then and are
 * skipped. Both sides skip the same as long as they answer the same.
 */
class Course {
  hasLapsed = false
  private readonly waiting = new Map<string, Call>()
  private readonly swapping = new Set<string>()

  constructor(private readonly isRandom: boolean) {}

  reasonToSkip(step: Step): string | undefined {
    if (step.kind === 'wait')
      return step.who.every((who) => this.waiting.has(who)) ? undefined : 'somebody does not wait'
    if (step.kind !== 'call') return undefined
    if (this.waiting.has(step.who)) return `${step.who} waits`
    // Where exchanged databases bring several keys at once, Redis serves them in the order of a hash table.
    return this.isRandom && this.swaps(step) && this.waitedFor().size > 1 ? 'the order is open' : undefined
  }

  /** The keys that somebody waits for. */
  private waitedFor(): Set<ByteText> {
    const keys = new Set<ByteText>()
    for (const call of this.waiting.values()) {
      const command = findCommand(commandTable, call[0]!)
      for (const { index } of (command && keyIndices(command, call)) ?? []) keys.add(call[index]!)
    }
    return keys
  }

  private swaps(step: Step & { kind: 'call' }): boolean {
    const names = step.calls.map(nameOf)
    return names.includes('SWAPDB') || (names.includes('EXEC') && this.swapping.has(step.who))
  }

  follow(step: Step, heard: ReadonlyMap<string, readonly Reply[]>): void {
    for (const who of heard.keys()) this.waiting.delete(who)
    if (step.kind === 'pass') this.hasLapsed = true
    if (step.kind === 'sweep') this.hasLapsed = false
    if (step.kind === 'close' || isQuit(step)) this.forget(step.who)
    if (step.kind !== 'call') return
    const { who, calls } = step
    const answer = heard.get(who)?.[0]
    if (answer === undefined) this.waiting.set(who, calls[0]!)
    else if (nameOf(calls[0]!) === 'SWAPDB' && isQueued(answer)) this.swapping.add(who)
    else if (!isQueued(answer) && /^(EXEC|DISCARD|RESET)$/.test(nameOf(calls[0]!))) this.swapping.delete(who)
  }

  forget(who: string): void {
    this.waiting.delete(who)
    this.swapping.delete(who)
  }
}

function isQueued(reply: Reply): boolean {
  return reply.kind === 'status' && reply.text === 'QUEUED'
}

/** Who has been sent what, by name, and the keyspace events in their order. */
function noted(step: Step, heard: ReadonlyMap<string, readonly Reply[]>): string {
  const names = [...heard.keys()].filter((who) => who !== OBSERVER).sort()
  const told = names.map((who) => `${who} ${steady(step, heard.get(who)!).map(formatMessage).join(' | ')}`)
  const events = steady(step, heard.get(OBSERVER) ?? []).map(formatEvent)
  return `${told.join(', ') || '(nobody)'}${events.length === 0 ? '' : `  ${events.join(', ')}`}`
}

function formatMessage(reply: Reply): string {
  return formatReply(withOneNull(reply))
}

/** The reply with one kind of null, since the engine has no other. */
function withOneNull(reply: Reply): Reply {
  if (isNil(reply)) return NULL
  return reply.kind === 'array' ? { kind: 'array', items: reply.items.map(withOneNull) } : reply
}

/** A keyspace event in short: `set 0 k`, and for the channel of the key `0 k: set`. */
function formatEvent(message: Reply): string {
  const [, , channel = '', payload = ''] = itemsOf(message).map(textOfReply)
  const [, what, db, name] = /^__key(event|space)@(\d+)__:(.*)$/s.exec(channel) ?? []
  if (what === undefined) return formatReply(message)
  return what === 'event' ? `${name} ${db} ${quote(payload)}` : `${db} ${quote(name!)}: ${payload}`
}
