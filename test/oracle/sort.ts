import type { ByteText, Call } from './bytes.js'
import { commandsByName } from './table.js'
import { type Draw, drawValue } from './values.js'

/*
 * Calls around SORT that fit together: containers of numbers and of anything, and the keys that BY and GET lead to from their
 * elements. `--group sort` draws nothing else. A key says the type that it has, so that the comparison knows when the order
 * of a reply is open: sets here are so small that Redis keeps them in the order in which their members came.
 */
export const SORTING = 'sort'

const SMALL = /^sort:/
const ORDERED = /^sort:[ls]/

/** The words of a SORT. */
interface SortWords {
  readonly by: readonly ByteText[]
  readonly gets: number
  readonly alpha: boolean
  readonly limit: boolean
  readonly stores: boolean
}

/** Undefined where the words are wrong: then the reply is an error. */
function readSort(call: Call): SortWords | undefined {
  const by: ByteText[] = []
  const seen = { gets: 0, alpha: false, limit: false, stores: false }
  for (let i = 2; i < call.length; i++) {
    const token = call[i]!.toUpperCase()
    if (token === 'BY') by.push(call[++i] ?? '')
    else if (token === 'GET') {
      seen.gets++
      i++
    } else if (token === 'LIMIT') {
      seen.limit = true
      i += 2
    } else if (token === 'STORE') {
      seen.stores = true
      i++
    } else if (token === 'ALPHA') seen.alpha = true
    else if (token !== 'ASC' && token !== 'DESC') return undefined
  }
  return { by, ...seen }
}

/** How far Redis leaves the order of a reply open, and of how many replies an element consists. */
export interface SortFreedom {
  /**
   * `order`: the elements are the same in any order; `choice`: where some are cut off, others may be; `ties`: elements that are
   * one up to a zero byte come in any order.
   */
  readonly open: 'nothing' | 'order' | 'choice' | 'ties'
  readonly size: number
}

/**
 * By number, ties are decided by the elements. By the text at other keys, they are not: where they come depends on the order that they had,
 * which nobody knows of a hash table. Without a pattern a set comes in its own order, which may be that of a hash table; and as C
 * compares text, it ends at a zero byte.
 */
export function sortFreedom(call: Call): SortFreedom {
  const words = readSort(call)
  const size = Math.max(1, words?.gets ?? 1)
  const key = call[1] ?? ''
  if (words === undefined) return { open: 'nothing', size }
  if (words.by.length === 0) {
    const hasTies = words.alpha && !words.stores && !ORDERED.test(key)
    return { open: hasTies ? (words.gets === 0 ? 'ties' : words.limit ? 'choice' : 'order') : 'nothing', size }
  }
  if (words.by.some((pattern) => !/^[^\0]*\*/.test(pattern))) {
    const isOpen = !words.stores && !SMALL.test(key)
    return { open: isOpen ? (words.limit ? 'choice' : 'order') : 'nothing', size }
  }
  if (!words.alpha) return { open: 'nothing', size }
  return { open: ORDERED.test(key) ? 'nothing' : words.limit ? 'choice' : 'order', size }
}

/** A SORT without BY where it would store what is open. */
export function settledSort(call: Call): Call {
  const by = call.findIndex((word) => /^by$/i.test(word))
  if (!call.some((word) => /^store$/i.test(word)) || by < 2 || sortFreedom(call).open === 'nothing') return call
  return settledSort(call.filter((_, at) => at !== by && at !== by + 1))
}

const NUMBERS = ['1', '2', '3', '10', '-3', '1.5', '0', '-0', '007', '1e2', '20', '5']
const ELEMENTS = [...NUMBERS, 'x', 'y', 'Z', 'é', '\xff', '', 'a\x00b', 'a\x00a', 'inf', '-inf', '9007199254740993']
const WEIGHTS = [...NUMBERS, '2', '2', '3', '3', '', 'inf', '1e400', 'x', '0.1', '.5', '5.', '+2', '9007199254740993']
const BAD_WEIGHTS = ['x', 'nan', ' 1', '0x10', '1\x00x', '1_0', '1e']
const PATTERNS = [
  'w:*',
  'w:*',
  'w:*',
  'h:*->f',
  'h:*->f',
  'h:*->g',
  '*',
  'w:*->f',
  'h:*',
  'h:*->',
  '*->',
  'w:**',
  'w:*\x00',
]
const CONSTANTS = ['nosort', '#', '', 'h:->f', 'no\x00*', '#\x00']

const container = (draw: Draw): string => draw.pick(['l1', 'l2', 's1', 's2', 'z1', 'z2', 'x'])
const elementFor = (draw: Draw, key: string): ByteText => {
  if (key.endsWith('1')) return draw.percent(97) ? draw.pick(NUMBERS) : draw.pick(ELEMENTS)
  return draw.percent(95) ? draw.pick(ELEMENTS) : drawValue(draw).slice(0, 60)
}
const weight = (draw: Draw): ByteText => (draw.percent(98) ? draw.pick(WEIGHTS.slice(0, 16)) : draw.pick(BAD_WEIGHTS))
const anyWeight = (draw: Draw): ByteText => (draw.percent(20) ? draw.pick(WEIGHTS) : weight(draw))

const some = (draw: Draw, many: number, make: () => readonly ByteText[]): ByteText[] =>
  Array.from({ length: draw.int(1, many) }, make).flat()

type Write = (draw: Draw) => Call

const addElements: Write = (draw) => {
  const key = container(draw)
  const name = key === 'x' ? draw.pick(['RPUSH', 'SADD', 'ZADD']) : { l: 'RPUSH', s: 'SADD', z: 'ZADD' }[key[0]!]!
  // Of more than forty elements Redis takes another pivot; a set of so many is a hash table, which has an order of its own.
  const most = name === 'RPUSH' && draw.percent(5) ? 60 : 6
  const words = some(draw, most, () => {
    const element = elementFor(draw, key)
    return name === 'ZADD' ? [draw.pick(['0', '1', '1', '2', '-1.5']), element] : [element]
  })
  return [name, `sort:${key}`, ...words]
}

const removeElement: Write = (draw) => {
  const key = container(draw)
  const name = { l: 'LREM', s: 'SREM', z: 'ZREM' }[key[0]!]
  if (name === undefined || draw.oneIn(4)) return ['DEL', `sort:${key}`]
  return [name, `sort:${key}`, ...(name === 'LREM' ? ['1'] : []), elementFor(draw, key)]
}

const setWeights: Write = (draw) => ['MSET', ...some(draw, 5, () => [`w:${elementFor(draw, 'w2')}`, anyWeight(draw)])]

const setFields: Write = (draw) => [
  'HSET',
  `h:${elementFor(draw, 'h2')}`,
  ...some(draw, 2, () => [draw.pick(['f', 'g', 'f', '']), anyWeight(draw)]),
]

const removeWeight: Write = (draw) => ['DEL', `${draw.pick(['w', 'h'])}:${elementFor(draw, 'w2')}`]

const wrongKey: Write = (draw) =>
  draw.pick([
    ['SET', 'sort:x', 'v'],
    ['DEL', 'sort:x'],
    ['HSET', 'w:1', 'f', '1'],
    ['RPUSH', 'w:2', '1'],
    ['SET', 'h:3', '7'],
    ['SET', 'h:1->', '8'],
  ])

const limits: Write = (draw) => {
  const number = (): ByteText =>
    draw.weighted([
      [70, (d) => String(d.int(0, 5))],
      [20, (d) => d.pick(['-1', '-2', '100'])],
      [6, (d) => d.pick(['9223372036854775807', '-9223372036854775808'])],
      [2, (d) => d.pick(['x', '', '1.0', '9223372036854775808'])],
    ])
  return ['LIMIT', number(), number()]
}

const by: Write = (draw) => ['BY', draw.percent(80) ? draw.pick(PATTERNS) : draw.pick(CONSTANTS)]

const sort: Write = (draw) => {
  const readonly = draw.percent(25)
  const options: Call[] = []
  if (draw.percent(50)) options.push(by(draw))
  if (draw.percent(35)) options.push(limits(draw))
  if (draw.percent(35)) options.push(some(draw, 3, () => ['GET', draw.pick(['#', '#', ...PATTERNS, ...CONSTANTS])]))
  if (draw.percent(50)) options.push([draw.pick(['ASC', 'DESC', 'DESC', 'desc'])])
  if (draw.percent(50)) options.push([draw.pick(['ALPHA', 'alpha'])])
  if (draw.percent(readonly ? 2 : 30)) options.push(['STORE', `sort:${draw.pick(['l1', 'l2', 'x', 'd'])}`])
  if (draw.percent(3) && options.length > 0) options.push(draw.pick(options))
  const key = draw.percent(95) ? `sort:${container(draw)}` : 'sort:none'
  const call = [readonly ? 'SORT_RO' : 'SORT', key, ...draw.shuffle(options).flat()]
  if (draw.percent(2)) return [...call, draw.pick(['nosuch', 'LIMIT', 'BY', 'GET', 'STORE', '1'])]
  return draw.percent(2) ? call.slice(0, -1) : call
}

/** One call of the mix, of a command that there is. */
export function drawSortCall(draw: Draw): Call {
  const call = drawAnyCall(draw)
  return commandsByName.has(call[0]!) ? call : drawSortCall(draw)
}

function drawAnyCall(draw: Draw): Call {
  const percent = draw.int(0, 99)
  if (percent < 45) return settledSort(sort(draw))
  if (percent < 68) return addElements(draw)
  if (percent < 80) return setWeights(draw)
  if (percent < 90) return setFields(draw)
  if (percent < 94) return removeElement(draw)
  return percent < 97 ? removeWeight(draw) : wrongKey(draw)
}
