/** What a process tells of itself, where there is one: browsers have none. */
export interface Host {
  readonly pid?: number
  readonly platform?: string
  readonly arch?: string
  readonly versions?: Readonly<Record<string, string | undefined>>
  cpuUsage?(): { readonly user: number; readonly system: number }
  memoryUsage?(): HeapFigures
}

/** What the host tells of the heap; all that the store knows where it tells nothing, as in browsers. */
export interface HeapFigures {
  readonly heapUsed: number
  readonly heapTotal: number
  readonly external: number
  readonly rss: number
}

interface HostGlobals {
  readonly process?: Host
  readonly gc?: () => void
}

/** The host, looked up at each call: there need be no `process`. */
export const host = {
  /** The heap, in bytes; `known` stands for what cannot be told. */
  memory(known: number): HeapFigures {
    const figures = (globalThis as HostGlobals).process?.memoryUsage?.()
    return figures ?? { heapUsed: known, heapTotal: known, external: 0, rss: known }
  },

  /** Asks the garbage collector to run, where the host lets it be asked. */
  collectGarbage(): void {
    ;(globalThis as HostGlobals).gc?.()
  },

  /** All that it tells. */
  facts(): Host {
    return (globalThis as HostGlobals).process ?? {}
  },
}
