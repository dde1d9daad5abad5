/** A line of INFO: its name, and what stands behind the colon. */
export type Field = readonly [name: string, value: string | number]

/** A section of INFO as text, in Redis's format. */
export function sectionText(title: string, fields: readonly Field[]): string {
  return `# ${title}\r\n${fields.map(([name, value]) => `${name}:${value}\r\n`).join('')}`
}

const UNITS = ['K', 'M', 'G', 'T', 'P']

/** A number of bytes as Redis shows it to people: 986.80K. */
export function bytesForHumans(bytes: number): string {
  if (bytes < 1024) return `${bytes}B`
  const power = Math.min(UNITS.length, Math.floor(Math.log2(bytes) / 10))
  return `${(bytes / 1024 ** power).toFixed(2)}${UNITS[power - 1]}`
}
