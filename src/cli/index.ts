#!/usr/bin/env node
import { main } from './main.js'
import { processTerminal } from './process-terminal.js'

main(process.argv.slice(2), processTerminal()).then((code) => {
  // It is set already where the standard output has failed.
  process.exitCode ??= code
})
