import { type ByteText, bytesOf, textOf } from './bytes.js'
import { groups } from './table.js'
import type { Draw } from './values.js'

/**
 * DUMP payloads of a Redis 8.0.2 (RDB version 12) for RESTORE, by the group of the type, base64; the line above each is
 * the command that made the value. They are constants, so that a sequence is reproduced by its seed alone.
 */
const PAYLOADS: Readonly<Record<string, readonly string[]>> = {
  string: [
    // SET k hello
    'AAVoZWxsbwwAqATrtp8evkM=',
    // SET k ""
    'AAAMAJbtaID1VTyT',
    // SET k -5 (no integer below 10,000: Redis shares one object for each, with one access time for all keys)
    'AMD7DACCsvI0LQyhIQ==',
    // SET k 12345
    'AME5MAwAVuLe52nWlvA=',
    // SET k -129
    'AMF//wwA3Ba26K6qGsk=',
    // SET k 70000
    'AMJwEQEADADK0jw+bxoL7A==',
    // SET k 9223372036854775807
    'ABM5MjIzMzcyMDM2ODU0Nzc1ODA3DADxE0pUe8LBaw==',
    // SET k 2147483648
    'AAoyMTQ3NDgzNjQ4DAAsxx1jtjfopw==',
    // SET k 3.14
    'AAQzLjE0DABHA3S90OZ2ZQ==',
    // SET k "ababababababababababababababababababababababababababababababababababababababababababab
    'AMMKQHgCYWJh4GoBAWFiDAB5/kRMqS2Imw==',
    // SET k "\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\x
    'AMMKGAPigqzi4AoCAKwMAMHfQQ9tB5qH',
    // SET k "\xff\x00\xed\xa0\x80"
    'AAX/AO2ggAwAg4+1/62HhAI=',
    // SET k "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGH"
    'ACwwMTIzNDU2Nzg5YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXpBQkNERUZHSAwAUZx0vRB72vQ=',
    // SET k "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHI"
    'AC0wMTIzNDU2Nzg5YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXpBQkNERUZHSEkMAPwOL/fIqrBP',
    // SET k "0123456789"
    'AAowMTIzNDU2Nzg5DADk1F9s01SJsg==',
    // SET k 01
    'AAIwMQwAp6vwge5m4+0=',
  ],
  list: [
    // RPUSH k a b 3
    'EgECDw8AAAADAIFhAoFiAgMB/wwAF9fSvaovzgE=',
    // RPUSH k 1
    'EgECCQkAAAABAAEB/wwA2/S7UvOZag8=',
  ],
  set: [
    // SADD k 1 2 3
    'Cw4CAAAAAwAAAAEAAgADAAwAbnRoIpdE01I=',
    // SADD k a b 3
    'FA8PAAAAAwCBYQKBYgIDAf8MALCoG8XH+XPO',
  ],
  hash: [
    // HSET k f v g 2
    'EBISAAAABACBZgKBdgKBZwICAf8MAMrQeo87/nsK',
  ],
  'sorted-set': [
    // ZADD k 1 a 2.5 b inf c
    'ERwcAAAABgCBYQIBAYFiAoMyLjUEgWMCg2luZgT/DACga+ocEshd0A==',
  ],
  stream: [
    // XADD k 1-1 f v
    'FQEQAAAAAAAAAAEAAAAAAAAAAR0dAAAACgABAQABAQGBZgIAAQIBAAEAAYF2AgQB/wEBAQEBAAABAAwAR/MlYa+x+7M=',
    // XADD k 5-0 a 1 b 2
    'FQEQAAAAAAAAAAUAAAAAAAAAACEhAAAADAABAQABAgGBYQKBYgIAAQIBAAEAAQEBAgEFAf8BBQAFAAAAAQAMAI9dlQXYDn8L',
  ],
}

const decoded = (group: string): ByteText[] =>
  (PAYLOADS[group] ?? []).map((base64) => textOf(Buffer.from(base64, 'base64')))

const strings = decoded('string')
/** Payloads of other types are drawn only when the table has their group. */
const others = Object.keys(PAYLOADS).flatMap((group) =>
  group !== 'string' && groups.includes(group) ? decoded(group) : [],
)

/**
 * A payload: mostly right, else damaged in one byte, cut, or no payload at all. Damage is never repaired by a new
 * checksum: a payload that lies under a right checksum may bring the real server down.
 */
export function drawPayload(draw: Draw): ByteText {
  const payload = others.length > 0 && draw.oneIn(3) ? draw.pick(others) : draw.pick(strings)
  const kind = draw.int(0, 99)
  if (kind < 82) return payload
  if (kind < 90) return flipped(payload, draw.int(0, payload.length - 1), 1 << draw.int(0, 7))
  if (kind < 94) return payload.slice(0, draw.int(0, payload.length - 1))
  if (kind < 96) return `${payload}x`
  return draw.pick(['', 'x', 'not a payload', '\x00\x00\x0c\x00', payload.slice(-10)])
}

function flipped(payload: ByteText, at: number, mask: number): ByteText {
  const bytes = bytesOf(payload)
  bytes[at] = bytes[at]! ^ mask
  return textOf(bytes)
}
