/** A process that writes until it is killed: each transaction is told of on standard output once it is acknowledged. */
import { writeSync } from 'node:fs'
import { Redstart } from 'redstart'
import { files } from 'redstart/persistence'

const [folder, mode] = process.argv.slice(2) as [string, 'blocking' | 'group']

const db = await Redstart.open({
  persistence: files(folder, { appendFsync: 'always', groupCommit: mode === 'group', save: '' }),
})
// The reader knows what was there when this process began.
for (let n = Number(db.get('last') ?? 0) + 1; ; n++) {
  db.transaction(() => {
    db.set('last', n)
    db.hset('pair', { a: n, b: 'x'.repeat(n % 300) })
    db.rpush('list', n)
    if (db.llen('list') > 50) db.lpop('list')
    db.zadd('board', n, `member:${n % 500}`)
    db.set(`key:${n % 2_000}`, n)
  })
  if (mode === 'group') await db.flushed()
  writeSync(1, `${n}\n`)
  if (n % 23 === 0) void db.bgsave().catch(() => undefined)
  if (n % 101 === 0 && mode === 'blocking') await new Promise((resolve) => setImmediate(resolve))
  if (n % 7 === 0) await new Promise((resolve) => setImmediate(resolve))
}
