#!/usr/bin/env node
import { enableCompileCache } from 'node:module'

enableCompileCache()
const { runCommandLine } = await import('./program.ts')

// Whoever reads the answer may stop reading: `neonpanel iat list | head -1`.
process.stdout.on('error', () => process.exit())

process.exitCode = await runCommandLine(process.argv.slice(2), {
  // biome-ignore lint/style/noProcessEnv: the entry hands the environment to the commands
  environment: process.env,
  out: (text) => process.stdout.write(`${text}\n`),
  err: (text) => process.stderr.write(`${text}\n`),
})
