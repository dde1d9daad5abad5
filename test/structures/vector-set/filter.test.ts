import { describe, expect, it } from 'vitest'
import { FilterError, parseFilter } from '../../../src/structures/vector-set/filter.js'

const ATTRIBUTES = {
  a: 2,
  b: 'x',
  l: [1, 2, 'q'],
  t: true,
  f: false,
  n: null,
  s: '10',
  o: { k: 1 },
  z: 0,
  e: '',
  neg: -1.5,
}

/** As a real server answered VSIM … FILTER for an element with these attributes. */
const TRUE = `
.a|.b|.t|.l|not .z|!.z|.a == 2|.a == "2"|.s == 10|.s > 9|.b == "x"|.b == 'x'|.b != "y"|.t == 1|.f == 0|.a in [1,2]|.b in ["x"]
"x" in ["x","y"]|.a in .l|"q" in .l|.a + 1 == 3|.a * 3 - 1 == 5|.a ** 3 == 8|2 ** 3 ** 2 == 512|-2 ** 2 == 4|.a % 2 == 0|.a / 4 == 0.5
.a / 0 > 1|.neg == -1.5|.neg < 0|1 - -1 == 2|1 -1 == 0|3-1 == 2|1 or 0 and 0|1 == 1 == 1|2 > 1 == 1|1 < 2 && 2 < 3|0 || 1|1 + 2 in [3]
"a" + "b" == "ab"|"3" + 1 == 4|1e3 == 1000|.a==2and.b=="x"|[1,2]|[]|"abc"|1|.l == .l|.a >= 2 and not (.b in ["y"])|1 == 1.0|"1" == 1|"10" > "9"
.t + 1 == 2|-1 in [-1]|"1" in [1]|.s in [10]|not 2 + 1|3 == 3 > 0|2 == 2 in [1]|3 > 2 in [1]|.a - 1 == 1|.l + 1 == 1|.n + 1 == 1|not .n|.n == .n
.l in [0]|10.5 % 3 == 1.5|-7 % 3 == -1|2 * 3 ** 2 == 18|1 - 2 - 3 == -4|8 % 5 * 2 == 6|2 + 3 * 4 == 14|0 and 1 or 1|not (0 and 0)|(1)-1 == 0
1.|1E3 == 1000|.t and .b|.e == ""|"" == 0|[1,]|((1))|1 in[1]|!(.a==3)|1 == (2 == 2)`

const FALSE = `
.z|.e|.f|.n|.o|.missing|not .missing|!.missing|.b > "a"|.n == 0|"x" in .b|"x" in "axb"|.a in "123"|.missing == 1|.missing != 1|not (.missing == 1)
.missing == 1 or .a == 2|.a == 2 or .missing == 1|2 ** 3 ** 2 == 64|-2 ** 2 == -4|.a / 0 == 1|not .a == 2|not .z == 0|(1 or 0) and 0|.5 == 0.5
1 in []|""|0|.l == 1|.a in 2|"x" == "X"|"b" > "a"|not 2 == 1|.a-1 == 1|.n in [0]|not 0 and 0|not 0 == 0|0 == 0 == 0|.s == "10.0"|"1.0" == "1"|.
.b and "" or 0`

const WRONG = `
.a = 2|.t == true|.n == null|.a in [1 2]|- .a == -2|-.a == -2|.ué == 1|a == 2|foo|(|)|()|.a ==|== 2|.a .b|.a 2|true|.o.k == 1|.a & 1|"open|[1
1 in [[1]]|1 in [.a]|not|not not 1|.a <> 2|+1 == 1|1.5.2|1e|0x10 == 16|AND|1 AND 1|!!1|[,1]|. a|..a`

const listed = (lines: string): string[] => lines.split(/[|\n](?!\|)(?<!\|\|)/).filter((line) => line.trim() !== '')

describe('a filter', () => {
  it.each(listed(TRUE))('lets pass: %s', (expression) => {
    expect(parseFilter(expression)(ATTRIBUTES)).toBe(true)
  })

  it.each(listed(FALSE))('holds back: %s', (expression) => {
    expect(parseFilter(expression)(ATTRIBUTES)).toBe(false)
  })

  it.each(listed(WRONG))('that is none is refused: %s', (expression) => {
    expect(() => parseFilter(expression)).toThrow(FilterError)
  })

  it('sees no fields that an object has by itself', () => {
    expect(parseFilter('.toString or 1')({})).toBe(false)
    expect(parseFilter('.__proto__ or 1')(JSON.parse('{"__proto__": 1}'))).toBe(true)
  })
})
