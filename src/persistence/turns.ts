/** Gives way to the event loop: other calls and timers run before it resolves. A promise that is there already does not. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

/** Gives way to the event loop now and then. */
export class Turns {
  private readonly every: number
  private bytes = 0

  constructor(every = 1024 * 1024) {
    this.every = every
  }

  next(bytes: number): void | Promise<void> {
    this.bytes += bytes
    if (this.bytes < this.every) return undefined
    this.bytes = 0
    return nextTurn()
  }
}
