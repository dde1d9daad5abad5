import { type Call, splitLine } from './bytes.js'

/**
 * What values the recorded DUMP payloads hold: the commands that make key `k`, by group, in the notation of redis-cli with two
 * additions. `x*65` is a word of 65 x, and `f{1..3}:v{}` stands for the words f1 v1 f2 v2 f3 v3.
 *
 * `npm run record -- payloads` runs them on a real server and writes test/fixtures/payloads/.
 */
export const RECIPES: Readonly<Record<string, readonly string[]>> = {
  string: [
    'SET k hello',
    'SET k ""',
    // No integer below 10,000: Redis shares one object for each, with one access time for all keys.
    'SET k -5',
    'SET k 12345',
    'SET k -129',
    'SET k 70000',
    'SET k 9223372036854775807',
    'SET k 2147483648',
    'SET k 3.14',
    'SET k ab*60',
    'SET k €*8',
    'SET k "\\xff\\x00\\xed\\xa0\\x80"',
    'SET k 0123456789abcdefghijklmnopqrstuvwxyzABCDEFGH',
    'SET k 0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHI',
    'SET k 0123456789',
    'SET k 01',
  ],
  list: [
    'RPUSH k 1',
    'RPUSH k a b 3',
    'LPUSH k a b c',
    'RPUSH k ""',
    'RPUSH k "\\xff\\x00" é 😀 "\\xed\\xa0\\x80"',
    'RPUSH k 0 127 128 -1 4095 -4096 4096 -4097 32767 -32768 32768 -32769 8388607 -8388608 8388608 -8388609',
    'RPUSH k 2147483647 -2147483648 2147483648 -2147483649 9223372036854775807 -9223372036854775808',
    'RPUSH k 9007199254740991 9007199254740992 -9007199254740993 9223372036854775808 -9223372036854775809',
    'RPUSH k -0 007 +1 1.5 1e3 " 1" -',
    'RPUSH k x*63 y*64 z*65 x*4095 y*3000',
    'RPUSH k x*4096 y*4000',
    'RPUSH k x*8185',
    'RPUSH k x*8186',
    'RPUSH k x*8192',
    'RPUSH k x*8193',
    'RPUSH k a x*8193 b',
    'RPUSH k x*5000 y*5000',
    'RPUSH k x*5000 y*5000; LPOP k',
    'RPUSH k x*5000 y*5000; RPOP k; RPUSH k z*100; LPOP k',
    'RPUSH k e{1..1200}',
    'LPUSH k e{1..2000}',
    'RPUSH k {1..3000}',
    'RPUSH k x*4000; RPUSH k y*4000; RPUSH k z*180; RPUSH k 1; RPUSH k a',
    'RPUSH k x*20000 é*9000',
  ],
  set: [
    'SADD k 1 2 3',
    'SADD k 5 -5 70000',
    'SADD k 32767 -32768',
    'SADD k 1 9223372036854775807 -9223372036854775808 2147483648',
    'SADD k {1..512}',
    'SADD k {1..513}',
    'SADD k a b 3',
    'SADD k 3 1 a 2',
    'SADD k 3 1 2; SADD k a; SADD k 0',
    'SADD k ""',
    'SADD k "\\xff\\x00" é 😀 "\\xed\\xa0\\x80"',
    'SADD k x*64',
    'SADD k x*65',
    'SADD k é*32',
    'SADD k é*33',
    'SADD k m{1..128}',
    'SADD k m{1..129}',
    'SADD k {1..200}; SADD k a',
    'SADD k a x*65; SREM k {1..3} x*65',
  ],
  hash: [
    'HSET k f v g 2',
    'HSET k "" ""',
    'HSET k "\\xff\\x00" é 😀 "\\xed\\xa0\\x80"',
    'HSET k 1 -5 2 70000 3 9223372036854775807',
    'HSET k f x*64',
    'HSET k f x*65',
    'HSET k x*65 v',
    'HSET k f{1..200}:v{}',
    'HSET k f{1..512}:{}',
    'HSET k f{1..513}:v',
    'HSET k f v; HPEXPIREAT k 4102444800000 FIELDS 1 f',
    'HSET k f v g w h x; HPEXPIREAT k 4102444800000 FIELDS 1 h; HPEXPIREAT k 4102444700000 FIELDS 1 g',
    'HSET k f v g w; HPEXPIREAT k 4102444800000 FIELDS 2 f g',
    'HSET k f v g w; HPEXPIREAT k 70368744177663 FIELDS 1 g',
    'HSET k f v g x*65 h y; HPEXPIREAT k 4102444800000 FIELDS 1 f; HPEXPIREAT k 4102444801000 FIELDS 1 g',
    'HSET k f{1..513}:v; HPEXPIREAT k 4102444800000 FIELDS 3 f1 f2 f3; HPEXPIREAT k 4133980800999 FIELDS 1 f4',
    'HSET k f v g x*65; HPEXPIREAT k 4102444800000 FIELDS 1 f; HPERSIST k FIELDS 1 f',
  ],
  'sorted-set': [
    'ZADD k 1 a 2.5 b inf c',
    'ZADD k -inf a -1.5 b 0 c -0 d',
    'ZADD k 0 b 0 a 0 "" 0 é 0 "\\xff" 0 😀 0 12 0 9',
    'ZADD k 127 a 128 b -1 c 4095 d -4097 e 32768 f 8388608 g 2147483648 h 9007199254740991 i',
    'ZADD k 1e15 a 1e16 b 1e17 c 1e18 d 4611686018427387904 e 4611686018427388928 f 9223372036854775807 g 1e19 h',
    'ZADD k 1e20 a 1e21 b 1e22 c 1.5e300 d 1e-7 e 1e-5 f 0.1 g 3.0000000000000004 h 5e-324 i',
    'ZADD k 1 x*64',
    'ZADD k 1 x*65',
    'ZADD k 1 x*65 0 a 0 b -0 c inf d -inf e 2.5 f',
    'ZADD k {1..128}:m{}',
    'ZADD k {1..129}:m{}',
    'ZADD k 0.{1..200}:m{}',
  ],
  stream: [
    'XADD k 1-1 f v',
    'XADD k 5-0 a 1 b 2',
    'XADD k 1-0 a 1 b -2; XADD k 1-1 a x*64 b ""; XADD k 7-0 a 70000; XADD k 9-0 a 1 b 2 a 3; XADD k 10-0 a 1 b 2',
    'XADD k 18446744073709551615-9007199254740993 f v; XADD k 18446744073709551615-18446744073709551615 f w',
    'XADD k 9223372036854775807-1 f v; XADD k 9223372036854775808-0 "\\xff" é; XADD k 18446744073709551615-0 f 9223372036854775807',
    'XADD k 1-0 f 1; XADD k 2-0 f 2; XADD k 3-0 f 3; XDEL k 2-0',
    'XADD k 1-0 f 1; XADD k 2-0 f 2; XTRIM k MAXLEN 1; XSETID k 9-0 ENTRIESADDED 50 MAXDELETEDID 8-0',
    'XADD k 1-0 f v; XDEL k 1-0',
    'XADD k 1-0 f x*2000; XADD k 2-0 f x*2000; XADD k 3-0 f x*2000; XADD k 4-0 f y*5000',
    'XGROUP CREATE k g 0 MKSTREAM',
    'XADD k 1-0 f v; XGROUP CREATE k g 0; XGROUP CREATE k a $ ENTRIESREAD 1; XGROUP CREATE k "" 5-5',
    'XADD k 1-0 f v; XADD k 2-0 f w; XGROUP CREATE k g 0; XREADGROUP GROUP g c COUNT 1 STREAMS k >; XGROUP CREATECONSUMER k g a',
    'XADD k 1-0 f v; XGROUP CREATE k g 0; XREADGROUP GROUP g c STREAMS k >; XCLAIM k g d 0 1-0 RETRYCOUNT 300; XDEL k 1-0',
  ],
}

const FIFTY = Array.from({ length: 50 }, (_, i) => `XADD k ${i + 1}-0 n ${i} text x*100`).join('; ')

/** As RECIPES, with values of which a payload says when it was made: they go into files, and into no recorded payload. */
export const FILE_RECIPES: Readonly<Record<string, readonly string[]>> = {
  ...RECIPES,
  stream: [
    ...RECIPES['stream']!,
    'XADD k 1-1 f v; XDEL k 1-1',
    'XGROUP CREATE k g $ MKSTREAM',
    'XADD k 1-1 f v; XADD k 2-0 f w; XADD k 2-1 g x h y; XDEL k 2-0; XSETID k 9-9 ENTRIESADDED 20 MAXDELETEDID 5-0',
    'XADD k 18446744073709551614-1 "\\xff" "\\x00"; XADD k 18446744073709551615-18446744073709551614 é 😀',
    FIFTY,
    `${FIFTY}; XDEL k 3-0 50-0; XTRIM k MINID 7`,
    `${FIFTY}; XGROUP CREATE k g 0; XREADGROUP GROUP g ann COUNT 20 STREAMS k >; XREADGROUP GROUP g bob COUNT 3 STREAMS k >; XACK k g 2-0 21-0`,
    `${FIFTY}; XGROUP CREATE k g 10; XGROUP CREATE k h $ ENTRIESREAD 4; XGROUP CREATECONSUMER k h idle; XREADGROUP GROUP g ann NOACK STREAMS k >`,
    `${FIFTY}; XGROUP CREATE k g 0; XREADGROUP GROUP g ann COUNT 5 STREAMS k >; XCLAIM k g bob 0 2-0 TIME 1500000000000 RETRYCOUNT 7; XDEL k 3-0`,
  ],
  'vector-set': [
    'VADD k VALUES 3 1 0 0 a',
    'VADD k VALUES 3 1 0 0 a; VADD k VALUES 3 0.5 -2 0 b SETATTR {"year":1999}; VADD k VALUES 3 0 0 1 "\\xff"',
    'VADD k VALUES 4 1 2 3 4 a NOQUANT M 8; VADD k VALUES 4 -1 2 0.1 4 b NOQUANT M 8',
    'VADD k VALUES 9 1 2 3 4 5 6 7 8 9 a BIN; VADD k VALUES 9 -1 2 -3 4 -5 6 -7 8 -9 b BIN',
    'VADD k REDUCE 2 VALUES 4 1 2 3 4 a; VADD k REDUCE 2 VALUES 4 4 3 2 1 b; VREM k a',
    Array.from({ length: 60 }, (_, i) => `VADD k VALUES 2 ${i} ${i * i - 40} e${i}`).join('; '),
  ],
}

/** The calls of a recipe. */
export function callsOfRecipe(recipe: string): Call[] {
  return recipe.split('; ').map((line) => splitLine(line).flatMap(expand))
}

const RANGE = /\{(\d+)\.\.(\d+)\}/
const REPEAT = /^(.+)\*(\d+)$/s

function expand(word: string): string[] {
  const range = RANGE.exec(word)
  if (range === null) {
    const repeat = REPEAT.exec(word)
    return [repeat === null ? word : repeat[1]!.repeat(Number(repeat[2]))]
  }
  const words: string[] = []
  for (let i = Number(range[1]); i <= Number(range[2]); i++) {
    words.push(...word.replace(RANGE, String(i)).replace('{}', String(i)).split(':'))
  }
  return words
}
