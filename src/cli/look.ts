import { Redstart } from 'redstart'
import { keptIn, type Persistent } from 'redstart/persistence'
import type { Terminal } from './command.js'
import { watched } from './place.js'
import { UntouchedStorage } from './untouched-storage.js'

/** More than anybody has; each takes next to nothing. */
export const DATABASES = 1024

/** Opens what is kept in a folder and changes nothing there. What a torn end has lost is told of. */
export function lookInto(place: Persistent, folder: string, terminal: Terminal): Promise<Redstart> {
  return watched(place, folder, terminal, ({ storage }) => {
    return Redstart.open({
      databases: DATABASES,
      persistence: keptIn(new UntouchedStorage(storage), { save: '', autoAofRewritePercentage: 0 }),
      onPersistence: ({ type, message }) => {
        if (type === 'tail-cut') terminal.err(`${message} (in memory only)\n`)
      },
    })
  })
}

/** How many keys there are in all databases. */
export function keysOf(db: Redstart): number {
  let keys = 0
  for (let database = 0; database < DATABASES; database++) {
    db.select(database)
    keys += db.dbsize()
  }
  return keys
}
