import { RedisFileError, shown } from './errors.js'
import type { ImportOptions, RdbReport } from './options.js'
import { type RdbKey, RdbParser, type RdbPart } from './rdb-parser.js'
import { formOfValue } from './rdb-values.js'
import { Breath, type Staging } from './staging.js'
import type { ByteWindow } from './window.js'

/** So many parts are read between two looks at the time. */
const PARTS_PER_LOOK = 64

/** How long a listpack and a ziplist without an element are. */
const EMPTY_PACKED_BYTES = [7, 11]

/** Loads one RDB file, or the RDB part of an append-only file, into a staging store. */
export class RdbLoader {
  private readonly parser: RdbParser
  private readonly fields: Record<string, string> = Object.create(null)
  private readonly skipped = { values: 0, functions: 0, moduleData: 0 }
  private keys = 0
  private expired = 0
  private empty = 0

  /** `keepsExpired`: keys whose time is up are loaded too, since commands follow that may still speak of them. */
  constructor(
    private readonly window: ByteWindow,
    private readonly staging: Staging,
    private readonly options: ImportOptions,
    private readonly keepsExpired: boolean,
  ) {
    this.parser = new RdbParser(window)
  }

  /** Reads up to the end of the RDB part, behind which `window` stands then. Throws RedisFileError. */
  async load(): Promise<RdbReport> {
    const { parser, window } = this
    const breath = new Breath()
    for (let parts = 1; ; parts++) {
      const part = parser.next()
      if (part === undefined) {
        this.report()
        if (!(await window.more())) throw parser.truncated()
        continue
      }
      if (part.kind === 'end') return this.found(part.checksum)
      this.accept(part)
      if (parts % PARTS_PER_LOOK === 0 && breath.due) await breath.taken()
    }
  }

  private report(): void {
    const { bytesRead, source } = this.window
    this.options.onProgress?.({ bytesRead, bytesTotal: source.sizeBytes, done: this.keys })
  }

  private found(checksum: 'right' | 'none'): RdbReport {
    const { keys, expired, empty, skipped, fields, window, parser } = this
    this.report()
    return { version: parser.version, keys, expired, empty, skipped, fields, checksum, bytes: window.markOffset }
  }

  private accept(part: RdbPart): void {
    switch (part.kind) {
      case 'key':
        this.restore(part)
        break
      case 'field':
        this.fields[part.name] = part.value
        break
      case 'function':
        this.loadFunction(part.code, part.offset)
        break
      case 'moduleData':
        this.skip('moduleData', 'data of a module', part.offset)
    }
  }

  private restore(part: RdbKey): void {
    const { staging } = this
    if (part.database >= staging.databases) {
      const reason = `keys of database ${part.database}, and the store has ${staging.databases} databases`
      throw this.window.error('unsupported', reason, part.offset)
    }
    const { expiresAtMs } = part
    if (expiresAtMs !== undefined && expiresAtMs <= staging.nowMs && !this.keepsExpired) {
      this.expired++
      return
    }
    staging.select(part.database)
    // A time to live of 0 would stand for none.
    const ttl = expiresAtMs === undefined ? 0 : expiresAtMs > 0 ? expiresAtMs : 1
    const { idleSeconds, frequency } = part
    try {
      staging.session.restore(part.key, ttl, part.payload(), {
        absttl: true,
        idletime: frequency === undefined ? idleSeconds : undefined,
        freq: frequency,
      })
      this.keys++
    } catch (error) {
      this.refused(part, error)
    }
  }

  /** The engine has not taken a value: it is empty, of a kind that it does not know, or damaged. */
  private refused(part: RdbKey, error: unknown): void {
    if (!isRedstartError(error)) throw error
    const form = formOfValue(part.value())!
    const name = `the value of ${shown(part.key)} (${form.name})`
    if (error.code === 'BUSYKEY') throw this.window.error('damaged', `${shown(part.key)} is there twice`, part.offset)
    if (isEmptyValue(part.value())) this.empty++
    else if (form.type === 'module') this.skip('values', `${name} belongs to a module`, part.offset)
    else throw this.window.error('damaged', `${name} is malformed: ${error.message}`, part.offset)
  }

  private loadFunction(code: string, offset: number): void {
    try {
      this.staging.session.call('FUNCTION', 'LOAD', code)
    } catch (error) {
      if (!isRedstartError(error)) throw error
      this.skip('functions', `a library of functions cannot be loaded: ${error.message}`, offset)
    }
  }

  private skip(what: keyof RdbLoader['skipped'], reason: string, offset: number): void {
    if (this.options.unsupported !== 'skip') {
      throw this.window.error('unsupported', `${reason}; the option to skip what is unsupported leaves it out`, offset)
    }
    this.skipped[what]++
  }
}

/** A class of the engine, which a leaf sees only the type of. */
export function isRedstartError(error: unknown): error is Error & { readonly code: string } {
  return error instanceof Error && error.name === 'RedstartError' && !(error instanceof RedisFileError)
}

/** Whether a value has no element: a count of 0, or a listpack or ziplist that states its own length and ends at once. */
function isEmptyValue(value: Uint8Array): boolean {
  if (value.length === 2) return value[1] === 0
  const size = value.length - 2
  return EMPTY_PACKED_BYTES.includes(size) && value[1] === size && value[2] === size && value.at(-1) === 0xff
}
