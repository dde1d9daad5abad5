import type { PersistenceEvent } from './ports.js'

/** What INFO tells of snapshots, as events of what keeps the store tell it. */
export class Saves {
  /** Snapshots since the start. */
  count = 0
  /** How the last one ended that BGSAVE or a rule began, and the last one behind BGREWRITEAOF. */
  saveFailed = false
  rewriteFailed = false
  /** Snapshots behind BGREWRITEAOF since the start, and how many of them have failed since one did not. */
  rewrites = 0
  rewritesFailed = 0
  /** How long the last ones took, in milliseconds; -1 where there was none. */
  saveMs = -1
  rewriteMs = -1
  /** How many keys and records were loaded. */
  loadedKeys = 0
  loadedRecords = 0
  private startedMs: number | undefined

  /** How long the one has run that is running, in milliseconds; -1 where none is. */
  runningMs(nowMs: number): number {
    return this.startedMs === undefined ? -1 : nowMs - this.startedMs
  }

  /** `isRewrite`: what is being written was asked for by BGREWRITEAOF. */
  hear({ type, keys, records }: PersistenceEvent, isRewrite: boolean, nowMs: number): void {
    if (type === 'loaded') {
      this.loadedKeys = keys ?? 0
      this.loadedRecords = records ?? 0
    } else if (type === 'save-started') this.startedMs = nowMs
    else if (type === 'saved' || type === 'save-failed') this.ended(type === 'save-failed', isRewrite, nowMs)
  }

  private ended(failed: boolean, isRewrite: boolean, nowMs: number): void {
    const tookMs = this.startedMs === undefined ? 0 : nowMs - this.startedMs
    this.startedMs = undefined
    if (isRewrite) {
      if (!failed) this.rewrites++
      this.rewritesFailed = failed ? this.rewritesFailed + 1 : 0
      this.rewriteFailed = failed
      this.rewriteMs = tookMs
      return
    }
    if (!failed) this.count++
    this.saveFailed = failed
    this.saveMs = tookMs
  }
}
