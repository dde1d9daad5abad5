/**
 * All commands by name. The table is put together per group; facts about a command stand with the command.
 */
import { aclCommands } from './acl.js'
import { bitfieldCommands } from './bitfield.js'
import { bitmapCommands } from './bitmap.js'
import { clientCommands } from './client-command.js'
import type { Command, CommandTable } from './command.js'
import { configCommands } from './config.js'
import { connectionCommands } from './connection.js'
import { debugCommands } from './debug.js'
import { genericCommands } from './generic.js'
import { genericDumpCommands } from './generic-dump.js'
import { genericExpireCommands } from './generic-expire.js'
import { genericObjectCommands } from './generic-object.js'
import { genericScanCommands } from './generic-scan.js'
import { geoCommands } from './geo.js'
import { geoSearchCommands } from './geo-search.js'
import { hashCommands } from './hash.js'
import { helloCommands } from './hello.js'
import { hyperLogLogCommands } from './hyperloglog.js'
import { infoCommands } from './info.js'
import { knownCommands } from './known-commands.js'
import { latencyCommands } from './latency.js'
import { listCommands } from './list.js'
import { lolwutCommands } from './lolwut.js'
import { memoryCommands } from './memory.js'
import { monitorCommands } from './monitor.js'
import { persistenceCommands } from './persistence.js'
import { pubsubCommands } from './pubsub.js'
import { serverCommands } from './server.js'
import { commandCommands } from './server-command.js'
import { setCommands } from './set.js'
import { slowlogCommands } from './slowlog.js'
import { sortCommands } from './sort.js'
import { sortedSetCommands } from './sorted-set.js'
import { streamCommands } from './stream.js'
import { stringCommands } from './string.js'
import { stringCounterCommands } from './string-counters.js'
import { stringRangeCommands } from './string-ranges.js'
import { transactionCommands } from './transactions.js'
import { vectorSetCommands } from './vector-set.js'

const GROUPS: readonly Readonly<Record<string, Command>>[] = [
  stringCommands,
  stringCounterCommands,
  stringRangeCommands,
  genericCommands,
  genericExpireCommands,
  genericScanCommands,
  genericDumpCommands,
  genericObjectCommands,
  sortCommands,
  listCommands,
  hashCommands,
  setCommands,
  sortedSetCommands,
  bitmapCommands,
  bitfieldCommands,
  hyperLogLogCommands,
  geoCommands,
  geoSearchCommands,
  streamCommands,
  vectorSetCommands,
  transactionCommands,
  pubsubCommands,
  connectionCommands,
  helloCommands,
  clientCommands,
  serverCommands,
  persistenceCommands,
  memoryCommands,
  infoCommands,
  slowlogCommands,
  latencyCommands,
  monitorCommands,
  debugCommands,
  lolwutCommands,
  configCommands,
  aclCommands,
  commandCommands(() => commandTable),
]

for (const group of GROUPS) for (const [name, command] of Object.entries(group)) knownCommands.set(name, command)

/** Every command under its name in upper case. */
export const commandTable: CommandTable = knownCommands
