import type { Redis } from 'ioredis'
import type { World } from '../harness/keys.js'

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
