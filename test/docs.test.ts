import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as redstart from 'redstart'
import * as redstartCache from 'redstart/cache'
import * as persistence from 'redstart/persistence'
import * as redisFiles from 'redstart/redis-files'
import ts from 'typescript'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import * as app from '../examples/testing/app.js'

/*
 * What the pages show is code: each block of it has to compile, run, and give what its comments say. What a block takes for
 * granted stands in GIVEN, what is only compiled in NOT_RUN.
 */

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const PAGES = [
  'README.md',
  ...['docs', 'docs/testing'].flatMap((folder) =>
    readdirSync(join(ROOT, folder)).flatMap((name) => (name.endsWith('.md') ? [`${folder}/${name}`] : [])),
  ),
]

/** By page, or by page and number of the block where only that one needs it. */
const GIVEN: Readonly<Record<string, string>> = {
  'README.md#1': "const token = 'secret'",
  'docs/cache.md': `
    interface User { readonly name: string }
    const fetchUser = async (name: string, _options: { readonly signal: AbortSignal }): Promise<User> => ({ name })`,
  'docs/inside.md#3': 'const session = db.session(); setImmediate(() => db.flushall())',
  'docs/inside.md#4': 'const forget = (_keys: unknown): void => undefined',
  'docs/persistence.md#3': `
    import { files } from 'redstart/persistence'
    const log = { info: (_text: string): void => undefined }
    const alertSomebody = async (): Promise<void> => undefined`,
  'docs/persistence.md#6': `
    import { encrypted, files } from 'redstart/persistence'
    const thirtyTwoBytes = new Uint8Array(32), theOldOne = new Uint8Array(32).fill(1)
    process.env.PASSPHRASE = 'secret'`,
  'docs/pubsub.md#2': `
    const { signal } = new AbortController()
    const handle = async (_payload: string): Promise<void> => undefined
    setImmediate(() => db.close())`,
  'docs/pubsub.md#5': 'const logger = { error: (_error: unknown): void => undefined }',
  'docs/redis-files.md': `
    const { writeFileSync } = await import('node:fs')
    const pieces: Uint8Array[] = []
    const given = new (await import('redstart')).Redstart()
    for await (const piece of (await import('redstart/redis-files')).exportRdb(given)) pieces.push(piece)
    writeFileSync('given.rdb', Buffer.concat(pieces))`,
  'docs/transactions.md#2': 'const reserve = async (_stock: number): Promise<boolean> => true',
  'docs/transactions.md#3':
    "const { signal } = new AbortController(); const quote = async (): Promise<number> => 5; db.set('balance', 9)",
  'docs/transactions.md#4': "db.set('from', 60)",
  'docs/testing/dump.md': "import { expect } from 'vitest'",
  'docs/testing/fake-timers.md': `
    import { mock } from 'node:test'
    import { vi } from 'vitest'
    interface Timers { useFakeTimers(options: { now: number }): { tick(ms: number): void }; advanceTimersByTime(ms: number): void }
    declare const jest: Timers, sinon: Timers`,
  'docs/testing/faults.md': 'const session = db.session()',
  'docs/testing/forks.md#1': `
    import { afterEach, beforeEach } from 'vitest'
    let db = new Redstart()
    const load = (): Redstart => new Redstart()`,
  'docs/testing/forks.md#2': `
    const start = 0, clock = manualClock(start), db = new Redstart({ clock }), checkpoint = db.checkpoint()`,
}

/** What runs with something else in its place. */
const SWAPPED: readonly (readonly [from: string | RegExp, to: string])[] = [
  ['/var/lib/redis/dump.rdb', 'given.rdb'],
  [/=> …/g, '=> undefined'],
]

const NOT_RUN: Readonly<Record<string, string>> = {
  'docs/formats.md#1': 'takes a server',
  'docs/persistence.md#5': 'calls of which each has another store before it',
  'docs/testing/dump.md#1': 'examples/testing has such a snapshot',
  'docs/testing/fake-timers.md#1': 'several runners at once',
}

/** What is left to the reader in it stands in comments. */
const OUTLINE = 'docs/persistence.md#7'

interface Block {
  readonly id: string
  readonly line: number
  readonly text: string
  /** The text between what it takes for granted. */
  readonly module: string
}

const blocks = PAGES.flatMap(blocksOf)

function blocksOf(page: string): Block[] {
  const found = readFileSync(join(ROOT, page), 'utf8').matchAll(/^```ts\n(.*?)^```/gms)
  return [...found].map((match, index) => {
    const id = `${page}#${index + 1}`
    const text = SWAPPED.reduce((swapped, [from, to]) => swapped.replaceAll(from, to), match[1]!)
    const given = GIVEN[id] ?? GIVEN[page] ?? ''
    const has = (pattern: RegExp): boolean => pattern.test(text) || pattern.test(given)
    const imports = has(/from 'redstart'/) ? '' : "import { manualClock, Redstart } from 'redstart'\n"
    const db = has(/\b(const|let) db\b|, db =/) ? '' : 'const db = new Redstart()\n'
    const line = match.input.slice(0, match.index).split('\n').length
    return { id, line, text, module: `${imports}${db}${given}\n${text}\nexport {}\n` }
  })
}

describe('code in the pages', () => {
  it('compiles', () => {
    expect(diagnosticsOf(blocks.filter(({ id }) => id !== OUTLINE))).toEqual([])
  }, 60_000)

  const former = process.cwd()
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'redstart-docs-'))
    process.chdir(folder)
    vi.spyOn(console, 'log').mockImplementation(() => undefined)
  })
  afterEach(() => {
    vi.useRealTimers()
    vi.restoreAllMocks()
    process.chdir(former)
    rmSync(folder, { recursive: true, force: true })
  })

  it.each(blocks.filter(({ id }) => NOT_RUN[id] === undefined))('runs, and gives what it says: $id', async (block) => {
    await run(checked(block))
  })
})

describe('links in the pages', () => {
  const anchorsOf = (page: string): string[] =>
    [...readFileSync(join(ROOT, page), 'utf8').matchAll(/^#+ (.*)$/gm)].map(([, title]) =>
      title!
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}_ -]/gu, '')
        .replaceAll(' ', '-'),
    )

  it.each(PAGES)('lead somewhere: %s', (page) => {
    const text = readFileSync(join(ROOT, page), 'utf8').replaceAll(/```.*?```|`[^`\n]*`/gs, '')
    const links = [...text.matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)/g)]
    const broken = links.filter(([, path, anchor]) => {
      const target = path === '' ? page : join(dirname(page), path!)
      return !existsSync(join(ROOT, target)) || (anchor !== undefined && !anchorsOf(target).includes(anchor))
    })

    expect(broken.map(([link]) => link)).toEqual([])
  })
})

/** What the compiler says, by page and line. The blocks lie beside the application that one of them tests. */
function diagnosticsOf(all: readonly Block[]): string[] {
  const { config } = ts.readConfigFile(join(ROOT, 'tsconfig.json'), ts.sys.readFile)
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT)
  const relaxed = { ...options, noUnusedLocals: false, noUnusedParameters: false }
  const files = new Map(all.map((block, index) => [join(ROOT, `examples/testing/block-${index}.ts`), block]))
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

const SCALAR = String.raw`(?:'[^']*'|-?\d[\d_.]*|null)`
const LITERAL = String.raw`${SCALAR}|\{ (?:\w+: ${SCALAR}(?:, )?)+ \}|\[(?:${SCALAR}(?:, )?)*\]`
const GIVES = new RegExp(String.raw`^( *)((?:await )?\w+\.\S.*?) +// +(${LITERAL})(?=$|[:;, ]).*$`, 'gm')
const THROWS = /^(\s*)(\w+\.\S.*?) +\/\/ throws (.*)$/gm

/** The module, in which each statement with a value in its comment is expected to give that value. */
function checked({ module, id, text }: Block): { readonly code: string; readonly id: string } {
  const withChecks = text
    .replaceAll(
      THROWS,
      (_line, space, call, message) => `${space}expect(() => ${call}).toThrow(${JSON.stringify(message)})`,
    )
    .replaceAll(GIVES, '$1expect($2).toEqual($3)')
  return { code: module.replace(text, () => withChecks), id }
}

async function run({ code, id }: { readonly code: string; readonly id: string }): Promise<void> {
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
