/** Distances on the globe, shapes around a place, and which scores have to be looked at to find what lies in one. */
import { columnOf, interleave, latitudeOf, longitudeOf, rowOf, STEPS_MAX, southOf, westOf } from './geohash.js'

/** The radius that Redis counts with, in metres. */
const EARTH_RADIUS = 6372797.560856
const RADIANS = Math.PI / 180
/** Half of the way around the world on the map, in metres. */
const MERCATOR_MAX = 20037726.37

/** The distance between two places in metres, by the haversine formula. O(1). */
export function distanceBetween(longitude1: number, latitude1: number, longitude2: number, latitude2: number): number {
  return distanceFrom(longitude1, latitude1, Math.cos(latitude1 * RADIANS), longitude2, latitude2)
}

/** The same where the cosine of the first latitude is known. */
function distanceFrom(
  longitude1: number,
  latitude1: number,
  cosine1: number,
  longitude2: number,
  latitude2: number,
): number {
  const v = Math.sin((longitude2 * RADIANS - longitude1 * RADIANS) / 2)
  if (v === 0) return latitudeDistance(latitude1, latitude2)
  const radians2 = latitude2 * RADIANS
  const u = Math.sin((radians2 - latitude1 * RADIANS) / 2)
  const a = u * u + cosine1 * Math.cos(radians2) * v * v
  return 2 * EARTH_RADIUS * Math.asin(Math.sqrt(a))
}

function latitudeDistance(latitude1: number, latitude2: number): number {
  return EARTH_RADIUS * Math.abs(latitude2 * RADIANS - latitude1 * RADIANS)
}

/** What lies around a place: a circle, or a box that follows the parallels; in metres. */
export interface GeoShape {
  readonly longitude: number
  readonly latitude: number
  /** undefined for a box. */
  readonly radius: number | undefined
  /** Of a box; of a circle its diameter. */
  readonly width: number
  readonly height: number
}

export function circle(longitude: number, latitude: number, radius: number): GeoShape {
  return { longitude, latitude, radius, width: radius * 2, height: radius * 2 }
}

/** How far too large a bound is made, so that rounding never leaves anything out. */
const SLACK = 1 + 1e-9

/**
 * Tells what lies in a shape. Most of what does not is told by its latitude or its longitude alone, without a sine: those
 * bounds are wide enough that the result is that of the distance in every case.
 */
export class GeoFilter {
  private readonly shape: GeoShape
  private readonly cosine: number
  private readonly latitudeReach: number
  private readonly longitudeReach: number

  constructor(shape: GeoShape) {
    this.shape = shape
    this.cosine = Math.cos(shape.latitude * RADIANS)
    const angle = shape.height / 2 / EARTH_RADIUS
    this.latitudeReach = (angle / RADIANS) * SLACK + 1e-9
    this.longitudeReach = shape.radius === undefined ? Number.POSITIVE_INFINITY : reachOf(shape.latitude, angle)
  }

  /** The distance to a score in metres, -1 when it is outside. O(1). */
  distanceTo(score: number): number {
    const { shape } = this
    const latitude = latitudeOf(score)
    if (Math.abs(latitude - shape.latitude) > this.latitudeReach) return -1
    const longitude = longitudeOf(score)
    const apart = Math.abs(longitude - shape.longitude)
    // The short way around.
    if ((apart > 180 ? 360 - apart : apart) > this.longitudeReach) return -1
    if (shape.radius === undefined && !this.isInBox(longitude, latitude)) return -1
    const distance = distanceFrom(shape.longitude, shape.latitude, this.cosine, longitude, latitude)
    if (shape.radius !== undefined && distance > shape.radius) return -1
    return distance
  }

  private isInBox(longitude: number, latitude: number): boolean {
    const { shape } = this
    if (latitudeDistance(latitude, shape.latitude) > shape.height / 2) return false
    return distanceBetween(longitude, latitude, shape.longitude, latitude) <= shape.width / 2
  }
}

/** How many degrees of longitude a circle of an angle reaches to each side; all where it has a pole in it. */
function reachOf(latitude: number, angle: number): number {
  if (Math.abs(latitude) * RADIANS + angle >= Math.PI / 2 - 1e-6) return Number.POSITIVE_INFINITY
  const reach = Math.asin(Math.min(1, Math.sin(angle) / Math.cos(latitude * RADIANS)))
  return (reach / RADIANS) * SLACK + 1e-9
}

/** A range of scores, the upper end excluded. */
export interface ScoreRange {
  readonly min: number
  readonly max: number
}

/** A cell of the map, of those that `steps` halvings of each side make. */
interface Cell {
  readonly column: number
  readonly row: number
}

/** West, south, east and north, in degrees. */
interface Bounds {
  readonly west: number
  readonly south: number
  readonly east: number
  readonly north: number
}

/**
 * The scores in which all of a shape lies, cell by cell: the one that its middle is in and those of its eight neighbours that
 * it may reach, in the order in which Redis goes through them. O(1).
 */
export function scoresAround(shape: GeoShape): ScoreRange[] {
  const bounds = boundsOf(shape)
  const reach = shape.radius ?? Math.sqrt((shape.width / 2) ** 2 + (shape.height / 2) ** 2)
  let steps = stepsFor(reach, shape.latitude)
  if (steps > 1 && !isCoveredBy(cellOf(shape, steps), steps, bounds)) steps--
  const cells = neighboursOf(cellOf(shape, steps), steps, steps >= 2 ? bounds : undefined)
  const ranges: ScoreRange[] = []
  let former: ScoreRange | undefined
  for (const [i, cell] of cells.entries()) {
    if (cell === undefined) continue
    const scale = 2 ** (2 * (STEPS_MAX - steps))
    const range = { min: interleave(cell.column, cell.row) * scale, max: interleave(cell.column, cell.row, 1) * scale }
    // On few cells neighbours are the same ones.
    if (former !== undefined && former.min === range.min) continue
    ranges.push(range)
    if (i > 0) former = range
  }
  return ranges
}

/** How often the map is halved, so that the shape is not much smaller than a cell. */
function stepsFor(reach: number, latitude: number): number {
  if (reach === 0) return STEPS_MAX
  let steps = 1
  for (let range = reach; range < MERCATOR_MAX; range *= 2) steps++
  steps -= 2
  // Towards the poles cells are narrower.
  if (Math.abs(latitude) > 66) steps--
  if (Math.abs(latitude) > 80) steps--
  return Math.min(Math.max(steps, 1), STEPS_MAX)
}

function boundsOf({ longitude, latitude, width, height }: GeoShape): Bounds {
  const latitudeDelta = height / 2 / EARTH_RADIUS / RADIANS
  // Where the shape is widest on the map.
  const widest = latitude < 0 ? latitude - latitudeDelta : latitude + latitudeDelta
  const longitudeDelta = width / 2 / EARTH_RADIUS / Math.cos(widest * RADIANS) / RADIANS
  return {
    west: longitude - longitudeDelta,
    south: latitude - latitudeDelta,
    east: longitude + longitudeDelta,
    north: latitude + latitudeDelta,
  }
}

function cellOf({ longitude, latitude }: GeoShape, steps: number): Cell {
  return { column: columnOf(longitude, 2 ** steps), row: rowOf(latitude, 2 ** steps) }
}

/** Whether a cell and its neighbours go to all bounds. */
function isCoveredBy({ column, row }: Cell, steps: number, bounds: Bounds): boolean {
  const cells = 2 ** steps
  const north = southOf(wrapped(row + 1, cells) + 1, cells)
  const south = southOf(wrapped(row - 1, cells), cells)
  const east = westOf(wrapped(column + 1, cells) + 1, cells)
  const west = westOf(wrapped(column - 1, cells), cells)
  return !(north < bounds.north || south > bounds.south || east < bounds.east || west > bounds.west)
}

/** The map goes on at its other side, in both directions. */
function wrapped(index: number, cells: number): number {
  return (index + cells) % cells
}

/** The cell and its neighbours, undefined for those that lie outside of the bounds. */
function neighboursOf(cell: Cell, steps: number, bounds: Bounds | undefined): (Cell | undefined)[] {
  const cells = 2 ** steps
  const { column, row } = cell
  const hasSouth = bounds === undefined || !(southOf(row, cells) < bounds.south)
  const hasNorth = bounds === undefined || !(southOf(row + 1, cells) > bounds.north)
  const hasWest = bounds === undefined || !(westOf(column, cells) < bounds.west)
  const hasEast = bounds === undefined || !(westOf(column + 1, cells) > bounds.east)
  const north = wrapped(row + 1, cells)
  const south = wrapped(row - 1, cells)
  const east = wrapped(column + 1, cells)
  const west = wrapped(column - 1, cells)
  return [
    cell,
    hasNorth ? { column, row: north } : undefined,
    hasSouth ? { column, row: south } : undefined,
    hasEast ? { column: east, row } : undefined,
    hasWest ? { column: west, row } : undefined,
    hasNorth && hasEast ? { column: east, row: north } : undefined,
    hasNorth && hasWest ? { column: west, row: north } : undefined,
    hasSouth && hasEast ? { column: east, row: south } : undefined,
    hasSouth && hasWest ? { column: west, row: south } : undefined,
  ]
}
