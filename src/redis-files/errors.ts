/** What is wrong with a file, for programs that want to tell one from another. */
export type RedisFileProblem =
  /** It ends in the middle of something. */
  | 'truncated'
  /** It is of a kind or of a version that is not known here. */
  | 'format'
  /** What it says cannot be: lengths, encodings, values, checksum. */
  | 'damaged'
  /** It is right, and has something that cannot be kept here. */
  | 'unsupported'

/** One of Redis's files cannot be read. Nothing that was in it has been kept. */
export class RedisFileError extends Error {
  readonly problem: RedisFileProblem
  /** The file, as it was named, or what stands for it. */
  readonly file: string
  /** Where in the file the part begins that is wrong, in bytes. */
  readonly offset: number
  /** What is wrong, without file and offset. */
  readonly reason: string

  constructor(problem: RedisFileProblem, file: string, offset: number, reason: string) {
    super(`${file}: ${reason} (at byte ${offset})`)
    this.reason = reason
    this.name = 'RedisFileError'
    this.problem = problem
    this.file = file
    this.offset = offset
  }
}

/** The longest name that an error spells out. */
const SHOWN_MAX = 64

/** A key or another name for a message: quoted, without control characters, cut where it is long. */
export function shown(text: string): string {
  const cut = text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)}…` : text
  return JSON.stringify(cut.toWellFormed())
}
