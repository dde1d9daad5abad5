import { bareMap, lruCache, redstartCache } from '../contenders/local.js'
import { VALUE_LENGTH, type World } from '../harness/keys.js'
import type { Scenario } from '../harness/scenario.js'
import { fillWith } from './filling.js'

/** What applications cache: a small object. */
interface Profile {
  readonly name: string
  readonly visits: number
  readonly roles: readonly string[]
}

interface ProfileStore {
  set(key: string, value: Profile): unknown
}

function fillProfiles<Store extends ProfileStore>(store: Store, world: World): Store {
  return fillWith(store, world, (to, key, name, visits) => to.set(key, { name, visits, roles: ['reader', 'writer'] }))
}

export const cacheGet: Scenario = {
  name: 'cache-get',
  group: 'cache',
  title: 'get of a cache of objects, all found',
  access: 'scatter',
  kinds: ['same', 'fresh'],
  yields: VALUE_LENGTH,
  contenders: [
    redstartCache<Profile>('reference', (open, world) => {
      const cache = fillProfiles(open(), world)
      return (key) => cache.get(key)!.name.length
    }),
    redstartCache<Profile>('structured', (open, world) => {
      const cache = fillProfiles(open(), world)
      return (key) => cache.get(key)!.name.length
    }),
    bareMap<Profile>((open, world) => {
      const map = fillProfiles(open(), world)
      return (key) => map.get(key)!.name.length
    }),
    lruCache<Profile>((open, world) => {
      const cache = fillProfiles(open(), world)
      return (key) => cache.get(key)!.name.length
    }),
  ],
}
