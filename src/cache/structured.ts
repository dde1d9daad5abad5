import { Packr } from 'msgpackr/pack'
import type { BytesCodec } from './codec.js'

let packr: Packr | undefined

/** Made at first use: a module without effects is left out of bundles that do not use it. */
function packer(): Packr {
  packr ??= new Packr({
    // Records tell objects from Maps; each message holds its own, so that it can be read by another process.
    structuredClone: true,
    copyBuffers: true,
    // Without this, functions would become undefined without a word.
    writeFunction(): never {
      throw new TypeError('a function cannot be cached by this codec')
    },
  })
  return packr
}

/**
 * What structured cloning keeps, by msgpackr: Date, Map, Set, bigint, typed arrays, Error, RegExp, undefined, circular
 * references. A class instance comes back as a plain object.
 */
export const structured: BytesCodec<unknown> = {
  kind: 'bytes',
  encode: (value) => packer().pack(value),
  decode: (bytes) => packer().unpack(bytes),
}
