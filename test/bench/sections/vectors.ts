import { redstartOpener } from '../contenders/local.js'
import { serverTime } from '../contenders/remote.js'
import { Random } from '../harness/keys.js'
import { cpuNow } from '../harness/measure.js'
import type { Holder } from './collection-memory.js'

export const QUANTIZATIONS = ['noquant', 'q8'] as const
export type VectorQuantization = (typeof QUANTIZATIONS)[number]

/** How many candidates a search keeps: the default, and more. */
export const EFS = [100, 200, 500, 1000, 2000, 4000] as const

export const DIMENSION = 128
/** How many neighbours are asked for. */
export const NEAREST = 10
const QUERIES = 100
const KEY = 'vectors'

/** Searches with one EF. */
export interface VectorSearches {
  readonly ef: number
  /** The part of the true neighbours that was found. */
  readonly recall: number
  readonly microseconds: number
}

export interface VectorsReport {
  /** CPU time of adding a vector. */
  readonly addMicroseconds: number
  readonly searches: readonly VectorSearches[]
}

/** Who can hold vectors and be asked. */
interface VectorHolder {
  /** Adds all vectors under the names '0', '1' and so on; returns the CPU time that it took, in nanoseconds. */
  fill(vectors: readonly Float32Array[], quantization: VectorQuantization): Promise<number>
  /** Asks for the neighbours of each query, by name, and how long that took. */
  search(queries: readonly Float32Array[], ef: number): Promise<{ found: string[][]; nanoseconds: number }>
  close(): void
}

/** Vectors of numbers from -1 to 1, all alike likely: the hardest case, since nothing lies together. */
export async function measureVectors(
  holder: Holder,
  quantization: VectorQuantization,
  count: number,
  port: number | undefined,
): Promise<VectorsReport> {
  const random = new Random(47)
  const vectors = Array.from({ length: count }, () => vectorOf(random))
  const queries = Array.from({ length: QUERIES }, () => vectorOf(random))
  const truth = queries.map((query) => nearest(vectors, query))
  const held = holder === 'server' ? await onServer(port) : await here()
  try {
    const added = await held.fill(vectors, quantization)
    const searches: VectorSearches[] = []
    for (const ef of EFS) {
      // Once before, for the compiler.
      await held.search(queries, ef)
      const { found, nanoseconds } = await held.search(queries, ef)
      searches.push({ ef, recall: recallOf(truth, found), microseconds: nanoseconds / 1000 / QUERIES })
    }
    return { addMicroseconds: added / 1000 / count, searches }
  } finally {
    held.close()
  }
}

function vectorOf(random: Random): Float32Array {
  return Float32Array.from({ length: DIMENSION }, () => random.below(2 ** 24) / 2 ** 23 - 1)
}

/** The names of the vectors that are most like a query, by looking at all of them. */
function nearest(vectors: readonly Float32Array[], query: Float32Array): Set<string> {
  const likeness = vectors.map((vector, name) => ({ name, cosine: cosineOf(vector, query) }))
  likeness.sort((a, b) => b.cosine - a.cosine)
  return new Set(likeness.slice(0, NEAREST).map(({ name }) => String(name)))
}

function cosineOf(vector: Float32Array, query: Float32Array): number {
  let dot = 0
  let square = 0
  for (let i = 0; i < DIMENSION; i++) {
    dot += vector[i]! * query[i]!
    square += vector[i]! * vector[i]!
  }
  return dot / Math.sqrt(square)
}

function recallOf(truth: readonly ReadonlySet<string>[], found: readonly (readonly string[])[]): number {
  let right = 0
  for (const [i, names] of found.entries()) right += names.filter((name) => truth[i]!.has(name)).length
  return right / (truth.length * NEAREST)
}

async function here(): Promise<VectorHolder> {
  const open = await redstartOpener()
  const db = open()
  return {
    async fill(vectors, quantization) {
      const before = cpuNow()
      for (const [name, vector] of vectors.entries()) db.vadd(KEY, vector, String(name), { quantization })
      return (cpuNow() - before) * 1e6
    },
    async search(queries, ef) {
      const before = cpuNow()
      const found = queries.map((query) => db.vsim(KEY, query, { count: NEAREST, ef }))
      return { found, nanoseconds: (cpuNow() - before) * 1e6 }
    },
    close() {},
  }
}

const PIPELINE_LENGTH = 500

/** NOTHREAD: so that all of the time is that of the main thread. */
async function onServer(port: number | undefined): Promise<VectorHolder> {
  if (port === undefined) throw new Error('The server row needs a server')
  const { Redis } = await import('ioredis')
  const redis = new Redis({ port, host: '127.0.0.1' })
  const send = async (calls: readonly (readonly [string, ...(string | Buffer)[]])[]): Promise<unknown[]> => {
    const replies: unknown[] = []
    for (let first = 0; first < calls.length; first += PIPELINE_LENGTH) {
      const pipeline = redis.pipeline()
      for (const [name, ...words] of calls.slice(first, first + PIPELINE_LENGTH)) pipeline.call(name, ...words)
      for (const [error, reply] of (await pipeline.exec()) ?? []) {
        if (error) throw error
        replies.push(reply)
      }
    }
    return replies
  }
  return {
    async fill(vectors, quantization) {
      await redis.flushall('SYNC')
      return serverTime(redis, () =>
        send(vectors.map((vector, name) => ['VADD', KEY, 'FP32', blobOf(vector), String(name), quantization])),
      )
    },
    async search(queries, ef) {
      let found: string[][] = []
      const nanoseconds = await serverTime(redis, async () => {
        const calls = queries.map((query): [string, ...(string | Buffer)[]] => {
          return ['VSIM', KEY, 'FP32', blobOf(query), 'COUNT', String(NEAREST), 'EF', String(ef), 'NOTHREAD']
        })
        found = (await send(calls)) as string[][]
      })
      return { found, nanoseconds }
    },
    close() {
      redis.disconnect()
    },
  }
}

function blobOf(vector: Float32Array): Buffer {
  return Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength)
}
