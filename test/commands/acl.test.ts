import { RedstartError } from 'redstart'
import { describe, expect, it } from 'vitest'
import { answers, expectRefused, open, say } from '../support.js'

const WRONGPASS = 'WRONGPASS invalid username-password pair or user is disabled.'
const NOAUTH = 'NOAUTH Authentication required.'
const NO_KEY = 'NOPERM No permissions to access a key'

// What rules do, and what is refused in which words, is in test/fixtures/acl.json as a server answered it.

/** The database, and a session that acts for a user with these rules. */
function openAs(...rules: readonly string[]) {
  const opened = open()
  opened.db.aclSetuser('it', 'on', '>pw', ...rules)
  const session = opened.db.session()
  session.auth('it', 'pw')
  return { ...opened, session }
}

describe('AUTH', () => {
  it('makes raw calls of the session act for a user, and of no other session', () => {
    const { db, session } = openAs('+@read', '~app:*')

    expect(session.aclWhoami()).toBe('it')
    expect(db.aclWhoami()).toBe('default')
    expect(answers(session, 'GET app:1', 'GET other', 'SET app:1 x')).toEqual([
      ...[null, NO_KEY, "NOPERM User it has no permissions to run the 'set' command"],
    ])
    expect(say(db, 'SET other x')).toBe('OK')
  })

  it.each([
    ['a wrong password', ['it', 'wrong']],
    ['a user that there is not', ['nobody', 'pw']],
    ['a user that is off', ['off', 'pw']],
    ['no password at all', ['it', '']],
  ] as const)('is refused with %s, and written down', (_name, [username, password]) => {
    const opened = open()
    opened.db.aclSetuser('it', 'on', '>pw')
    opened.db.aclSetuser('off', '>pw')

    expectRefused(opened, () => opened.db.auth(username, password), WRONGPASS)
    expect(opened.db.aclWhoami()).toBe('default')
    expect(opened.db.aclLog()).toMatchObject([{ reason: 'auth', object: 'AUTH', username, count: 1 }])
  })

  it('by the password alone is for a default user that has one', () => {
    const { db } = open()
    const before = db.session()
    db.configSet({ requirepass: 'secret' })
    const after = db.session()

    expect(answers(after, 'GET k', 'PING', 'AUTH wrong', 'GET k', 'AUTH secret', 'GET k')).toEqual([
      ...[NOAUTH, NOAUTH, WRONGPASS, NOAUTH, 'OK', null],
    ])
    expect(answers(before, 'GET k')).toEqual([null])
    expect(answers(after, 'RESET', 'GET k')).toEqual(['RESET', NOAUTH])
    db.configSet({ requirepass: '' })
    expect(answers(after, 'GET k')).toEqual([null])
  })
})

describe('a user', () => {
  it('is bound by new rules at once', () => {
    const { db, session } = openAs('+get', '~*')
    const before = answers(session, 'GET k')
    db.aclSetuser('it', '-get')

    expect([...before, ...answers(session, 'GET k')]).toEqual([
      ...[null, "NOPERM User it has no permissions to run the 'get' command"],
    ])
  })

  it('that is taken out takes its sessions along', () => {
    const { db, session } = openAs('+@all', '~*')

    expect(db.aclDeluser('it', 'nobody')).toBe(1)
    expect(answers(session, 'PING')).toEqual(['ERR the session is closed'])
    expect(db.aclUsers()).toEqual(['default'])
  })

  it('that may not hear a channel any more takes those along that are subscribed to it, be it itself', () => {
    const { db, session } = openAs('+@all', '~*', '&a', '&b')
    const other = db.session()
    answers(other, 'AUTH it pw', 'SUBSCRIBE b')
    answers(session, 'HELLO 3', 'SUBSCRIBE a')
    db.aclSetuser('it', 'resetchannels', '&a')

    expect(answers(other, 'PING')).toEqual(['ERR the session is closed'])
    expect(db.pubsubNumsub('a', 'b')).toEqual([1, 0])
    expect(answers(session, 'ACL SETUSER it resetchannels', 'PING')).toEqual(['OK', 'ERR the session is closed'])
    expect(db.pubsubNumsub('a')).toEqual([0])
  })

  it('is checked again when EXEC runs what was queued', () => {
    const { db, session } = openAs('+@all', '~*')
    answers(session, 'MULTI', 'SET k v', 'GET k')
    db.aclSetuser('it', '-set')

    const [, set, get] = [null, ...(say(session, 'EXEC') as unknown[])]

    expect(set).toEqual(
      new RedstartError(
        'NOPERM ACLs rules changed between the moment the transaction was accumulated and the EXEC call. This command is no ' +
          'longer allowed for the following reason: no permission to execute the command or subcommand',
      ),
    )
    expect(get).toBeNull()
  })

  it('may use the channels again that acl-pubsub-default gives, where its rules are reset', () => {
    const { db } = open()
    db.configSet({ 'acl-pubsub-default': 'allchannels' })
    db.aclSetuser('it', 'resetchannels')
    db.aclSetuser('it', 'RESET', '+get')

    expect(db.aclList()[1]).toBe('user it off sanitize-payload &* -@all +get')
  })

  it('needs leave to read every key for the patterns of SORT', () => {
    const { db, session } = openAs('+@all', '~r')
    db.rpush('r', 1, 2)

    expect(answers(session, 'SORT r', 'SORT r BY x', 'SORT r BY x*', 'SORT_RO r GET #')).toEqual([
      ['1', '2'],
      ['1', '2'],
      'ERR BY option of SORT denied due to insufficient ACL permissions.',
      'ERR GET option of SORT denied due to insufficient ACL permissions.',
    ])
    db.aclSetuser('it', '%R~*')
    expect(answers(session, 'SORT r BY x* GET #')).toEqual([['1', '2']])
  })

  it('goes along with a fork, as it is then', () => {
    const { db } = openAs('+get', '~a')
    db.configSet({ requirepass: 'secret' })
    const fork = db.fork()
    db.aclSetuser('it', 'reset')
    const session = fork.session()

    expect(answers(session, 'GET a', 'AUTH it pw', 'GET a', 'GET b')).toEqual([NOAUTH, 'OK', null, NO_KEY])
  })

  it('keeps passwords as SHA-256 only', () => {
    const { db } = openAs()

    expect(db.aclGetuser('it')?.passwords).toEqual(['30c952fab122c3f9759f02a6d95c3758b246b4fee239957b2d4fee46e26170c4'])
    expect(JSON.stringify(db.aclList())).not.toContain('pw')
  })
})

describe('ACL LOG', () => {
  it('counts what is refused again within a minute, the newest first', () => {
    const { db, clock, session } = openAs('+get', '~a')
    answers(session, 'GET b', 'SET a 1', 'GET b')
    clock.advance(60_001)
    answers(session, 'GET b')

    expect(db.aclLog().map(({ reason, object, count }) => [reason, object, count])).toEqual([
      ['key', 'b', 1],
      ['key', 'b', 2],
      ['command', 'set', 1],
    ])
    expect(db.aclLog(1)).toHaveLength(1)
    expect(db.aclLogReset()).toBe('OK')
    expect(db.aclLog()).toEqual([])
  })

  it('counts again what is among the ten newest only, as Redis does', () => {
    const { db } = open()
    const counted = (others: number): number => {
      db.aclLogReset()
      answers(db, 'AUTH it no', ...Array.from({ length: others }, (_, i) => `AUTH other${i} no`), 'AUTH it no')
      return db.aclLog(1)[0]!.count
    }

    expect([counted(9), counted(10)]).toEqual([2, 1])
  })

  it('keeps as many as acllog-max-len says', () => {
    const { db, session } = openAs('+get', '~a')
    db.configSet({ 'acllog-max-len': 2 })
    answers(session, 'GET b', 'GET c', 'GET d')

    expect(db.aclLog().map(({ object }) => object)).toEqual(['d', 'c'])
  })

  it('answers in the shape of a server', () => {
    const { db, session } = openAs('+get', '~a')
    answers(session, 'GET b')

    const [entry] = say(db, 'ACL LOG') as unknown[][]

    expect(entry!.filter((_, i) => i % 2 === 0)).toEqual([
      ...['count', 'reason', 'context', 'object', 'username', 'age-seconds', 'client-info', 'entry-id'],
      ...['timestamp-created', 'timestamp-last-updated'],
    ])
  })
})

describe('ACL GENPASS', () => {
  it('gives hexadecimal digits for as many bits as are asked for', () => {
    const { db } = open()

    expect(db.aclGenpass()).toMatch(/^[0-9a-f]{64}$/)
    expect(db.aclGenpass(5)).toMatch(/^[0-9a-f]{2}$/)
    expect(db.aclGenpass(4096)).toMatch(/^[0-9a-f]{1024}$/)
    expect(db.aclGenpass()).not.toBe(db.aclGenpass())
  })
})
