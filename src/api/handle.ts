import type { Unit } from '../keyspace/unit.js'
import type { StringValue } from '../keyspace/value.js'

/** The unit of the session that a handle works in. Symbols keep these out of the way of the commands. */
export const UNIT: unique symbol = Symbol('unit')
/** Turns a kept string into what the handle returns. */
export const OUT: unique symbol = Symbol('out')
/** As OUT for what is known to be text: it need not be looked at. */
export const OUT_TEXT: unique symbol = Symbol('outText')
/** Whether calls of a multi run: blocking commands then return what there is, and no promise of it. */
export const AT_ONCE: unique symbol = Symbol('atOnce')
/** Says whether a typed call may be made: for handles that act for a user. */
export const ADMIT: unique symbol = Symbol('admit')
/** Runs a body as one unit. */
export const RUN: unique symbol = Symbol('run')

/** As RUN, for commands that may need memory: keys are evicted where there is too little, before and after. */
export const GROW: unique symbol = Symbol('grow')

/** Asked by `console.log` of Node, Bun and Deno what to show. */
const INSPECT: unique symbol = Symbol.for('nodejs.util.inspect.custom')

/**
 * What the typed commands are methods of: one class per group, joined by `Session`. T is what bulk strings come back
 * as: `string`, or `Uint8Array` on the `bytes` side.
 */
export abstract class Handle<T extends string | Uint8Array> {
  abstract readonly [UNIT]: Unit;
  [AT_ONCE] = false
  abstract [OUT](value: StringValue): T
  abstract [OUT_TEXT](text: string): T

  /** @internal The engine would fill pages, and has passwords in it. */
  [INSPECT](): string {
    const { index, keys } = this[UNIT].database
    return `${this.constructor.name} { database: ${index}, keys: ${keys.size} }`
  }

  /** Throws where the call may not be made. Whoever has the store itself may do all. */
  [ADMIT](_method: string, _args: readonly unknown[]): void {}

  [RUN]<R>(body: (unit: Unit) => R): R
  [RUN]<A, R>(body: (unit: Unit, a: A) => R, a: A): R
  [RUN]<A, B, R>(body: (unit: Unit, a: A, b: B) => R, a: A, b: B): R
  [RUN]<A, B, C, R>(body: (unit: Unit, a: A, b: B, c: C) => R, a: A, b: B, c: C): R
  [RUN]<A, B, C, D, R>(body: (unit: Unit, a: A, b: B, c: C, d: D) => R, a: A, b: B, c: C, d: D): R
  [RUN](
    body: (unit: Unit, a?: unknown, b?: unknown, c?: unknown, d?: unknown) => unknown,
    a?: unknown,
    b?: unknown,
    c?: unknown,
    d?: unknown,
  ): unknown {
    const unit = this[UNIT]
    try {
      return body(unit, a, b, c, d)
    } finally {
      unit.end()
    }
  }

  /** @throws RedstartError OOM when there is no room, and nothing to evict */
  [GROW]<R>(body: (unit: Unit) => R): R
  [GROW]<A, R>(body: (unit: Unit, a: A) => R, a: A): R
  [GROW]<A, B, R>(body: (unit: Unit, a: A, b: B) => R, a: A, b: B): R
  [GROW]<A, B, C, R>(body: (unit: Unit, a: A, b: B, c: C) => R, a: A, b: B, c: C): R
  [GROW]<A, B, C, D, R>(body: (unit: Unit, a: A, b: B, c: C, d: D) => R, a: A, b: B, c: C, d: D): R
  [GROW](
    body: (unit: Unit, a?: unknown, b?: unknown, c?: unknown, d?: unknown) => unknown,
    a?: unknown,
    b?: unknown,
    c?: unknown,
    d?: unknown,
  ): unknown {
    const unit = this[UNIT]
    try {
      if (unit.store.limited) unit.makeRoom()
      const result = body(unit, a, b, c, d)
      if (unit.store.limited) unit.keepWithin()
      return result
    } finally {
      unit.end()
    }
  }
}

/** A class whose methods are copied onto another. */
interface Methods {
  readonly prototype: object
}

/** The classes that have the methods of groups. */
export const JOINED: Methods[] = []

/** Gives `target` the methods of the group classes: what `interface … extends` says to the type checker. */
export function joinMethods(target: Methods, groups: readonly Methods[]): void {
  JOINED.push(target)
  for (const group of groups) {
    for (const name of Reflect.ownKeys(group.prototype)) {
      if (name === 'constructor') continue
      if (Object.hasOwn(target.prototype, name)) throw new Error(`joinMethods: ${String(name)} is there twice`)
      Object.defineProperty(target.prototype, name, Object.getOwnPropertyDescriptor(group.prototype, name)!)
    }
  }
}
