import { execFileSync } from 'node:child_process'

/** Interpreters and compilers that the examples of other languages need. */
export interface Toolchain {
  readonly name: string
  /** Commands to try: the first that exits 0 is taken. */
  readonly candidates: readonly (readonly [program: string, ...parameters: string[]])[]
  /** What to install where it is missing. */
  readonly advice: string
}

export const python: Toolchain = {
  name: 'Python with pytest and requests',
  candidates: ['python3', '/usr/bin/python3', 'python'].map(
    (program) => [program, '-c', 'import pytest, requests'] as const,
  ),
  advice: 'pip install pytest requests, or apt-get install python3-pytest python3-requests',
}

export const go: Toolchain = {
  name: 'Go',
  candidates: [['go', 'version']],
  advice: 'apt-get install golang-go',
}

export const java: Toolchain = {
  name: 'Java 17',
  candidates: [['java', '--version']],
  advice: 'apt-get install default-jdk-headless',
}

export const shell: Toolchain = {
  name: 'Bash with curl, jq and openssl',
  candidates: [['bash', '-c', 'curl --version && jq --version && openssl version']],
  advice: 'apt-get install curl jq openssl',
}

/** The program of a toolchain; undefined where the machine has none. */
export function find({ candidates }: Toolchain): string | undefined {
  const found = candidates.find(([program, ...parameters]) => {
    try {
      execFileSync(program, parameters, { stdio: 'ignore' })
      return true
    } catch {
      return false
    }
  })
  return found?.[0]
}

/**
 * Whether the tests of a toolchain are for this machine: always in CI, where a missing one is an error; elsewhere where it
 * is installed, for nobody needs four languages to work on one.
 */
export function isNeeded(toolchain: Toolchain): boolean {
  // biome-ignore lint/style/noProcessEnv: a test run's configuration is what reads its environment
  return process.env.CI !== undefined || find(toolchain) !== undefined
}

/** The program of a toolchain. Throws what to install. */
export function need(toolchain: Toolchain): string {
  const program = find(toolchain)
  if (!program) throw new Error(`${toolchain.name} is not on this machine. ${toolchain.advice}`)
  return program
}
