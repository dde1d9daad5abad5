import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { List } from '../../src/structures/list.js'
import { EMPTY_BYTES, entryBytes } from '../../src/structures/listpack.js'
import { byteLength, fromBytes } from '../../src/structures/text.js'
import { bytesOf, type Call, quoteCall, utf8 } from './bytes.js'
import { itemsOf, type Reply, textOfReply } from './reply.js'
import { RespClient } from './resp-client.js'
import { type RunningServer, serverOrSkip, startServer } from './server.js'
import { Draw } from './values.js'

/*
 * A list is cut into nodes where Redis cuts it: after every change the structure and a real server have the same encoding,
 * as many nodes, and as many bytes in them. OBJECT ENCODING alone would show a wrong cut only once in a long while.
 */

const SEED = Number(process.env['REDSTART_ORACLE_SEED'] ?? 1)
const SEQUENCES = 300
const LENGTH = 60

/** Elements around every limit of a listpack entry and of a node. */
function drawElement(draw: Draw): string {
  return draw.weighted([
    [30, (d) => d.pick(['a', 'b', 'c', ''])],
    [20, (d) => String(d.pick([0, 1, 127, 128, -1, -4096, -4097, 4095, 4096, 32767, 32768, -8388609, 8388607]))],
    [
      10,
      (d) => d.pick(['2147483647', '2147483648', '-2147483649', '9223372036854775807', '9223372036854775808', '01']),
    ],
    [20, (d) => 'x'.repeat(d.pick([61, 62, 63, 64, 65, 124, 125, 126, 127, 128, 300, 700]))],
    [10, (d) => 'é€😀'.repeat(d.int(1, 120))],
    [12, (d) => 'y'.repeat(d.pick([1000, 2000, 2700, 4000, 4094, 4095, 4096, 4097]))],
    [4, (d) => 'z'.repeat(d.pick([8150, 8170, 8176, 8177, 8178, 8179, 8184, 8185, 8186, 8191, 8192]))],
    [4, (d) => 'z'.repeat(d.pick([8193, 9000]))],
    [2, (d) => '\udcff'.repeat(d.int(1, 3000))],
  ])
}

interface Step {
  readonly call: Call
  /** The same on the structure. */
  apply(list: List): void
}

function drawStep(draw: Draw, list: List): Step {
  const atFront = draw.oneIn(2)
  const side = atFront ? 'L' : 'R'
  const kind = draw.int(0, 99)
  const { size } = list
  const known = size > 0 && draw.percent(90) ? list.at(draw.int(0, size - 1)) : drawElement(draw)
  const element = drawElement(draw)
  const word = (text: string): string => utf8OfText(text)
  if (kind < 30) {
    const elements = Array.from({ length: draw.oneIn(3) ? draw.int(2, 30) : 1 }, () => drawElement(draw))
    return {
      call: [`${side}PUSH`, 'k', ...elements.map(word)],
      apply: (to) => {
        if (elements.length > 1) to.pushAll(elements, atFront)
        else if (atFront) to.unshift(elements[0]!)
        else to.push(elements[0]!)
      },
    }
  }
  if (kind < 45) return { call: [`${side}POP`, 'k'], apply: (to) => void (atFront ? to.shift() : to.pop()) }
  if (kind < 50) {
    const count = draw.int(1, 12)
    return { call: [`${side}POP`, 'k', String(count)], apply: (to) => void to.take(count, atFront) }
  }
  if (kind < 70) {
    return {
      call: ['LINSERT', 'k', atFront ? 'BEFORE' : 'AFTER', word(known), word(element)],
      apply: (to) => void to.insert(known, element, !atFront),
    }
  }
  if (kind < 83) {
    const index = draw.int(0, size)
    return {
      call: ['LSET', 'k', String(index), word(element)],
      apply: (to) => void (size > 0 && to.set(index, element)),
    }
  }
  if (kind < 90) {
    const count = draw.int(-2, 2)
    const limit = count === 0 ? Number.POSITIVE_INFINITY : Math.abs(count)
    return { call: ['LREM', 'k', String(count), word(known)], apply: (to) => void to.remove(known, limit, count < 0) }
  }
  if (kind < 95) {
    const toFront = draw.oneIn(2)
    return {
      call: ['LMOVE', 'k', 'k', atFront ? 'LEFT' : 'RIGHT', toFront ? 'LEFT' : 'RIGHT'],
      apply: (to) => void to.moveTo(to, atFront, toFront),
    }
  }
  const start = draw.int(0, 8)
  const spared = draw.int(0, 8)
  return {
    call: ['LTRIM', 'k', String(start), String(-1 - spared)],
    apply: (to) => to.trim(start, to.size - 1 - spared),
  }
}

/** Sequences of steps, each drawn for the list that those before it make. */
class ListSteps extends fc.Arbitrary<Step[]> {
  override generate(random: fc.Random): fc.Value<Step[]> {
    const draw = new Draw(random)
    const steps: Step[] = []
    let list = new List()
    while (steps.length < LENGTH) {
      const step = drawStep(draw, list)
      step.apply(list)
      if (list.size === 0) list = new List()
      steps.push(step)
    }
    return new fc.Value(steps, undefined)
  }

  override canShrinkWithoutContext(value: unknown): value is Step[] {
    return Array.isArray(value)
  }

  override shrink(steps: Step[]): fc.Stream<fc.Value<Step[]>> {
    return fc.stream(shorter(steps))
  }
}

function* shorter(steps: Step[]): IterableIterator<fc.Value<Step[]>> {
  for (let size = Math.floor(steps.length / 2); size >= 1; size = Math.floor(size / 2)) {
    for (let at = steps.length; at >= size; at -= size) {
      const rest = [...steps.slice(0, at - size), ...steps.slice(at)]
      if (rest.length > 0) yield new fc.Value(rest, undefined)
    }
  }
}

function utf8OfText(text: string): string {
  return text.includes('\udcff') ? text.replaceAll('\udcff', '\xff') : utf8(text)
}

/** What a server says of the key: the words of OBJECT ENCODING and, of a quicklist, DEBUG OBJECT's nodes and bytes. */
function told([encoding, debug]: readonly Reply[]): string {
  const name = textOfReply(encoding) ?? 'none'
  const facts = /ql_nodes:(\d+) .*ql_uncompressed_size:(\d+)/.exec(textOfReply(debug) ?? '')
  return facts === null ? name : `${name} of ${facts[1]} nodes, ${facts[2]} bytes`
}

function toldByStructure(list: List): string {
  if (list.size === 0) return 'none'
  if (list.encoding === 'listpack') return 'listpack'
  let bytes = 0
  for (const { elements, plain } of list.runs()) {
    for (const element of elements) bytes += plain ? byteLength(element) : entryBytes(element)
    if (!plain) bytes += EMPTY_BYTES
  }
  return `quicklist of ${list.nodeCount} nodes, ${bytes} bytes`
}

const source = serverOrSkip()

describe.skipIf(source === undefined)('a list beside a real Redis', () => {
  let server: RunningServer
  let client: RespClient

  beforeAll(async () => {
    server = await startServer(source!)
    client = await RespClient.open(server.address)
  })

  afterAll(async () => {
    client?.close()
    await server?.stop()
  })

  it('is cut into the same nodes after every change', async () => {
    const seen = new Set<string>()
    await fc.assert(
      fc.asyncProperty(new ListSteps(), async (steps) => {
        const { lines, elements } = replayed(steps)
        for (const line of lines) seen.add(line.replace(/, .*/, ''))
        const inspect: Call[] = [
          ['OBJECT', 'ENCODING', 'k'],
          ['DEBUG', 'OBJECT', 'k'],
        ]
        const replies = await client.send([
          ['FLUSHALL'],
          ...steps.flatMap(({ call }) => [call, ...inspect]),
          ['LRANGE', 'k', '0', '-1'],
        ])

        const real = steps.map((_, i) => told(replies.slice(i * 3 + 2, i * 3 + 4)))
        const wrong = real.findIndex((line, i) => line !== lines[i])
        if (wrong >= 0) {
          const calls = steps.slice(0, wrong + 1).map(({ call }) => short(quoteCall(call)))
          expect.fail(`${calls.join('\n')}\nredis: ${real[wrong]}\nours:  ${lines[wrong]}`)
        }
        expect(itemsOf(replies.at(-1)).map((item) => fromBytes(bytesOf(textOfReply(item)!)))).toEqual(elements)
      }),
      { numRuns: SEQUENCES, seed: SEED },
    )

    expect(seen.size).toBeGreaterThan(8)
  })
})

/** What the structure says after each step, and its elements at the end. */
function replayed(steps: readonly Step[]): { lines: string[]; elements: string[] } {
  let list = new List()
  const lines = steps.map((step) => {
    step.apply(list)
    list.invariants()
    const line = toldByStructure(list)
    // Redis removes the key.
    if (list.size === 0) list = new List()
    return line
  })
  return { lines, elements: [...list] }
}

function short(line: string): string {
  return line.replace(/([^ ])\1{20,}/g, (run, unit) => `${unit}{${run.length}}`)
}
