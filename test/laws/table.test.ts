import { readdirSync, readFileSync } from 'node:fs'
import * as fc from 'fast-check'
import { manualClock, Redstart, Session } from 'redstart'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'
import { type Command, hasKeys, WRITE } from '../../src/commands/command.js'
import { type Argument, parseSyntax } from '../../src/commands/syntax.js'
import { commandTable } from '../../src/commands/table.js'
import { bytesOf, type Call } from '../oracle/bytes.js'
import { CallGenerator } from '../oracle/generate.js'
import { commands, groups } from '../oracle/table.js'
import { Draw } from '../oracle/values.js'
import { stateOf } from './state.js'
import { WIRE_ONLY } from './wire-only.js'

/*
 * The law: the table of commands tells the truth. What it says of a command (its words, its keys, whether it writes, what it
 * is called where it is typed) is what the command does.
 */

interface Named {
  /** As in 'OBJECT ENCODING'. */
  readonly name: string
  readonly words: readonly string[]
  readonly command: Command
}

/** Every command and every subcommand. */
const entries: readonly Named[] = [...commandTable].flatMap(([name, command]) => [
  { name, words: [name], command },
  ...Object.entries(command.subcommands ?? {}).map(([sub, inner]) => ({
    name: `${name} ${sub}`,
    words: [name, sub],
    command: inner,
  })),
])
const callable = entries.filter(({ command }) => command.call !== undefined)
const named = entries.map((entry): [string, Named] => [entry.name, entry])

/** Typed methods that are no command of their own: other shapes of one. */
const TYPED_ONLY: ReadonlySet<string> = new Set([
  ...['georadiusStore', 'georadiusbymemberStore', 'lcsLen', 'lcsIdx', 'scanIterator', 'sscanIterator', 'sortStore'],
  ...['hgetallMap', 'hrandfieldWithValues', 'hscanNoValues', 'hscanIterator', 'hscanNoValuesIterator'],
  'aclLogReset',
  'vembRaw',
  ...['zscanIterator', 'zaddIncr', 'zrandmemberWithScores'],
  ...['messages', 'pmessages', 'smessages', 'consume'],
  ...['xpendingRange', 'xclaimJustid', 'xautoclaimJustid'],
])

interface Method {
  readonly name: string
  readonly file: string
  /** Whether the class is a group of commands: its name says so. */
  readonly isCommand: boolean
  readonly doc: string | undefined
}

/** The public methods as they are declared; of overloads each signature but the last, which is the body's. */
function declaredMethods(file: string, source: string): Method[] {
  const tree = ts.createSourceFile(file, source, ts.ScriptTarget.ES2022, true)
  return tree.statements.filter(ts.isClassDeclaration).flatMap((declaration) => {
    const methods = declaration.members
      .filter(ts.isMethodDeclaration)
      .filter(
        ({ name, modifiers }) =>
          ts.isIdentifier(name) && !modifiers?.some((m) => m.kind !== ts.SyntaxKind.AsyncKeyword),
      )
    const overloaded = new Set(methods.filter(({ body }) => body === undefined).map((method) => method.name.getText()))
    return methods
      .filter((method) => method.body === undefined || !overloaded.has(method.name.getText()))
      .map((method) => ({
        name: method.name.getText(),
        file,
        isCommand: declaration.name?.text.endsWith('Commands') === true,
        doc: ts.getJSDocCommentsAndTags(method).at(-1)?.getText(),
      }))
  })
}

/** Whether a method is documented: a sentence, and the page in Redis's manual unless it is one line. */
function isDocumented(doc: string | undefined): boolean {
  return doc !== undefined && (doc.includes('@see https://') || !doc.includes('\n')) && /[A-Z][^@]*\./.test(doc)
}

const API = new URL('../../src/api/', import.meta.url)
const documented: readonly Method[] = readdirSync(API)
  .filter((file) => file.endsWith('.ts') && file !== 'handle.ts')
  .flatMap((file) => declaredMethods(file, readFileSync(new URL(file, API), 'utf8')))
const methods = documented.filter(({ isCommand }) => isCommand)

/** The name of the method for a command, in lower case. */
function methodName(words: readonly string[]): string {
  return words.join('').replaceAll(/[_-]/g, '').toLowerCase()
}

/** How many words an argument needs at least. */
function wordsNeeded(argument: Argument): number {
  if (argument.optional) return 0
  const token = argument.token === undefined ? 0 : 1
  const inner = argument.arguments ?? []
  if (argument.type === 'pure-token') return 1
  if (argument.type === 'oneof') return token + Math.min(...inner.map(wordsNeeded))
  if (argument.type === 'block') return token + inner.reduce((sum, item) => sum + wordsNeeded(item), 0)
  return token + 1
}

/** Whether a call may have more words or fewer for an argument, or for one inside it. */
const isOpen = (argument: Argument): boolean =>
  argument.optional === true || argument.multiple === true || (argument.arguments ?? []).some(isOpen)

/** Words for the arguments that must be there, each repeated where it may be; keys have names of their own, and are counted. */
function writeWords(tree: readonly Argument[], times: number, into: { words: string[]; keys: string[] }): void {
  for (const argument of tree) {
    if (argument.optional) continue
    for (let i = 0; i < (argument.multiple ? times : 1); i++) {
      if (argument.token !== undefined) into.words.push(argument.token)
      if (argument.type === 'block') writeWords(argument.arguments ?? [], times, into)
      else if (argument.type === 'oneof') writeWords((argument.arguments ?? []).slice(0, 1), times, into)
      else if (argument.type === 'key') {
        into.keys.push(`key${into.keys.length}`)
        into.words.push(into.keys.at(-1)!)
      } else if (argument.name === 'numkeys') into.words.push(String(times))
      else if (argument.type !== 'pure-token') into.words.push('1')
    }
  }
}

/**
 * How many words a call needs that Redis's grammar does not tell of: QUIT may have any, and means nothing by them; DEBUG tells
 * nobody of its subcommands; and of the filters of CLIENT KILL none is said to be needed.
 */
const UNTOLD: Readonly<Record<string, number>> = { QUIT: 0, DEBUG: 1, 'CLIENT KILL': 1 }

describe('every command of the table', () => {
  it('is here: the table is not empty, and its containers are opened', () => {
    expect(commandTable.size).toBeGreaterThan(45)
    expect(entries.map(({ name }) => name)).toContain('OBJECT ENCODING')
  })

  it('has a typed method by its name, or is on the list of those that are for the wire only', () => {
    const typed = new Map(methods.map(({ name }) => [name.toLowerCase(), name]))
    const missing = entries.filter(({ name, words }) => {
      const method = typed.get(methodName(words))
      if (WIRE_ONLY.has(name) || method === undefined) return WIRE_ONLY.has(name) === (method !== undefined)
      const [first, sub] = words
      // Lower case; a subcommand, and what stands behind an underscore, goes on in camel case.
      const start = first!.toLowerCase().replace(/_(.)/g, (_, letter: string) => letter.toUpperCase())
      return sub === undefined ? method !== start : !new RegExp(`^${start}[A-Z]`).test(method)
    })

    expect(missing.map(({ name }) => name)).toEqual([])
  })

  it('stands behind every typed method, which Session and its bytes have in fact', () => {
    const names = new Set(entries.map(({ words }) => methodName(words)))
    const session = new Redstart({ clock: manualClock() }).session()

    expect(methods.filter(({ name }) => !TYPED_ONLY.has(name) && !names.has(name.toLowerCase()))).toEqual([])
    expect(methods.filter(({ name }) => !(name in Session.prototype) || !(name in session.bytes))).toEqual([])
  })

  it.each(named)('has a syntax that parses, of as many words as its arity says: %s', (_name, { words, command }) => {
    const tree = parseSyntax(command.syntax)
    const needed = words.length + tree.reduce((sum, argument) => sum + wordsNeeded(argument), 0)

    // A container that does nothing by itself needs the name of a subcommand, which is no argument.
    const told = UNTOLD[_name]
    expect(Math.abs(command.arity)).toBe(command.call === undefined ? words.length + 1 : needed + (told ?? 0))
    const isLax = tree.some(isOpen) || command.subcommands !== undefined || told !== undefined
    expect(command.arity < 0).toBe(isLax)
  })

  it('is refused with a word too few and, if its arity is exact, with a word too many', () => {
    const db = new Redstart({ clock: manualClock() })
    for (const { words, command } of callable) {
      const written = { words: [...words], keys: [] }
      writeWords(parseSyntax(command.syntax), 1, written)
      // EXEC says the same in words of its own.
      const error = `wrong number of arguments for '${words.join('|').toLowerCase()}' command`
      const [name, ...args] = written.words as [string, ...string[]]
      // Without its last word a subcommand is a call of its container, which may be in order.
      if (args.length > words.length - 1) expect(() => db.call(name, ...args.slice(0, -1))).toThrow(error)
      if (command.arity > 0) expect(() => db.call(name, ...args, 'more')).toThrow(error)
    }
  })

  it('shows its keys to COMMAND GETKEYS, where its specs say that they are', () => {
    const db = new Redstart({ clock: manualClock() })
    for (const { name, words, command } of entries.filter((entry) => hasKeys(entry.command))) {
      for (const times of [1, 2, 3]) {
        const written = { words: [...words], keys: [] as string[] }
        writeWords(parseSyntax(command.syntax), times, written)
        // Where its second spec has no word to begin with, Redis finds the call wrong, which PFMERGE itself is content with.
        if (name === 'PFMERGE') {
          expect(() => db.call('COMMAND', 'GETKEYS', ...written.words)).toThrow('Invalid arguments')
          written.words.push('source')
          written.keys.push('source')
        }
        if (written.keys.length === 0) expect.fail(`${name} has key specs and no key in its syntax`)

        expect([name, db.call('COMMAND', 'GETKEYS', ...written.words)]).toEqual([name, written.keys])
        expect([name, db.commandGetKeys(...written.words)]).toEqual([name, written.keys])
      }
    }
  })

  it('without keys in its specs has none in its syntax, and COMMAND GETKEYS says so', () => {
    const db = new Redstart({ clock: manualClock() })
    for (const { name, words, command } of callable.filter((entry) => !hasKeys(entry.command))) {
      const written = { words: [...words], keys: [] as string[] }
      writeWords(parseSyntax(command.syntax), 1, written)

      expect([name, written.keys]).toEqual([name, []])
      expect(() => db.commandGetKeys(...written.words)).toThrow('The command has no key arguments')
    }
  })

  it('has a summary of its own that ends in a full stop', () => {
    const summaries = entries.map(({ command }) => command.summary)
    const helps = entries.filter(({ words }) => words[1] === 'HELP').length

    expect(summaries.filter((summary) => !/^[A-Z].*[^.]\.$/.test(summary))).toEqual([])
    // HELP says the same of every container.
    expect(new Set(summaries).size).toBe(summaries.length - Math.max(0, helps - 1))
  })

  it('says since when it is there, how long it takes, and whether it writes or only reads', () => {
    for (const { name, command } of entries) {
      expect([name, command.since]).toEqual([name, expect.stringMatching(/^\d+\.\d+\.\d+$/)])
      expect([name, command.complexity]).toEqual([name, expect.stringMatching(/^(O\(|Depends on )/)])
      const flags = new Redstart({ clock: manualClock() }).commandInfo(name.replace(' ', '|'))[0]!.flags
      if (flags.includes('write') && flags.includes('readonly')) expect.fail(`${name} writes and only reads`)
      if (flags.includes('denyoom') && !flags.includes('write')) expect.fail(`${name} needs memory and does not write`)
    }
  })
})

describe('a command without the write flag', () => {
  const readers = commands.filter(({ words, container }) => {
    const command = entries.find((entry) => entry.words.join(' ') === words.join(' '))!.command
    return !container && (command.flags & WRITE) === 0
  })
  const generator = new CallGenerator(groups, readers)

  class ReadingCall extends fc.Arbitrary<Call> {
    override generate(random: fc.Random): fc.Value<Call> {
      return new fc.Value(generator.call(new Draw(random)), undefined)
    }

    override canShrinkWithoutContext(value: unknown): value is Call {
      return Array.isArray(value)
    }

    override shrink(): fc.Stream<fc.Value<Call>> {
      return fc.Stream.nil()
    }
  }

  it('changes nothing and leaves the dirty count alone, also where keys expire under it', () => {
    fc.assert(
      fc.property(fc.array(new ReadingCall(), { maxLength: 40, size: 'max' }), (calls) => {
        const clock = manualClock()
        const db = new Redstart({ clock })
        db.mset({ a: 'text', b: '12', 'user:1': 'é'.repeat(700), 'k[1]': new Uint8Array(2_000).fill(200) })
        db.set('user:2', 'soon', { px: 10 })
        db.set('h*llo', 'later', { ex: 100 })
        clock.advance(9)
        const [before, { dirty }] = [stateOf(db.engine), db.engine]
        const session = db.session()
        for (const [i, call] of calls.entries()) {
          if (i === 20) clock.advance(1)
          try {
            session.call(call[0]!, ...call.slice(1).map(bytesOf))
          } catch (error) {
            if ((error as Error).name !== 'RedstartError') throw error
          }

          expect({ call, dirty: db.engine.dirty }).toEqual({ call, dirty })
        }

        expect(stateOf(db.engine)).toEqual(
          calls.length > 20 ? before.filter((line) => !line.startsWith('0 user:2 ')) : before,
        )
      }),
      { numRuns: 120 },
    )
  })
})

describe('a command without the write flag, in its shortest form,', () => {
  it('changes nothing, whichever it is', () => {
    const db = new Redstart({ clock: manualClock() })
    db.mset({ key0: 'text', key1: 'other' })
    const { dirty } = db.engine
    for (const { words, command } of callable.filter((entry) => (entry.command.flags & WRITE) === 0)) {
      const written = { words: [...words], keys: [] }
      writeWords(parseSyntax(command.syntax), 1, written)
      try {
        db.session().call(...(written.words as [string, ...string[]]))
      } catch (error) {
        if ((error as Error).name !== 'RedstartError') throw error
      }

      expect([written.words, db.engine.dirty, db.mget('key0', 'key1')]).toEqual([
        written.words,
        dirty,
        ['text', 'other'],
      ])
    }
  })
})

describe('every public typed method', () => {
  it('is found by this test', () => {
    expect(methods.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['get', 'set', 'ping', 'scanIterator', 'dbsize']),
    )
    expect(methods.filter(({ name }) => name === 'set')).toHaveLength(2)
  })

  it('is documented, with the page in the manual of Redis unless one line says it all', () => {
    expect(documented.map(({ name }) => name)).toContain('transaction')
    expect(documented.filter(({ doc }) => !isDocumented(doc)).map(({ name, file }) => `${name} in ${file}`)).toEqual([])
  })

  it('that is not documented is noticed', () => {
    const fixture = `
      export abstract class Fixture {
        /** Says it all in one line. */
        one(): void {}
        /**
         * Says more.
         *
         * @see https://redis.io/docs/latest/commands/two/
         */
        two(): void {}
        /**
         * Says more, and not where.
         */
        three(): void {}
        four(): void {}
        /** @see https://redis.io/docs/latest/commands/five/ */
        five(): void {}
        /** Two ways. */
        six(a: string): void
        six(a: number): void
        six(a: string | number): void {}
        private hidden(): void {}
      }`

    const found = declaredMethods('fixture.ts', fixture)

    expect(found.map(({ name }) => name)).toEqual(['one', 'two', 'three', 'four', 'five', 'six', 'six'])
    expect(found.filter(({ doc }) => !isDocumented(doc)).map(({ name }) => name)).toEqual([
      'three',
      'four',
      'five',
      'six',
    ])
  })
})
