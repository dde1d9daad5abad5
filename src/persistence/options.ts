import { type Kinds, NUMBER, optionsGiven, TEXT, TRUTH, unusable } from './given.js'
import type { KeepingPolicy, SaveRule } from './plain.js'

/** How a store is kept. docs/persistence.md says what each policy may lose. */
export interface PersistenceOptions {
  /**
   * When writes reach the disk: before the call returns ('always'), within about a second ('everysec', the default), or when the
   * system sees fit ('no').
   */
  readonly appendFsync?: 'always' | 'everysec' | 'no' | undefined
  /**
   * With 'always': calls return at once, and `await db.flushed()` says that they are on the disk; many callers share one flush.
   * False by default.
   */
  readonly groupCommit?: boolean | undefined
  /**
   * When a snapshot is written by itself, in the words of Redis's `save`: so many seconds after the last one if there were so many
   * changes. '3600 1 300 100' by default; '' for never.
   */
  readonly save?: string | undefined
  /** The log is rewritten when all is so much larger than after the last rewrite, in percent; 100 by default, 0 for never. */
  readonly autoAofRewritePercentage?: number | undefined
  /** But not below so many bytes; 64 MiB by default. */
  readonly autoAofRewriteMinSize?: number | undefined
}

/** The options with all that was left out. CONFIG SET changes them while the store is open. */
export type Policy = KeepingPolicy

const KINDS: Kinds<PersistenceOptions> = {
  appendFsync: TEXT,
  groupCommit: TRUTH,
  save: TEXT,
  autoAofRewritePercentage: NUMBER,
  autoAofRewriteMinSize: NUMBER,
}

const POLICIES = ['always', 'everysec', 'no'] as const

/** @throws PersistenceError for options that are none */
export function policyOf(given: PersistenceOptions | undefined): Policy {
  const options = optionsGiven(given, KINDS)
  const appendFsync = options?.appendFsync ?? 'everysec'
  if (!POLICIES.includes(appendFsync))
    throw unusable(`appendFsync is one of ${POLICIES.join(', ')}, got '${appendFsync}'`)
  return {
    appendFsync,
    groupCommit: options?.groupCommit ?? false,
    save: saveRules(options?.save ?? '3600 1 300 100'),
    rewritePercentage: checkedNumber('autoAofRewritePercentage', options?.autoAofRewritePercentage ?? 100),
    rewriteMinSize: checkedNumber('autoAofRewriteMinSize', options?.autoAofRewriteMinSize ?? 64 * 1024 * 1024),
  }
}

function saveRules(text: string): SaveRule[] {
  const words = text.trim() === '' ? [] : text.trim().split(/\s+/)
  if (words.length % 2 !== 0 || words.some((word) => !/^\d{1,15}$/.test(word)))
    throw unusable(`save is pairs of seconds and changes, got '${text}'`)
  return Array.from({ length: words.length / 2 }, (_, i) => ({
    seconds: Math.max(Number(words[2 * i]), 1),
    changes: Number(words[2 * i + 1]),
  }))
}

function checkedNumber(name: string, value: number): number {
  if (value >= 0 && value <= Number.MAX_SAFE_INTEGER) return value
  throw unusable(`${name} is a number from 0 on, got ${value}`)
}
