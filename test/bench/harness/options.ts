import { parseArgs } from 'node:util'
import { SCENARIOS } from '../scenarios/index.js'
import { GROUPS } from './scenario.js'

/** Parts of the run that are not operations. */
export const SECTIONS = [
  'pauses',
  'stalls',
  'memory',
  'collection-memory',
  'accounting',
  'fork',
  'freeing',
  'persistence',
  'vectors',
] as const
export type Section = (typeof SECTIONS)[number]

export interface Options {
  readonly rounds: number
  readonly sizes: readonly number[]
  /** Names of scenarios and sections to run. */
  readonly only: ReadonlySet<string>
  /** Parts of contenders' names; undefined for all. */
  readonly contenders: readonly string[] | undefined
  readonly quick: boolean
  readonly markdown: boolean
  readonly json: string | undefined
  readonly build: boolean
}

export const USAGE = `npm run bench -- [options]
  --quick               one round, 1,000 keys, a few iterations: shows that everything runs, measures nothing
  --rounds N            rounds over all contenders (5)
  --sizes N,N           numbers of keys (1000,100000,1000000)
  --only NAME,NAME      of ${SCENARIOS.map((scenario) => scenario.name).join(', ')},
                        ${SECTIONS.join(', ')}, or groups: ${GROUPS.join(', ')}
  --contenders TEXT,…   only contenders whose name contains one of the texts, and Redstart
  --markdown            tables for a document
  --json FILE           writes every measurement there
  --no-build            measures dist/ as it is
  REDSTART_BUILD        path of another build of the package, measured in place of dist/index.js
  REDSTART_ORACLE       path of a redis-server; without it, redis-server of the PATH`

/** Reads the command line; null when help was asked for. */
export function readOptions(words: readonly string[]): Options | null {
  const { values } = parseArgs({
    args: [...words],
    options: {
      quick: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      sizes: { type: 'string' },
      only: { type: 'string' },
      contenders: { type: 'string' },
      markdown: { type: 'boolean', default: false },
      json: { type: 'string' },
      'no-build': { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  if (values.help) return null
  return {
    rounds: count(values.rounds ?? (values.quick ? '1' : '5')),
    sizes: list(values.sizes)?.map(count) ?? (values.quick ? [1000] : [1000, 100_000, 1_000_000]),
    only: new Set(list(values.only)?.flatMap(namesOf) ?? [...SCENARIOS.map(({ name }) => name), ...SECTIONS]),
    contenders: list(values.contenders),
    quick: values.quick,
    markdown: values.markdown,
    json: values.json,
    build: !values['no-build'],
  }
}

/** The scenarios of a group, or the one scenario or section of a name. */
function namesOf(word: string): string[] {
  const names = SCENARIOS.filter(({ name, group }) => name === word || group === word).map(({ name }) => name)
  names.push(...SECTIONS.filter((section) => section === word))
  if (names.length === 0) throw new Error(`--only does not know ${word}; --help shows what it knows`)
  return names
}

function list(text: string | undefined): string[] | undefined {
  return text?.split(',').map((part) => part.trim())
}

function count(text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1) throw new Error(`${text} is not a count`)
  return value
}
