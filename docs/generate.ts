/**
 * Writes docs/commands.md from the command table and docs/methods.md from the typed methods. With --check it only says
 * whether they are up to date.
 *
 *   npm run docs
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { aclCategories, type Command, flagNames } from '../src/commands/command.js'
import { type Argument, parseSyntax } from '../src/commands/syntax.js'
import { commandTable } from '../src/commands/table.js'
import { methodsPage } from './methods.js'

const GROUP_TITLES: Readonly<Record<string, string>> = {
  string: 'Strings',
  list: 'Lists',
  hash: 'Hashes',
  set: 'Sets',
  'sorted-set': 'Sorted sets',
  bitmap: 'Bitmaps and bitfields',
  geo: 'Places',
  hyperloglog: 'HyperLogLogs',
  stream: 'Streams',
  'vector-set': 'Vector sets',
  generic: 'Keys',
  transactions: 'Transactions',
  pubsub: 'Messages',
  connection: 'Connection',
  server: 'Server',
}

/** The arguments as Redis's manual writes them. */
function usage(args: readonly Argument[]): string {
  return args.map(usageOf).join(' ')
}

function usageOf(argument: Argument): string {
  const inner = argument.arguments ?? []
  let text: string
  if (argument.type === 'oneof') text = inner.map(usageOf).join(' | ')
  else if (argument.type === 'block') text = usage(inner)
  else text = argument.type === 'pure-token' ? argument.token! : argument.name
  if (argument.token !== undefined && argument.type !== 'pure-token') {
    text = argument.type === 'oneof' ? `${argument.token} <${text}>` : `${argument.token} ${text}`
  } else if (argument.type === 'oneof' && !argument.optional) text = `<${text}>`
  if (argument.multiple) text = `${text} [${text} …]`
  return argument.optional ? `[${text}]` : text
}

function rows(name: string, command: Command): string[] {
  const own: string[] = []
  if (command.call !== undefined) {
    const call = [name, usage(parseSyntax(command.syntax))].filter(Boolean).join(' ')
    const note =
      command.deprecated === undefined
        ? ''
        : ` Deprecated since ${command.deprecated.since}: ${command.deprecated.use}.`
    const facts = [...flagNames(command.flags), ...aclCategories(command).map((category) => `@${category}`)].join(' ')
    own.push(
      `| \`${call.replaceAll('|', '\\|')}\` | ${command.summary}${note} | ${command.complexity.replaceAll('*', '\\*')} | ${command.since} | ${facts} |`,
    )
  }
  const subs = Object.entries(command.subcommands ?? {})
  return [...own, ...subs.flatMap(([sub, entry]) => rows(`${name} ${sub}`, entry))]
}

function page(): string {
  const groups = new Map<string, string[]>()
  for (const [name, command] of [...commandTable].sort(([a], [b]) => (a < b ? -1 : 1))) {
    groups.set(command.group, [...(groups.get(command.group) ?? []), ...rows(name, command)])
  }
  const parts = [
    '# Commands',
    '',
    `The ${commandTable.size} commands that there are, by Redis's groups; generated from the command table by \`npm run docs\`.`,
    'Every one is called by `db.call(name, …words)`, and by the typed method of its name in lower case (`db.getrange(…)`, a',
    'subcommand in camel case: `db.objectEncoding(…)`). *Since* is the version of Redis that brought it. Flags and ACL',
    "categories are Redis's.",
  ]
  for (const [group, lines] of groups) {
    parts.push('', `## ${GROUP_TITLES[group] ?? group}`, '')
    parts.push('| call | effect | complexity | since | flags and categories |', '|---|---|---|---|---|', ...lines)
  }
  return `${parts.join('\n')}\n`
}

const PAGES = [
  ['commands.md', page()],
  ['methods.md', methodsPage()],
] as const

for (const [name, text] of PAGES) {
  const target = new URL(`./${name}`, import.meta.url)
  if (!process.argv.includes('--check')) writeFileSync(target, text)
  else if (!existsSync(target) || readFileSync(target, 'utf8') !== text) {
    throw new Error(`docs/${name} is out of date: run npm run docs`)
  } else console.log(`docs/${name} is up to date`)
}
