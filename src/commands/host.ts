/** What the host tells of the heap; all that the store knows where it tells nothing, as in browsers. */
interface HeapFigures {
  readonly heapUsed: number
  readonly heapTotal: number
  readonly external: number
  readonly rss: number
}

interface HostGlobals {
  readonly process?: { memoryUsage?(): HeapFigures }
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
}
