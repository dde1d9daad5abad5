/** How the examples print: steps with their times, and a bar for what takes longer than a second. */
import { SingleBar } from 'cli-progress'

const BAR_AFTER_MS = 1_000

export function heading(text: string): void {
  console.log(`\n${text}`)
}

export function line(label: string, value: string): void {
  console.log(`  ${label.padEnd(44)} ${value}`)
}

export function count(n: number): string {
  return n.toLocaleString('en-US')
}

/** Runs a step and prints what it took, per item as well. */
export function timed<T>(label: string, items: number, step: () => T): T {
  const started = performance.now()
  const result = step()
  const ms = performance.now() - started
  line(
    label,
    `${count(items).padStart(9)} in ${ms.toFixed(0).padStart(5)} ms   ${((ms * 1000) / items).toFixed(2)} µs each`,
  )
  return result
}

/** Goes through the items; a bar appears once that has taken a second. */
export function* withProgress<T>(items: readonly T[]): Generator<T> {
  const started = performance.now()
  let bar: SingleBar | undefined
  for (let i = 0; i < items.length; i++) {
    yield items[i]!
    if ((i & 1023) !== 0) continue
    if (bar !== undefined) bar.update(i)
    else if (performance.now() - started > BAR_AFTER_MS) {
      bar = new SingleBar({ format: '  {bar} {percentage}%  {value}/{total}  {eta} s left', clearOnComplete: true })
      bar.start(items.length, i)
    }
  }
  bar?.stop()
}
