import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import * as fc from 'fast-check'
import { type ByteText, textOf } from './bytes.js'
import { CallGenerator, comparable, isGenerated } from './generate.js'
import { oldPayloads } from './old-payloads.js'
import { PAYLOADS_FILE, type RecordedPayload } from './payloads.js'
import { callsOfRecipe, RECIPES } from './recipes.js'
import { recordFiles } from './record-files.js'
import { itemsOf, textOfReply } from './reply.js'
import { SequenceArbitrary } from './sequence.js'
import { findServer, NO_SERVER, type ServerSource, startServer } from './server.js'
import {
  type RecordedScenario,
  recordScenario,
  SESSIONS_FIXTURES,
  writeSessionTranscript,
  writtenScenarios,
} from './sessions/record.js'
import { ServerStage } from './sessions/server-stage.js'
import { commands } from './table.js'
import { ServerTarget } from './target.js'
import { type Recording, readScript, recordCalls, type Transcript, writeTranscript } from './transcript.js'

/*
 * Records what a real server answers, for the tests that need none: `npm run record -- [group ...]`, `payloads` for what
 * DUMP makes of the values in recipes.ts, `sessions` for the scenarios of several connections, `redis-files` for what a server
 * writes to its files. Of a group, the scripts under
 * test/oracle/scripts come first, then generated sequences from fixed seeds, so that a new recording differs from the
 * last one only where commands, generators or the server changed (and in the times).
 */
const FIXTURES = new URL('../fixtures/', import.meta.url)
const SEQUENCES_MAX = 30
/** A group of few commands needs fewer sequences. */
const SEQUENCES_PER_COMMAND = 3
const SEQUENCES_MIN = 9
const SEQUENCE_LENGTH = 100
const SEED = 20_250_101
const NO_GROUPS = ['payloads', 'sessions', 'redis-files']

async function recordGroup(real: ServerTarget, group: string): Promise<Recording[]> {
  const recordings: Recording[] = []
  const script = new URL(`scripts/${group}.txt`, import.meta.url)
  if (existsSync(script)) {
    for (const { name, calls } of readScript(readFileSync(script, 'utf8'))) {
      recordings.push(await recordCalls(real, name, calls))
    }
  }
  // Some scripts are about a part of a group that no sequence can be drawn of.
  if (!comparable.includes(group)) return recordings
  const generated = commands.filter((spec) => spec.group === group && isGenerated(spec)).length
  const arbitrary = new SequenceArbitrary(new CallGenerator([group]), SEQUENCE_LENGTH)
  const numRuns = Math.min(SEQUENCES_MAX, Math.max(SEQUENCES_MIN, generated * SEQUENCES_PER_COMMAND))
  const sequences = fc.sample(arbitrary, { seed: SEED, numRuns })
  for (const [i, calls] of sequences.entries()) recordings.push(await recordCalls(real, `generated ${i + 1}`, calls))
  return recordings
}

/** A value as DUMP returned it, in base64, and how Redis kept it before and after. */
async function recordPayload(real: ServerTarget, group: string, recipe: string): Promise<RecordedPayload> {
  await real.run(callsOfRecipe(recipe))
  const [encoding, dumped] = await real.inspect([
    ['OBJECT', 'ENCODING', 'k'],
    ['DUMP', 'k'],
  ])
  const payload = textOfReply(dumped)
  if (payload === undefined) throw new Error(`nothing to dump after ${recipe}`)
  return {
    group,
    recipe,
    encoding: textOfReply(encoding) ?? '',
    restored: await restoredEncoding(real, payload),
    payload: Buffer.from(payload, 'latin1').toString('base64'),
  }
}

async function restoredEncoding(real: ServerTarget, payload: ByteText): Promise<string> {
  await real.run([['RESTORE', 'k', '0', payload]])
  const [encoding] = await real.inspect([['OBJECT', 'ENCODING', 'k']])
  return textOfReply(encoding) ?? ''
}

async function recordPayloads(real: ServerTarget): Promise<void> {
  const dumped: RecordedPayload[] = []
  for (const [group, recipes] of Object.entries(RECIPES)) {
    for (const recipe of recipes) dumped.push(await recordPayload(real, group, recipe))
  }
  const old: [name: string, recipe: string, restored: string][] = []
  for (const { name, recipe, payload } of oldPayloads) {
    old.push([name, recipe, await restoredEncoding(real, textOf(payload))])
  }
  const rows = (list: readonly unknown[]) => `[\n${list.map((row) => JSON.stringify(row)).join(',\n')}\n]`
  const text = `{ "dumped": ${rows(dumped)}, "old": ${rows(old)} }\n`
  mkdirSync(new URL('.', PAYLOADS_FILE), { recursive: true })
  writeFileSync(PAYLOADS_FILE, text)
  console.log(`payloads: ${dumped.length + old.length}, ${Math.round(text.length / 1024)} KiB`)
}

/** On a server of its own, since PUBSUB tells of everybody who is connected. */
async function recordSessions(source: ServerSource, version: string): Promise<void> {
  const server = await startServer(source)
  const real = await ServerStage.open(server.address)
  mkdirSync(SESSIONS_FIXTURES, { recursive: true })
  for (const [file, written] of writtenScenarios()) {
    const scenarios: RecordedScenario[] = []
    for (const { name, steps } of written) scenarios.push(await recordScenario(real, name, steps))
    const text = writeSessionTranscript({ server: version, scenarios })
    writeFileSync(new URL(`${file}.json`, SESSIONS_FIXTURES), text)
    console.log(`sessions, ${file}: ${scenarios.length} scenarios, ${Math.round(text.length / 1024)} KiB`)
  }
  await real.close()
  await server.stop()
}

async function main(): Promise<void> {
  const source = findServer()
  if (source === undefined) throw new Error(NO_SERVER)
  const wanted = process.argv.slice(2)
  const server = await startServer(source)
  try {
    const real = await ServerTarget.open(server.address)
    const [info] = await real.inspect([['HELLO']])
    const facts = itemsOf(info).map(textOfReply)
    const version = facts[facts.indexOf('version') + 1] ?? 'unknown'
    mkdirSync(FIXTURES, { recursive: true })
    if (wanted.length === 0 || wanted.includes('payloads')) await recordPayloads(real)
    if (wanted.length === 0 || wanted.includes('sessions')) await recordSessions(source, version)
    if (wanted.length === 0 || wanted.includes('redis-files')) await recordFiles(source)
    for (const group of wanted.length > 0 ? wanted.filter((name) => !NO_GROUPS.includes(name)) : comparable) {
      const recordings = await recordGroup(real, group)
      const transcript: Transcript = { group, server: version, recordings }
      const text = writeTranscript(transcript)
      writeFileSync(new URL(`${group}.json`, FIXTURES), text)
      const steps = recordings.reduce((total, { steps }) => total + steps.length, 0)
      console.log(`${group}: ${recordings.length} sequences, ${steps} commands, ${Math.round(text.length / 1024)} KiB`)
    }
    await real.close()
  } finally {
    await server.stop()
  }
}

await main()
