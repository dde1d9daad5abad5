/**
 * Transactions: calls put together and run as one, a purchase that waits for a price while others write, and a transfer that
 * is taken back.
 *
 *   npx tsx examples/transactions.ts
 */
import { Redstart, RedstartError } from 'redstart'
import { heading, line } from './terminal.js'

const db = new Redstart()

function putTogether(): void {
  heading('Calls put together')
  const [, visits, oops] = db.multi().set('seen', 'today').incr('visits').lpush('visits', 'x').exec()
  line('INCR visits', String(visits))
  line('LPUSH visits', oops instanceof RedstartError ? oops.code : String(oops))
  const [first, second] = db.multi().incr('visits').incr('visits').execOrThrow()
  line('and two more', String(first + second))
}

/** Somebody else sells while we wait. */
async function quote(): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve, 1))
  return 30
}

async function buy(): Promise<void> {
  heading('A decision that takes time')
  db.set('balance', 100)
  let attempts = 0
  const purchase = db.optimistic('balance', async (watch, attempt) => {
    attempts = attempt
    const balance = Number(db.get('balance'))
    const price = await quote()
    if (balance >= price) return watch.multi().decrby('balance', price).rpush('orders', price)
  })
  db.decrby('balance', 20)
  const replies = await purchase
  line('attempts', String(attempts))
  line('balance after it', String(replies?.[0]))
}

function transfer(): void {
  heading('A transfer that is taken back')
  db.mset({ from: 40, to: 0 })
  try {
    db.transaction(
      () => {
        db.incrby('to', 50)
        if (db.decrby('from', 50) < 0) throw new Error('not enough')
      },
      { rollback: true },
    )
  } catch (error) {
    line('refused', (error as Error).message)
  }
  line('from and to', db.mget('from', 'to').join(' '))
}

putTogether()
await buy()
transfer()
