import { type Command, LOADING, NO_KEYS, STALE } from './command.js'
import { type Reply, Status } from './reply.js'

/** The subcommand HELP of a container, which answers with these lines. `facts` are those of the container that it shares. */
export function helpCommand(
  lines: readonly string[],
  facts: Pick<Command, 'since' | 'group' | 'categories' | 'ownCategories'>,
): Command {
  return {
    ...facts,
    summary: 'Returns a short text about the subcommands.',
    complexity: 'O(1)',
    arity: 2,
    flags: LOADING | STALE,
    keys: NO_KEYS,
    syntax: '',
    call: (): Reply => lines.map((line) => new Status(line)),
  }
}
