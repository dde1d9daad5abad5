import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'tsup'

const source = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

/** Makes the writer one file that starts at once; returns its path. */
export async function buildWriter(): Promise<string> {
  const outDir = mkdtempSync(join(tmpdir(), 'redstart-writer-'))
  await build({
    entry: { writer: source('./writer.ts') },
    config: false,
    silent: true,
    clean: false,
    format: ['esm'],
    target: 'es2022',
    platform: 'node',
    outDir,
    outExtension: () => ({ js: '.mjs' }),
    noExternal: [/.*/],
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    esbuildOptions(options) {
      options.alias = {
        redstart: source('../../src/index.ts'),
        'redstart/persistence': source('../../src/persistence/index.ts'),
      }
    },
  })
  return join(outDir, 'writer.mjs')
}
