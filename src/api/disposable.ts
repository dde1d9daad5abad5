/** `Symbol.dispose`, which browsers may not have yet: there `using` is compiled to look for one of this name. */
export const DISPOSE: typeof Symbol.dispose = Symbol.dispose ?? (Symbol.for('Symbol.dispose') as typeof Symbol.dispose)

/** Ends what it was returned for; ends at the end of a block that took it by `using`. A second call does nothing. */
export interface Stop {
  (): void
  [Symbol.dispose](): void
}

/** Makes a function that ends something disposable. */
export function stopOf(end: () => void): Stop {
  return Object.assign(() => end(), { [DISPOSE]: end })
}
