import type { Call } from '../bytes.js'
import type { Draw } from '../values.js'

/** What calls of several connections are about: few keys, few channels, few values, so that they meet. */
const KEYS = ['k', 'k', 'k', 'l', 'l', 'm']
const CHANNELS = ['x', 'x', 'y', 'xy']
const PATTERNS = ['x*', 'x*', '*', '?', '[xy]', 'x\\*', '__keyevent@0__:*', '__keyspace@*__:k', '__key*__:*']
const EVENT_CHANNELS = ['__keyevent@0__:set', '__keyevent@0__:expired', '__keyevent@0__:del', '__keyspace@0__:k']
const VALUES = ['1', '1', '2', 'v', 'w', '']

export const DATABASES = ['0', '1']

export type Weighted = readonly (readonly [weight: number, make: (draw: Draw) => Call])[]

export const key = (draw: Draw): string => draw.pick(KEYS)
export const value = (draw: Draw): string => draw.pick(VALUES)
export const plainChannel = (draw: Draw): string => draw.pick(CHANNELS)
export const channel = (draw: Draw): string => (draw.percent(85) ? plainChannel(draw) : draw.pick(EVENT_CHANNELS))
export const pattern = (draw: Draw): string => draw.pick(PATTERNS)

export function database(draw: Draw): string {
  return draw.percent(92) ? draw.pick(DATABASES) : draw.pick(['2', '15', '16', 'one'])
}

/** One or a few. */
export function some(draw: Draw, make: (draw: Draw) => string): string[] {
  return Array.from({ length: draw.oneIn(3) ? draw.int(2, 3) : 1 }, () => make(draw))
}
