import { eventEmitter3, redstart } from '../contenders/local.js'
import type { Scenario } from '../harness/scenario.js'

const CHANNEL = 'news'

/** One channel, whatever the number of keys; a listener adds up the lengths of what it hears. */
function publishTo(listeners: number): Scenario {
  let heard = 0
  const listener = (message: string): void => {
    heard += message.length
  }
  /** How much has been heard since it was last asked. */
  const take = (): number => {
    const taken = heard
    heard = 0
    return taken
  }
  return {
    name: `publish-${listeners}`,
    group: 'messages',
    title: `a message to ${listeners === 1 ? 'one listener' : `${listeners} listeners`}`,
    access: 'scatter',
    kinds: ['same'],
    contenders: [
      redstart((open) => {
        const db = open()
        for (let i = 0; i < listeners; i++) db.subscribe(CHANNEL, listener)
        return (_key, value) => {
          db.publish(CHANNEL, value)
          return take()
        }
      }),
      eventEmitter3((open) => {
        const emitter = open()
        for (let i = 0; i < listeners; i++) emitter.on(CHANNEL, listener)
        return (_key, value) => {
          emitter.emit(CHANNEL, value, CHANNEL)
          return take()
        }
      }),
    ].map((contender) => ({ ...contender, sizeMost: 1000 })),
  }
}

export const publish1 = publishTo(1)
export const publish1000 = publishTo(1000)
