import { type Argv, textAt, textsFrom, upperAscii } from './argv.js'

const REDACTED = '(redacted)'

/** The words of a call as others may see them: without passwords, as Redis leaves them out of SLOWLOG and MONITOR. */
export function shownWords(argv: Argv): string[] {
  const words = textsFrom(argv, 0)
  const from = secretsFrom(argv)
  return from === undefined ? words : words.map((word, i) => (from(i) ? REDACTED : word))
}

/** Which words of a call are nobody's business. */
function secretsFrom(argv: Argv): ((index: number) => boolean) | undefined {
  const name = upperAscii(textAt(argv, 0))
  const sub = argv.length > 1 ? upperAscii(textAt(argv, 1)) : ''
  if (name === 'AUTH') return (i) => i > 0
  if (name === 'ACL' && (sub === 'SETUSER' || sub === 'DELUSER' || sub === 'GETUSER')) return (i) => i > 1
  if (name === 'CONFIG' && sub === 'SET') return (i) => i > 2 && i % 2 === 1 && isSecret(textAt(argv, i - 1))
  if (name !== 'HELLO') return undefined
  const at = argv.findIndex((_, i) => i > 1 && upperAscii(textAt(argv, i)) === 'AUTH')
  return at < 0 ? undefined : (i) => i === at + 1 || i === at + 2
}

function isSecret(parameter: string): boolean {
  return parameter.toLowerCase() === 'requirepass'
}
