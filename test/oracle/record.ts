import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import * as fc from 'fast-check'
import { CallGenerator, isGenerated } from './generate.js'
import { itemsOf, textOfReply } from './reply.js'
import { SequenceArbitrary } from './sequence.js'
import { findServer, NO_SERVER, startServer } from './server.js'
import { commands, groups } from './table.js'
import { ServerTarget } from './target.js'
import { type Recording, readScript, recordCalls, type Transcript, writeTranscript } from './transcript.js'

/*
 * Records what a real server answers, for the tests that need none: `npm run record -- [group ...]`. The scripts under
 * test/oracle/scripts come first, then generated sequences from fixed seeds, so that a new recording differs from the
 * last one only where commands, generators or the server changed (and in the times).
 */
const FIXTURES = new URL('../fixtures/', import.meta.url)
const SEQUENCES_MAX = 30
/** A group of few commands needs fewer sequences. */
const SEQUENCES_PER_COMMAND = 3
const SEQUENCE_LENGTH = 100
const SEED = 20_250_101

async function recordGroup(real: ServerTarget, group: string): Promise<Recording[]> {
  const recordings: Recording[] = []
  const script = new URL(`scripts/${group}.txt`, import.meta.url)
  if (existsSync(script)) {
    for (const { name, calls } of readScript(readFileSync(script, 'utf8'))) {
      recordings.push(await recordCalls(real, name, calls))
    }
  }
  const arbitrary = new SequenceArbitrary(new CallGenerator([group]), SEQUENCE_LENGTH)
  const generated = commands.filter((spec) => spec.group === group && isGenerated(spec)).length
  const numRuns = Math.min(SEQUENCES_MAX, generated * SEQUENCES_PER_COMMAND)
  const sequences = fc.sample(arbitrary, { seed: SEED, numRuns })
  for (const [i, calls] of sequences.entries()) recordings.push(await recordCalls(real, `generated ${i + 1}`, calls))
  return recordings
}

async function main(): Promise<void> {
  const source = findServer()
  if (source === undefined) throw new Error(NO_SERVER)
  const wanted = process.argv.slice(2)
  const recordable = groups.filter((group) => commands.some((spec) => spec.group === group && isGenerated(spec)))
  const server = await startServer(source)
  try {
    const real = await ServerTarget.open(server.address)
    const [info] = await real.inspect([['HELLO']])
    const facts = itemsOf(info).map(textOfReply)
    mkdirSync(FIXTURES, { recursive: true })
    for (const group of wanted.length > 0 ? wanted : recordable) {
      const recordings = await recordGroup(real, group)
      const transcript: Transcript = { group, server: facts[facts.indexOf('version') + 1] ?? 'unknown', recordings }
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
