import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as redstart from 'redstart'
import * as redstartCache from 'redstart/cache'
import * as persistence from 'redstart/persistence'
import * as redisFiles from 'redstart/redis-files'
import ts from 'typescript'
import { expect, vi } from 'vitest'
import * as app from '../../examples/testing/app.js'
import * as ioredis from '../../examples/testing/ioredis.js'

/*
 * Code that is shown to readers: it has to compile, run, and give what its comments say.
 */

export const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** What runs with something else in its place. */
const SWAPPED: readonly (readonly [from: string | RegExp, to: string])[] = [
  ['/var/lib/redis/dump.rdb', 'given.rdb'],
  [/=> …/g, '=> undefined'],
  [/ …$/gm, ' {}'],
]

export interface Snippet {
  readonly id: string
  readonly text: string
  /** The text behind what it takes for granted. */
  readonly module: string
}

/** A snippet of its text and what it takes for granted; a database is there unless one of them makes it. */
export function snippetOf(id: string, shown: string, given: string): Snippet {
  const text = SWAPPED.reduce((swapped, [from, to]) => swapped.replaceAll(from, to), shown)
  const has = (pattern: RegExp): boolean => pattern.test(text) || pattern.test(given)
  const imports = has(/from 'redstart'/) ? '' : "import { manualClock, Redstart } from 'redstart'\n"
  const db = has(/\b(const|let) db\b|, db =/) ? '' : 'const db = new Redstart()\n'
  return { id, text, module: `${imports}${db}${given}\n${text}\nexport {}\n` }
}

export function sourceText(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8')
}

/** What the compiler says, by snippet and line. They lie beside the application that one of them tests. */
export function diagnosticsOf(all: readonly Snippet[]): string[] {
  const { config } = ts.readConfigFile(join(ROOT, 'tsconfig.json'), ts.sys.readFile)
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT)
  const relaxed = { ...options, noUnusedLocals: false, noUnusedParameters: false }
  const files = new Map(all.map((snippet, index) => [join(ROOT, `examples/testing/snippet-${index}.ts`), snippet]))
  const host = ts.createCompilerHost(relaxed)
  const { readFile, fileExists } = host
  host.readFile = (name) => files.get(name)?.module ?? readFile(name)
  host.fileExists = (name) => files.has(name) || fileExists(name)
  const program = ts.createProgram([...files.keys()], relaxed, host)
  return [...files].flatMap(([name, { id, module, text }]) => {
    const source = program.getSourceFile(name)!
    const before = module.slice(0, module.indexOf(text)).split('\n').length
    return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map(
      ({ start, messageText }) => {
        const line = source.getLineAndCharacterOfPosition(start ?? 0).line - before + 2
        return `${id} line ${line}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`
      },
    )
  })
}

const SCALAR = String.raw`(?:'[^']*'|"[^"]*"|-?\d[\d_.]*|null|true|false)`
const ITEM = literalOf(SCALAR)
const LITERAL = literalOf(ITEM)
const GIVES = new RegExp(String.raw`^( *)((?:await )?\w+[.(]\S.*?) +// +(${LITERAL})(?=$|[:;, ]).*$`, 'gm')
const THROWS = /^(\s*)(\w+\.\S.*?) +\/\/ throws (.*)$/gm

/** The module, in which each statement with a value in its comment is expected to give that value. */
export function checked({ module, id, text }: Snippet): { readonly code: string; readonly id: string } {
  const withChecks = text
    .replaceAll(
      THROWS,
      (_line, space, call, message) => `${space}expect(() => ${call}).toThrow(${JSON.stringify(message)})`,
    )
    .replaceAll(GIVES, '$1expect($2).toEqual($3)')
  return { code: module.replace(text, () => withChecks), id }
}

export async function run({ code, id }: { readonly code: string; readonly id: string }): Promise<void> {
  const { outputText } = ts.transpileModule(code, {
    compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022, esModuleInterop: true },
  })
  const befores: (() => void)[] = []
  const afters: (() => void)[] = []
  const tests: (() => unknown)[] = []
  const runner = {
    expect,
    vi,
    beforeEach: (hook: () => void) => befores.push(hook),
    afterEach: (hook: () => void) => afters.push(hook),
    it: (_name: string, body: () => unknown) => tests.push(body),
  }
  const modules: Readonly<Record<string, unknown>> = {
    redstart,
    'redstart/cache': redstartCache,
    'redstart/persistence': persistence,
    'redstart/redis-files': redisFiles,
    'node:fs': await import('node:fs'),
    'node:stream/promises': await import('node:stream/promises'),
    vitest: runner,
    './app.js': app,
    './ioredis.js': ioredis,
  }
  const load = (name: string): unknown => {
    if (name in modules) return modules[name]
    throw new Error(`${id} imports ${name}, which the test does not know`)
  }
  const AsyncFunction = (async () => undefined).constructor as new (
    ...words: string[]
  ) => (...given: unknown[]) => unknown
  await new AsyncFunction('require', 'exports', 'expect', outputText)(load, {}, expect)
  for (const hook of befores) hook()
  for (const test of tests) await test()
  for (const hook of afters) hook()
}

/** A value as it is written in code: a plain one, or an object or an array of `items`. */
function literalOf(items: string): string {
  return String.raw`(?:${SCALAR}|\{ (?:\w+: ${items}(?:, )?)+ \}|\[(?:${items}(?:, )?)*\])`
}
