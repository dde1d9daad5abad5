import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { CacheName } from '../eviction/throughput.js'
import type { AccountingReport, MixName } from '../sections/accounting.js'
import type { CollectionShape, Holder } from '../sections/collection-memory.js'
import type { ForkReport, ForkShape } from '../sections/fork.js'
import type { FreedShape, FreeingReport, FreeingWay } from '../sections/freeing.js'
import type { MemoryContender } from '../sections/memory.js'
import type { PauseContender, PauseReport, PauseShape } from '../sections/pauses.js'
import type { PersistenceReport } from '../sections/persistence.js'
import type { StallReport, StallShape } from '../sections/stalls.js'
import type { VectorQuantization, VectorsReport } from '../sections/vectors.js'
import type { KeyKind } from './keys.js'
import type { Measured } from './scenario.js'

/** What one child process is asked to do. */
export type Job =
  | { kind: 'operation'; scenario: string; contender: string; size: number; seed: number }
  | { kind: 'memory'; contender: MemoryContender; count: number }
  | { kind: 'collection-memory'; holder: Holder; shape: CollectionShape; count: number }
  | { kind: 'accounting'; mix: MixName; scale: number }
  | { kind: 'stalls'; shape: StallShape; count: number }
  | { kind: 'fork'; shape: ForkShape; count: number; turns: number }
  | { kind: 'freeing'; shape: FreedShape; way: FreeingWay; count: number }
  | { kind: 'full-cache'; cache: CacheName; keys: KeyKind; size: number; batches: number }
  | { kind: 'pauses'; contender: PauseContender; shape: PauseShape }
  | { kind: 'persistence'; count: number }
  | { kind: 'vectors'; holder: Holder; quantization: VectorQuantization; count: number }
  | { kind: 'call-tax'; calls: number }

export type Outcome =
  | { kind: 'operation'; measured: Readonly<Record<string, Measured>> }
  | { kind: 'memory'; bytes: number }
  | { kind: 'collection-memory'; bytes: number }
  | { kind: 'accounting'; report: AccountingReport }
  | { kind: 'stalls'; report: StallReport }
  | { kind: 'fork'; report: ForkReport }
  | { kind: 'freeing'; report: FreeingReport }
  | { kind: 'full-cache'; nanoseconds: number }
  | { kind: 'pauses'; report: PauseReport }
  | { kind: 'persistence'; report: PersistenceReport }
  | { kind: 'vectors'; report: VectorsReport }
  | { kind: 'call-tax'; ping: number; existsMiss: number }

export interface Assignment {
  readonly jobs: readonly Job[]
  readonly quick: boolean
  readonly port: number | undefined
}

const CHILD = fileURLToPath(new URL('./child.ts', import.meta.url))

/** Runs jobs one after the other in a new process; the outcomes come in the order of the jobs. */
export function runInChild(assignment: Assignment): Promise<Outcome[]> {
  return new Promise((resolve, reject) => {
    const child = fork(CHILD, [], {
      execArgv: [...process.execArgv, '--expose-gc', '--max-old-space-size=4096'],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    })
    let outcomes: Outcome[] | undefined
    child.once('message', (message) => {
      outcomes = message as Outcome[]
    })
    child.once('error', reject)
    child.once('exit', (code) => {
      if (outcomes !== undefined && code === 0) resolve(outcomes)
      else reject(new Error(`A benchmark process ended with code ${code}: ${JSON.stringify(assignment.jobs)}`))
    })
    child.send(assignment)
  })
}
