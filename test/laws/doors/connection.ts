import * as fc from 'fast-check'
import { type Door, plain, values } from './door.js'

/** The session itself. */
export const connectionDoors: Readonly<Record<string, Door>> = {
  ping: plain('PING', fc.oneof(fc.constant([]), fc.tuple(values))),
  echo: plain('ECHO', fc.tuple(values)),
  reset: plain('RESET', fc.constant([])),
  select: plain('SELECT', fc.tuple(fc.oneof(fc.nat(3), fc.constantFrom(-1, 16)))),
}
