import type { Spread } from './results.js'

/** Tables for a terminal or for Markdown. */
export interface Table {
  readonly title: string
  readonly columns: readonly string[]
  /** An empty row draws a line in a terminal. */
  readonly rows: readonly (readonly string[])[]
  /** Paragraphs below the table. */
  readonly notes?: readonly string[]
}

const LINE_LENGTH = 120

export function render(table: Table, markdown: boolean): string {
  const notes = table.notes ?? []
  if (markdown) {
    const lines = [table.columns, table.columns.map((_, place) => (place === 0 ? '---' : '---:')), ...table.rows]
    const body = lines.filter((row) => row.length > 0).map((row) => `| ${row.join(' | ')} |`)
    return [`### ${table.title}`, '', ...body, ...notes.flatMap((note) => ['', note]), ''].join('\n')
  }
  const widths = table.columns.map((column, place) =>
    Math.max(column.length, ...table.rows.map((row) => row[place]?.length ?? 0)),
  )
  const line = (row: readonly string[]) =>
    row
      .map((cell, place) => (place === 0 ? cell.padEnd(widths[place] ?? 0) : cell.padStart(widths[place] ?? 0)))
      .join('  ')
      .trimEnd()
  const rule = widths.map((width) => '-'.repeat(width)).join('  ')
  const body = table.rows.map((row) => (row.length === 0 ? rule : line(row)))
  return [
    table.title,
    '',
    line(table.columns),
    rule,
    ...body,
    ...notes.flatMap((note) => ['', ...wrap(note)]),
    '',
  ].join('\n')
}

function wrap(paragraph: string): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of paragraph.split(' ')) {
    if (line.length + 1 + word.length > LINE_LENGTH) {
      lines.push(line)
      line = word
    } else {
      line = line === '' ? word : `${line} ${word}`
    }
  }
  return [...lines, line]
}

const SIZE_UNITS: readonly (readonly [number, string])[] = [
  [1_000_000, 'M'],
  [1000, 'k'],
]

export function sizeText(size: number): string {
  for (const [unit, letter] of SIZE_UNITS) if (size >= unit && size % unit === 0) return `${size / unit}${letter}`
  return String(size)
}

/** Three significant digits are more than the measurement holds. */
export function digits(value: number): string {
  if (value >= 100) return Math.round(value).toLocaleString('en-US')
  if (value >= 10) return value.toFixed(1)
  return value.toFixed(2)
}

/** The median and, when there is more than one value, how far they reach. */
export function spreadText(spread: Spread, unit = ''): string {
  const middle = `${digits(spread.median)}${unit}`
  return spread.min === spread.max ? middle : `${middle} (${digits(spread.min)}..${digits(spread.max)})`
}
