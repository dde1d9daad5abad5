import type { ByteText, Call } from './bytes.js'
import { type Draw, drawKey, drawValue } from './values.js'

/*
 * HyperLogLogs are strings: what the string and key commands do to them, and strings that are nearly HyperLogLogs. None ends in
 * half an XZERO or has more runs than registers: an addition to one would bring the real server down.
 */

/** A header: the form, and a count of 8 bytes. */
const header = (form: string, count: ByteText): ByteText => `HYLL${form}\0\0\0${count}`

const ZERO_COUNT = '\0'.repeat(8)
const STALE = `${'\0'.repeat(7)}\x80`

const STRINGS: readonly ByteText[] = [
  // Empty, counted and not.
  header('\x01', `${ZERO_COUNT}\x7f\xff`),
  header('\x01', `${STALE}\x7f\xff`),
  // A count that is not that of the registers.
  header('\x01', `\x05\x01${'\0'.repeat(6)}\x7f\xff`),
  header('\x01', `${'\xff'.repeat(6)}\x1f\0\x7f\xff`),
  // Runs that stand in pieces: 64 registers, 4 of the count 3, 4 of the count 3, the rest.
  header('\x01', `${STALE}\x3f\x8b\x8b\x7f\xb7`),
  header('\x01', `${STALE}\x84\x84\x80\x80\x88\x7f\xfa`),
  // A register that is as high as it can be, and one alone that is empty.
  header('\x01', `${STALE}\xfc\x00\xff\x7f\xf9`),
  // No registers.
  header('\x01', STALE),
  // Dense: the size is wrong; all empty; all as high as can be.
  header('\x00', `${STALE}\x7f\xff`),
  header('\x00', STALE + '\0'.repeat(12_288)),
  header('\x00', STALE + '\xff'.repeat(12_288)),
  header('\x00', STALE + '\x41\x10\x04'.repeat(4_096)),
  // No form, no HyperLogLog, too short.
  header('\x02', `${STALE}\x7f\xff`),
  `HYLX\x01\0\0\0${STALE}\x7f\xff`,
  header('\x01', '\0'.repeat(7)),
  'HYLL',
  '',
]

/** Runs that are a register short, or most of them; and a register too many. */
const DAMAGED_STRINGS: readonly ByteText[] = [
  header('\x01', `${STALE}\x7f\xfe`),
  header('\x01', `${STALE}\x40\x50`),
  header('\x01', `${STALE}\x7f\xff\x80`),
]

/**
 * The key for these. Of several elements Redis adds those in front of the one that meets the damage, where we add none: so it gets
 * one at a time.
 */
const DAMAGED = 'damaged'

function drawDamagedCall(draw: Draw): Call {
  const key = drawKey(draw, 'hyperloglog')
  switch (draw.int(0, 7)) {
    case 0:
      return ['SET', DAMAGED, draw.pick(DAMAGED_STRINGS)]
    case 1:
      return ['PFADD', DAMAGED]
    case 2:
      return ['PFCOUNT', ...(draw.oneIn(2) ? [key] : []), DAMAGED]
    case 3:
      return draw.oneIn(2) ? ['PFMERGE', DAMAGED, key] : ['PFMERGE', key, DAMAGED]
    case 4:
      return ['PFDEBUG', draw.pick(['DECODE', 'ENCODING', 'TODENSE', 'GETREG']), DAMAGED]
    default:
      return ['PFADD', DAMAGED, `e${draw.int(0, 1_000)}`]
  }
}

/** A call of another group to one or two of the keys. */
export function drawHyperLogLogCall(draw: Draw): Call {
  if (draw.oneIn(6)) return drawDamagedCall(draw)
  const key = drawKey(draw, 'hyperloglog')
  const other = drawKey(draw, 'hyperloglog')
  switch (draw.int(0, 13)) {
    case 0:
    case 1:
      return ['SET', key, draw.pick(STRINGS)]
    case 2:
      return ['SET', key, draw.percent(60) ? draw.pick(STRINGS.slice(0, 7)) : drawValue(draw)]
    case 3:
      return ['COPY', key, other, ...(draw.oneIn(2) ? ['REPLACE'] : [])]
    case 4:
      return ['OBJECT', 'ENCODING', key]
    case 5:
      return ['APPEND', key, '']
    case 6:
      // Within the header: the count, and now and then its end.
      return ['SETRANGE', key, String(draw.int(8, 14)), draw.pick(['\0', '\x01', '\x80'])]
    case 7:
      return ['DEL', key]
    case 8:
      return ['DUMP', key]
    default:
      return ['GET', key]
  }
}
