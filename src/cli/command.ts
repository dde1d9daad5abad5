/** What a command of the tool writes to and reads from: the process, or a test. */
export interface Terminal {
  /** Writes to the standard output. */
  out(text: string): void
  /** Writes to the standard error, where progress and messages go. */
  err(text: string): void
  /** Whether the standard error is a terminal, on which a line can be written over. */
  readonly live: boolean
  /** Takes bytes for the standard output, one piece after another. */
  pipe(bytes: AsyncIterable<Uint8Array>): Promise<void>
}

/** A command of the tool. */
export interface ToolCommand {
  /** One line for the list of commands. */
  readonly summary: string
  /** What `--help` prints. */
  readonly help: string
  /** Does it. Returns the exit code. */
  run(args: readonly string[], terminal: Terminal): Promise<number>
}

/** The one word that a command takes besides options. @throws UsageError */
export function oneWord(words: readonly string[], what: string): string {
  const [word, ...more] = words
  if (word === undefined || more.length > 0) throw new UsageError(`one ${what} is to be named`)
  return word
}

/** The two words that a command takes besides options. @throws UsageError */
export function twoWords(words: readonly string[], what: string, other: string): [string, string] {
  const [first, second, ...more] = words
  if (first === undefined || second === undefined || more.length > 0) {
    throw new UsageError(`a ${what} and a ${other} are to be named`)
  }
  return [first, second]
}

/** The user has called a command wrongly: exit code 2, and a hint at `--help`. */
export class UsageError extends Error {}
