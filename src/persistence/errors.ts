/** What is wrong, in a word. */
export type PersistenceErrorCode =
  /** Somebody else has the store open. */
  | 'LOCKED'
  /** Bytes are not what was written, or are missing. */
  | 'DAMAGED'
  /** The file is of a newer version of redstart. */
  | 'NEWER'
  /** The file is none of ours. */
  | 'FOREIGN'
  /** There is no key for it, or a wrong one. */
  | 'KEY'
  /** What was asked for cannot be done here. */
  | 'UNUSABLE'

/** Where something is wrong. */
export interface Place {
  readonly file?: string | undefined
  /** Bytes from the beginning of the file. */
  readonly offset?: number | undefined
}

/**
 * Why a store cannot be opened, checked, repaired or restored; the message names file and offset. One that comes from the other build
 * of the package (CommonJS, ES) is no `instanceof` this class: go by `name` and `code`.
 */
export class PersistenceError extends Error {
  /** 'PersistenceError', in every build. */
  override readonly name = 'PersistenceError'
  /** What kind of error it is: 'LOCKED', 'DAMAGED', 'NEWER', 'FOREIGN', 'KEY' or 'UNUSABLE'. */
  readonly code: PersistenceErrorCode
  /** What is wrong, without the place. */
  readonly reason: string
  /** The file in which it is wrong, or which is locked; undefined where it is about none. */
  readonly file: string | undefined
  /** Where in the file, in bytes from its beginning. */
  readonly offset: number | undefined

  constructor(code: PersistenceErrorCode, reason: string, { file, offset }: Place = {}) {
    const place = file === undefined ? '' : offset === undefined ? `${file}: ` : `${file} at byte ${offset}: `
    super(place + reason)
    this.code = code
    this.reason = reason
    this.file = file
    this.offset = offset
  }
}

/** A file ends, or is damaged up to its end, where more should follow: what a crash leaves behind. */
export class TornEnd extends PersistenceError {
  constructor(reason: string, place: Place) {
    super('DAMAGED', reason, place)
  }
}

export function damaged(reason: string, file: string, offset: number): PersistenceError {
  return new PersistenceError('DAMAGED', reason, { file, offset })
}

/** What the system says of a failed call, in its own words. */
export function systemReason(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : ''
  return SYSTEM_TEXTS[code] ?? (error instanceof Error ? error.message : String(error))
}

const SYSTEM_TEXTS: Readonly<Record<string, string>> = {
  ENOSPC: 'No space left on device',
  EIO: 'Input/output error',
  EDQUOT: 'Disk quota exceeded',
  EACCES: 'Permission denied',
  EROFS: 'Read-only file system',
  EMFILE: 'Too many open files',
  EFBIG: 'File too large',
}
