import { readdirSync, readFileSync } from 'node:fs'
import { dirname, posix } from 'node:path'
import { describe, expect, it } from 'vitest'

/*
 * The law: imports point down only. structures <- keyspace <- commands <- api <- faults, session, user-session, redstart, index; errors.ts and
 * option-names.ts lie below all of them. The core imports no module of Node and no package but denque, which only structures are made of, and
 * SHA-256 and SHA-1, which are put into the build; it names the files of its modules in full. A leaf stands on the public API: it imports
 * index.ts alone, and only for its types, so that no part of the engine is in it twice; some take functions too that keep nothing
 * (`BESIDE`), and what Node has (`NODE`). Nothing imports a leaf.
 */

const SRC = new URL('../../src/', import.meta.url)

/** From the ground up; the files at the top are a layer each, as each imports the one before. */
const LAYERS = [
  'option-names.ts',
  'errors.ts',
  'structures',
  'keyspace',
  'commands',
  'api',
  'faults.ts',
  'session.ts',
  'user-session.ts',
  'redstart.ts',
  'index.ts',
]

/** What errors.ts needs for its texts; these import nothing that is above errors.ts. */
const BELOW_ERRORS = ['option-names.ts', 'structures/text.ts', 'structures/int64.ts']

/** Each is a subpath of the package, or a tool of it. */
const LEAVES = ['cache', 'persistence', 'redis-files', 'cli']

/** What a leaf may import of the core. */
const PUBLIC = 'index.ts'

/**
 * What a leaf may import of the core beside that: functions, most of them over bytes, which keep nothing and make no object that the
 * engine knows again, so that a second copy of them in a leaf does no harm.
 */
const BESIDE: Readonly<Record<string, readonly string[]>> = {
  cache: ['option-names.ts'],
  'redis-files': [
    'option-names.ts',
    ...['text', 'rdb/crc64', 'rdb/reader', 'rdb/types', 'rdb/writer'].map((name) => `structures/${name}.ts`),
  ],
  persistence: ['structures/short-ascii.ts', 'structures/wasm-code.ts'],
}

/** The packages that a layer or a leaf may import. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  structures: ['denque'],
  commands: ['@noble/hashes/sha2.js', '@noble/hashes/legacy.js'],
  cache: ['msgpackr/pack'],
}

/** The leaves that need Node, and what of it; the core needs nothing. */
const NODE: Readonly<Record<string, readonly string[]>> = {
  persistence: ['node:crypto', 'node:fs', 'node:os', 'node:path', 'node:worker_threads'],
  'redis-files': ['node:fs/promises', 'node:path'],
  cli: ['node:fs', 'node:fs/promises', 'node:path', 'node:stream/promises', 'node:util'],
}

/** The tool uses the package by its name, as any program does: its build has nothing of it inside. */
const OWN_NAME: Readonly<Record<string, readonly string[]>> = {
  cli: ['redstart', 'redstart/persistence', 'redstart/redis-files'],
}

/** Packages that become part of the build, so that nobody has to install them. */
const BUNDLED: readonly string[] = ['@noble/hashes']

const IMPORTS = [
  /^\s*(?:import|export)\b[^'";]*?\bfrom\s*['"]([^'"]+)['"]/gm,
  /^\s*import\s*['"]([^'"]+)['"]/gm,
  /\bimport\s*\(\s*['"]([^'"]+)['"]/g,
  /\brequire\s*\(\s*['"]([^'"]+)['"]/g,
]

function importsOf(source: string): string[] {
  return IMPORTS.flatMap((pattern) => [...source.matchAll(pattern)].map((found) => found[1]!))
}

/** The folder below src, or the file itself where it lies in none. */
function placeOf(file: string): string {
  return file.includes('/') ? file.slice(0, file.indexOf('/')) : file
}

function isKnown(place: string): boolean {
  return LAYERS.includes(place) || LEAVES.includes(place)
}

/** What is wrong with the imports of one file, given by its path below src. */
function violations(file: string, source: string): string[] {
  return importsOf(source).flatMap((specifier) => {
    const wrong = wrongImport(file, specifier) ?? wrongUse(file, specifier, source)
    return wrong === undefined ? [] : [`${file} imports '${specifier}': ${wrong}`]
  })
}

function wrongImport(file: string, specifier: string): string | undefined {
  const own = placeOf(file)
  if (!isKnown(own)) return 'a file of no layer'
  if (!specifier.startsWith('.')) {
    const may = [PACKAGES, NODE, OWN_NAME].some((allowed) => allowed[own]?.includes(specifier))
    return may ? undefined : 'not a file of ours'
  }
  const target = posix.join(dirname(file), specifier).replace(/(\.js)?$/, '.ts')
  const its = placeOf(target)
  if (!isKnown(its)) return 'a file of no layer'
  if (LEAVES.includes(own)) {
    return its === own || target === PUBLIC || BESIDE[own]?.includes(target) ? undefined : 'not public'
  }
  if (LEAVES.includes(its)) return 'a leaf'
  if (file === 'errors.ts') return BELOW_ERRORS.includes(target) ? undefined : 'not below errors.ts'
  if (LAYERS.indexOf(its) > LAYERS.indexOf(own)) return 'upward'
  return BELOW_ERRORS.includes(file) && target === 'errors.ts' ? 'in a circle' : undefined
}

/** A leaf that imported more than types would bring the engine along once more. */
function wrongUse(file: string, specifier: string, source: string): string | undefined {
  if (!LEAVES.includes(placeOf(file)) || posix.join(dirname(file), specifier) !== 'index.js') return undefined
  const typesOnly = /^(?:import|export) type [^'";]*from '([^']+)'$/gm
  return [...source.matchAll(typesOnly)].some((found) => found[1] === specifier) ? undefined : 'more than types'
}

function withoutExtension(file: string, source: string): string[] {
  return importsOf(source)
    .filter((specifier) => specifier.startsWith('.') && !specifier.endsWith('.js'))
    .map((specifier) => `${file} imports '${specifier}'`)
}

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .map((file) => file.replaceAll('\\', '/'))
  .filter((file) => file.endsWith('.ts'))
const sources = files.map((file): [string, string] => [file, readFileSync(new URL(file, SRC), 'utf8')])

describe('the layers of the house', () => {
  it('are all there is: every file belongs to one', () => {
    expect(files.length).toBeGreaterThan(40)
    expect(files.filter((file) => !isKnown(placeOf(file)))).toEqual([])
  })

  it('import down only, leaves nothing but public types, and all of them nothing but files of ours', () => {
    expect(sources.flatMap(([file, source]) => violations(file, source))).toEqual([])
  })

  it('import no package but those that package.json says they depend on', () => {
    const { dependencies, devDependencies } = JSON.parse(readFileSync(new URL('../package.json', SRC), 'utf8'))
    const imported = Object.values(PACKAGES).flat()
    const isBundled = (specifier: string): boolean => BUNDLED.some((name) => specifier.startsWith(`${name}/`))

    const needed = imported.filter((specifier) => !isBundled(specifier)).map((specifier) => specifier.split('/')[0])
    expect(Object.keys(dependencies)).toEqual([...new Set(needed)])
    expect(Object.keys(devDependencies)).toEqual(expect.arrayContaining([...BUNDLED]))
  })

  it('name the files that they import in full', () => {
    expect(sources.flatMap(([file, source]) => withoutExtension(file, source))).toEqual([])
  })

  it('have every import read by this test: as many as there are lines that say from', () => {
    const unread = sources.filter(
      ([, source]) => importsOf(source).length !== [...source.matchAll(/^(?!\s*(?:\*|\/)).*\bfrom '[^']+'$/gm)].length,
    )

    expect(unread.map(([file]) => file)).toEqual([])
  })
})

describe('the law of layers can be broken', () => {
  it.each([
    ['structures/x.ts', "import type { Entry } from '../keyspace/entry.js'", 'upward'],
    ['keyspace/x.ts', "import { del } from '../commands/generic.js'", 'upward'],
    ['keyspace/x.ts', "export * from '../commands/generic.js'", 'upward'],
    ['commands/x.ts', "import {\n  type A,\n  B,\n} from '../api/handle.js'", 'upward'],
    ['api/x.ts', "import { Redstart } from '../redstart.js'", 'upward'],
    ['session.ts', "import { Redstart } from './redstart.js'", 'upward'],
    ['redstart.ts', "import type { Clock } from './index.js'", 'upward'],
    ['errors.ts', "import { Glob } from './structures/glob.js'", 'not below errors.ts'],
    ['structures/text.ts', "import { closed } from '../errors.js'", 'in a circle'],
    ['option-names.ts', "import { closed } from './errors.js'", 'upward'],
    ['structures/x.ts', "import { readFileSync } from 'node:fs'", 'not a file of ours'],
    ['keyspace/x.ts', "import fs from 'fs'", 'not a file of ours'],
    ['commands/x.ts', "import 'tinybench'", 'not a file of ours'],
    ['keyspace/x.ts', "import Denque from 'denque'", 'not a file of ours'],
    ['structures/x.ts', "import 'denque/extra'", 'not a file of ours'],
    ['api/x.ts', "const fs = await import('node:fs')", 'not a file of ours'],
    ['api/x.ts', "const fs = require('fs')", 'not a file of ours'],
    ['commands/x.ts', "import { x } from '../../test/x.js'", 'a file of no layer'],
    ['elsewhere/x.ts', "import { x } from '../errors.js'", 'a file of no layer'],
    ['cache/x.ts', "import type { Unit } from '../keyspace/unit.js'", 'not public'],
    ['cache/x.ts', "import { Redstart } from '../index.js'", 'more than types'],
    ['cache/x.ts', "import Denque from 'denque'", 'not a file of ours'],
    ['cache/x.ts', "import { readFileSync } from 'node:fs'", 'not a file of ours'],
    ['persistence/x.ts', "import fs from 'fs'", 'not a file of ours'],
    ['persistence/x.ts', "import type { Store } from '../keyspace/store.js'", 'not public'],
    ['cache/x.ts', "import { Crc64 } from '../structures/rdb/crc64.js'", 'not public'],
    ['redis-files/x.ts', "import { List } from '../structures/list.js'", 'not public'],
    ['redis-files/x.ts', "import { createServer } from 'node:net'", 'not a file of ours'],
    ['redis-files/x.ts', "import { Redstart } from 'redstart'", 'not a file of ours'],
    ['cli/x.ts', "import { importRdb } from '../redis-files/index.js'", 'not public'],
    ['cli/x.ts', "import { checkNames } from '../option-names.js'", 'not public'],
    ['index.ts', "export { cache } from './cache/index.js'", 'a leaf'],
    ['api/x.ts', "import type { Cache } from '../cache/cache.js'", 'a leaf'],
  ])('%s: %s', (file, source, wrong) => {
    expect(violations(file, source)).toHaveLength(1)
    expect(violations(file, source)[0]).toContain(wrong)
  })

  it.each([
    ['structures/x.ts', "import { wrongType } from '../errors.js'"],
    ['structures/rdb/x.ts', "import { toBytes } from '../text.js'"],
    ['structures/x.ts', "import Denque from 'denque'"],
    ['keyspace/x.ts', "import { closed } from '../errors.js'\nimport { Glob } from '../structures/glob.js'"],
    ['errors.ts', "import { toBytes } from './structures/text.js'"],
    ['redstart.ts', "import { Session } from './session.js'"],
    ['index.ts', "export { Redstart } from './redstart.js'"],
    ['cache/x.ts', "import { Packr } from 'msgpackr/pack'\nimport { json } from './codec.js'"],
    ['cache/x.ts', "import type { Session } from '../index.js'\nimport { checkNames } from '../option-names.js'"],
    ['persistence/x.ts', "import * as fs from 'node:fs'"],
    ['redis-files/x.ts', "import { Crc64 } from '../structures/rdb/crc64.js'\nimport { open } from 'node:fs/promises'"],
    ['cli/x.ts', "import { Redstart } from 'redstart'\nimport { importRdb } from 'redstart/redis-files'"],
    ['api/x.ts', "/** import { x } from 'lodash' stands in a comment */\nconst text = \"from 'lodash'\""],
  ])('and %s keeps it: %s', (file, source) => {
    expect(violations(file, source)).toEqual([])
  })

  it('in the names of files too', () => {
    expect(withoutExtension('structures/x.ts', "import { toBytes } from './text'")).toHaveLength(1)
    expect(withoutExtension('structures/x.ts', "import { toBytes } from './text.js'")).toEqual([])
  })
})
