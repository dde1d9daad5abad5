import { writeFileSync } from 'node:fs'
import { barsTable, judge, type Verdict } from './harness/bars.js'
import { build } from './harness/build.js'
import { type Assignment, type Job, type Outcome, runInChild } from './harness/job.js'
import { describeMachine, machineLines } from './harness/machine.js'
import { type Options, readOptions, USAGE } from './harness/options.js'
import { growthTable, METHOD_NOTES, operationTable } from './harness/report.js'
import { REDSTART, Results } from './harness/results.js'
import type { Contender, Group, Scenario } from './harness/scenario.js'
import { type Server, startServer } from './harness/server.js'
import { digits, render, type Table } from './harness/table.js'
import { SCENARIOS } from './scenarios/index.js'
import {
  type AccountingResults,
  accountingTable,
  accountingVerdicts,
  playAccounting,
} from './sections/accounting-report.js'
import {
  type CollectionMemoryResults,
  collectionMemoryTable,
  collectionMemoryVerdicts,
  playCollectionMemory,
} from './sections/collection-memory-report.js'
import { type ForkResults, forksTable, forkVerdicts, playForks } from './sections/fork-report.js'
import { type FreeingResults, freeingTable, freeingVerdicts, playFreeing } from './sections/freeing-report.js'
import { type MemoryResults, memoryTable, memoryVerdicts, playMemory } from './sections/memory-report.js'
import { type PauseResults, pausesTable, pauseVerdicts, playPauses } from './sections/pauses-report.js'
import {
  type PersistenceResults,
  persistenceTable,
  persistenceVerdicts,
  playPersistence,
} from './sections/persistence-report.js'
import { playStalls, type StallResults, stallsTable, stallVerdicts } from './sections/stalls-report.js'
import { playVectors, type VectorResults, vectorsTable, vectorVerdicts } from './sections/vectors-report.js'

/** What a run gathers. */
interface Findings {
  readonly results: Results
  callTax: { ping: number; existsMiss: number } | null
  pauses: PauseResults
  stalls: StallResults
  memory: MemoryResults
  collectionMemory: CollectionMemoryResults
  accounting: AccountingResults
  forks: ForkResults
  freeing: FreeingResults
  persistence: PersistenceResults
  vectors: VectorResults
}

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2))
  if (options === null) {
    console.log(USAGE)
    return
  }
  if (options.build && !process.env['REDSTART_BUILD']) build()
  const server = await startServer()
  try {
    const machine = describeMachine(server?.version ?? null)
    const print = (text: string) => console.log(text)
    for (const line of machineLines(machine)) print(line)
    if (options.quick) print('Quick: this shows that everything runs; the numbers mean nothing.')
    print('')
    const findings = await play(options, server, (table) => print(render(table, options.markdown)))
    const verdicts = verdictsOf(findings, options)
    print(render(barsTable(verdicts), options.markdown))
    if (options.json !== undefined) {
      const { results, ...rest } = findings
      const content = { machine, options: { ...options, only: [...options.only] }, samples: results.samples, ...rest }
      writeFileSync(options.json, `${JSON.stringify({ ...content, verdicts }, null, 2)}\n`)
    }
  } finally {
    server?.stop()
  }
}

/** Measures everything that was asked for; each table is shown as soon as it is complete. */
async function play(options: Options, server: Server | null, show: (table: Table) => void): Promise<Findings> {
  const findings: Findings = {
    results: new Results(),
    callTax: null,
    pauses: [],
    stalls: [],
    memory: [],
    collectionMemory: [],
    accounting: [],
    forks: [],
    freeing: [],
    persistence: [],
    vectors: [],
  }
  const base: Omit<Assignment, 'jobs'> = { quick: options.quick, port: server?.port }
  if (SCENARIOS.some((scenario) => options.only.has(scenario.name))) {
    await playOperations(options, base, findings.results)
    if (server !== null) findings.callTax = await measureCallTax(options, base)
    for (const table of operationTables(findings, options)) show(table)
  }
  if (options.only.has('pauses')) {
    findings.pauses = await playPauses(options, base)
    show(pausesTable(findings.pauses))
  }
  if (options.only.has('stalls')) {
    findings.stalls = await playStalls(options, base)
    show(stallsTable(findings.stalls))
  }
  if (options.only.has('memory')) {
    findings.memory = await playMemory(options, base)
    show(memoryTable(findings.memory))
  }
  if (options.only.has('collection-memory')) {
    findings.collectionMemory = await playCollectionMemory(options, base)
    show(collectionMemoryTable(findings.collectionMemory))
  }
  if (options.only.has('accounting')) {
    findings.accounting = await playAccounting(options, base)
    show(accountingTable(findings.accounting))
  }
  if (options.only.has('fork')) {
    findings.forks = await playForks(options, base)
    show(forksTable(findings.forks))
  }
  if (options.only.has('freeing')) {
    findings.freeing = await playFreeing(options, base)
    show(freeingTable(findings.freeing))
  }
  if (options.only.has('persistence')) {
    findings.persistence = await playPersistence(options, base)
    show(persistenceTable(findings.persistence))
  }
  if (options.only.has('vectors')) {
    findings.vectors = await playVectors(options, base)
    show(vectorsTable(findings.vectors))
  }
  return findings
}

async function measureCallTax(options: Options, base: Omit<Assignment, 'jobs'>): Promise<Findings['callTax']> {
  const calls = options.quick ? 10_000 : 1_000_000
  const [outcome] = await runInChild({ ...base, jobs: [{ kind: 'call-tax', calls }] })
  return outcome?.kind === 'call-tax' ? { ping: outcome.ping, existsMiss: outcome.existsMiss } : null
}

interface Turn {
  readonly scenario: Scenario
  readonly contender: Contender
  readonly size: number
}

/** Round by round, so that a slow spell of the machine meets every contender alike. */
async function playOperations(options: Options, base: Omit<Assignment, 'jobs'>, results: Results): Promise<void> {
  const turns = turnsOf(options, base.port !== undefined)
  const started = Date.now()
  const groups = options.quick ? byContender(turns) : turns.map((turn) => [turn])
  let done = 0
  for (let round = 1; round <= options.rounds; round++) {
    for (const group of groups) {
      const jobs = group.map(({ scenario, contender, size }): Job => {
        return { kind: 'operation', scenario: scenario.name, contender: contender.name, size, seed: round }
      })
      const outcomes = await runInChild({ ...base, jobs })
      for (const [place, turn] of group.entries()) note(results, round, turn, outcomes[place])
      done++
      progress(done, groups.length * options.rounds, started)
    }
    if (!process.stderr.isTTY) console.error(`round ${round} of ${options.rounds}: ${elapsed(started)} minutes`)
  }
}

function turnsOf(options: Options, hasServer: boolean): Turn[] {
  const turns: Turn[] = []
  for (const size of options.sizes) {
    for (const scenario of SCENARIOS) {
      if (!options.only.has(scenario.name)) continue
      for (const contender of scenario.together ? scenario.contenders.slice(0, 1) : scenario.contenders) {
        if (contender.needsServer && !hasServer) continue
        if (contender.sizeMost !== undefined && size > contender.sizeMost) continue
        const wanted = options.contenders?.some((text) => contender.name.includes(text)) ?? true
        if (wanted || contender.name === REDSTART) turns.push({ scenario, contender, size })
      }
    }
  }
  return turns
}

/** Starting processes is what a quick run would spend its time on; its numbers mean nothing anyway. */
function byContender(turns: readonly Turn[]): Turn[][] {
  const groups = new Map<string, Turn[]>()
  for (const turn of turns) groups.set(turn.contender.name, [...(groups.get(turn.contender.name) ?? []), turn])
  return [...groups.values()]
}

function note(results: Results, round: number, turn: Turn, outcome: Outcome | undefined): void {
  if (outcome?.kind !== 'operation') throw new Error('A benchmark process answered something else')
  const { scenario, size } = turn
  for (const [contender, measured] of Object.entries(outcome.measured)) {
    for (const kind of scenario.kinds) {
      const nanoseconds = measured[kind]
      if (nanoseconds !== undefined) results.add({ round, scenario: scenario.name, contender, size, kind, nanoseconds })
    }
  }
}

function elapsed(started: number): string {
  return ((Date.now() - started) / 60_000).toFixed(1)
}

function progress(done: number, all: number, started: number): void {
  if (!process.stderr.isTTY) return
  const left = (((Date.now() - started) / done) * (all - done)) / 60_000
  process.stderr.write(`\r${done} of ${all}, ${left.toFixed(1)} minutes left for operations `)
  if (done === all) process.stderr.write('\r\u001b[K')
}

/** The method stands below the last of them. */
function operationTables({ results, callTax }: Findings, options: Options): Table[] {
  const tables = SCENARIOS.filter((scenario) => options.only.has(scenario.name)).map((scenario) =>
    operationTable(scenario, results, options.sizes),
  )
  const notes = [...METHOD_NOTES]
  if (callTax !== null) {
    const [ping, existsMiss] = [digits(callTax.ping), digits(callTax.existsMiss)]
    notes.push(`A call inside EVAL costs ${ping} ns for PING, ${existsMiss} ns for EXISTS of an absent key.`)
  }
  const collections = SCENARIOS.filter(({ name, group }) => options.only.has(name) && isOfCollections(group))
  const told = tables.map((table, place) => (place === tables.length - 1 ? { ...table, notes } : table))
  return collections.length === 0 ? told : [...told, growthTable(collections, results, options.sizes)]
}

function isOfCollections(group: Group): boolean {
  return group !== 'strings' && group !== 'cache' && group !== 'messages'
}

function verdictsOf(findings: Findings, options: Options): Verdict[] {
  return [
    ...judge(findings.results, options.sizes),
    ...pauseVerdicts(findings.pauses),
    ...stallVerdicts(findings.stalls),
    ...memoryVerdicts(findings.memory),
    ...collectionMemoryVerdicts(findings.collectionMemory),
    ...accountingVerdicts(findings.accounting),
    ...forkVerdicts(findings.forks),
    ...freeingVerdicts(findings.freeing),
    ...persistenceVerdicts(findings.persistence),
    ...vectorVerdicts(findings.vectors),
  ]
}

await main()
