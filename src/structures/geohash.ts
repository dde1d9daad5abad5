/**
 * Places as numbers of 52 bits, as Redis keeps them for scores: the bits of longitude and latitude take turns, so that places
 * that are near each other mostly have numbers that are.
 */

const LONGITUDE_MAX = 180
/** Where the web's Mercator projection ends. */
const LATITUDE_MAX = 85.05112878

/** How often each side of the world is halved for a score. */
export const STEPS_MAX = 26
const CELLS = 2 ** STEPS_MAX

/** A place in degrees. */
export interface Coordinates {
  longitude: number
  latitude: number
}

/** Whether Redis has a score for a place. */
export function isOnMap(longitude: number, latitude: number): boolean {
  return Math.abs(longitude) <= LONGITUDE_MAX && Math.abs(latitude) <= LATITUDE_MAX
}

/** In which of `cells` columns from west to east a longitude lies; behind the last one for 180. */
export function columnOf(longitude: number, cells: number): number {
  return Math.floor(((longitude - -LONGITUDE_MAX) / (LONGITUDE_MAX - -LONGITUDE_MAX)) * cells)
}

/** In which of `cells` rows from south to north a latitude lies; `max` is where the last one ends. */
export function rowOf(latitude: number, cells: number, max = LATITUDE_MAX): number {
  return Math.floor(((latitude - -max) / (max - -max)) * cells)
}

/** The score of a place that is on the map. O(1). */
export function scoreOf(longitude: number, latitude: number): number {
  return interleave(columnOf(longitude, CELLS), rowOf(latitude, CELLS))
}

/** A number of the bits of a column, in odd places, and of a row, in even ones; of more than 53 bits the nearest double. */
export function interleave(column: number, row: number, more = 0): number {
  const low = spread(row & 0xffff) | (spread(column & 0xffff) << 1)
  const high = spread(row >>> 16) | (spread(column >>> 16) << 1)
  return (high >>> 0) * 2 ** 32 + ((low >>> 0) + more)
}

/** Puts a zero before each of 16 bits. */
function spread(bits: number): number {
  let spaced = (bits | (bits << 8)) & 0x00ff00ff
  spaced = (spaced | (spaced << 4)) & 0x0f0f0f0f
  spaced = (spaced | (spaced << 2)) & 0x33333333
  return (spaced | (spaced << 1)) & 0x55555555
}

/** The 16 bits in even places. */
function gather(bits: number): number {
  let dense = bits & 0x55555555
  dense = (dense | (dense >>> 1)) & 0x33333333
  dense = (dense | (dense >>> 2)) & 0x0f0f0f0f
  dense = (dense | (dense >>> 4)) & 0x00ff00ff
  return (dense | (dense >>> 8)) & 0xffff
}

/** The upper and the lower half of a score as 64 bits. Any number has some: what is no geohash is read as Redis reads it on x86-64. */
function highHalf(score: number): number {
  return score >= 0 && score < 2 ** 64 ? Math.floor(score / 2 ** 32) : Number(bitsOfOther(score) >> 32n)
}

function lowHalf(score: number): number {
  return score >= 0 && score < 2 ** 53 ? (score % 2 ** 32) | 0 : Number(BigInt.asIntN(32, bitsOfOther(score)))
}

function bitsOfOther(score: number): bigint {
  if (score >= 2 ** 64) return 0n
  return score < -(2 ** 63) ? 2n ** 63n : BigInt.asUintN(64, BigInt(Math.trunc(score)))
}

/** The longitude of the middle of the cell that a score stands for. O(1). */
export function longitudeOf(score: number): number {
  const column = (gather(lowHalf(score) >>> 1) | (gather(highHalf(score) >>> 1) << 16)) >>> 0
  const min = westOf(column, CELLS)
  const longitude = (min + westOf(column + 1, CELLS)) / 2
  return longitude > LONGITUDE_MAX ? LONGITUDE_MAX : longitude
}

/** The latitude of the middle of the cell that a score stands for. O(1). */
export function latitudeOf(score: number): number {
  const row = (gather(lowHalf(score)) | (gather(highHalf(score)) << 16)) >>> 0
  const min = southOf(row, CELLS)
  const latitude = (min + southOf(row + 1, CELLS)) / 2
  return latitude > LATITUDE_MAX ? LATITUDE_MAX : latitude
}

/** Where a column begins. */
export function westOf(column: number, cells: number): number {
  return -LONGITUDE_MAX + (column / cells) * (LONGITUDE_MAX - -LONGITUDE_MAX)
}

/** Where a row begins. */
export function southOf(row: number, cells: number): number {
  return -LATITUDE_MAX + (row / cells) * (LATITUDE_MAX - -LATITUDE_MAX)
}

const LETTERS = '0123456789bcdefghjkmnpqrstuvwxyz'

/**
 * The geohash of a score in eleven letters, as the world writes it: of a map that goes up to the poles. The last letter is
 * always 0, since there are no bits left for it.
 *
 * @see https://en.wikipedia.org/wiki/Geohash
 */
export function geohashText(score: number): string {
  const column = columnOf(longitudeOf(score), CELLS)
  const row = rowOf(latitudeOf(score), CELLS, 90)
  let text = ''
  for (let letter = 0; letter < 10; letter++) {
    let index = 0
    for (let i = letter * 5; i < letter * 5 + 5; i++) {
      // Bits from the left: longitude first.
      const side = i % 2 === 0 ? column : row
      index = index * 2 + ((side >>> (STEPS_MAX - 1 - (i >> 1))) & 1)
    }
    text += LETTERS[index]
  }
  return `${text}0`
}
