import { spawnSync } from 'node:child_process'
import { ROOT } from './machine.js'

/** Builds the package: it is measured as it ships. */
export function build(): void {
  const outcome = spawnSync('npx', ['tsup', '--silent'], { cwd: ROOT, stdio: ['ignore', 'inherit', 'inherit'] })
  if (outcome.status !== 0) throw new Error('The package does not build')
}
