import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { localClient } from '@neonpanel/testing-kit/client/oauth-client'
import { createPerson } from '@neonpanel/testing-kit/person/people'
import { parse } from 'yaml'
import { freePort } from '../harness/balancer.ts'
import { runProgram } from '../harness/process.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'

const packageFile = createRequire(import.meta.url).resolve(
  '@modelcontextprotocol/conformance/package.json',
)
const suite = dirname(packageFile)
const program = join(suite, 'dist', 'index.js')

export const suiteVersion: string = JSON.parse(readFileSync(packageFile, 'utf8')).version

/** Revisions of MCP that the suite tests servers for. */
export type Revision = '2025-03-26' | '2025-06-18' | '2025-11-25' | '2026-07-28'

/** Why a scenario runs: its revision requires it, or why it does not count. */
export type Standing = 'required' | 'extension' | 'pending' | 'added-after-release'

export interface Check {
  readonly id: string
  readonly status: 'SUCCESS' | 'FAILURE' | 'WARNING' | 'SKIPPED' | 'INFO'
  readonly errorMessage?: string
}

export interface ScenarioRun {
  readonly scenario: string
  readonly standing: Standing
  readonly checks: readonly Check[]
}

interface RequirementSet {
  readonly server: readonly string[]
  readonly not_scored: readonly {
    readonly scenario: string
    readonly leg: 'server' | 'client'
    readonly reason: Exclude<Standing, 'required'>
  }[]
}

/** Runs every server scenario that a revision is frozen with, those that count and those that do not. */
export async function runServerScenarios(
  url: string,
  revision: '2025-11-25' | '2026-07-28',
): Promise<ScenarioRun[]> {
  const folder = await runServerSuite(url, ['--requirements', revision])
  const { server, not_scored } = requirementsOf(revision)
  const unscored = not_scored.filter(({ leg }) => leg === 'server')
  return [
    ...server.map((scenario) => ({ scenario, standing: 'required' as const })),
    ...unscored.map(({ scenario, reason }) => ({ scenario, standing: reason })),
  ].map((wanted) => ({ ...wanted, checks: checksOf(folder, `server-${wanted.scenario}`) }))
}

/** Runs what applies to a revision for which the suite has no list: all of it is required. */
export async function runApplicableScenarios(
  url: string,
  revision: '2025-03-26' | '2025-06-18',
): Promise<ScenarioRun[]> {
  const names = await serverScenarios(['--spec-version', revision])
  const folder = await runServerSuite(url, ['--suite', 'all', '--spec-version', revision])
  return names.map(({ scenario }) => ({
    scenario,
    standing: 'required',
    checks: checksOf(folder, `server-${scenario}`),
  }))
}

/** Runs the scenarios of extensions that no revision’s list names. */
export async function runOtherExtensions(url: string): Promise<ScenarioRun[]> {
  const listed = requirementsOf('2026-07-28').not_scored.map(({ scenario }) => scenario)
  const extensions = (await serverScenarios([])).filter(
    ({ scenario, applies }) => applies === 'extension' && !listed.includes(scenario),
  )
  return Promise.all(
    extensions.map(async ({ scenario }) => {
      const folder = await runServerSuite(url, ['--scenario', scenario])
      return { scenario, standing: 'extension', checks: checksOf(folder, `server-${scenario}`) }
    }),
  )
}

function requirementsOf(revision: Revision): RequirementSet {
  return parse(readFileSync(join(suite, 'requirements', `${revision}.yaml`), 'utf8'))
}

/** What the suite lists, and to what it says that each applies. */
async function serverScenarios(filter: readonly string[]) {
  const { stdout } = await runProgram(program, ['list', '--server', ...filter], {}).finished()
  return [...stdout.matchAll(/^ +- (\S+) \[(.*)\]$/gm)].map(([, scenario = '', applies = '']) => ({
    scenario,
    applies,
  }))
}

/** @returns the folder with the results */
async function runServerSuite(url: string, choice: readonly string[]): Promise<string> {
  const folder = await temporaryDirectory()
  await runProgram(program, ['server', '--url', url, ...choice, '-o', folder], {}).finished()
  return folder
}

/**
 * Runs the scenarios of the authorization server, as a pre-registered native client. Where the suite asks its user to
 * open a URL, a person without script does, signs in and allows what is offered.
 */
export async function runAuthorizationScenarios(servers: {
  issuer: string
  mcpUrl: string
}): Promise<ScenarioRun[]> {
  const folder = await temporaryDirectory()
  const { issuer, mcpUrl } = servers
  const client = ['--client-id', localClient.clientId, '--resource', mcpUrl]
  // The settings file knows a port too, but the default of this option would win.
  const port = ['-p', String(await freePort())]
  const parameters = ['authorization', '--url', issuer, ...client, ...port, '-o', folder]
  const running = runProgram(program, parameters, {})
  const [asked] = await running.until(/^https?:\S+\/authorize\?\S+$/m)
  const callback = await createPerson(issuer).authorize(asked, { scopes: 'offered' })
  await (await fetch(callback)).body?.cancel()
  await running.finished()
  return ['authorization-server-metadata-endpoint', 'authorization-code-grant'].map((scenario) => ({
    scenario,
    standing: 'required',
    checks: checksOf(folder, `authorization-server-${scenario}`),
  }))
}

/** A scenario that left nothing has not run. */
function checksOf(folder: string, name: string): Check[] {
  const stamped = new RegExp(`^${name}-\\d{4}-\\d\\d-\\d\\dT`)
  const [found] = readdirSync(folder).filter((entry) => stamped.test(entry))
  if (found === undefined) return [{ id: 'ran', status: 'FAILURE', errorMessage: 'Did not run' }]
  return JSON.parse(readFileSync(join(folder, found, 'checks.json'), 'utf8'))
}
