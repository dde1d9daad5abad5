import type { CallReply, Session } from '../index.js'
import { sayStream } from './plain-streams.js'

/** So many elements go into one command. */
const ELEMENTS_PER_COMMAND = 256

/** Takes the words of one command. */
export type Emit = (words: readonly string[]) => void

/**
 * Says a value in commands that any server knows, whatever its version: SET, RPUSH, SADD, ZADD, HSET and, for deadlines of fields,
 * HPEXPIREAT; streams as `sayStream`. False for a type that has no such commands. O(elements). The deadline of the key is left to the
 * caller.
 */
export function sayPlainly(session: Session, key: string, nowMs: number, emit: Emit): boolean {
  switch (session.type(key)) {
    case 'string':
      emit(['SET', key, session.get(key)!])
      return true
    case 'list':
      sayList(session, key, emit)
      return true
    case 'set':
      inPortions(['SADD', key], session.smembers(key), 1, emit)
      return true
    case 'zset':
      saySortedSet(session, key, emit)
      return true
    case 'hash':
      sayHash(session, key, emit)
      return true
    case 'stream':
      sayStream(session, key, nowMs, emit)
      return true
  }
  return false
}

function sayList(session: Session, key: string, emit: Emit): void {
  const size = session.llen(key)
  for (let start = 0; start < size; start += ELEMENTS_PER_COMMAND) {
    emit(['RPUSH', key, ...session.lrange(key, start, start + ELEMENTS_PER_COMMAND - 1)])
  }
}

function saySortedSet(session: Session, key: string, emit: Emit): void {
  const size = session.zcard(key)
  for (let start = 0; start < size; start += ELEMENTS_PER_COMMAND) {
    const end = String(start + ELEMENTS_PER_COMMAND - 1)
    // By words, so that scores come as the text that reads back the same.
    const pairs = texts(session.call('ZRANGE', key, String(start), end, 'WITHSCORES'))
    const words = ['ZADD', key]
    for (let i = 0; i < pairs.length; i += 2) words.push(pairs[i + 1]!, pairs[i]!)
    emit(words)
  }
}

function sayHash(session: Session, key: string, emit: Emit): void {
  const pairs = texts(session.call('HGETALL', key))
  inPortions(['HSET', key], pairs, 2, emit)
  const fields = pairs.filter((_, i) => i % 2 === 0)
  const byDeadline = new Map<number, string[]>()
  for (let start = 0; start < fields.length; start += ELEMENTS_PER_COMMAND) {
    const asked = fields.slice(start, start + ELEMENTS_PER_COMMAND)
    const deadlines = session.call('HPEXPIRETIME', key, 'FIELDS', String(asked.length), ...asked) as number[]
    for (const [i, deadline] of deadlines.entries()) {
      if (deadline < 0) continue
      const known = byDeadline.get(deadline)
      if (known === undefined) byDeadline.set(deadline, [asked[i]!])
      else known.push(asked[i]!)
    }
  }
  for (const [deadline, timed] of byDeadline) {
    for (let start = 0; start < timed.length; start += ELEMENTS_PER_COMMAND) {
      const portion = timed.slice(start, start + ELEMENTS_PER_COMMAND)
      emit(['HPEXPIREAT', key, String(deadline), 'FIELDS', String(portion.length), ...portion])
    }
  }
}

function inPortions(head: readonly string[], words: readonly string[], each: number, emit: Emit): void {
  const step = ELEMENTS_PER_COMMAND * each
  for (let start = 0; start < words.length; start += step) emit([...head, ...words.slice(start, start + step)])
}

/** A reply that is known to be a row of bulk strings. */
function texts(reply: CallReply): readonly string[] {
  return reply as readonly string[]
}
