import { readdir, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { encrypted, files, keptIn, PersistenceError, type Persistent } from 'redstart/persistence'
import { type Terminal, UsageError } from './command.js'
import { Progress } from './progress.js'
import { bytesText } from './text.js'
import { WatchedStorage } from './watched-storage.js'

/** Options of all commands that open what redstart keeps. */
export const SECRET_OPTIONS = {
  'passphrase-file': { type: 'string' },
  'key-file': { type: 'string' },
} as const

export const SECRET_HELP = `  --passphrase-file FILE  the store is encrypted; FILE holds the passphrase in its first line
  --key-file FILE         the store is encrypted; FILE holds the key: 32 bytes, or 64 hexadecimal digits
`

/** What `SECRET_OPTIONS` were given. */
export interface SecretWords {
  readonly 'passphrase-file'?: string | undefined
  readonly 'key-file'?: string | undefined
}

/** What is kept in a folder. `save` and the like do not matter to what a tool does. */
export async function placeOf(folder: string, words: SecretWords): Promise<Persistent> {
  const plain = files(folder, { save: '', autoAofRewritePercentage: 0 })
  const { 'passphrase-file': passphraseFile, 'key-file': keyFile } = words
  if (passphraseFile !== undefined && keyFile !== undefined) {
    throw new UsageError('--passphrase-file and --key-file exclude each other')
  }
  if (passphraseFile !== undefined) {
    const passphrase = (await readFile(passphraseFile, 'utf8')).split(/\r?\n/)[0]!
    return encrypted(plain, { passphrase })
  }
  return keyFile === undefined ? plain : encrypted(plain, { key: keyOf(await readFile(keyFile), keyFile) })
}

function keyOf(bytes: Uint8Array, file: string): Uint8Array {
  if (bytes.length === 32) return bytes
  const text = Buffer.from(bytes).toString('latin1').trim()
  if (!/^[0-9a-f]{64}$/i.test(text)) throw new Error(`${file}: a key is 32 bytes, or 64 hexadecimal digits`)
  return Buffer.from(text, 'hex')
}

const OWN_FILE = /^(manifest|(log|snapshot)-\d+\.rs)$/

/** Whether there is a store of redstart, whole or not. */
export async function isStore(path: string): Promise<boolean> {
  return (await sizesIn(path)).some(({ name }) => OWN_FILE.test(name))
}

/** @throws Error for a place without a store */
export async function expectStore(folder: string): Promise<void> {
  if (!(await isStore(folder))) throw new Error(`${folder}: there is no store of redstart`)
}

/** The files of a folder with their sizes; none for what is no folder. */
async function sizesIn(path: string): Promise<{ name: string; bytes: number }[]> {
  let names: string[]
  try {
    names = await readdir(path)
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'ENOENT' || code === 'ENOTDIR') return []
    throw error
  }
  return Promise.all(names.map(async (name) => ({ name, bytes: (await stat(join(path, name))).size })))
}

/** The bytes of all files of a store. */
export async function bytesOfStore(folder: string): Promise<number> {
  const sizes = (await sizesIn(folder)).filter(({ name }) => OWN_FILE.test(name))
  return sizes.reduce((sum, { bytes }) => sum + bytes, 0)
}

/** Does something with a place, and shows how much of it has been read. */
export async function watched<T>(
  place: Persistent,
  folder: string,
  terminal: Terminal,
  work: (place: Persistent) => Promise<T>,
): Promise<T> {
  const total = await bytesOfStore(folder)
  const progress = new Progress(terminal, 'reading')
  const show = (bytes: number): void => progress.show(total === 0 ? 1 : bytes / total, bytesText(bytes))
  try {
    return await work(keptIn(new WatchedStorage(place.storage, show), place.options))
  } finally {
    progress.end()
  }
}

/** Does something that makes a store, of which nothing is left where it fails. A store that was there before stays as it is. */
export async function making<T>(path: string, work: () => Promise<T>): Promise<T> {
  const isNew = await isMissing(path)
  const wasStore = await isStore(path)
  try {
    return await work()
  } catch (error) {
    // What is there now is what somebody else makes.
    if (error instanceof PersistenceError && error.code === 'LOCKED') throw error
    if (isNew) await rm(path, { recursive: true, force: true })
    else if (!wasStore) await removeStore(path)
    throw error
  }
}

function isMissing(path: string): Promise<boolean> {
  return stat(path).then(
    () => false,
    () => true,
  )
}

async function removeStore(path: string): Promise<void> {
  for (const { name } of await sizesIn(path)) if (OWN_FILE.test(name)) await rm(join(path, name))
}
