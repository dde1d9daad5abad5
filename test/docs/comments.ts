import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT, type Snippet, snippetOf, sourceText } from './snippets.js'

const SIGNAL = 'const { signal } = new AbortController()'
const CITIES =
  "db.geoadd('cities', 13.361389, 38.115556, 'Palermo'); db.geoadd('cities', 15.087269, 37.502669, 'Catania')"
const JOBS = "db.xgroupCreate('jobs', 'workers', '0', { mkstream: true })"
const KEPT = "import { memory } from 'redstart/persistence'; const db = await Redstart.open({ persistence: memory() })"
const CACHE = `
  import { cache } from 'redstart/cache'
  interface User { readonly name: string }
  const fetchUser = async (name: string, _options: { readonly signal: AbortSignal }): Promise<User> => ({ name })`
const USERS = `${CACHE}
  const users = cache<User>(db, { prefix: 'user:' })`
const EXPORT = `
  import { createWriteStream } from 'node:fs'
  import { pipeline } from 'node:stream/promises'
  import { exportCommands, exportRdb } from 'redstart/redis-files'`

/** What an example takes for granted, by its id. */
const GIVEN: Readonly<Record<string, string>> = {
  'api/acl.ts aclDryrun': "db.aclSetuser('reader', 'on')",
  'api/bitmap.ts setbit': 'const userId = 7',
  'api/client.ts clientKill': "db.aclSetuser('guest')",
  'api/client.ts clientTracking': 'const forget = (_keys: unknown): void => undefined',
  'api/generic.ts restore': "db.set('original', 'v')",
  'api/geo.ts geodist': CITIES,
  'api/geo.ts geohash': CITIES,
  'api/geo.ts geosearch': CITIES,
  'api/geo.ts geosearch 2': CITIES,
  'api/geo.ts geosearchstore': CITIES,
  'api/hash.ts hgetall': "db.hset('user:1', { name: 'Ada', born: 1815 })",
  'api/hash.ts hsetex': "const [token, nonce] = ['t', 'n']",
  'api/list.ts lmpop': "db.rpush('urgent', 'a', 'b')",
  'api/list.ts ltrim': "const line = 'a line'",
  'api/persistence.ts bgsave': `${KEPT}
    const bar = { update: (_part: number): void => undefined }`,
  'api/pubsub.ts messages': `${SIGNAL}
    setImmediate(() => db.close())`,
  'api/set.ts sintercard': `
    for (let i = 0; i < 20; i++) db.sadd('fans:a', i)
    db.sunionstore('fans:b', 'fans:a')`,
  'api/sort.ts sort': `
    db.rpush('ids', '3', '7')
    db.hset('user:3', { name: 'Bob', age: 40 })
    db.hset('user:7', { name: 'Ann', age: 30 })`,
  'api/sorted-set-ranges.ts zintercard': `
    for (let i = 0; i < 20; i++) db.zadd('monday', i, String(i))
    db.zunionstore('tuesday', ['monday'])`,
  'api/sorted-set.ts zrank': "db.zadd('board', [{ score: 290, member: 'bob' }, { score: 310, member: 'ann' }])",
  'api/sorted-set.ts bzpopmin': `${SIGNAL}
    const run = (_job: string): void => undefined
    db.zadd('normal', 1, 'a')`,
  'api/sorted-set.ts bzmpop': "db.zadd('jobs', 1, 'a')",
  'api/stream-groups.ts xreadgroup': JOBS,
  'api/stream-groups.ts xpendingRange': JOBS,
  'api/stream-groups.ts xautoclaim': JOBS,
  'api/stream-groups.ts consume': `${SIGNAL}
    const work = async (_fields: Readonly<Record<string, string>>): Promise<void> => undefined`,
  'api/stream.ts xadd': 'const db = new Redstart({ clock: manualClock() })',
  'api/stream.ts xread': `${SIGNAL}
    setImmediate(() => db.xadd('events', '*', { kind: 'login' }))`,
  'api/string.ts set': `
    const [token, owner] = ['t', 'me']
    db.set('lock', 'somebody')`,
  'api/transactions.ts watch': 'const reserve = async (_stock: number): Promise<boolean> => true',
  'api/transactions.ts optimistic': "const quote = async (): Promise<number> => 5; db.set('balance', 9)",
  'api/transactions.ts transaction': "db.set('from', 60)",
  'api/vector-set.ts vsim': "db.vadd('films', [0.1, 0.7, 0.2], 'Alien')",
  'cache/cache.ts set': `${USERS}, user = { name: 'Ada' }`,
  'cache/cache.ts getOrSet': `${USERS}, id = 'ada'`,
  'cache/cache.ts cache': CACHE,
  'faults.ts delay': "const clock = manualClock(); const db = new Redstart({ clock }); db.rpush('jobs', 'a')",
  'faults.ts drop': 'const session = db.session()',
  'persistence/index.ts memory': "import { memory } from 'redstart/persistence'",
  'persistence/index.ts files': "import { files } from 'redstart/persistence'",
  'persistence/index.ts encrypted':
    "import { encrypted, files } from 'redstart/persistence'; process.env.PASSPHRASE = 'secret'",
  'persistence/persistent.ts keptIn': `
    import { keptIn, type Storage } from 'redstart/persistence'
    declare const BucketStorage: new (name: string) => Storage`,
  'persistence/restore.ts restore': "import { restore } from 'redstart/persistence'",
  'redis-files/export.ts exportRdb': EXPORT,
  'redis-files/export.ts exportCommands': EXPORT,
  'redis-files/import-aof.ts importAof': "import { importAof } from 'redstart/redis-files'",
  'redis-files/import-rdb.ts importRdb': `
    import { exportRdb, importRdb } from 'redstart/redis-files'
    const { writeFileSync } = await import('node:fs')
    const pieces: Uint8Array[] = []
    for await (const piece of exportRdb(new Redstart())) pieces.push(piece)
    writeFileSync('given.rdb', Buffer.concat(pieces))`,
  'redstart.ts fork': `
    import { beforeEach } from 'vitest'
    let db = new Redstart()
    const load = (_db: Redstart): void => undefined`,
  'redstart.ts dump': "import { expect } from 'vitest'",
  'session.ts bytes': 'const png = new Uint8Array(8)',
}

/** What is only compiled, and why. */
export const NOT_RUN: Readonly<Record<string, string>> = {
  'api/list.ts blpop': 'waits, and is rejected',
  'api/stream-groups.ts consume': 'goes on for ever',
  'persistence/persistent.ts keptIn': 'takes a storage',
  'persistence/restore.ts restore': 'takes a store of some age',
  'redis-files/export.ts exportCommands': 'closes the standard output',
  'redis-files/import-aof.ts importAof': 'takes the log of a server',
  'redstart.ts dump': 'writes a snapshot into the file of the test',
}

const EXAMPLE = /@example\n((?: *\*(?! @|\/).*\n)+)(?:.*\n)*? *\*\/\n(.*)/g
const DECLARED = /(\w+)(?:<.*?>)?(?:\(| extends| =)/

/** The examples in the doc comments of a file, by file and what is documented. */
function examplesIn(file: string): Snippet[] {
  const known = new Map<string, number>()
  return [...sourceText(`src/${file}`).matchAll(EXAMPLE)].map(([, comment, declaration]) => {
    const name = `${file} ${DECLARED.exec(declaration!)?.[1]}`
    const count = (known.get(name) ?? 0) + 1
    known.set(name, count)
    const id = count === 1 ? name : `${name} ${count}`
    return snippetOf(id, comment!.replaceAll(/^ *\* ?/gm, '').trimEnd(), GIVEN[id] ?? '')
  })
}

export const commentSnippets: readonly Snippet[] = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
  .map((file) => file.replaceAll('\\', '/'))
  .filter((file) => file.endsWith('.ts'))
  .sort()
  .flatMap(examplesIn)
