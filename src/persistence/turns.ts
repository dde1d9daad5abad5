/**
 * Those that were there when the module was loaded. To give way is no matter of time: the fake timers of a test, which stand in for these
 * too, would let nothing go on until they are told to.
 */
export const { setImmediate: atNextTurn, clearImmediate: notAtNextTurn } = globalThis

/** Gives way to the event loop: other calls and timers run before it resolves. A promise that is there already does not. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => atNextTurn(resolve))
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
