/** What a cache keeps beside a value. */
export interface Marks {
  /** When the value turns stale, in milliseconds since the epoch; Infinity for one that is fresh while it is there. */
  readonly freshUntilMs: number
  /** The tags of the value and the versions that they had: [tag, version, tag, version, …]. */
  readonly tags: readonly string[] | undefined
}

/** A value as it was found in a cache, or the error that stands in for it. */
export interface Entry<T> extends Marks {
  readonly value: T
  /** The value is the error that a loader failed with. */
  readonly failed: boolean
  /** How often a load that was to renew the value has failed. */
  readonly failures: number
  /** When it may be tried again. */
  readonly retryAtMs: number
}

/*
 * Encoded values have a head in front of what the codec wrote. In most cases it is '=' alone. With marks it is a line of
 * JSON: [freshUntilMs, tags, retryAtMs, failures], where 0 stands for none. Both are ASCII, unless a tag is not. '!'
 * begins a reference: the rest names an object that lies beside the store.
 */

export const PLAIN = '='
export const REFERENCE = '!'

/** The head as it was parsed. */
export type Head = Omit<Entry<never>, 'value'>

const PLAIN_HEAD: Head = {
  freshUntilMs: Number.POSITIVE_INFINITY,
  tags: undefined,
  retryAtMs: 0,
  failures: 0,
  failed: false,
}

export function writeHead({ freshUntilMs, tags }: Marks, retryAtMs = 0, failures = 0): string {
  if (freshUntilMs === Number.POSITIVE_INFINITY && tags === undefined) return PLAIN
  const fields = [freshUntilMs === Number.POSITIVE_INFINITY ? 0 : freshUntilMs, tags ?? 0, retryAtMs, failures]
  return `${JSON.stringify(fields)}\n`
}

/** Reads a head, PLAIN or a line; undefined for what no cache wrote. */
export function readHead(text: string | undefined): Head | undefined {
  if (text === PLAIN) return PLAIN_HEAD
  if (text === undefined) return undefined
  const fields = parsed(text)
  if (!isFields(fields)) return undefined
  const [freshUntilMs, tags, retryAtMs, failures] = fields
  return {
    freshUntilMs: freshUntilMs === 0 ? Number.POSITIVE_INFINITY : freshUntilMs,
    tags: tags === 0 ? undefined : tags,
    retryAtMs,
    failures,
    failed: false,
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isFields(fields: unknown): fields is [number, string[] | 0, number, number] {
  if (!Array.isArray(fields) || fields.length !== 4) return false
  const [freshUntilMs, tags, retryAtMs, failures] = fields
  if ([freshUntilMs, retryAtMs, failures].some((field) => typeof field !== 'number')) return false
  return tags === 0 || (Array.isArray(tags) && tags.every((tag) => typeof tag === 'string'))
}
