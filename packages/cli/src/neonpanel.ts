#!/usr/bin/env node
import module from 'node:module'

const leastMajor = 24
const [major = ''] = process.versions.node.split('.')

if (Number(major) < leastMajor) {
  process.stderr.write(
    `neonpanel needs Node.js ${leastMajor} or newer, and this is ${process.versions.node}.\n`,
  )
  process.exit(1)
}

module.enableCompileCache()
const [{ runCommandLine }, { processTerminal }] = await Promise.all([
  import('./program.ts'),
  import('./process-terminal.ts'),
])

// Whoever reads the answer may stop reading: `neonpanel iat list | head -1`.
process.stdout.on('error', () => process.exit())

// biome-ignore lint/style/noProcessEnv: the entry hands the environment to the commands
process.exitCode = await runCommandLine(process.argv.slice(2), processTerminal(process.env))
