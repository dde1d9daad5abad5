import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Call } from './bytes.js'
import { callsOfRecipe, FILE_RECIPES } from './recipes.js'
import { formatReply, textOfReply } from './reply.js'
import { RespClient } from './resp-client.js'
import { type ServerSource, startServerIn } from './server.js'
import { DATABASES, readState, type State } from './state.js'

/** What a real server has written of one state: `dump.rdb`, `appendonlydir`, and the state itself as it told it. */
export const FILES_FIXTURES = new URL('../fixtures/redis-files/', import.meta.url)

/** Groups that have a type of values, in the order of the databases in which they lie. */
export const VALUE_GROUPS = ['string', 'list', 'set', 'hash', 'sorted-set', 'stream', 'vector-set'] as const

/** Far away from now. */
const LATER = '4102444800000'

/** A key as the server tells it. */
export type FileRow = readonly [place: string, type: string, value: string, deadline: string, fieldDeadlines: string]

export function rowsOf(state: State): FileRow[] {
  return [...state].map(([place, { type, value, deadline, fieldDeadlines }]) => {
    return [place, type, value, formatReply(deadline), formatReply(fieldDeadlines)]
  })
}

/** The database in which the values of the n-th group lie. */
export function databaseOf(n: number): number {
  return (n * 3) % DATABASES
}

/** Every value of the recipes, in several databases, every third with a deadline; `wanted` tells which recipes. */
export function callsOfAll(groups: readonly string[], wanted: (recipe: string) => boolean = () => true): Call[] {
  const calls: Call[] = []
  for (const [database, group] of groups.entries()) {
    calls.push(['SELECT', String(databaseOf(database))])
    for (const [i, recipe] of FILE_RECIPES[group]!.filter(wanted).entries()) {
      calls.push(...callsOfRecipe(recipe))
      if (i % 3 === 0) calls.push(['PEXPIREAT', 'k', LATER])
      calls.push(['RENAME', 'k', `k${i}`])
    }
  }
  return calls
}

/** Values that would make the files large say nothing more. */
export function isSmall(recipe: string): boolean {
  return !/\*\d{4}|\.\.\d{4}/.test(recipe)
}

/** Comes after the log has been rewritten. */
const AFTER: readonly Call[] = [
  ['SELECT', '1'],
  ['SET', 'counter', '5'],
  ['MULTI'],
  ['INCR', 'counter'],
  ['RPUSH', 'list', 'a', 'b', '\xff'],
  ['EXEC'],
  ['SETEX', 'late', '3000000000', 'v'],
  ['SPOP', 'none'],
  ['DEL', 'list'],
]

/** Has a server write the files. */
export async function recordFiles(source: ServerSource): Promise<void> {
  if (source.kind !== 'program') throw new Error('the files of a running server are out of reach: name a program')
  const directory = mkdtempSync(join(tmpdir(), 'redstart-oracle-files-'))
  try {
    const settings = ['--appendonly', 'yes', '--aof-timestamp-enabled', 'yes']
    const server = await startServerIn(source.path, directory, settings)
    const client = await RespClient.open(server.address)
    await client.send(callsOfAll(VALUE_GROUPS, isSmall))
    await rewriteLog(client)
    // The time is noted once a second.
    await new Promise((resolve) => setTimeout(resolve, 1100))
    await client.send([['RESET'], ...AFTER, ['RESET'], ['SAVE']])
    const inspect = async (calls: readonly Call[]) => (await client.send([['RESET'], ...calls])).slice(1)
    const rows = rowsOf(await readState({ inspect }))
    client.close()
    await server.stop()
    const target = fileURLToPath(FILES_FIXTURES)
    rmSync(target, { recursive: true, force: true })
    mkdirSync(target, { recursive: true })
    for (const name of ['dump.rdb', 'appendonlydir']) {
      cpSync(join(directory, name), join(target, name), { recursive: true })
    }
    writeFileSync(join(target, 'state.json'), `[\n${rows.map((row) => JSON.stringify(row)).join(',\n')}\n]\n`)
    console.log(`redis-files: ${rows.length} keys`)
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

/** BGREWRITEAOF to its end. */
export async function rewriteLog(client: RespClient): Promise<void> {
  await client.call('BGREWRITEAOF')
  for (;;) {
    const info = textOfReply(await client.call('INFO', 'persistence')) ?? ''
    if (/aof_rewrite_in_progress:0/.test(info) && /aof_rewrite_scheduled:0/.test(info)) return
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
