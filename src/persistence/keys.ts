import { createHash, hkdfSync, scryptSync } from 'node:crypto'
import { PersistenceError } from './errors.js'

const KEY_BYTES = 32
export const SALT_BYTES = 16
export const KEY_ID_BYTES = 8

/** The work that scrypt does: 2^15 rounds over blocks of 8, 32 MiB and some 80 ms. Part of the format. */
const SCRYPT = { N: 2 ** 15, r: 8, p: 1, maxmem: 64 * 1024 * 1024 }

/** What a store is encrypted by: 32 bytes of chance, or a sentence of which a key is made. */
export interface Secret {
  /** 32 bytes of chance, as `crypto.randomBytes(32)` gives them. Excludes a passphrase. */
  readonly key?: Uint8Array | undefined
  /** A sentence, from which scrypt makes the key; it is not empty. Excludes a key. */
  readonly passphrase?: string | undefined
}

/** Makes the keys of files from a secret, and remembers what it has made: a passphrase takes long. */
export class KeyMaker {
  private readonly secret: Secret
  private readonly made = new Map<string, Buffer>()

  constructor(secret: Secret) {
    const { key, passphrase } = secret
    if ((key === undefined) === (passphrase === undefined))
      throw new PersistenceError('UNUSABLE', 'a secret is either a key or a passphrase')
    if (key !== undefined && key.length !== KEY_BYTES)
      throw new PersistenceError('UNUSABLE', `a key has ${KEY_BYTES} bytes, got ${key.length}`)
    if (passphrase === '') throw new PersistenceError('UNUSABLE', 'a passphrase is not empty')
    this.secret = secret
  }

  private root(salt: Uint8Array): Buffer {
    const { key, passphrase } = this.secret
    if (key !== undefined) return Buffer.from(key)
    const name = Buffer.from(salt).toString('hex')
    let root = this.made.get(name)
    if (root === undefined) {
      root = scryptSync(passphrase!.normalize('NFC'), salt, KEY_BYTES, SCRYPT)
      this.made.set(name, root)
    }
    return root
  }

  /** Says which secret it is, and nothing of it. */
  id(salt: Uint8Array): Uint8Array {
    return createHash('sha256').update('redstart key id').update(this.root(salt)).digest().subarray(0, KEY_ID_BYTES)
  }

  /** The key of one file: no two files have the same, so that numbers of frames can be nonces. */
  fileKey(salt: Uint8Array, fileSalt: Uint8Array, name: string): Buffer {
    return Buffer.from(hkdfSync('sha256', this.root(salt), fileSalt, `redstart file ${name}`, KEY_BYTES))
  }
}
