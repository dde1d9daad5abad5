import { describe, expect, it } from 'vitest'
import { Hash } from '../../src/structures/hash.js'
import { List } from '../../src/structures/list.js'
import { SortedSet } from '../../src/structures/sorted-set.js'
import {
  bytes,
  contents,
  expectRefused,
  forget,
  logged,
  NOT_AN_INTEGER,
  type Opened,
  open,
  plant,
  START_MS,
  SYNTAX,
  say,
  WRONGTYPE,
} from '../support.js'

const NOT_NUMBERS = "ERR One or more scores can't be converted into double"

/** A list at l. */
function openWithList(...elements: readonly string[]): Opened {
  const opened = open()
  plant(opened, 'l', List.of(elements))
  forget(opened)
  return opened
}

/**
 * The list l (3, 1, 2), the set s (c, a, b), the sorted set z (y, x, 3 by rank), the string str; w_1 and w_2 weigh the
 * elements 1 and 2 the other way round, the hashes h_1 and h_3 have the fields f and g.
 */
function openWithValues(): Opened {
  const opened = openWithList('3', '1', '2')
  opened.db.sadd('s', 'c', 'a', 'b')
  plant(opened, 'z', SortedSet.ofSorted(['y', 'x', '3'], [1, 2, 3]))
  opened.db.mset({ str: 'v', w_1: 20, w_2: 10, 'w_3->': 'arrow' })
  for (const [key, f] of [
    ['h_1', '7'],
    ['h_3', '5'],
  ] as const) {
    const hash = new Hash()
    hash.set('f', f)
    hash.set('g', `g of ${key}`)
    plant(opened, key, hash)
  }
  forget(opened)
  return opened
}

describe('SORT by number', () => {
  it('orders elements from the smallest to the largest, or the other way round', () => {
    const { db } = openWithList('10', '9', '-1.5', '1e2', '.5', '+3', '-inf', 'inf')

    expect(say(db, 'SORT l')).toEqual(['-inf', '-1.5', '.5', '+3', '9', '10', '1e2', 'inf'])
    expect(say(db, 'SORT l DESC')).toEqual(['inf', '1e2', '10', '9', '+3', '.5', '-1.5', '-inf'])
    expect(say(db, 'SORT l DESC ASC')).toEqual(say(db, 'SORT l'))
  })

  it('orders equal numbers by their bytes, and the other way round too', () => {
    const { db } = openWithList('1', '1.0', '01', '', '0', '-0', '9007199254740993', '9007199254740992')

    const ascending = ['', '-0', '0', '01', '1', '1.0', '9007199254740992', '9007199254740993']
    expect(say(db, 'SORT l')).toEqual(ascending)
    expect(say(db, 'SORT l DESC')).toEqual(ascending.reverse())
  })

  it('takes what is out of range for infinite or zero, and reads up to a zero byte', () => {
    const opened = openWithList('1e400', '5', '1e-400', '-1e400', '2\0x')

    expect(say(opened.db, 'SORT l')).toEqual(['-1e400', '1e-400', '2\0x', '5', '1e400'])
  })

  it.each(['x', 'nan', '-nan', ' 1', '1 ', '1,5', '0x10', '1e', '1_0', '--1', '+', '.', 'infinit', '\t1'])(
    'refuses an element that is no number: %j',
    (element) => {
      const opened = openWithList('1', element, '2')

      expectRefused(opened, () => say(opened.db, 'SORT l'), NOT_NUMBERS)
      expectRefused(opened, () => say(opened.db, 'SORT l LIMIT 0 0'), NOT_NUMBERS)
      expectRefused(opened, () => say(opened.db, 'SORT l STORE l'), NOT_NUMBERS)
    },
  )
})

describe('SORT ALPHA', () => {
  it('orders elements by bytes, not by UTF-16 and not by number', () => {
    const { db } = openWithList('10', '9', 'b', 'B', '\uffff', '😀', 'é', '')

    expect(say(db, 'SORT l ALPHA')).toEqual(['', '10', '9', 'B', 'b', 'é', '\uffff', '😀'])
    expect(say(db, 'SORT l ALPHA DESC LIMIT 0 2')).toEqual(['😀', '\uffff'])
  })

  it('of bytes that are no UTF-8 compares them as bytes', () => {
    const opened = open()
    opened.db.sadd('s', bytes(0xff), bytes(0xc3), 'é')

    expect(opened.db.callBuffer('SORT', 's', 'ALPHA')).toEqual([bytes(0xc3), bytes('é'), bytes(0xff)])
  })

  it('compares up to a zero byte where it only shows the order, and all bytes where it keeps it', () => {
    const { db } = openWithList('a\0c', 'a\0b', 'A')

    expect(say(db, 'SORT l ALPHA')).toEqual(['A', 'a\0c', 'a\0b'])
    expect(say(db, 'SORT l ALPHA STORE d')).toBe(3)
    expect(say(db, 'SORT d BY nosort')).toEqual(['A', 'a\0b', 'a\0c'])
  })
})

describe('SORT LIMIT', () => {
  it.each([
    ['0 2', ['1', '2']],
    ['1 2', ['2', '3']],
    ['1 100', ['2', '3', '4', '5']],
    ['2 -1', ['3', '4', '5']],
    ['1 -9', ['2', '3', '4', '5']],
    ['-3 2', ['1', '2']],
    ['0 0', []],
    ['5 1', []],
    ['9223372036854775807 9223372036854775807', []],
    ['-9223372036854775808 -9223372036854775808', ['1', '2', '3', '4', '5']],
    ['0 1 LIMIT 3 1', ['4']],
  ])('%s returns %j', (limit, elements) => {
    const { db } = openWithList('3', '1', '5', '2', '4')

    expect(say(db, `SORT l LIMIT ${limit}`)).toEqual(elements)
    expect(say(db, `SORT_RO l limit ${limit}`)).toEqual(elements)
    expect(say(db, `SORT l LIMIT ${limit} STORE d`)).toBe(elements.length)
  })
})

describe('SORT BY', () => {
  it('orders by the strings at other keys, where a missing one weighs 0', () => {
    const { db } = openWithValues()

    expect(say(db, 'SORT l BY w_*')).toEqual(['3', '2', '1'])
    expect(say(db, 'SORT l BY w_* DESC')).toEqual(['1', '2', '3'])
    expect(say(db, 'SORT l BY nosuch_*')).toEqual(['1', '2', '3'])
    expect(say(db, 'SORT l BY nosuch_* DESC LIMIT 0 1')).toEqual(['3'])
  })

  it('orders by fields of hashes', () => {
    const { db } = openWithValues()

    expect(say(db, 'SORT l BY h_*->f')).toEqual(['2', '3', '1'])
    expect(say(db, 'SORT l BY h_*->nosuch DESC')).toEqual(['3', '2', '1'])
    // A hash without a field in the pattern weighs nothing, and neither does a string with one.
    expect(say(db, 'SORT l BY h_*')).toEqual(['1', '2', '3'])
    expect(say(db, 'SORT l BY w_*->f')).toEqual(['1', '2', '3'])
  })

  it('ALPHA keeps elements of equal weight in the order that they had, also from the end', () => {
    const { db } = openWithList('d', 'b', 'c', 'a')
    db.mset({ w_b: 2, w_a: 2, w_c: 1 })

    expect(say(db, 'SORT l BY w_* ALPHA')).toEqual(['d', 'c', 'b', 'a'])
    expect(say(db, 'SORT l BY w_* ALPHA DESC')).toEqual(['b', 'a', 'c', 'd'])
    expect(say(db, 'SORT l BY w_*')).toEqual(['d', 'c', 'a', 'b'])
  })

  it('refuses weights that are no numbers, and takes empty ones for 0', () => {
    const opened = openWithValues()
    opened.db.set('w_3', '')
    expect(say(opened.db, 'SORT l BY w_*')).toEqual(['3', '2', '1'])
    opened.db.set('w_3', 'x')

    expectRefused(opened, () => say(opened.db, 'SORT l BY w_*'), NOT_NUMBERS)
    expect(say(opened.db, 'SORT l BY w_* ALPHA')).toEqual(['2', '1', '3'])
  })

  it('without a star leaves the elements in their order, which DESC turns round', () => {
    const { db } = openWithValues()

    expect(say(db, 'SORT l BY nosort')).toEqual(['3', '1', '2'])
    expect(say(db, 'SORT l BY nosort DESC')).toEqual(['2', '1', '3'])
    expect(say(db, 'SORT l BY nosort DESC LIMIT 0 2')).toEqual(['2', '1'])
    expect(say(db, 'SORT l BY nosort LIMIT 1 5')).toEqual(['1', '2'])
    expect(say(db, 'SORT l BY nosort LIMIT 3 5')).toEqual([])
    expect(say(db, 'SORT z BY nosort')).toEqual(['y', 'x', '3'])
    expect(say(db, 'SORT z BY nosort DESC')).toEqual(['3', 'x', 'y'])
    expect(say(db, 'SORT z BY nosort DESC LIMIT 1 1')).toEqual(['x'])
    expect(say(db, 'SORT z BY nosort LIMIT 1 -1')).toEqual(['x', '3'])
    expect(say(db, 'SORT s BY nosort DESC')).toEqual(['c', 'a', 'b'])
  })

  it('without a star leaves elements unsorted even if another BY has one', () => {
    const { db } = openWithValues()

    expect(say(db, 'SORT l BY w_* BY nosort')).toEqual(['3', '1', '2'])
    expect(say(db, 'SORT l BY nosort BY w_*')).toEqual(['3', '1', '2'])
    expect(say(db, 'SORT l BY nosuch_* BY w_*')).toEqual(['3', '2', '1'])
    expect(db.call('SORT', 'l', 'BY', 'w\0_*')).toEqual(['3', '1', '2'])
  })

  it('without a star sorts a set by bytes where it keeps it', () => {
    const { db } = openWithValues()

    say(db, 'SORT s BY nosort DESC STORE d')

    expect(say(db, 'SORT d BY nosort')).toEqual(['c', 'b', 'a'])
  })

  it('looks keys up as reads do: what has expired goes', () => {
    const { db, seen } = openWithValues()
    db.set('w_1', 50, { pxat: START_MS })
    seen.length = 0

    expect(say(db, 'SORT l BY w_* LIMIT 0 1')).toEqual(['1'])
    expect(seen).toEqual(['expired w_1'])
  })

  it('joins halves of characters in the names of keys', () => {
    const opened = open()
    opened.db.sadd('s', bytes(0xa9))
    opened.db.set('é', 'found')

    expect(opened.db.call('SORT', 's', 'ALPHA', 'GET', bytes(0xc3, 0x2a))).toEqual(['found'])
  })
})

describe('SORT GET', () => {
  it('returns what patterns lead to in their order, null where they lead to nothing', () => {
    const { db } = openWithValues()

    expect(say(db, 'SORT l GET # GET w_*')).toEqual(['1', '20', '2', '10', '3', null])
    expect(say(db, 'SORT l GET h_*->f GET h_*->nosuch GET h_*')).toEqual([
      '7',
      null,
      null,
      null,
      null,
      null,
      '5',
      null,
      null,
    ])
    expect(say(db, 'SORT l BY nosort GET #')).toEqual(['3', '1', '2'])
    expect(say(db, 'SORT l LIMIT 2 1 GET h_*->g')).toEqual(['g of h_3'])
  })

  it('takes an arrow at the end for a part of the key, and leads nowhere without a star', () => {
    const { db } = openWithValues()

    expect(say(db, 'SORT l GET w_*->')).toEqual([null, null, 'arrow'])
    expect(say(db, 'SORT l GET w_1 GET ##')).toEqual([null, null, null, null, null, null])
  })

  it('puts the element in the place of the first star only', () => {
    const { db } = openWithValues()
    db.set('1-*', 'star')

    expect(say(db, 'SORT l LIMIT 0 1 GET *-*')).toEqual(['star'])
  })

  it('looks for nothing behind a zero byte, as C does', () => {
    const { db } = openWithValues()

    expect(db.call('SORT', 'l', 'GET', '#\0', 'LIMIT', 0, 1)).toEqual(['1'])
    expect(db.call('SORT', 'l', 'GET', 'w_\0*', 'LIMIT', 0, 1)).toEqual([null])
    expect(db.call('SORT', 'l', 'GET', 'h_*->\0f', 'LIMIT', 0, 1)).toEqual([null])
  })
})

describe('SORT STORE', () => {
  it('keeps the elements as a list, announces sortstore and logs what there is', () => {
    const opened = openWithValues()
    const { dirty } = opened.db.engine

    expect(say(opened.db, 'SORT l DESC STORE d')).toBe(3)
    expect(contents(opened.db).at(-1)).toEqual([0, 'd', ['3', '2', '1'], undefined])
    expect(opened.seen).toEqual(['sortstore d'])
    expect(logged(opened)).toEqual(['RPUSH d 3 2 1'])
    expect(opened.db.engine.dirty - dirty).toBe(3)
  })

  it('takes the place of any value and its deadline, its own source too', () => {
    const opened = openWithValues()
    say(opened.db, 'PEXPIRE str 100')
    forget(opened)

    say(opened.db, 'SORT s ALPHA STORE str')
    say(opened.db, 'SORT l STORE l')

    expect([say(opened.db, 'TYPE str'), say(opened.db, 'PTTL str')]).toEqual(['list', -1])
    expect(opened.seen).toEqual(['sortstore str', 'sortstore l'])
    expect(logged(opened)).toEqual(['DEL str', 'RPUSH str a b c', 'DEL l', 'RPUSH l 1 2 3'])
  })

  it('keeps empty strings where GET finds nothing', () => {
    const { db } = openWithValues()

    expect(say(db, 'SORT l GET w_* GET # STORE d')).toBe(6)
    expect(say(db, 'SORT d BY nosort')).toEqual(['20', '1', '10', '2', '', '3'])
  })

  it.each(['SORT none STORE str', 'SORT l LIMIT 0 0 STORE str', 'SORT none GET # STORE str'])(
    'of nothing removes the key: %s',
    (words) => {
      const opened = openWithValues()

      expect(say(opened.db, words)).toBe(0)
      expect(say(opened.db, 'EXISTS str')).toBe(0)
      expect(opened.seen).toEqual(['del str'])
      expect(logged(opened)).toEqual(['DEL str'])
    },
  )

  it('of nothing to no key changes nothing', () => {
    const opened = openWithValues()

    expect(say(opened.db, 'SORT none STORE d')).toBe(0)
    expect([opened.seen, logged(opened)]).toEqual([[], []])
  })

  it('makes a listpack, or a quicklist of many elements', () => {
    const { db } = open()
    db.sadd('s', ...Array.from({ length: 5_000 }, (_, i) => `member:${i}`))

    say(db, 'SORT s ALPHA LIMIT 0 10 STORE few')
    say(db, 'SORT s ALPHA STORE many')

    expect([say(db, 'OBJECT ENCODING few'), say(db, 'OBJECT ENCODING many')]).toEqual(['listpack', 'quicklist'])
  })

  it('the last STORE counts', () => {
    const { db } = openWithValues()

    say(db, 'SORT l STORE d STORE e')

    expect([say(db, 'EXISTS d'), say(db, 'EXISTS e')]).toEqual([0, 1])
  })
})

describe('SORT and SORT_RO', () => {
  it.each(['SORT', 'SORT_RO'])('%s takes lists, sets, sorted sets and missing keys', (name) => {
    const { db } = openWithValues()

    expect(say(db, `${name} l`)).toEqual(['1', '2', '3'])
    expect(say(db, `${name} s ALPHA`)).toEqual(['a', 'b', 'c'])
    expect(say(db, `${name} z ALPHA`)).toEqual(['3', 'x', 'y'])
    expect(say(db, `${name} none`)).toEqual([])
  })

  it('unpack a sorted set, as Redis does', () => {
    const { db } = openWithValues()
    expect(say(db, 'OBJECT ENCODING z')).toBe('listpack')

    say(db, 'SORT_RO z BY nosort')

    expect(say(db, 'OBJECT ENCODING z')).toBe('skiplist')
  })

  it('take options in any order and letter case', () => {
    const { db } = openWithValues()

    expect(say(db, 'sort l get # limit 0 2 by w_* desc alpha')).toEqual(['1', '2'])
  })

  it.each([
    ['SORT str', WRONGTYPE],
    ['SORT h_1', WRONGTYPE],
    ['SORT str STORE d', WRONGTYPE],
    ['SORT str nosuch', SYNTAX],
    ['SORT l nosuch', SYNTAX],
    ['SORT l BY', SYNTAX],
    ['SORT l GET', SYNTAX],
    ['SORT l STORE', SYNTAX],
    ['SORT l LIMIT', SYNTAX],
    ['SORT l LIMIT 0', SYNTAX],
    ['SORT l LIMIT x', SYNTAX],
    ['SORT l LIMIT x y', NOT_AN_INTEGER],
    ['SORT l LIMIT 0 y nosuch', NOT_AN_INTEGER],
    ['SORT str LIMIT 0 1.0', NOT_AN_INTEGER],
    ['SORT l LIMIT 0 9223372036854775808', NOT_AN_INTEGER],
    ['SORT_RO l STORE d', SYNTAX],
    ['SORT_RO l ALPHA STORE', SYNTAX],
    ['SORT', "ERR wrong number of arguments for 'sort' command"],
    ['SORT_RO', "ERR wrong number of arguments for 'sort_ro' command"],
  ])('%s is refused: %s', (words, message) => {
    const opened = openWithValues()

    expectRefused(opened, () => say(opened.db, words), message)
  })

  it('show the keys of a call to COMMAND GETKEYS, the last STORE included', () => {
    const { db } = open()

    expect(say(db, 'COMMAND GETKEYS SORT l BY w_* GET h_*')).toEqual(['l'])
    expect(say(db, 'COMMAND GETKEYS SORT l STORE a LIMIT store 0 STORE b')).toEqual(['l', 'b'])
    expect(say(db, 'COMMAND GETKEYS SORT l BY store STORE d')).toEqual(['l', 'd'])
    expect(say(db, 'COMMAND GETKEYSANDFLAGS SORT l STORE d')).toEqual([
      ['l', ['RO', 'access']],
      ['d', ['OW', 'update']],
    ])
    expect(say(db, 'COMMAND GETKEYS SORT_RO l STORE d')).toEqual(['l'])
  })
})
