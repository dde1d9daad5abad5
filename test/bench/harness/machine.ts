import { existsSync, readFileSync } from 'node:fs'
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os'
import { fileURLToPath } from 'node:url'

export const ROOT = fileURLToPath(new URL('../../..', import.meta.url))

const PEERS = ['lru-cache', 'node-cache', 'ioredis-mock', 'ioredis', 'tinybench'] as const

/** Where and with what the numbers were taken. */
export interface Machine {
  readonly cpu: string
  readonly cores: number
  readonly memoryGb: number
  readonly load: number
  readonly node: string
  readonly v8: string
  readonly platform: string
  readonly date: string
  readonly redstart: string
  readonly peers: Readonly<Record<string, string>>
  readonly server: string | null
}

export function describeMachine(server: string | null): Machine {
  const processors = cpus()
  return {
    cpu: processors[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    memoryGb: Math.round(totalmem() / 2 ** 30),
    load: loadavg()[0] ?? 0,
    node: process.version,
    v8: process.versions.v8,
    platform: `${process.platform} ${process.arch}`,
    date: new Date().toISOString().slice(0, 16).replace('T', ' '),
    redstart: version(`${ROOT}/package.json`),
    peers: Object.fromEntries(PEERS.map((name) => [name, version(`${ROOT}/node_modules/${name}/package.json`)])),
    server,
  }
}

function version(manifest: string): string {
  if (!existsSync(manifest)) return 'absent'
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version
}

export function machineLines(machine: Machine): string[] {
  const peers = Object.entries(machine.peers).map(([name, text]) => `${name} ${text}`)
  return [
    `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGb} GB, ${machine.platform}, load ${machine.load.toFixed(1)}`,
    `Node ${machine.node}, V8 ${machine.v8}, ${machine.date} UTC`,
    `Redstart ${machine.redstart}; ${peers.join(', ')}; redis-server ${machine.server ?? 'not found: its rows are left out'}`,
  ]
}
