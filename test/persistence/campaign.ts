import { appendFileSync } from 'node:fs'

/** The campaigns in full, as `npm run torture` runs them; in the unit tests they are short. */
export const IN_FULL = process.env['REDSTART_TORTURE'] !== undefined

/** Writes down what a campaign did, for the table of `npm run torture`. */
export function record(campaign: string, count: number, outcome: string): void {
  const file = process.env['REDSTART_TORTURE']
  if (file !== undefined) appendFileSync(file, `${JSON.stringify({ campaign, count, outcome })}\n`)
}
