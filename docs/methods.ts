/**
 * Makes docs/methods.md from the declarations and comments of the typed methods: `npm run docs` writes it.
 */
import { readFileSync } from 'node:fs'
import ts from 'typescript'

const SOURCE = new URL('../src/', import.meta.url)

/** The files of the methods, under the title that readers look for. */
const CHAPTERS: readonly (readonly [title: string, ...files: readonly string[]])[] = [
  ['Strings', 'api/string.ts'],
  ['Lists', 'api/list.ts'],
  ['Hashes', 'api/hash.ts'],
  ['Sets', 'api/set.ts'],
  ['Sorted sets', 'api/sorted-set.ts', 'api/sorted-set-ranges.ts'],
  ['Streams', 'api/stream.ts', 'api/stream-groups.ts'],
  ['Bitmaps and bitfields', 'api/bitmap.ts'],
  ['HyperLogLogs', 'api/hyperloglog.ts'],
  ['Places', 'api/geo.ts'],
  ['Vector sets', 'api/vector-set.ts'],
  ['Keys', 'api/generic.ts', 'api/sort.ts'],
  ['Transactions', 'api/transactions.ts'],
  ['Messages', 'api/pubsub.ts'],
  ['Sessions and raw calls', 'session.ts', 'api/connection.ts', 'api/client.ts'],
  ['The database', 'redstart.ts', 'api/persistence.ts'],
  ['Settings and a look inside', 'api/config.ts', 'api/memory.ts', 'api/inside.ts', 'api/server.ts'],
  ['Users', 'api/acl.ts'],
]

interface Method {
  readonly signature: string
  readonly effect: string
}

/** Members that are no symbols and not for the library's own use, in the order of the file. */
function methodsIn(path: string): Method[] {
  const file = ts.createSourceFile(path, readFileSync(new URL(path, SOURCE), 'utf8'), ts.ScriptTarget.Latest, true)
  const methods: Method[] = []
  for (const statement of file.statements) {
    if (!ts.isClassDeclaration(statement) || !isExported(statement)) continue
    for (const member of statement.members) {
      if (!ts.isMethodDeclaration(member) && !ts.isGetAccessor(member)) continue
      if (!ts.isIdentifier(member.name) || isHidden(member)) continue
      const [comment] = ts.getJSDocCommentsAndTags(member).filter(ts.isJSDoc)
      // The body of overloads has no comment of its own.
      if (comment === undefined) continue
      methods.push({ signature: signatureOf(member, file), effect: firstSentence(comment) })
    }
  }
  return methods
}

function isExported(node: ts.ClassDeclaration): boolean {
  return (ts.getCombinedModifierFlags(node) & ts.ModifierFlags.Export) !== 0
}

function isHidden(member: ts.ClassElement): boolean {
  const isPrivate =
    (ts.getCombinedModifierFlags(member) & (ts.ModifierFlags.Private | ts.ModifierFlags.Protected)) !== 0
  return isPrivate || ts.getJSDocTags(member).some((tag) => tag.tagName.text === 'internal')
}

/** As it is called: strings are what comes back, and the bounds of type parameters are left to the editor. */
function signatureOf(member: ts.MethodDeclaration | ts.GetAccessorDeclaration, file: ts.SourceFile): string {
  const text = (node: ts.Node): string => node.getText(file).replaceAll(/\s+/g, ' ')
  const type = member.type === undefined ? '' : `: ${text(member.type)}`
  if (ts.isGetAccessor(member)) return `${member.name.getText(file)}${type}`
  const parameters = member.parameters.map(text).join(', ')
  const isStatic = (ts.getCombinedModifierFlags(member) & ts.ModifierFlags.Static) !== 0
  const call = `${isStatic ? 'Redstart.' : ''}${member.name.getText(file)}(${parameters})${type}`
  return call
    .replaceAll(/\breadonly /g, '')
    .replaceAll(/\bT\b/g, 'string')
    .replaceAll(/(?<=: )[A-Z] \| /g, '')
}

function firstSentence(comment: ts.JSDoc): string {
  const text = (ts.getTextOfJSDocComment(comment.comment) ?? '').replaceAll(/\s+/g, ' ').trim()
  const end = /\.(?= [A-Z`]|$)|: (?=O\()/.exec(text)
  return end === null ? text : text.slice(0, end.index + 1)
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|')
}

export function methodsPage(): string {
  const parts = [
    '# Methods',
    '',
    'Every typed method with its arguments and what it returns, from the declarations by `npm run docs`. `null` is what Redis calls nil. `db.bytes`',
    'has the same methods and returns `Uint8Array` where these return `string` from a value. Options, errors and examples stand in the comments, which',
    'editors show; what Redis says of a command, its complexity and its raw form, in [Commands](commands.md); whole programs, in [Recipes](recipes.md).',
    '',
    'A `Key` is a `string` or a `Uint8Array`, `Data` a number or a bigint too.',
  ]
  for (const [title, ...files] of CHAPTERS) {
    parts.push('', `## ${title}`, '', '| method | |', '|---|---|')
    for (const { signature, effect } of files.flatMap(methodsIn)) {
      parts.push(`| \`${cell(signature)}\` | ${cell(effect)} |`)
    }
  }
  return `${parts.join('\n')}\n`
}
