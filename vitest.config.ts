import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const source = (file: string): string => fileURLToPath(new URL(`./src/${file}`, import.meta.url))

/** The longer name first: an alias also stands for what begins with it. */
const alias = {
  'redstart/cache': source('cache/index.ts'),
  'redstart/persistence': source('persistence/index.ts'),
  'redstart/redis-files': source('redis-files/index.ts'),
  redstart: source('index.ts'),
}

export default defineConfig({
  test: {
    // By default one core is left alone, which of two is half.
    maxWorkers: '100%',
    projects: [
      {
        resolve: { alias },
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts', 'examples/**/*.test.ts'],
          exclude: ['test/oracle/**'],
          // Some laws take 10 s by themselves, and machines that do other work take many times as long.
          testTimeout: 120_000,
          // Nearly every file needs the whole engine: loading it anew for each takes longer than the tests.
          isolate: false,
        },
      },
      {
        resolve: { alias },
        test: {
          name: 'oracle',
          include: ['test/oracle/**/*.test.ts'],
          testTimeout: 600_000,
          hookTimeout: 60_000,
          fileParallelism: false,
        },
      },
    ],
  },
})
