import * as fc from 'fast-check'
import type { CallReply } from 'redstart'
import { type Door, globs, keys, plain, same, some, values } from './door.js'

/** The counts of names and counts. */
const counts = (raw: CallReply): unknown => (raw as CallReply[]).filter((_, i) => i % 2 === 1)

const channels: Door['draw'] = some(3).map((args) => ({ args, words: ['PUBSUB', ...args] }))
const patterns: Door['draw'] = fc
  .oneof(fc.constant([]), fc.tuple(globs))
  .map((args) => ({ args, words: ['PUBSUB', ...args] }))

/** Messages. Subscriptions are no calls of the typed side: what they hear is in test/api/pubsub.test.ts. */
export const pubsubDoors: Readonly<Record<string, Door>> = {
  publish: plain('PUBLISH', fc.tuple(keys, values)),
  spublish: plain('SPUBLISH', fc.tuple(keys, values)),
  pubsubChannels: { draw: patterns, reply: same },
  pubsubNumsub: { draw: channels, reply: counts },
  pubsubNumpat: { draw: fc.constant({ args: [], words: ['PUBSUB'] }), reply: same },
  pubsubShardchannels: { draw: patterns, reply: same },
  pubsubShardnumsub: { draw: channels, reply: counts },
}
