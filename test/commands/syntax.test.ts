import { describe, expect, it } from 'vitest'
import { type Command, FLAGS } from '../../src/commands/command.js'
import { type Argument, parseSyntax } from '../../src/commands/syntax.js'
import { commandTable } from '../../src/commands/table.js'

const TYPES = ['key', 'string', 'integer', 'double', 'pattern', 'unix-time', 'pure-token', 'oneof', 'block']

describe('a syntax line', () => {
  it('of names is a list of arguments, strings unless it says otherwise', () => {
    expect(parseSyntax('key:key value')).toEqual([
      { name: 'key', type: 'key' },
      { name: 'value', type: 'string' },
    ])
  })

  it('that is empty takes no arguments', () => {
    expect(parseSyntax('')).toEqual([])
  })

  it('puts a token before its argument', () => {
    expect(parseSyntax('[COUNT count:integer]')).toEqual([
      { name: 'count', type: 'integer', token: 'COUNT', optional: true },
    ])
  })

  it('knows a token that stands alone', () => {
    expect(parseSyntax('[GET] [LEN]')).toEqual([
      { name: 'get', type: 'pure-token', token: 'GET', optional: true },
      { name: 'len', type: 'pure-token', token: 'LEN', optional: true },
    ])
  })

  it('names a token that stands alone by its label', () => {
    expect(parseSyntax('[increment= INCR]')).toEqual([
      { name: 'increment', type: 'pure-token', token: 'INCR', optional: true },
    ])
  })

  it('knows alternatives, named by their label', () => {
    expect(parseSyntax('[condition= NX | XX]')).toEqual([
      {
        name: 'condition',
        type: 'oneof',
        optional: true,
        arguments: [
          { name: 'nx', type: 'pure-token', token: 'NX' },
          { name: 'xx', type: 'pure-token', token: 'XX' },
        ],
      },
    ])
  })

  it('knows repetition, of the token too', () => {
    expect(parseSyntax('key:key... [GET pattern:pattern]+...')).toEqual([
      { name: 'key', type: 'key', multiple: true },
      { name: 'pattern', type: 'pattern', token: 'GET', optional: true, multiple: true, multipleToken: true },
    ])
  })

  it('knows blocks that repeat as a whole', () => {
    expect(parseSyntax('<data= key:key value>...')).toEqual([
      {
        name: 'data',
        type: 'block',
        multiple: true,
        arguments: [
          { name: 'key', type: 'key' },
          { name: 'value', type: 'string' },
        ],
      },
    ])
  })

  it('knows groups in groups, behind a token', () => {
    expect(parseSyntax('[FILTERBY <filterby= MODULE name | ACLCAT category>]')).toEqual([
      {
        name: 'filterby',
        type: 'oneof',
        token: 'FILTERBY',
        optional: true,
        arguments: [
          { name: 'name', type: 'string', token: 'MODULE' },
          { name: 'category', type: 'string', token: 'ACLCAT' },
        ],
      },
    ])
  })

  it.each(['[', '[a', 'a]', 'a | b', '[]', '...', '[a | ]', '<a]', '[a>'])(
    'that is malformed is refused: %j',
    (line) => {
      expect(() => parseSyntax(line)).toThrow(/^syntax: /)
    },
  )
})

describe('every command', () => {
  const all = [...commandTable].flatMap(([name, command]): [string, Command][] => [
    [name, command],
    ...Object.entries<Command>(command.subcommands ?? {}).map(([sub, entry]): [string, Command] => [
      `${name} ${sub}`,
      entry,
    ]),
  ])

  it.each(all)('%s takes at least as many words as its syntax asks for', (name, command) => {
    const words = name.split(' ').length + wordsNeeded(parseSyntax(command.syntax))

    // Redis tells nobody of the subcommands of DEBUG.
    const untold = name === 'DEBUG' ? 1 : 0
    if (command.subcommands === undefined) expect(Math.abs(command.arity)).toBe(words + untold)
  })

  it.each(all)('%s has a fixed number of words exactly when nothing is optional or repeated', (name, command) => {
    const open = flat(parseSyntax(command.syntax)).some(({ optional, multiple }) => optional || multiple)

    // Redis lets QUIT have any words, and means nothing by them; it tells nobody of the subcommands of DEBUG.
    if (command.subcommands === undefined && name !== 'QUIT' && name !== 'DEBUG') expect(command.arity < 0).toBe(open)
  })

  it.each(all)('%s has known types and flags, a summary, and keys if its syntax has some', (_name, command) => {
    const types = flat(parseSyntax(command.syntax)).map(({ type }) => type)

    expect(types.filter((type) => !TYPES.includes(type))).toEqual([])
    // Shard channels have specs that say that they are no keys.
    const keys = command.keys.filter(({ flags }) => !flags.includes('not_key'))
    expect(types.includes('key')).toBe(keys.length > 0)
    expect(command.flags).toBeLessThan(2 * Math.max(...Object.values(FLAGS)))
    expect(command.summary).toMatch(/^[A-Z].*\.$/)
    expect(command.since).toMatch(/^\d+\.\d+\.\d+$/)
    expect(command.complexity).toMatch(/^(O\(|Depends on )/)
  })
})

function flat(tree: readonly Argument[]): Argument[] {
  return tree.flatMap((argument) => [argument, ...flat(argument.arguments ?? [])])
}

/** The least number of words that a list of arguments takes. */
function wordsNeeded(tree: readonly Argument[]): number {
  return tree.reduce((words, argument) => words + (argument.optional ? 0 : wordsOf(argument)), 0)
}

function wordsOf(argument: Argument): number {
  if (argument.type === 'pure-token') return 1
  const token = argument.token === undefined ? 0 : 1
  if (argument.arguments === undefined) return token + 1
  if (argument.type === 'block') return token + wordsNeeded(argument.arguments)
  return token + Math.min(...argument.arguments.map(wordsOf))
}
