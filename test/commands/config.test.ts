import { describe, expect, it } from 'vitest'
import { expectRefused, open, say } from '../support.js'

describe('CONFIG GET', () => {
  it('returns parameters by names and patterns in any letter case, each once', () => {
    const { db } = open()

    expect(say(db, 'CONFIG GET databases')).toEqual(['databases', '16'])
    expect(say(db, 'config get DATA* [d]atabases')).toEqual(['databases', '16'])
    expect(say(db, 'CONFIG GET nosuch')).toEqual([])
    expect(db.configGet('databases')).toEqual({ databases: '16' })
  })

  it('needs a name', () => {
    expectRefused(open(), () => say(open().db, 'CONFIG GET'), "ERR wrong number of arguments for 'config|get' command")
  })
})

describe('CONFIG SET', () => {
  it.each([
    ['nosuch 1', "ERR Unknown option or number of arguments for CONFIG SET - 'nosuch'"],
    ['databases 3 nosuch 1', "ERR Unknown option or number of arguments for CONFIG SET - 'nosuch'"],
    ['Databases 3', "ERR CONFIG SET failed (possibly related to argument 'databases') - can't set immutable config"],
    ['a 1 b', "ERR wrong number of arguments for 'config|set' command"],
    ['a', "ERR wrong number of arguments for 'config|set' command"],
  ])('refuses %s', (words, message) => {
    const opened = open()

    expectRefused(opened, () => say(opened.db, `CONFIG SET ${words}`), message)
  })
})

describe('CONFIG REWRITE', () => {
  it('is refused, since there is no file', () => {
    const opened = open()

    expectRefused(opened, () => say(opened.db, 'CONFIG REWRITE'), 'ERR The server is running without a config file')
    expectRefused(opened, () => opened.db.configRewrite(), 'ERR The server is running without a config file')
  })
})

describe('CONFIG HELP', () => {
  it('names the subcommands', () => {
    const help = say(open().db, 'CONFIG HELP') as string[]

    expect(help.filter((line) => /^[A-Z]/.test(line)).map((line) => line.split(' ')[0])).toEqual([
      ...['CONFIG', 'GET', 'SET', 'RESETSTAT', 'REWRITE', 'HELP'],
    ])
  })
})
