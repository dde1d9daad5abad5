import { readdir, readFile, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { RedisFileError, shown } from './errors.js'

const MANIFEST = '.manifest'

/** The files of one append-only log, in the order in which they are to be read. */
export interface AofFiles {
  /** The manifest, undefined for a single file. */
  readonly manifest: string | undefined
  readonly paths: readonly string[]
}

/**
 * Finds the files of an append-only log by the folder that they lie in (`appendonlydir`), by their manifest, or by the one file
 * that older servers write.
 *
 * @throws RedisFileError when the folder has no manifest, or more than one, or the manifest is malformed
 */
export async function aofFiles(path: string): Promise<AofFiles> {
  if ((await stat(path)).isDirectory()) return filesOf(await manifestIn(path))
  return path.endsWith(MANIFEST) ? filesOf(path) : { manifest: undefined, paths: [path] }
}

async function manifestIn(directory: string): Promise<string> {
  const found = (await readdir(directory)).filter((name) => name.endsWith(MANIFEST))
  if (found.length === 1) return join(directory, found[0]!)
  const reason = found.length === 0 ? 'the folder has no manifest' : `the folder has ${found.length} manifests`
  throw new RedisFileError('format', directory, 0, `${reason}: name the one to read`)
}

async function filesOf(manifest: string): Promise<AofFiles> {
  const text = await readFile(manifest, 'utf8')
  const names = readManifest(text, manifest)
  return { manifest, paths: names.map((name) => join(dirname(manifest), name)) }
}

interface Line {
  readonly name: string
  readonly sequence: number
  readonly type: string
}

/** The names of the files that count: the base, and the increments by their number. Files of the past are passed over. */
export function readManifest(text: string, manifest: string): string[] {
  const bases: Line[] = []
  const increments: Line[] = []
  let offset = 0
  for (const line of text.split('\n')) {
    if (line.trim() !== '' && !line.startsWith('#')) {
      const entry = readLine(line.trim(), manifest, offset)
      if (entry.type === 'b') bases.push(entry)
      else if (entry.type === 'i') increments.push(entry)
    }
    offset += Buffer.byteLength(line) + 1
  }
  if (bases.length > 1) throw malformed(manifest, 0, 'it names more than one base file')
  for (const [i, { sequence }] of increments.entries()) {
    if (i > 0 && sequence <= increments[i - 1]!.sequence) {
      throw malformed(manifest, 0, 'it does not name the files in order')
    }
  }
  const names = [...bases, ...increments].map(({ name }) => name)
  if (names.length === 0) throw malformed(manifest, 0, 'it names no file')
  return names
}

/** Pairs of a word and what it stands for: `file NAME seq NUMBER type LETTER`. */
function readLine(line: string, manifest: string, offset: number): Line {
  const words = [...line.matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/g)].map(([, quoted, plain]) => {
    return quoted === undefined ? plain! : unquoted(quoted)
  })
  const pairs = new Map<string, string>()
  for (let i = 0; i + 1 < words.length; i += 2) pairs.set(words[i]!, words[i + 1]!)
  const name = pairs.get('file')
  const sequence = Number(pairs.get('seq'))
  const type = pairs.get('type')
  if (name === undefined || type === undefined || !Number.isSafeInteger(sequence) || sequence < 1) {
    throw malformed(manifest, offset, 'a line without file, seq and type')
  }
  // A name leads to nowhere else.
  if (basename(name) !== name) throw malformed(manifest, offset, `${shown(name)} is not the name of a file beside it`)
  if (!['b', 'i', 'h'].includes(type)) throw malformed(manifest, offset, `a file of unknown type ${shown(type)}`)
  return { name, sequence, type }
}

/** Names with blanks stand in quotes, where a backslash takes the next character as it is, or begins a byte in hexadecimal. */
function unquoted(text: string): string {
  return text.replace(/\\(?:x([0-9a-f]{2})|(.))/gi, (_, hex: string | undefined, character: string | undefined) => {
    return hex === undefined ? character! : String.fromCharCode(Number.parseInt(hex, 16))
  })
}

function malformed(manifest: string, offset: number, reason: string): RedisFileError {
  return new RedisFileError('damaged', manifest, offset, `a malformed manifest: ${reason}`)
}
