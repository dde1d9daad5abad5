import { readdirSync, readFileSync } from 'node:fs'
import { dirname, posix } from 'node:path'
import { describe, expect, it } from 'vitest'

/*
 * The law: imports point down only. structures <- keyspace <- commands <- api <- session, redstart, index; errors.ts lies
 * below all of them. The core imports no module of Node and no package but denque, which only structures are made of, and
 * names the files of its modules in full.
 */

const SRC = new URL('../../src/', import.meta.url)

/** From the ground up; the files at the top are a layer each, as each imports the one before. */
const LAYERS = ['errors.ts', 'structures', 'keyspace', 'commands', 'api', 'session.ts', 'redstart.ts', 'index.ts']

/** What errors.ts needs to cut a word by bytes; these import nothing that is above errors.ts. */
const BELOW_ERRORS = ['structures/text.ts', 'structures/int64.ts']

/** Packages and parts of Node go into leaves, which the core is handed. */
const CORE = LAYERS

/** The packages that a layer may import all the same. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = { structures: ['denque'] }

const IMPORTS = [
  /^\s*(?:import|export)\b[^'";]*?\bfrom\s*['"]([^'"]+)['"]/gm,
  /^\s*import\s*['"]([^'"]+)['"]/gm,
  /\bimport\s*\(\s*['"]([^'"]+)['"]/g,
  /\brequire\s*\(\s*['"]([^'"]+)['"]/g,
]

function importsOf(source: string): string[] {
  return IMPORTS.flatMap((pattern) => [...source.matchAll(pattern)].map((found) => found[1]!))
}

function layerOf(file: string): number {
  return LAYERS.indexOf(file.includes('/') ? file.slice(0, file.indexOf('/')) : file)
}

/** What is wrong with the imports of one file, given by its path below src. */
function violations(file: string, source: string): string[] {
  return importsOf(source).flatMap((specifier) => {
    const wrong = wrongImport(file, specifier)
    return wrong === undefined ? [] : [`${file} imports '${specifier}': ${wrong}`]
  })
}

function wrongImport(file: string, specifier: string): string | undefined {
  const own = layerOf(file)
  if (own === -1) return 'a file of no layer'
  if (!specifier.startsWith('.')) {
    const allowed = PACKAGES[LAYERS[own]!]?.includes(specifier) === true || !CORE.includes(LAYERS[own]!)
    return allowed ? undefined : 'not a file of ours'
  }
  const target = posix.join(dirname(file), specifier).replace(/(\.js)?$/, '.ts')
  const its = layerOf(target)
  if (its === -1) return 'a file of no layer'
  if (file === 'errors.ts') return BELOW_ERRORS.includes(target) ? undefined : 'nothing lies below errors.ts but text'
  if (its > own) return 'upward'
  return BELOW_ERRORS.includes(file) && target === 'errors.ts' ? 'in a circle' : undefined
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
    expect(files.filter((file) => layerOf(file) === -1)).toEqual([])
  })

  it('import down only, and nothing but files of ours', () => {
    expect(sources.flatMap(([file, source]) => violations(file, source))).toEqual([])
  })

  it('import no package but those that package.json says they depend on', () => {
    const { dependencies } = JSON.parse(readFileSync(new URL('../package.json', SRC), 'utf8'))

    expect(Object.keys(dependencies)).toEqual(Object.values(PACKAGES).flat())
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
    ['errors.ts', "import { Glob } from './structures/glob.js'", 'nothing lies below errors.ts'],
    ['structures/text.ts', "import { closed } from '../errors.js'", 'in a circle'],
    ['structures/x.ts', "import { readFileSync } from 'node:fs'", 'not a file of ours'],
    ['keyspace/x.ts', "import fs from 'fs'", 'not a file of ours'],
    ['commands/x.ts', "import 'tinybench'", 'not a file of ours'],
    ['keyspace/x.ts', "import Denque from 'denque'", 'not a file of ours'],
    ['structures/x.ts', "import 'denque/extra'", 'not a file of ours'],
    ['api/x.ts', "const fs = await import('node:fs')", 'not a file of ours'],
    ['api/x.ts', "const fs = require('fs')", 'not a file of ours'],
    ['commands/x.ts', "import { x } from '../../test/x.js'", 'a file of no layer'],
    ['elsewhere/x.ts', "import { x } from '../errors.js'", 'a file of no layer'],
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
    ['api/x.ts', "/** import { x } from 'lodash' stands in a comment */\nconst text = \"from 'lodash'\""],
  ])('and %s keeps it: %s', (file, source) => {
    expect(violations(file, source)).toEqual([])
  })

  it('in the names of files too', () => {
    expect(withoutExtension('structures/x.ts', "import { toBytes } from './text'")).toHaveLength(1)
    expect(withoutExtension('structures/x.ts', "import { toBytes } from './text.js'")).toEqual([])
  })
})
