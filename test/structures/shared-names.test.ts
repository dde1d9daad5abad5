import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sharedName } from '../../src/structures/shared-names.js'

describe('a shared name', () => {
  it('is the name, whatever was shared before', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.string({ maxLength: 30 }), fc.constantFrom('a', 'b', '', '\udcff'))),
        (names) => {
          expect(names.map(sharedName)).toEqual(names)
        },
      ),
    )
  })

  it('is kept for names that fall into the same place', () => {
    // Equal in their first, middle and last characters and in length.
    expect(['axbxc', 'aybyc', 'axbxc'].map(sharedName)).toEqual(['axbxc', 'aybyc', 'axbxc'])
  })
})
