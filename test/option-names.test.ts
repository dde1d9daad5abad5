import { cache } from 'redstart/cache'
import { exportRdb, inspect } from 'redstart/redis-files'
import { describe, expect, it } from 'vitest'
import { checkNames, strangeName } from '../src/option-names.js'
import { open } from './support.js'

const NAMES = { ex: true, px: true } as const

describe('names of options', () => {
  it('are all among theirs, inherited ones too', () => {
    expect(strangeName({ ex: 1, px: undefined }, NAMES)).toBeUndefined()
    expect(strangeName({ ex: 1, ttl: undefined }, NAMES)).toBe('ttl')
    expect(strangeName(Object.create({ ttl: 1 }), NAMES)).toBe('ttl')
    expect(strangeName({ constructor: 1 }, NAMES)).toBe('constructor')
  })

  it('are told with those that there are', () => {
    expect(() => checkNames({ ttl: 1 }, NAMES)).toThrow(new TypeError("there is no option 'ttl' among ex, px"))
  })

  it.each([
    [null, 'null'],
    ['ex', 'string'],
    [() => undefined, 'function'],
  ])('are no names of what is no object: %s', (options, type) => {
    expect(() => checkNames(options as object, NAMES)).toThrow(new TypeError(`options must be an object, got ${type}`))
  })

  it('are looked at so by leaves', async () => {
    const { db } = open()
    const refusal = new TypeError('options must be an object, got null')

    expect(() => exportRdb(db, null as never)).toThrow(refusal)
    await expect(inspect(new Uint8Array(0), null as never)).rejects.toThrow(refusal)
    expect(() => cache(db, { prefix: 'u:' }).set('k', 1, null as never)).toThrow(refusal)
  })
})
