import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT, type Snippet, snippetOf, sourceText } from './snippets.js'

export const PAGES = [
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

/** What is only compiled, and why. */
export const NOT_RUN: Readonly<Record<string, string>> = {
  'docs/formats.md#1': 'takes a server',
  'docs/persistence.md#5': 'calls of which each has another store before it',
  'docs/questions.md#1': 'has the process listen to signals',
  'docs/testing/dump.md#1': 'examples/testing has such a snapshot',
  'docs/testing/fake-timers.md#1': 'several runners at once',
}

/** What is left to the reader in it stands in comments. */
export const OUTLINE = 'docs/persistence.md#7'

/** The blocks of code in the pages, by page and number. */
export const pageSnippets: readonly Snippet[] = PAGES.flatMap((page) =>
  [...sourceText(page).matchAll(/^```ts\n(.*?)^```/gms)].map(([, shown], index) => {
    const id = `${page}#${index + 1}`
    return snippetOf(id, shown!, GIVEN[id] ?? GIVEN[page] ?? '')
  }),
)
