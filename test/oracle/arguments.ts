import type { Argument } from '../../src/commands/syntax.js'
import { type ByteText, utf8 } from './bytes.js'
import { drawPayload } from './payloads.js'
import {
  type Draw,
  drawFloat,
  drawInteger,
  drawKey,
  drawPattern,
  drawValue,
  edgeInteger,
  notInteger,
  smallInteger,
} from './values.js'

/*
 * What is drawn for one argument: by `COMMAND.argument`, else by the argument's name, else by its type.
 *
 * Times are chosen so that the real clock, which runs on during a sequence, decides nothing: a relative expiry is drawn
 * evenly from 1,000 s to 1e9 s (two are never close), an absolute one is in the past or one of a few instants past 2100
 * (equal ones meet often, which NX, GT and LT need).
 */
type Make = (draw: Draw, group: string) => ByteText

/** Absolute deadlines in ms. TTL rounds to the nearest second, so the halves of a second are among them. */
export const DEADLINES_MS: readonly number[] = [
  4_102_444_800_000, 4_102_444_800_001, 4_102_444_799_500, 4_102_444_799_499, 4_102_444_801_000, 4_133_980_800_999,
  253_402_300_799_999,
]

const PAST_SECONDS = ['0', '1', '-1', '1000000000', '-1000000000']
const NOT_AHEAD = ['0', '-1', '-1000000']
const OVERFLOW_SECONDS = [
  '9223372036854775',
  '9223372036854776',
  '-9223372036854775',
  '-9223372036854776',
  '9223370000000000',
]

const relativeSeconds: Make = (draw) =>
  draw.weighted([
    [80, (d) => String(d.int(1_000, 1_000_000_000))],
    [4, (d) => d.pick(NOT_AHEAD)],
    [4, (d) => d.pick(OVERFLOW_SECONDS)],
    [2, edgeLarge],
    [3, notInteger],
  ])

const relativeMs: Make = (draw) =>
  draw.weighted([
    [80, (d) => `${d.int(1_000, 1_000_000_000)}${d.int(100, 999)}`],
    [4, (d) => d.pick(NOT_AHEAD)],
    [4, edgeLarge],
    [3, notInteger],
  ])

const unixSeconds: Make = (draw) =>
  draw.weighted([
    [60, (d) => String(Math.floor(d.pick(DEADLINES_MS) / 1000))],
    [8, (d) => d.pick(PAST_SECONDS)],
    [4, (d) => d.pick(OVERFLOW_SECONDS)],
    [2, edgeLarge],
    [3, notInteger],
  ])

const unixMs: Make = (draw) =>
  draw.weighted([
    [60, (d) => String(d.pick(DEADLINES_MS))],
    [8, (d) => d.pick([...PAST_SECONDS, '1000000000000'])],
    [4, edgeLarge],
    [3, notInteger],
  ])

/** Edges far from any instant that a clock could reach. */
const edgeLarge = (draw: Draw): string =>
  draw.pick(['9223372036854775807', '-9223372036854775808', '9223372036854775806', '9223372036854775808'])

const database: Make = (draw) =>
  draw.weighted([
    [80, (d) => String(d.int(0, 3))],
    [6, () => '15'],
    [4, (d) => d.pick(['16', '-1', '2147483648', '4294967296', '9223372036854775807'])],
    [4, notInteger],
  ])

/** Sequences stay in database 0 mostly, where the keys are. */
const selected: Make = (draw, group) => (draw.percent(60) ? '0' : database(draw, group))

const cursor: Make = (draw) =>
  draw.weighted([
    [85, () => '0'],
    [6, (d) => d.pick(['1', '5', '42', '18446744073709551615', '9223372036854775808'])],
    [5, (d) => d.pick(['-1', '18446744073709551616', 'abc', '', '1.0', ' 1', '0x1', '+0', '00'])],
  ])

/**
 * Byte offsets that grow a value stay small, so that a state stays cheap to compare; past 512 MiB they are refused.
 * What lies between is allowed but would allocate, so it is not drawn.
 */
const growingOffset: Make = (draw) =>
  draw.weighted([
    [70, (d) => String(d.int(0, 12))],
    [20, (d) => String(d.int(0, 200))],
    [1, (d) => String(d.int(200, 5_000))],
    [5, (d) => d.pick(['-1', '536870912', '536870911000', '9223372036854775807', '-9223372036854775808'])],
    [3, notInteger],
  ])

const rangeIndex: Make = (draw) =>
  draw.weighted([
    [75, smallInteger],
    [12, (d) => d.pick(['0', '-1', '-2', '1', '44', '45', '100', '-100'])],
    [6, edgeInteger],
    [3, notInteger],
  ])

const count: Make = (draw) =>
  draw.weighted([
    [60, (d) => String(d.int(1, 12))],
    [20, () => '1000'],
    [8, (d) => d.pick(['0', '-1', '-5', '9223372036854775807', '-9223372036854775808'])],
    [4, notInteger],
  ])

const restoreTtl: Make = (draw) =>
  draw.weighted([
    [40, () => '0'],
    [25, (d) => `${d.int(1_000, 1_000_000_000)}${d.int(100, 999)}`],
    [3, () => '-1'],
    [2, notInteger],
  ])

const idle: Make = (draw) =>
  draw.weighted([
    [70, (d) => String(d.int(0, 5_000))],
    [6, () => '-1'],
    [3, notInteger],
  ])

const frequency: Make = (draw) =>
  draw.weighted([
    [70, (d) => String(d.int(0, 255))],
    [8, (d) => d.pick(['256', '-1', '100000'])],
    [3, notInteger],
  ])

const typeName: Make = (draw) =>
  draw.pick(['string', 'STRING', 'String', 'list', 'set', 'zset', 'hash', 'stream', 'none', 'nosuch', '', 'strin'])

const sortPattern: Make = (draw) => draw.pick(['user:*', '*', 'nosort', 'user:*->f', '#', 'k*->*', 'a*', '', '*->'])

const streamId: Make = (draw) =>
  draw.weighted([
    [60, (d) => `${d.int(1, 60)}-${d.int(0, 3)}`],
    [10, (d) => String(d.int(1, 60))],
    [10, (d) => d.pick(STREAM_ID_EDGES)],
  ])

const STREAM_ID_EDGES = [
  ...[
    '0-0',
    '0-1',
    '0',
    '5',
    '5-*',
    '-',
    '+',
    '$',
    '>',
    'abc',
    '',
    '1-',
    '-1',
    '007-01',
    ' 5-1',
    '5- 1',
    '+5',
    '5--1',
    '5--01',
  ],
  ...[
    '18446744073709551615-18446744073709551615',
    '18446744073709551615-18446744073709551614',
    '18446744073709551616-0',
  ],
  ...['9007199254740993-1', '9223372036854775808-9007199254740992', '5-18446744073709551615', '5-18446744073709551616'],
]

/** Ids to add under, most of which are past the last one. */
const newStreamId: Make = (draw) =>
  draw.weighted([
    [40, () => '60-*'],
    [30, (d) => `${d.int(1, 60)}-*`],
    [20, (d) => `${d.int(1, 60)}-${d.int(0, 30)}`],
    [2, (d) => d.pick(STREAM_ID_EDGES.slice(1))],
  ])

const intervalId: Make = (draw, group) =>
  draw.weighted([
    [40, (d) => d.pick(['-', '+'])],
    [40, (d) => streamId(d, group)],
    [20, (d) => `(${streamId(d, group)}`],
  ])

const readId: Make = (draw, group) =>
  draw.weighted([
    [40, (d) => d.pick(['>', '0', '0-0', '$', '+'])],
    [40, (d) => streamId(d, group)],
  ])

/** Far from any time that passes within a run: see `claimIdle`. */
const minIdle: Make = (draw) =>
  draw.weighted([
    [70, () => '0'],
    [15, (d) => d.pick(['5000000', '-1', '9223372036854775807', '-9223372036854775808'])],
    [3, notInteger],
  ])

const claimIdle: Make = (draw) =>
  draw.weighted([
    [80, (d) => d.pick(['0', '10000000', '20000000'])],
    [10, (d) => d.pick(['-1', '9223372036854775807', '-9223372036854775808'])],
    [3, notInteger],
  ])

const claimTime: Make = (draw) =>
  draw.weighted([
    [80, (d) => d.pick(['0', '1', '1000000000000', '9999999999999'])],
    [10, (d) => d.pick(['-1', '9223372036854775807', '-9223372036854775808'])],
    [3, notInteger],
  ])

const trimThreshold: Make = (draw, group) =>
  draw.weighted([
    [60, (d) => String(d.int(0, 12))],
    [25, (d) => streamId(d, group)],
    [5, (d) => d.pick(['-1', '9223372036854775807', '18446744073709551615'])],
    [3, notInteger],
  ])

const readCounter: Make = (draw) =>
  draw.weighted([
    [70, (d) => String(d.int(0, 30))],
    [20, (d) => d.pick(['-1', '-2', '9223372036854775807', '9223372036854775808'])],
    [3, notInteger],
  ])

/** Of BLOCK: a moment, or refused. */
export const BLOCK_WORDS: readonly ByteText[] = ['1', '2', '-1', 'abc', '', '9223372036854775807', '1.5']
const blockTime: Make = (draw) => (draw.percent(80) ? '1' : draw.pick(BLOCK_WORDS))

export const drawReadId = (draw: Draw): ByteText => readId(draw, 'stream')

/** A blocking call must come back at once, since the server would hold up its connection: these wait a moment or fail. */
const noReplicas: Make = (draw) =>
  draw.weighted([
    [60, () => '0'],
    [8, (d) => d.pick(['-1', '-5'])],
    [5, notInteger],
  ])

const shortTimeout: Make = (draw) =>
  draw.weighted([
    [60, () => '1'],
    [8, (d) => d.pick(['-1', '-9223372036854775808'])],
    [5, notInteger],
  ])

/** Members of sets: integers, which Redis keeps apart, and few names, so that sets have much in common. */
const member: Make = (draw) =>
  draw.weighted([
    [45, smallInteger],
    [30, (d) => `m${d.int(0, 15)}`],
    [25, drawValue],
  ])

/** How many random elements to pop or to show. */
const picks: Make = (draw) =>
  draw.weighted([
    [50, (d) => String(d.int(1, 8))],
    [15, (d) => String(d.int(8, 40))],
    [8, () => '1000'],
    [12, (d) => String(-d.int(1, 12))],
    [8, (d) => d.pick(['0', '9223372036854775807', '-9223372036854775808'])],
    [4, notInteger],
  ])

const limit: Make = (draw) =>
  draw.weighted([
    [70, (d) => String(d.int(0, 6))],
    [10, (d) => d.pick(['-1', '9223372036854775807', '1000'])],
    [4, notInteger],
  ])

/** Elements of lists: few that meet again, others as they come. */
const element: Make = (draw) =>
  draw.weighted([
    [45, (d) => d.pick(['a', 'b', 'c', '1', '-1'])],
    [40, drawValue],
    [4, (d) => d.pick(['x', utf8('é')]).repeat(d.int(200, 3_000))],
    [1, (d) => 'y'.repeat(d.int(8_100, 8_300))],
  ])

/** An element that a list may have. */
const knownElement: Make = (draw) => (draw.percent(75) ? draw.pick(['a', 'b', 'c', '1', '-1']) : drawValue(draw))

/** An index that a short list mostly has. */
const elementIndex: Make = (draw, group) => (draw.percent(75) ? String(draw.int(-3, 3)) : rangeIndex(draw, group))

const rank: Make = (draw) =>
  draw.weighted([
    [80, (d) => d.pick(['1', '2', '3', '-1', '-2', '-3'])],
    [6, edgeInteger],
    [4, () => '0'],
    [4, notInteger],
  ])

/**
 * Timeouts of blocking commands in seconds: a few milliseconds, or such as are refused. All else might make the connection
 * wait that is to go on.
 */
export const TIMEOUT_WORDS: readonly ByteText[] = [
  ...['0.001', '0.0015', '1e-3', '.002', '1e-9'],
  ...[
    '-1',
    '-0.5',
    'abc',
    '',
    ' 1',
    '1 ',
    'nan',
    'inf',
    '-inf',
    '1e300',
    '9223372036854775807',
    '9223372036854775',
    '1e16',
    '0x',
    '1e',
  ],
]

const timeout: Make = (draw) => (draw.percent(85) ? draw.pick(TIMEOUT_WORDS.slice(0, 5)) : draw.pick(TIMEOUT_WORDS))
/** Few scores, so that members often share one. */
const score: Make = (draw) =>
  draw.weighted([
    [55, (d) => String(d.int(-3, 8))],
    [12, (d) => d.pick(['0', '-0', '0.5', '1.5', '-1.5', '1e3', '0x10'])],
    [6, (d) => d.pick(['inf', '-inf', '+inf', 'Infinity'])],
    [20, drawFloat],
    [3, notInteger],
  ])

/** Ends of a range of scores. */
const scoreBound: Make = (draw, group) =>
  draw.weighted([
    [45, (d) => score(d, group)],
    [25, (d) => `(${score(d, group)}`],
    [20, (d) => d.pick(['-inf', '+inf', 'inf', '(-inf', '(+inf'])],
    [
      6,
      (d) =>
        d.pick(['', '(', '((1', '1e400', '-1e400', '(1e-400', '1\x00', '0x10', 'nan', ' 1', '-+inf', '[1', '-', '+']),
    ],
  ])

/** Ends of a range of members. */
const lexBound: Make = (draw, group) =>
  draw.weighted([
    [25, (d) => d.pick(['-', '+'])],
    [35, (d) => `[${rankedMember(d, group)}`],
    [35, (d) => `(${rankedMember(d, group)}`],
    [5, (d) => d.pick(['[', '(', '', '--', '-\x00', '+\x00x', 'a', '1', '-1', '[\xff', '(\xff'])],
  ])

/** Few names, so that sorted sets have much in common, with each other and with sets. */
const rankedMember: Make = (draw) =>
  draw.weighted([
    [60, (d) => `m${d.int(0, 15)}`],
    [20, smallInteger],
    [20, drawValue],
  ])

/** Of BYSCORE, for a range that is not one by rank. */
export const drawScoreBound = (draw: Draw): ByteText => scoreBound(draw, 'sorted-set')

/** Of BYLEX, likewise. */
export const drawLexBound = (draw: Draw): ByteText => lexBound(draw, 'sorted-set')

export const drawWeight = (draw: Draw): ByteText => weight(draw, 'sorted-set')

const weight: Make = (draw) =>
  draw.weighted([
    [60, (d) => String(d.int(-2, 4))],
    [20, (d) => d.pick(['0.5', '0.1', '1e-3', '-0', 'inf', '-inf', '1e300'])],
    [15, drawFloat],
  ])

/** Of LIMIT. */
const limitOffset: Make = (draw) =>
  draw.weighted([
    [70, (d) => String(d.int(0, 4))],
    [12, (d) => String(-d.int(1, 6))],
    [6, (d) => d.pick(['100', '9223372036854775807', '-9223372036854775808'])],
    [3, notInteger],
  ])

/** Fields of hashes: few, so that calls meet the same ones. */
const field: Make = (draw) =>
  draw.weighted([
    [60, (d) => `f${d.int(0, 9)}`],
    [15, (d) => d.pick(['__proto__', 'constructor', '7', '-1', '', '\xff'])],
    [25, drawValue],
  ])

/** What fields hold: mostly numbers, for the counters. */
const fieldValue: Make = (draw) =>
  draw.weighted([
    [35, smallInteger],
    [15, drawFloat],
    [50, drawValue],
  ])

/** Deadlines of fields in ms: none past the year 4199, where Redis has no room for them. */
export const FIELD_DEADLINES_MS: readonly number[] = [...DEADLINES_MS.filter((ms) => ms < 2 ** 46), 2 ** 46 - 1]

const FIELD_OVERFLOWS = ['70368744177664', '253402300799999', '9223372036854775807', '9223372036854775806']

const fieldUnixSeconds: Make = (draw) =>
  draw.weighted([
    [60, (d) => String(Math.floor(d.pick(FIELD_DEADLINES_MS) / 1000))],
    [8, (d) => d.pick(PAST_SECONDS)],
    [5, (d) => d.pick(['70368744178', ...FIELD_OVERFLOWS])],
    [3, notInteger],
  ])

const fieldUnixMs: Make = (draw) =>
  draw.weighted([
    [60, (d) => String(d.pick(FIELD_DEADLINES_MS))],
    [8, (d) => d.pick([...PAST_SECONDS, '1000000000000'])],
    [5, (d) => d.pick(FIELD_OVERFLOWS)],
    [3, notInteger],
  ])

/** Offsets of bits: small ones, so that strings stay short, those at the limits only where nothing grows. */
const growingBit: Make = (draw) =>
  draw.weighted([
    [75, (d) => String(d.int(0, 70))],
    [15, (d) => String(d.int(0, 700))],
    [5, (d) => d.pick(['-1', '4294967296', '4294967297', '9223372036854775807', '-9223372036854775808'])],
    [3, notInteger],
  ])

const readBit: Make = (draw, group) =>
  draw.percent(90) ? growingBit(draw, group) : draw.pick(['4294967295', '4294967294', '2147483648', '2147483647'])

const bit: Make = (draw) =>
  draw.weighted([
    [45, () => '1'],
    [45, () => '0'],
    [4, (d) => d.pick(['2', '-1', '4294967296', '4294967297', '9223372036854775807'])],
    [3, notInteger],
  ])

const encoding: Make = (draw) =>
  draw.weighted([
    [40, (d) => d.pick(['u8', 'i8', 'u4', 'i5', 'u1', 'i1', 'u16', 'i16'])],
    [20, (d) => d.pick(['i64', 'u63', 'i63', 'u62', 'i53', 'u53', 'i54', 'u54', 'u32', 'i32', 'i33', 'u52'])],
    [30, (d) => `${d.pick(['i', 'u'])}${d.int(1, 63)}`],
    [4, (d) => d.pick(['u64', 'i65', 'u0', 'i0', 'U8', 'I8', 'u', 'i', '8', 'u08', 'x8', 'u8 ', 'u-1', 'u+1', ''])],
  ])

const fieldOffset: Make = (draw, group) =>
  draw.weighted([
    [60, (d) => growingBit(d, group)],
    [30, (d) => `#${d.int(0, 8)}`],
    [
      5,
      (d) => d.pick(['#', '#-1', '##1', '# 1', '#01', '#9223372036854775807', '#4611686018427387904', '#4294967296']),
    ],
  ])

/** What fields hold and what is added to them: at the limits of widths, so that they overflow. */
const fieldNumber: Make = (draw) =>
  draw.weighted([
    [35, smallInteger],
    [30, (d) => String((d.oneIn(2) ? 1n : -1n) * (2n ** BigInt(d.int(0, 63)) - BigInt(d.int(0, 2))))],
    [12, edgeInteger],
    [3, notInteger],
  ])

/** Few places, so that members meet: around one of them, at the edges of the map, and anywhere. */
const longitude: Make = (draw) =>
  draw.weighted([
    [40, (d) => `13.${d.int(0, 99_999)}`],
    [15, (d) => d.pick(['180', '-180', '179.9999999', '-179.9999999', '0', '-0', '90', '-90', '1e-7', '0.0001'])],
    [40, (d) => `${d.int(-179, 179)}.${d.int(0, 9_999_999)}`],
    [4, (d) => d.pick(['180.0000001', '-181', '1e20', 'inf', '-inf', '0x10', 'nan', '1e400'])],
    [2, notInteger],
  ])

const latitude: Make = (draw) =>
  draw.weighted([
    [40, (d) => `52.${d.int(0, 99_999)}`],
    [
      15,
      (d) => d.pick(['85.05112878', '-85.05112878', '85.0511287', '-85.05', '0', '-0', '66.1', '-80.1', '80', '1e-7']),
    ],
    [40, (d) => `${d.int(-84, 84)}.${d.int(0, 9_999_999)}`],
    [4, (d) => d.pick(['85.0511288', '-90', '1e20', 'inf', '-inf', '0x10', 'nan', '1e400'])],
    [2, notInteger],
  ])

/** Radii and sides of boxes in any unit: from nothing to more than there is. */
const geoLength: Make = (draw) =>
  draw.weighted([
    [30, (d) => `${d.int(1, 999)}.${d.int(0, 99)}`],
    [25, (d) => String(d.int(1, 9) * 10 ** d.int(0, 7))],
    [20, (d) => String(d.int(1_000, 30_000))],
    [8, (d) => d.pick(['0', '0.001', '-0', '20037726', '6372797', '40075017'])],
    [4, (d) => d.pick(['-1', '1e10', '1e300', 'inf', '-inf', 'nan', '1e400'])],
    [2, notInteger],
  ])

const geoMember: Make = (draw) => (draw.percent(92) ? `m${draw.int(0, 15)}` : drawValue(draw))

const searchCount: Make = (draw) =>
  draw.weighted([
    [75, (d) => String(d.int(1, 8))],
    [10, (d) => d.pick(['100', '9223372036854775807'])],
    [6, (d) => d.pick(['0', '-1', '-9223372036854775808'])],
    [3, notInteger],
  ])

/** Strings for bit commands: mostly bytes that hardly any text has. */
export const drawBitString: Make = (draw) =>
  draw.weighted([
    [50, (d) => Array.from({ length: d.int(1, 24) }, () => d.pick(['\xff', '\x00', '\x0f', '\x80', 'a'])).join('')],
    [10, (d) => d.pick(['\xff', '\x00']).repeat(d.int(1, 90))],
    [40, drawValue],
  ])

const bitIndex: Make = (draw, group) => (draw.percent(25) ? String(draw.int(-100, 100)) : rangeIndex(draw, group))
/** Elements that meet again in other HyperLogLogs, and any bytes. */
const counted: Make = (draw) => (draw.percent(60) ? `e${draw.int(0, 400)}` : drawValue(draw))

/** SIMD is not drawn: a wrong word behind it is answered twice. */
const pfdebug: Make = (draw) =>
  draw.pick(['DECODE', 'decode', 'ENCODING', 'Encoding', 'DECODE', 'TODENSE', 'ENCODING', 'GETREG', 'nosuch', ''])

const BY_NAME: Readonly<Record<string, Make>> = {
  seconds: relativeSeconds,
  milliseconds: relativeMs,
  'unix-time-seconds': unixSeconds,
  'unix-time-milliseconds': unixMs,
  db: database,
  'destination-db': database,
  'SELECT.index': selected,
  index1: database,
  index2: database,
  cursor,
  'SADD.member': member,
  'SREM.member': member,
  'SISMEMBER.member': member,
  'SMISMEMBER.member': member,
  'SMOVE.member': member,
  'SPOP.count': picks,
  'SRANDMEMBER.count': picks,
  'SINTERCARD.limit': limit,
  'PFADD.element': counted,
  'PFDEBUG.subcommand': pfdebug,
  'LPUSH.element': element,
  'RPUSH.element': element,
  'LPUSHX.element': element,
  'RPUSHX.element': element,
  'LSET.element': element,
  'LINSERT.element': element,
  'LINSERT.pivot': knownElement,
  'LREM.element': knownElement,
  'LPOS.element': knownElement,
  rank,
  'num-matches': count,
  'LPOS.len': count,
  timeout,
  'HSET.value': fieldValue,
  'HMSET.value': fieldValue,
  'HSETNX.value': fieldValue,
  'HSETEX.value': fieldValue,
  'HRANDFIELD.count': picks,
  'HEXPIREAT.unix-time-seconds': fieldUnixSeconds,
  'HGETEX.unix-time-seconds': fieldUnixSeconds,
  'HSETEX.unix-time-seconds': fieldUnixSeconds,
  'HPEXPIREAT.unix-time-milliseconds': fieldUnixMs,
  'HGETEX.unix-time-milliseconds': fieldUnixMs,
  'HSETEX.unix-time-milliseconds': fieldUnixMs,
  field,
  'ZRANDMEMBER.count': picks,
  'ZINTERCARD.limit': limit,
  'ZINCRBY.increment': score,
  score,
  weight,
  'ZADD.member': rankedMember,
  'ZINCRBY.member': rankedMember,
  'ZREM.member': rankedMember,
  'ZSCORE.member': rankedMember,
  'ZMSCORE.member': rankedMember,
  'ZRANK.member': rankedMember,
  'ZREVRANK.member': rankedMember,
  'ZCOUNT.min': scoreBound,
  'ZCOUNT.max': scoreBound,
  'ZRANGEBYSCORE.min': scoreBound,
  'ZRANGEBYSCORE.max': scoreBound,
  'ZREVRANGEBYSCORE.min': scoreBound,
  'ZREVRANGEBYSCORE.max': scoreBound,
  'ZREMRANGEBYSCORE.min': scoreBound,
  'ZREMRANGEBYSCORE.max': scoreBound,
  'ZLEXCOUNT.min': lexBound,
  'ZLEXCOUNT.max': lexBound,
  'ZRANGEBYLEX.min': lexBound,
  'ZRANGEBYLEX.max': lexBound,
  'ZREVRANGEBYLEX.min': lexBound,
  'ZREVRANGEBYLEX.max': lexBound,
  'ZREMRANGEBYLEX.min': lexBound,
  'ZREMRANGEBYLEX.max': lexBound,
  'ZRANGESTORE.min': rangeIndex,
  'ZRANGESTORE.max': rangeIndex,
  offset: limitOffset,
  'SETRANGE.offset': growingOffset,
  longitude,
  latitude,
  radius: geoLength,
  width: geoLength,
  height: geoLength,
  'GEOADD.member': geoMember,
  'GEOPOS.member': geoMember,
  'GEOHASH.member': geoMember,
  'GEODIST.member1': geoMember,
  'GEODIST.member2': geoMember,
  'GEOSEARCH.member': geoMember,
  'GEOSEARCHSTORE.member': geoMember,
  'GEORADIUSBYMEMBER.member': geoMember,
  'GEORADIUSBYMEMBER_RO.member': geoMember,
  'GEOSEARCH.count': searchCount,
  'GEOSEARCHSTORE.count': searchCount,
  'GEORADIUS.count': searchCount,
  'GEORADIUS_RO.count': searchCount,
  'GEORADIUSBYMEMBER.count': searchCount,
  'GEORADIUSBYMEMBER_RO.count': searchCount,
  'SETBIT.offset': growingBit,
  'SETBIT.value': bit,
  'GETBIT.offset': readBit,
  'BITPOS.bit': bit,
  'BITPOS.start': bitIndex,
  'BITPOS.end': bitIndex,
  'BITCOUNT.start': bitIndex,
  'BITCOUNT.end': bitIndex,
  encoding,
  'BITFIELD.offset': fieldOffset,
  'BITFIELD.value': fieldNumber,
  'BITFIELD.increment': fieldNumber,
  'BITFIELD_RO.offset': fieldOffset,
  start: rangeIndex,
  stop: rangeIndex,
  end: rangeIndex,
  'LINDEX.index': elementIndex,
  'LSET.index': elementIndex,
  count,
  ttl: restoreTtl,
  'RESTORE.seconds': idle,
  frequency,
  'SCAN.type': typeName,
  'by-pattern': sortPattern,
  'get-pattern': sortPattern,
  'serialized-value': drawPayload,
  id: streamId,
  'XADD.id': newStreamId,
  'XRANGE.start': intervalId,
  'XRANGE.end': intervalId,
  'XREVRANGE.start': intervalId,
  'XREVRANGE.end': intervalId,
  'XPENDING.start': intervalId,
  'XPENDING.end': intervalId,
  'XAUTOCLAIM.start': intervalId,
  'XREAD.id': readId,
  'XREADGROUP.id': readId,
  'min-idle-time': minIdle,
  ms: claimIdle,
  'XCLAIM.unix-time-milliseconds': claimTime,
  'XCLAIM.count': readCounter,
  threshold: trimThreshold,
  entriesread: readCounter,
  'entries-added': readCounter,
  lastid: streamId,
  'last-id': streamId,
  'max-deleted-id': streamId,
  'XREAD.milliseconds': blockTime,
  'XREADGROUP.milliseconds': blockTime,
  group: (draw) => (draw.percent(92) ? draw.pick(['g', 'h']) : drawValue(draw)),
  consumer: (draw) => (draw.percent(92) ? draw.pick(['c', 'd', 'e']) : drawValue(draw)),
  'XADD.field': field,
  'WAIT.numreplicas': noReplicas,
  'WAIT.timeout': shortTimeout,
}

const BY_TYPE: Readonly<Record<string, Make>> = {
  key: (draw, group) => (group === 'stream' && draw.percent(85) ? draw.pick(['s', 't']) : drawKey(draw, group)),
  integer: drawInteger,
  double: drawFloat,
  pattern: drawPattern,
  'unix-time': unixSeconds,
  string: drawValue,
}

/** The value of one leaf argument. `unix-time` without a known name counts in seconds unless its name says ms. */
export function drawArgument(draw: Draw, command: string, group: string, argument: Argument): ByteText {
  const make = BY_NAME[`${command}.${argument.name}`] ?? BY_NAME[argument.name] ?? BY_TYPE[argument.type] ?? drawValue
  return make(draw, group)
}

/** Elements in such numbers as change an encoding, by `COMMAND.argument`. */
const CROWDS: Readonly<Record<string, (draw: Draw) => ByteText[]>> = {
  'SADD.member': (draw) => {
    const many = draw.pick([33, 127, 128, 129, 200, 511, 513])
    const first = draw.int(-5, 20)
    const prefix = draw.percent(60) ? '' : 'm'
    return Array.from({ length: many }, (_, i) => `${prefix}${first + i}`)
  },
  'PFADD.element': (draw) => {
    const first = draw.int(0, 3_000)
    return Array.from({ length: draw.pick([50, 300, 700, 1_500]) }, (_, i) => `e${first + i}`)
  },
  'LPUSH.element': drawElements,
  'RPUSH.element': drawElements,
  'RPUSHX.element': drawElements,
  'HSET.data': (draw) => manyFields(draw).flatMap((name) => [name, fieldValue(draw, 'hash')]),
  'HDEL.field': manyFields,
  'GEOADD.data': (draw) => {
    const many = draw.pick([20, 60, 127, 129])
    const first = draw.int(0, 20)
    return Array.from({ length: many }, (_, i) => [
      longitude(draw, 'geo'),
      latitude(draw, 'geo'),
      `m${first + i}`,
    ]).flat()
  },
  'XADD.data': (draw) => ['f', 'v'.repeat(draw.int(500, 5_000)), ...(draw.oneIn(2) ? [] : ['g', 'w'])],
  'ZADD.data': (draw) => {
    const many = draw.pick([40, 100, 127, 128, 129, 200])
    const first = draw.int(0, 20)
    const scores = draw.pick([1, 3, 1_000])
    return Array.from({ length: many }, (_, i) => [String((i * 7) % scores), `m${first + i}`]).flat()
  },
}

/** About as many bytes as one node of a list may have, or two. */
function drawElements(draw: Draw): ByteText[] {
  const length = draw.pick([1, 12, 62, 100, 700])
  const many = Math.floor(draw.pick([4_000, 8_100, 8_300, 12_000]) / (length + 2))
  return Array.from({ length: many }, (_, i) => (length < 3 ? String(i % 100) : `${i % 10}`.padEnd(length, 'z')))
}

function manyFields(draw: Draw): ByteText[] {
  const first = draw.int(0, 9)
  return Array.from({ length: draw.pick([6, 23, 25, 60, 500, 512, 513]) }, (_, i) => `f${first + i}`)
}

/** Many elements for an argument that may be repeated; undefined where there is nothing to gain by them. */
export function drawCrowd(draw: Draw, command: string, argument: Argument): ByteText[] | undefined {
  return CROWDS[`${command}.${argument.name}`]?.(draw)
}
