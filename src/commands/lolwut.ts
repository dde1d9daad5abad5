/** A picture, and the version: https://redis.io/docs/latest/commands/lolwut/ The pictures are our own, drawn by chance. */
import type { RandomSource } from '../keyspace/random.js'
import type { Unit } from '../keyspace/unit.js'
import { type Argv, clampedAt, tokenAt } from './argv.js'
import { type Command, FAST, NO_KEYS, READONLY } from './command.js'
import type { Reply } from './reply.js'
import { REDIS_VERSION } from './version.js'

const WIDTH = 66
const WIDTH_MAX = 1_000
const HEIGHT_MAX = 1_000
const SHADES = ' .:-=+*#%@'
const PATHS = '╱╲'

/** Draws a picture by chance: 5 a maze of so many columns and rows, 6 a landscape, any other a sky. O(columns × rows). */
export function lolwut({ store }: Unit, version?: number, columns = WIDTH, rows = 16): string {
  const { random } = store
  const [width, height] = [Math.min(Math.max(columns, 1), WIDTH_MAX), Math.min(Math.max(rows, 1), HEIGHT_MAX)]
  const lines =
    version === 5
      ? maze(random, width, height)
      : version === 6
        ? hills(random, width, height)
        : sky(random, width, height)
  return `${lines.join('\n')}\n\nRedis ver. ${REDIS_VERSION}\n`
}

/** Each place holds one of two diagonals. */
function maze(random: RandomSource, width: number, height: number): string[] {
  return Array.from({ length: height }, () => Array.from({ length: width }, () => PATHS[random.below(2)]).join(''))
}

/** Ranges of hills, each in front of the last and darker. */
function hills(random: RandomSource, width: number, height: number): string[] {
  const picture = Array.from({ length: height }, () => new Array<string>(width).fill(' '))
  for (const [range, shade] of ['.', ':', '+', '#'].entries()) {
    let top = Math.floor((height * (range + 1)) / 6) + random.below(3)
    for (let x = 0; x < width; x++) {
      top = Math.min(Math.max(top + random.below(3) - 1, Math.floor((height * range) / 6)), height - 1)
      for (let y = top; y < height; y++) picture[y]![x] = shade
    }
  }
  return picture.map((line) => line.join(''))
}

/** Clouds of light around a few bright places. */
function sky(random: RandomSource, width: number, height: number): string[] {
  const stars = Array.from({ length: 3 + random.below(4) }, () => ({ x: random.below(width), y: random.below(height) }))
  return Array.from({ length: height }, (_, y) =>
    Array.from({ length: width }, (_, x) => {
      const light = stars.reduce((sum, star) => sum + 8 / (1 + (star.x - x) ** 2 / 4 + (star.y - y) ** 2), 0)
      return SHADES[Math.min(SHADES.length - 1, Math.floor(light) + random.below(2))]
    }).join(''),
  )
}

/** `VERSION n` and the numbers behind it; other words mean nothing, as in Redis. */
function read(argv: Argv): [version?: number, columns?: number, rows?: number] {
  if (argv.length < 3 || tokenAt(argv, 1) !== 'VERSION') return []
  const numbers = argv.slice(2).map((_, i) => clampedAt(argv, i + 2))
  const [version, columns, rows] = numbers
  return [version!, ...(columns === undefined ? [] : [columns]), ...(rows === undefined ? [] : [rows])] as [number]
}

export const lolwutCommands = {
  LOLWUT: {
    summary: 'Returns a picture, and the version.',
    since: '5.0.0',
    group: 'server',
    complexity: 'O(N), N characters of the picture',
    arity: -1,
    flags: READONLY | FAST,
    keys: NO_KEYS,
    syntax: '[VERSION version:integer]',
    call: (unit, argv): Reply => lolwut(unit, ...read(argv)),
  },
} satisfies Record<string, Command>
