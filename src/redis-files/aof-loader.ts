import { shown } from './errors.js'
import type { ImportAofOptions, RdbReport } from './options.js'
import { isRedstartError, RdbLoader } from './rdb-loader.js'
import { CUT_OFF, type FileWord, type Note, RespParser, timeOf } from './resp-parser.js'
import { Breath, type Staging } from './staging.js'
import type { ByteWindow } from './window.js'

const COMMANDS_PER_LOOK = 64

/** A command of a transaction that has not ended. */
interface Queued {
  readonly words: readonly FileWord[]
  readonly offset: number
}

/** What one file of an append-only log was found to be. */
export interface AofFileReport {
  readonly file: string
  readonly commands: number
  /** The RDB part at its head, undefined where there is none. */
  readonly rdb: RdbReport | undefined
  /** What was left out at its end, undefined for a file that is whole. */
  readonly cut: { readonly offset: number; readonly bytes: number } | undefined
  /** The time of the last note on time, in Unix seconds, undefined where there is none. */
  readonly timestamp: number | undefined
  readonly bytes: number
}

/** Loads one file of an append-only log into a staging store. */
export class AofLoader {
  private readonly parser: RespParser
  private rdb: RdbReport | undefined
  private commands = 0
  private timestamp: number | undefined
  /** The transaction that is open, with the offset at which it began. */
  private transaction: Queued[] | undefined
  /** Everything before it has been run. */
  private wholeUpTo = 0

  constructor(
    private readonly window: ByteWindow,
    private readonly staging: Staging,
    private readonly options: ImportAofOptions,
    private readonly isLast: boolean,
  ) {
    this.parser = new RespParser(window)
  }

  /** Reads the file to its end. Throws RedisFileError. */
  async load(): Promise<AofFileReport> {
    const { window, staging } = this
    staging.select(0)
    if (await this.beginsAsRdb()) {
      this.rdb = await new RdbLoader(window, staging, this.options, true).load()
      this.wholeUpTo = window.offset
      staging.select(0)
    }
    const breath = new Breath()
    for (let commands = 1; ; commands++) {
      const command = this.parser.nextOrCut()
      if (command === undefined) {
        this.report()
        if (await window.more()) continue
        return this.found()
      }
      if (command === CUT_OFF) return this.found()
      this.accept(command)
      // What a transaction has queued is a copy.
      window.mark = window.at
      if (commands % COMMANDS_PER_LOOK === 0 && breath.due) await breath.taken()
    }
  }

  private async beginsAsRdb(): Promise<boolean> {
    const { window } = this
    while (window.end < 5) if (!(await window.more())) return false
    return String.fromCharCode(...window.bytes.subarray(0, 5)) === 'REDIS'
  }

  private report(): void {
    const { bytesRead, source } = this.window
    this.options.onProgress?.({ bytesRead, bytesTotal: source.sizeBytes, done: this.commands })
  }

  private accept(command: readonly FileWord[] | Note): void {
    if ('note' in command) {
      this.timestamp = timeOf(command) ?? this.timestamp
    } else this.command(command)
    if (this.transaction === undefined) this.wholeUpTo = this.window.offset
  }

  private command(words: readonly FileWord[]): void {
    const { offset } = this.parser
    const name = String(words[0]).toUpperCase()
    if (name === 'MULTI') {
      if (this.transaction !== undefined) throw this.window.error('damaged', 'MULTI inside of MULTI', offset)
      this.transaction = []
    } else if (name === 'EXEC') {
      if (this.transaction === undefined) throw this.window.error('damaged', 'EXEC without MULTI', offset)
      for (const queued of this.transaction) this.run(queued)
      this.transaction = undefined
    } else if (this.transaction === undefined) this.run({ words, offset })
    else this.transaction.push({ words: words.map((word) => (typeof word === 'string' ? word : word.slice())), offset })
  }

  private run({ words, offset }: Queued): void {
    try {
      if (!this.staging.run(words)) throw this.window.error('unsupported', `${shown(String(words[0]))} waits`, offset)
      this.commands++
    } catch (error) {
      if (!isRedstartError(error)) throw error
      const name = shown(String(words[0]))
      const problem = error.message.startsWith('ERR unknown') ? 'unsupported' : 'damaged'
      throw this.window.error(problem, `the command ${name} cannot be run: ${error.message}`, offset)
    }
  }

  /** The end of the file: what is not whole there is left out where a server would leave it out. */
  private found(): AofFileReport {
    this.report()
    const { window, wholeUpTo, commands, rdb, timestamp, options } = this
    const bytes = window.source.sizeBytes ?? window.bytesRead
    const cut = wholeUpTo < bytes ? { offset: wholeUpTo, bytes: bytes - wholeUpTo } : undefined
    if (cut !== undefined && (options.truncated === 'refuse' || !this.isLast)) {
      const what = this.transaction === undefined ? 'command' : 'transaction'
      throw window.error('truncated', `the file ends inside of a ${what}`, wholeUpTo)
    }
    return { file: window.source.name, commands, rdb, cut, timestamp, bytes }
  }
}
