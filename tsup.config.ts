import { readFileSync } from 'node:fs'
import { defineConfig } from 'tsup'

/** What becomes part of the build brings its licence along. */
const licence = readFileSync(new URL('./node_modules/@noble/hashes/LICENSE', import.meta.url), 'utf8').trim()

export default defineConfig({
  entry: {
    index: 'src/index.ts',
    cache: 'src/cache/index.ts',
    persistence: 'src/persistence/index.ts',
    'redis-files': 'src/redis-files/index.ts',
    cli: 'src/cli/index.ts',
  },
  // The tool on the command line uses the package by its own name, as any program does.
  external: [/^node:/, /^redstart(\/|$)/],
  format: ['esm', 'cjs'],
  target: 'es2022',
  platform: 'neutral',
  // Browsers' types do not know Symbol.dispose unless they are asked to.
  dts: { banner: '/// <reference lib="esnext.disposable" />' },
  banner: { js: `/*!\nThis build contains SHA-256 of @noble/hashes:\n\n${licence}\n*/` },
  clean: true,
  treeshake: true,
})
