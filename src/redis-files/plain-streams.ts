import type { CallReply, Session } from '../index.js'
import type { Emit } from './plain-commands.js'

/** So many entries are fetched at a time. */
const PAGE = 256

/** Entries-read of a group where nobody can tell. */
const UNKNOWN = -1

/** What XINFO tells: names and values by turns. */
type Facts = Readonly<Record<string, CallReply>>

/**
 * Says a stream as a server does when it rewrites its log (observed on Redis 8.0.2): XADD for each entry, XSETID for the counters, then the
 * groups with their consumers and what is pending. As there, what is pending of an entry that is gone is lost, and so is when consumers
 * were last seen. O(entries + pending entries).
 */
export function sayStream(session: Session, key: string, nowMs: number, emit: Emit): void {
  const facts = factsOf(session.call('XINFO', 'STREAM', key))
  // Only so a stream comes into being that has no entry.
  if (facts.length === 0) emit(['XADD', key, 'MAXLEN', '0', '0-1', 'x', 'y'])
  else sayEntries(session, key, emit)
  const added = facts['entries-added']
  const counters = isSayable(added, 0)
    ? ['ENTRIESADDED', text(added), 'MAXDELETEDID', text(facts['max-deleted-entry-id'])]
    : []
  emit(['XSETID', key, text(facts['last-generated-id']), ...counters])
  for (const group of rows(session.call('XINFO', 'GROUPS', key))) sayGroup(session, key, factsOf(group), nowMs, emit)
}

function sayEntries(session: Session, key: string, emit: Emit): void {
  for (let from = '-'; ; ) {
    const entries = rows(session.call('XRANGE', key, from, '+', 'COUNT', String(PAGE)))
    for (const entry of entries) {
      const [id, words] = rows(entry)
      emit(['XADD', key, text(id), ...rows(words).map(text)])
    }
    if (entries.length < PAGE) return
    from = `(${text(rows(entries.at(-1))[0])}`
  }
}

function sayGroup(session: Session, key: string, group: Facts, nowMs: number, emit: Emit): void {
  const name = text(group.name)
  const read = isSayable(group['entries-read'], UNKNOWN) ? text(group['entries-read']) : String(UNKNOWN)
  emit(['XGROUP', 'CREATE', key, name, text(group['last-delivered-id']), 'ENTRIESREAD', read])
  for (const row of rows(session.call('XINFO', 'CONSUMERS', key, name))) {
    const consumer = factsOf(row)
    // The others come into being as they claim.
    if (consumer.pending === 0) emit(['XGROUP', 'CREATECONSUMER', key, name, text(consumer.name)])
  }
  sayPending(session, key, name, nowMs, emit)
}

function sayPending(session: Session, key: string, group: string, nowMs: number, emit: Emit): void {
  for (let from = '-'; ; ) {
    const pending = rows(session.call('XPENDING', key, group, from, '+', String(PAGE)))
    for (const entry of pending) {
      const [id, consumer, idleMs, deliveries] = rows(entry)
      const claim = ['XCLAIM', key, group, text(consumer), '0', text(id), 'TIME', String(nowMs - Number(idleMs))]
      emit([...claim, 'RETRYCOUNT', text(deliveries), 'JUSTID', 'FORCE'])
    }
    if (pending.length < PAGE) return
    from = `(${text(rows(pending.at(-1))[0])}`
  }
}

/** No command takes a counter that has wrapped around; a server that says one loses its group. */
function isSayable(counter: CallReply | undefined, least: number): boolean {
  return (typeof counter === 'number' || typeof counter === 'bigint') && counter >= least
}

function factsOf(reply: CallReply | undefined): Facts {
  const words = rows(reply)
  const facts: Record<string, CallReply> = Object.create(null)
  for (let i = 0; i + 1 < words.length; i += 2) facts[text(words[i])] = words[i + 1]!
  return facts
}

/** A reply that is known to be an array. */
function rows(reply: CallReply | undefined): readonly CallReply[] {
  return reply as readonly CallReply[]
}

function text(reply: CallReply | undefined): string {
  return String(reply)
}
