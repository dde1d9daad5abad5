import * as fc from 'fast-check'
import type { CallReply, Data } from 'redstart'
import { type Door, mapOf, same } from './door.js'

const names = fc.constantFrom('default', 'a', 'b', 'c d')
const rules = fc.array(
  fc.constantFrom('on', '>p', '+@read', '-get', '~k*', '%R~x', '&c', '(+set ~y)', 'reset', 'nosuch'),
  {
    maxLength: 4,
  },
)

function sub(name: string, args: fc.Arbitrary<readonly Data[]>, reply: Door['reply'] = same): Door {
  return { draw: args.map((drawn) => ({ args: drawn, words: ['ACL', name, ...drawn] })), reply }
}

function userOf(raw: CallReply): unknown {
  if (raw === null) return null
  const fields = mapOf(raw)
  return { ...fields, selectors: (fields['selectors'] as CallReply[]).map(mapOf) }
}

function entriesOf(raw: CallReply): unknown {
  return (raw as CallReply[]).map((entry) => {
    const { reason, context, object, username, count } = mapOf(entry)
    return { reason, context, object, username, count }
  })
}

/** Users and what they may do. */
export const aclDoors: Readonly<Record<string, Door>> = {
  auth: {
    draw: fc.constantFrom(['x'], ['a', 'p'], ['nosuch', 'p']).map((args) => ({ args, words: ['AUTH', ...args] })),
    reply: same,
  },
  aclWhoami: sub('WHOAMI', fc.constant([])),
  aclList: sub('LIST', fc.constant([])),
  aclUsers: sub('USERS', fc.constant([])),
  aclGetuser: sub('GETUSER', fc.tuple(names), userOf),
  aclSetuser: sub(
    'SETUSER',
    // The default user stays as it is, so that all other calls are allowed.
    fc.tuple(fc.constantFrom('a', 'b', 'c d'), rules).map(([name, drawn]) => [name, ...drawn]),
  ),
  aclDeluser: sub('DELUSER', fc.array(fc.constantFrom('default', 'b', 'nosuch'), { maxLength: 2 })),
  aclCat: sub('CAT', fc.constantFrom([], ['string'], ['nosuch'])),
  // Another one each time: that there is one, and its length, is all that can be the same.
  aclGenpass: { ...sub('GENPASS', fc.constantFrom([0], [4097])), typed: (reply: string) => reply.length },
  aclDryrun: sub(
    'DRYRUN',
    fc.constantFrom(['a', 'GET', 'k'], ['a', 'SET', 'k', 'v'], ['nosuch', 'GET', 'k'], ['a', 'NO']),
  ),
  aclLog: {
    ...sub('LOG', fc.constantFrom([], [1], [-1]), entriesOf),
    typed: (entries: readonly Record<string, unknown>[]) =>
      entries.map(({ reason, context, object, username, count }) => ({ reason, context, object, username, count })),
  },
  aclLogReset: { draw: fc.constant({ args: [], words: ['ACL', 'LOG', 'RESET'] }), reply: same },
  aclLoad: sub('LOAD', fc.constant([])),
  aclSave: sub('SAVE', fc.constant([])),
}
