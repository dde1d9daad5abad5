import type { Names } from '../option-names.js'

/** How far a file has been read. */
export interface ImportProgress {
  readonly bytesRead: number
  /** Undefined where it is not known: for streams. */
  readonly bytesTotal: number | undefined
  /** Keys read, or commands of an append-only file run. */
  readonly done: number
}

/** Options of `importRdb` and `importAof`. */
export interface ImportOptions {
  /**
   * Put the keys of the file in place of all that the store has. Without it a store that is not empty is left alone, and the
   * import refused.
   */
  readonly replace?: boolean | undefined
  /**
   * What to do with parts that have no place here (values of modules, libraries of functions): `'refuse'` the file, which is
   * the default, or `'skip'` and count them.
   */
  readonly unsupported?: 'refuse' | 'skip' | undefined
  /** Is told of progress, some ten to a hundred times for each 100 MB. */
  readonly onProgress?: ((progress: ImportProgress) => void) | undefined
  /** How messages call the source, where it is no path. */
  readonly name?: string | undefined
}

/** Options of `importAof`. */
export interface ImportAofOptions extends ImportOptions {
  /**
   * What to do when the last file ends in the middle of a command or of a transaction, as after a crash: `'cut'` leaves out what is
   * not whole, as Redis does by default (`aof-load-truncated yes`); `'refuse'` refuses the file.
   */
  readonly truncated?: 'cut' | 'refuse' | undefined
}

export const IMPORT_OPTIONS: Names<ImportOptions> = { replace: true, unsupported: true, onProgress: true, name: true }
export const IMPORT_AOF_OPTIONS: Names<ImportAofOptions> = { ...IMPORT_OPTIONS, truncated: true }

/** Throws TypeError for a value that is none of those which an option has. */
export function checkOneOf(name: string, value: unknown, known: readonly (string | number)[]): void {
  if (value === undefined || known.some((one) => one === value)) return
  const got = typeof value === 'string' ? `'${value}'` : typeof value === 'number' ? value : typeof value
  throw new TypeError(`${name} is one of ${known.join(', ')}, got ${got}`)
}

/** What has been left out, by number. */
export interface Skipped {
  readonly values: number
  readonly functions: number
  /** Data of modules beside values. */
  readonly moduleData: number
}

/** What an RDB file was found to be. */
export interface RdbReport {
  readonly version: number
  /** Keys that have been kept. */
  readonly keys: number
  /** Keys whose time was up; a server drops them too when it loads a dump. */
  readonly expired: number
  /** Keys with nothing in them, as some versions wrote by mistake; a server drops them too. */
  readonly empty: number
  readonly skipped: Skipped
  /** What the file says about itself: `redis-ver`, `ctime`, `used-mem` and the like. */
  readonly fields: Readonly<Record<string, string>>
  /** `'none'` where the file has none to compare with. */
  readonly checksum: 'right' | 'none'
  readonly bytes: number
}
