import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { NOT_RUN as COMMENTS_NOT_RUN, commentSnippets } from './comments.js'
import { NOT_RUN, OUTLINE, PAGES, pageSnippets } from './pages.js'
import { checked, diagnosticsOf, ROOT, run, sourceText } from './snippets.js'

const snippets = [...pageSnippets, ...commentSnippets]
const notRun: Readonly<Record<string, string>> = { ...NOT_RUN, ...COMMENTS_NOT_RUN }

describe('code in pages and doc comments', () => {
  it('compiles', () => {
    expect(diagnosticsOf(snippets.filter(({ id }) => id !== OUTLINE))).toEqual([])
  }, 60_000)

  const former = process.cwd()
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'redstart-docs-'))
    process.chdir(folder)
    vi.spyOn(console, 'log').mockImplementation(() => undefined)
  })
  afterEach(() => {
    vi.useRealTimers()
    vi.restoreAllMocks()
    process.chdir(former)
    rmSync(folder, { recursive: true, force: true })
  })

  it.each(snippets.filter(({ id }) => notRun[id] === undefined))(
    'runs, and gives what it says: $id',
    async (snippet) => {
      await run(checked(snippet))
    },
  )

  it('is run but for what is there and cannot be', () => {
    const ids = snippets.map(({ id }) => id)

    expect(Object.keys(notRun).filter((id) => !ids.includes(id))).toEqual([])
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([])
  })
})

describe('links in the pages', () => {
  const anchorsOf = (page: string): string[] =>
    [...sourceText(page).matchAll(/^#+ (.*)$/gm)].map(([, title]) =>
      title!
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}_ -]/gu, '')
        .replaceAll(' ', '-'),
    )

  it.each(PAGES)('lead somewhere: %s', (page) => {
    const text = sourceText(page).replaceAll(/```.*?```|`[^`\n]*`/gs, '')
    const links = [...text.matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)/g)]
    const broken = links.filter(([, path, anchor]) => {
      const target = path === '' ? page : join(dirname(page), path!)
      return !existsSync(join(ROOT, target)) || (anchor !== undefined && !anchorsOf(target).includes(anchor))
    })

    expect(broken.map(([link]) => link)).toEqual([])
  })
})
