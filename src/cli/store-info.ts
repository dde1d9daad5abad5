import type { Redstart } from 'redstart'
import { type CheckReport, check, type Persistent } from 'redstart/persistence'
import { contentsText } from './check.js'
import type { Terminal } from './command.js'
import { DATABASES, lookInto } from './look.js'
import { watched } from './place.js'
import { amount, countText, table } from './text.js'

/** How many keys of a type there are in a database. */
interface TypeCount {
  readonly database: number
  readonly type: string
  readonly keys: number
}

/** What is in a store of redstart. */
export interface StoreInfo {
  readonly format: 'redstart'
  readonly snapshot: CheckReport['snapshot']
  readonly log: CheckReport['log']
  readonly keys: number
  readonly expiring: number
  readonly types: readonly TypeCount[]
}

/** Reads it twice: its files, and what is in them. @throws PersistenceError where it does not open */
export async function storeInfo(place: Persistent, folder: string, terminal: Terminal): Promise<StoreInfo> {
  const { snapshot, log } = await watched(place, folder, terminal, (watchedPlace) => check(watchedPlace))
  const db = await lookInto(place, folder, terminal)
  const info = { format: 'redstart', snapshot, log, ...countsOf(db) } as const
  await db.close()
  return info
}

function countsOf(db: Redstart): Pick<StoreInfo, 'keys' | 'expiring' | 'types'> {
  const types: TypeCount[] = []
  let keys = 0
  let expiring = 0
  for (let database = 0; database < DATABASES; database++) {
    db.select(database)
    const counts = new Map<string, number>()
    for (const key of db.scanIterator({ count: 512 })) {
      const type = db.type(key)
      counts.set(type, (counts.get(type) ?? 0) + 1)
      keys++
      if (db.pexpiretime(key) >= 0) expiring++
    }
    for (const [type, count] of [...counts].sort()) types.push({ database, type, keys: count })
  }
  return { keys, expiring, types }
}

export function storeText({ snapshot, log, keys, expiring, types }: StoreInfo): string {
  const rows = types.map(({ database, type, keys: count }) => [`database ${database}`, type, amount(count, 'key')])
  const contents = contentsText({ ok: true, snapshot, log, problems: [] })
  return `store of redstart\n${contents}\n${amount(keys, 'key')}, ${countText(expiring)} with a deadline\n${table(rows, [2])}`
}
