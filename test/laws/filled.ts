import type { Redstart } from 'redstart'
import { open } from '../support.js'

/** A database with a key of each common type, under names that the doors draw. */
export function filled(): Redstart {
  const { db } = open()
  db.set('a', 'x')
  db.rpush('user:1', 'a', 'b')
  db.hset('é', { a: 1, b: 2 })
  db.zadd('', 1, 'a')
  db.sadd('__proto__', 'a', '1')
  db.xadd('b', '1-1', { a: 1 })
  return db
}
