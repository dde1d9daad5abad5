/*
 * FILTER expressions over the attributes of an element, which are a JSON object:
 *
 *     .year >= 1980 and .year < 1990 and .genre in ["action", "drama"]
 *
 * From the tightest: parentheses; not (once); ** (from the right); * / %; + -; all comparisons and `in`, from the left; and; or.
 * Numbers, texts in either kind of quotes, lists of them, and names of fields behind a dot. Observed on Redis 8.0.2: a
 * field that is missing, or no number, text, list, boolean or null, makes the whole expression false, whatever stands beside it.
 *
 * @see https://redis.io/docs/latest/develop/data-types/vector-sets/filtered-search/
 */

/** What an expression works with; a boolean field is 1 or 0. */
type Value = number | string | null | readonly (number | string)[]

/** The attributes of an element, by name. */
export type Attributes = Readonly<Record<string, unknown>>

/** Whether an element passes. */
export type Filter = (attributes: Attributes) => boolean

/** An expression that is none; `at` is where it stops making sense. */
export class FilterError extends Error {
  readonly at: number

  constructor(at: number) {
    super(`no expression from ${at} on`)
    this.at = at
  }
}

/** Thrown where a field is missing: one for all, since it says nothing. */
const MISSING = new Error('a field is missing')

type Node = (attributes: Attributes) => Value

/** Makes a filter of an expression. O(length). Throws `FilterError`. */
export function parseFilter(expression: string): Filter {
  const root = new Parser(expression).whole()
  return (attributes) => {
    try {
      return isTrue(root(attributes))
    } catch (error) {
      if (error !== MISSING) throw error
      return false
    }
  }
}

/** Operators from the loosest level to the tightest, each longest first. */
const LEVELS: readonly (readonly string[])[] = [
  ['or', '||'],
  ['and', '&&'],
  ['==', '!=', '>=', '<=', '>', '<', 'in'],
  ['+', '-'],
  ['*', '/', '%'],
  ['**'],
]
const POWER = LEVELS.length - 1

const NUMBER = /-?[0-9][0-9.]*(?:[eE][0-9]+)?/y
const FIELD = /\.[A-Za-z0-9_-]*/y
const BLANK = /[ \t\r\n]*/y

class Parser {
  private readonly text: string
  private at = 0

  constructor(text: string) {
    this.text = text
  }

  whole(): Node {
    const root = this.level(0)
    this.skip()
    if (this.at < this.text.length) throw new FilterError(this.at)
    return root
  }

  /** An operation of a level or a tighter one. */
  private level(level: number): Node {
    let left = level === POWER ? this.negation() : this.level(level + 1)
    for (;;) {
      const operator = this.operator(level)
      if (operator === undefined) return left
      const right = level === POWER ? this.level(level) : this.level(level + 1)
      left = operation(operator, left, right)
    }
  }

  /** Reads an operator of a level, if there is one. */
  private operator(level: number): string | undefined {
    this.skip()
    const found = LEVELS[level]!.find((operator) => this.text.startsWith(operator, this.at))
    // Of two stars the first is no multiplication.
    if (found === undefined || (found === '*' && this.text[this.at + 1] === '*')) return undefined
    this.at += found.length
    return found
  }

  private negation(): Node {
    this.skip()
    const word = ['not', '!'].find((operator) => this.text.startsWith(operator, this.at))
    if (word === undefined) return this.operand()
    this.at += word.length
    const inner = this.operand()
    return (attributes) => (isTrue(inner(attributes)) ? 0 : 1)
  }

  private operand(): Node {
    this.skip()
    const first = this.text[this.at]
    if (first === '(') return this.parentheses()
    if (first === '[') {
      const list = this.list()
      return () => list
    }
    const field = this.match(FIELD)
    if (field !== undefined) return (attributes) => fieldOf(attributes, field.slice(1))
    const constant = this.constant()
    return () => constant
  }

  private parentheses(): Node {
    this.at++
    const inner = this.level(0)
    this.skip()
    if (this.text[this.at] !== ')') throw new FilterError(this.at)
    this.at++
    return inner
  }

  private list(): (number | string)[] {
    this.at++
    const items: (number | string)[] = []
    for (;;) {
      this.skip()
      if (this.text[this.at] === ']') break
      items.push(this.constant())
      this.skip()
      if (this.text[this.at] === ',') this.at++
      else if (this.text[this.at] !== ']') throw new FilterError(this.at)
    }
    this.at++
    return items
  }

  /** A number or a text in quotes. */
  private constant(): number | string {
    const start = this.at
    const quote = this.text[start]
    if (quote === '"' || quote === "'") return this.quoted(quote)
    const digits = this.match(NUMBER)
    const value = digits === undefined ? Number.NaN : Number(digits)
    if (Number.isNaN(value)) throw new FilterError(start)
    return value
  }

  /** What a backslash stands in front of is meant as it is. */
  private quoted(quote: string): string {
    const start = this.at
    let value = ''
    for (let i = start + 1; i < this.text.length; i++) {
      const unit = this.text[i]!
      if (unit === quote) {
        this.at = i + 1
        return value
      }
      value += unit === '\\' && i + 1 < this.text.length ? this.text[++i]! : unit
    }
    throw new FilterError(start)
  }

  private skip(): void {
    this.match(BLANK)
  }

  private match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at
    const found = pattern.exec(this.text)?.[0]
    if (found !== undefined) this.at += found.length
    return found
  }
}

function fieldOf(attributes: Attributes, name: string): Value {
  const value = Object.hasOwn(attributes, name) ? attributes[name] : undefined
  if (typeof value === 'number' || typeof value === 'string' || value === null) return value
  if (typeof value === 'boolean') return value ? 1 : 0
  if (Array.isArray(value)) return value.filter((item) => typeof item === 'number' || typeof item === 'string')
  throw MISSING
}

function operation(operator: string, left: Node, right: Node): Node {
  const compute = OPERATIONS[operator]!
  // Both sides are always looked at: a missing field counts on either.
  return (attributes) => {
    const a = left(attributes)
    return compute(a, right(attributes))
  }
}

const asBit = (holds: boolean): number => (holds ? 1 : 0)

const OPERATIONS: Readonly<Record<string, (a: Value, b: Value) => number>> = {
  or: (a, b) => asBit(isTrue(a) || isTrue(b)),
  '||': (a, b) => asBit(isTrue(a) || isTrue(b)),
  and: (a, b) => asBit(isTrue(a) && isTrue(b)),
  '&&': (a, b) => asBit(isTrue(a) && isTrue(b)),
  '==': (a, b) => asBit(isSame(a, b)),
  '!=': (a, b) => asBit(!isSame(a, b)),
  '>=': (a, b) => asBit(numberOf(a) >= numberOf(b)),
  '<=': (a, b) => asBit(numberOf(a) <= numberOf(b)),
  '>': (a, b) => asBit(numberOf(a) > numberOf(b)),
  '<': (a, b) => asBit(numberOf(a) < numberOf(b)),
  in: (a, b) => asBit(typeof b === 'object' && b !== null && b.some((item) => isSame(a, item))),
  '+': (a, b) => numberOf(a) + numberOf(b),
  '-': (a, b) => numberOf(a) - numberOf(b),
  '*': (a, b) => numberOf(a) * numberOf(b),
  '/': (a, b) => numberOf(a) / numberOf(b),
  '%': (a, b) => numberOf(a) % numberOf(b),
  '**': (a, b) => numberOf(a) ** numberOf(b),
}

/** Texts are the same by their letters, all else by its number; null is the same as null alone. */
function isSame(a: Value, b: Value): boolean {
  if (typeof a === 'string' && typeof b === 'string') return a === b
  if (a === null || b === null) return a === b
  return numberOf(a) === numberOf(b)
}

/** A text counts as the number that it begins with, 0 where there is none; so do lists and null. */
function numberOf(value: Value): number {
  if (typeof value === 'number') return value
  if (typeof value !== 'string') return 0
  const number = Number.parseFloat(value)
  return Number.isNaN(number) ? 0 : number
}

function isTrue(value: Value): boolean {
  if (typeof value === 'number') return value !== 0
  return typeof value === 'string' ? value !== '' : value !== null
}
