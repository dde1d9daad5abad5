/**
 * Commands without a typed method: containers themselves, texts for people at a prompt, looks into the inside, and what a connection says of itself,
 * Commands without a typed method: containers themselves, texts for people at a prompt, what only tests and the wire need (DEBUG,
 * HELLO, CLIENT REPLY), and what a connection says of itself,
 * for which the typed side has another form (`db.multi()`, `db.watch()`, `subscription.unsubscribe()`,
 * `session.close()`, `db.close()`).
 */
export const WIRE_ONLY: ReadonlySet<string> = new Set([
  ...[
    'COMMAND',
    'COMMAND HELP',
    'OBJECT',
    'OBJECT HELP',
    'CONFIG',
    'CONFIG HELP',
    'ACL',
    'ACL HELP',
    'MEMORY',
    'MEMORY HELP',
  ],
  ...['UNSUBSCRIBE', 'PUNSUBSCRIBE', 'SUNSUBSCRIBE', 'PUBSUB', 'PUBSUB HELP'],
  ...['XGROUP', 'XGROUP HELP', 'XINFO', 'XINFO HELP'],
  ...['CLIENT', 'CLIENT HELP', 'CLIENT REPLY', 'SLOWLOG', 'SLOWLOG HELP', 'LATENCY', 'LATENCY HELP', 'DEBUG', 'HELLO'],
  ...['MULTI', 'EXEC', 'DISCARD', 'WATCH', 'UNWATCH', 'QUIT'],
  ...['PFDEBUG', 'PFSELFTEST'],
  ...['MULTI', 'EXEC', 'DISCARD', 'WATCH', 'UNWATCH', 'QUIT', 'SHUTDOWN'],
])
