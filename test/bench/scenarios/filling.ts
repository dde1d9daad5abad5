import type { Redis } from 'ioredis'
import { SCORES, type World } from '../harness/keys.js'

/** Puts every key of the world into a store, in order. */
export function fillWith<Store>(
  store: Store,
  world: World,
  put: (store: Store, key: string, value: string, index: number) => unknown,
): Store {
  for (let index = 0; index < world.size; index++) put(store, world.keys[index]!, world.values[index]!, index)
  return store
}

export async function fillAwaiting(
  redis: Redis,
  world: World,
  put: (key: string, value: string) => Promise<unknown>,
): Promise<void> {
  await redis.flushall()
  for (let index = 0; index < world.size; index++) await put(world.keys[index]!, world.values[index]!)
}

/** The caller reads what it asked for; an absent value counts nothing, which the check of the sum notices. */
export function lengthOf(reply: unknown): number {
  return typeof reply === 'string' ? reply.length : 0
}

/** 1 for `OK`. */
export function okay(reply: unknown): number {
  return reply === 'OK' ? 1 : 0
}

/** Adds every key of the world to a sorted set, with random scores. */
export function fillScores<Store>(
  store: Store,
  world: World,
  put: (store: Store, member: string, score: number) => unknown,
): Store {
  for (let index = 0; index < world.size; index++) put(store, world.keys[index]!, world.random.below(SCORES))
  return store
}

/** The fields of a small hash. */
export const SMALL_FIELDS = ['field1', 'field2', 'field3', 'field4', 'field5'] as const

/** The same in one small hash, for `hset`. */
export function smallHash(value: string): Record<(typeof SMALL_FIELDS)[number], string> {
  return { field1: value, field2: value, field3: value, field4: value, field5: value }
}
