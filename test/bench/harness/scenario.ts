import type { KeyKind, World } from './keys.js'
import type { Effort } from './measure.js'

/**
 * One synchronous call on a prepared store. The number that comes back is summed and checked, so that the call can
 * neither be optimised away nor miss without notice. In a collection the key is a member or a field.
 */
export type Op = (key: string, value: string, score: number) => number

/** Called once per iteration, outside the timed region, by operations that use up what they act on. */
export interface Renewing {
  renew?(): void | Promise<void>
  /** Which keys an iteration uses up; all of the store's by default. */
  readonly span?: { readonly first: number; readonly count: number }
}

/** Calls made one after the other in this thread. */
export interface SyncSubject extends Renewing {
  readonly kind: 'sync'
  readonly op: Op
}

/** Calls awaited one by one. */
export interface AwaitedSubject extends Renewing {
  readonly kind: 'awaited'
  op(key: string, value: string, score: number): Promise<number>
}

/** Calls sent many at a time; `run` resolves to the sum over the batch. */
export interface BatchedSubject extends Renewing {
  readonly kind: 'batched'
  run(keys: readonly string[], values: readonly string[]): Promise<number>
}

/** A loop that runs elsewhere, with a clock of its own. */
export interface RemoteSubject {
  readonly kind: 'remote'
  /** One iteration of about `calls` operations: how many there were, and the time that they took. */
  iterate(calls: number): Promise<{ calls: number; nanoseconds: number }>
}

export type Subject = SyncSubject | AwaitedSubject | BatchedSubject | RemoteSubject

export interface Contender {
  readonly name: string
  /** cpu: time of this process; wall: the clock; server: CPU time of the server's main thread. */
  readonly clock: 'cpu' | 'wall' | 'server'
  /** Left out when no real server is found. */
  readonly needsServer?: boolean
  /** Left out of larger stores, where it would not come to an end. */
  readonly sizeMost?: number
  /** Kinds of key that make a difference here; all of the scenario's when absent. */
  readonly kinds?: readonly KeyKind[]
  prepare(world: World): Promise<Subject>
  /** Ends connections. */
  close?(): Promise<void>
}

/** How a scenario picks its keys. */
export type Access =
  /** Random keys of a store that stays as it is. */
  | 'scatter'
  /** Each key once and in order, on a store that is emptied before. */
  | 'fill'
  /** Each key once and shuffled, on a store that is filled before. */
  | 'drain'

/** What can be run by one word of `--only`. */
export const GROUPS = [
  'strings',
  'sorted-sets',
  'lists',
  'hashes',
  'sets',
  'streams',
  'hyperloglogs',
  'bits',
  'places',
  'cache',
  'messages',
] as const
export type Group = (typeof GROUPS)[number]

/** One operation, and everyone who performs it. */
export interface Scenario {
  readonly name: string
  readonly group: Group
  readonly title: string
  readonly access: Access
  readonly kinds: readonly KeyKind[]
  /** What each call has to return; left out when it varies. */
  readonly yields?: number
  /** So many calls in a row at most, where a call takes long. */
  readonly batchMax?: number
  readonly contenders: readonly Contender[]
  /** Times all contenders in one process, by their names, where they differ by less than two stores of the same keys do. */
  readonly together?: (world: World, effort: Effort) => Promise<Readonly<Record<string, Measured>>>
}

/** Nanoseconds per operation for each kind of key. */
export type Measured = Partial<Record<KeyKind, number>>
