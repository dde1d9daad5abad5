/**
 * Names of options, which the core and its leaves look at alike: an option that is passed over in silence makes no lock exclusive and
 * lets no key expire. Nothing is kept here, so that each build may have a copy.
 */

/** The names of the options `O`. One that is missing here, or is none of them, does not compile. */
export type Names<O> = Readonly<Record<O extends unknown ? keyof O : never, true>>

type AnyNames = Readonly<Record<string, true>>

/** The first name of the options, inherited ones too, that is not among theirs. */
export function strangeName(options: object, names: AnyNames): string | undefined {
  // What every object inherits, `constructor` and the like, is not `true`.
  for (const name in options) if (names[name] !== true) return name
  return undefined
}

/** What is said of such a name. */
export function noSuchOption(name: string, names: AnyNames): string {
  return `there is no option '${name}' among ${Object.keys(names).join(', ')}`
}

/** Throws TypeError for such a name, and for what is no object. */
export function checkNames(options: object, names: AnyNames): void {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(`options must be an object, got ${options === null ? 'null' : typeof options}`)
  }
  const stranger = strangeName(options, names)
  if (stranger !== undefined) throw new TypeError(noSuchOption(stranger, names))
}
