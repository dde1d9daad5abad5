import { drawLexBound, drawReadId, drawScoreBound, drawWeight } from './arguments.js'
import type { ByteText } from './bytes.js'
import { type Draw, drawKey } from './values.js'

/*
 * Words of one call that make sense only together, which the argument tree does not tell, are made to fit, mostly.
 *
 * Redis promises nothing about ranges by member where scores differ, and of a skip list its answer is chance. So there are
 * two keys for them that only calls of this file get: one where all scores are equal, and one that stays a listpack, whose
 * answer is not chance.
 */
const EQUAL_SCORES = 'lex'
const SMALL = 'lex:small'

type Fit = (draw: Draw, words: ByteText[]) => ByteText[]

const FITS: Readonly<Record<string, Fit>> = {
  ZADD: fitZadd,
  ZRANGE: (draw, words) => fitRange(draw, words, 1),
  ZRANGESTORE: (draw, words) => fitRange(draw, words, 2),
  ZUNION: (draw, words) => fitWeights(draw, words, 1),
  ZUNIONSTORE: (draw, words) => fitWeights(draw, words, 2),
  ZINTER: (draw, words) => fitWeights(draw, words, 1),
  ZINTERSTORE: (draw, words) => fitWeights(draw, words, 2),
  ZLEXCOUNT: fitLex,
  ZRANGEBYLEX: fitLex,
  ZREVRANGEBYLEX: fitLex,
  ZREMRANGEBYLEX: fitLex,
  ZREM: fitSometimes,
  ZPOPMIN: fitSometimes,
  ZREMRANGEBYRANK: fitSometimes,
  XREAD: fitStreams,
  XREADGROUP: fitStreams,
}

/** The words of a call of the command, such that those fit that belong together. */
export function fitWords(draw: Draw, command: string, words: ByteText[]): ByteText[] {
  return FITS[command]?.(draw, words) ?? words
}

/** Whether a mistake in a call does no more than that: in one that writes to the two keys it could mix up their scores. */
export function isBendable(words: readonly ByteText[]): boolean {
  if (words[0]!.toUpperCase() === 'PFDEBUG') return false
  return words[0]!.toUpperCase() !== 'ZADD' || (words[1] !== EQUAL_SCORES && words[1] !== SMALL)
}

function fitLex(draw: Draw, words: ByteText[]): ByteText[] {
  return words.with(1, draw.pick([EQUAL_SCORES, EQUAL_SCORES, SMALL]))
}

function fitSometimes(draw: Draw, words: ByteText[]): ByteText[] {
  return draw.percent(10) ? fitLex(draw, words) : words
}

/** Now and then members for the ranges by member: all with one score, or a few short ones with any. */
function fitZadd(draw: Draw, words: ByteText[]): ByteText[] {
  if (!draw.percent(35)) return words
  let first = 2
  while (/^(nx|xx|gt|lt|ch|incr)$/i.test(words[first] ?? '')) first++
  // More than 128 pairs would make a skip list.
  const small = draw.oneIn(3) && words.length < 200
  const fitting = words.slice(0, first).with(1, small ? SMALL : EQUAL_SCORES)
  // Without options: with them scores may be added up.
  if (!small) fitting.length = 2
  for (let i = first; i + 1 < words.length; i += 2) {
    if (small) fitting.push(words[i]!, `m${draw.int(0, 40)}`)
    else fitting.push('1', words[i + 1]!)
  }
  return fitting
}

/** Ends that suit BYSCORE or BYLEX; the key stands at `keyAt`, and the ends behind it. */
function fitRange(draw: Draw, words: ByteText[], keyAt: number): ByteText[] {
  const by = words.find((word, i) => i > keyAt + 2 && /^by(score|lex)$/i.test(word))?.toLowerCase()
  if (by === undefined) return words
  if (by === 'bylex') {
    const suited = words.with(keyAt, draw.pick([EQUAL_SCORES, EQUAL_SCORES, SMALL]))
    return draw.percent(5) ? suited : suited.with(keyAt + 1, drawLexBound(draw)).with(keyAt + 2, drawLexBound(draw))
  }
  if (draw.percent(5)) return words
  return words.with(keyAt + 1, drawScoreBound(draw)).with(keyAt + 2, drawScoreBound(draw))
}

/** As many ids as there are keys; new entries are what groups are read for. */
function fitStreams(draw: Draw, words: ByteText[]): ByteText[] {
  const at = words.findIndex((word) => /^streams$/i.test(word))
  if (at === -1 || draw.percent(4)) return words
  const many = draw.percent(75) ? 1 : 2
  const keys = Array.from({ length: many }, () => (draw.percent(85) ? draw.pick(['s', 't']) : drawKey(draw, 'stream')))
  const forGroup = words[0]!.toUpperCase() === 'XREADGROUP'
  const ids = keys.map(() => (forGroup && draw.percent(60) ? '>' : drawReadId(draw)))
  return [...words.slice(0, at + 1), ...keys, ...ids]
}

/** As many weights as there are keys; their number stands at `numkeysAt`. */
function fitWeights(draw: Draw, words: ByteText[], numkeysAt: number): ByteText[] {
  const at = words.findIndex((word, i) => i > numkeysAt && /^weights$/i.test(word))
  const numkeys = Number(words[numkeysAt])
  if (at === -1 || !(numkeys > 0 && numkeys < 10) || draw.percent(8)) return words
  let end = at + 1
  while (end < words.length && !/^(weights|aggregate|withscores)$/i.test(words[end]!)) end++
  const weights = Array.from({ length: numkeys }, () => drawWeight(draw))
  return [...words.slice(0, at + 1), ...weights, ...words.slice(end)]
}
