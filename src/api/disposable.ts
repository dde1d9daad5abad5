/** `Symbol.dispose`, which browsers may not have yet: there `using` is compiled to look for one of this name. */
export const DISPOSE: typeof Symbol.dispose = Symbol.dispose ?? (Symbol.for('Symbol.dispose') as typeof Symbol.dispose)

/** `Symbol.asyncDispose`, as `DISPOSE`. */
export const ASYNC_DISPOSE: typeof Symbol.asyncDispose =
  Symbol.asyncDispose ?? (Symbol.for('Symbol.asyncDispose') as typeof Symbol.asyncDispose)

/** Ends what it was returned for; ends at the end of a block that took it by `using`. A second call does nothing. */
export interface Stop {
  (): void
  [Symbol.dispose](): void
}

/** Makes a function that ends something disposable. */
export function stopOf(end: () => void): Stop {
  return Object.assign(() => end(), { [DISPOSE]: end })
}
