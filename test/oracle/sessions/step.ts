import { type Call, quoteCall, splitLine } from '../bytes.js'

/*
 * A scenario of several connections is a text, one step a line:
 *
 *     a: BLPOP k 0                    connection a sends a call; it may have to wait
 *     b: RPUSH k 1                    and so on: any name is a connection
 *     c: { RPUSH x 1; RPUSH y 2 }     several calls as one unit: MULTI and EXEC
 *     wait a b                        time passes until a and b have been answered
 *     wait a: BLPOP k 0.002           a call, and time passes until it has been answered
 *     a: SET k v PX $soon             a deadline that lies behind the next `pass`
 *     a: CLIENT UNBLOCK $id:b         the id of connection b
 *     pass                            time passes, and nobody looks for what has expired
 *     sweep                           what has expired is looked for
 *     close a                         a goes away; the name is free for another
 */
export type Step =
  | {
      readonly kind: 'call'
      readonly who: string
      readonly calls: readonly Call[]
      /** Whether the calls run as one unit; else there is one. */
      readonly isUnit: boolean
      /** Whether the answer is waited for. */
      readonly waits: boolean
    }
  | { readonly kind: 'wait'; readonly who: readonly string[] }
  | { readonly kind: 'close'; readonly who: string }
  | { readonly kind: 'pass' }
  | { readonly kind: 'sweep' }

/** Who is meant by a word that stands for the id of a connection; undefined for other words. */
export function idWord(word: string): string | undefined {
  return /^\$id:(\w+)$/.exec(word)?.[1]
}

/** The word for a deadline, in milliseconds, that lies behind the next `pass`. */
export const SOON = '$soon'

export function callStep(who: string, call: Call, waits = false): Step {
  return { kind: 'call', who, calls: [call], isUnit: false, waits }
}

/** Reads a scenario; empty lines and comments (#) say nothing. */
export function readSteps(scenario: string): Step[] {
  const lines = scenario.split('\n').map((line) => line.trim())
  return lines.filter((line) => line !== '' && !line.startsWith('#')).map(readStep)
}

function readStep(text: string): Step {
  const [, waits, who, rest] = /^(wait )?(\w+): +(.*)$/.exec(text) ?? []
  if (who === undefined || rest === undefined) return readBareStep(text)
  const unit = /^\{ *(.*?) *\}$/.exec(rest)?.[1]
  const lines = unit === undefined ? [rest] : unit.split(/ *; */)
  return { kind: 'call', who, calls: lines.map(splitLine), isUnit: unit !== undefined, waits: waits !== undefined }
}

function readBareStep(text: string): Step {
  const [word, ...who] = text.split(/ +/)
  if (word === 'wait' && who.length > 0) return { kind: 'wait', who }
  if (word === 'close' && who.length === 1) return { kind: 'close', who: who[0]! }
  if ((word === 'pass' || word === 'sweep') && who.length === 0) return { kind: word }
  throw new Error(`a scenario has no step like: ${text}`)
}

/** The reverse of `readSteps`, for one step. */
export function writeStep(step: Step): string {
  switch (step.kind) {
    case 'call': {
      const calls = step.calls.map(quoteCall).join('; ')
      return `${step.waits ? 'wait ' : ''}${step.who}: ${step.isUnit ? `{ ${calls} }` : calls}`
    }
    case 'wait':
      return `wait ${step.who.join(' ')}`
    case 'close':
      return `close ${step.who}`
    default:
      return step.kind
  }
}

/** The calls of a step as they are sent. */
export function sentCalls(step: Step): readonly Call[] {
  if (step.kind !== 'call') return []
  return step.isUnit ? [['MULTI'], ...step.calls, ['EXEC']] : step.calls
}

/** Reads a file of scenarios: `=== name` before each. */
export function readScenarios(source: string): { name: string; steps: Step[] }[] {
  return source
    .split(/^=== /m)
    .slice(1)
    .map((text) => {
      const [name = '', ...lines] = text.split('\n')
      return { name, steps: readSteps(lines.join('\n')) }
    })
}
