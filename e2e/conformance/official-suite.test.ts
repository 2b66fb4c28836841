import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { freshDatabase, onPostgresql, quietEnvironment } from '../harness/stack.ts'
import { verifies } from '../verifies.ts'
import { judge } from './expected-failures.ts'
import { countChecks, type SetResult, summaryOf } from './report.ts'
import { type ServerUnderTest, startServerUnderTest } from './server-under-test.ts'
import {
  runApplicableScenarios,
  runAuthorizationScenarios,
  runOtherExtensions,
  runServerScenarios,
  type ScenarioRun,
  suiteVersion,
} from './suite.ts'

vi.setConfig({ testTimeout: 180_000 })

let server: ServerUnderTest
const results: SetResult[] = []

beforeAll(async () => {
  const { variables, remove } = await freshDatabase()
  afterAll(remove)
  const environment = { ...quietEnvironment, ...variables }
  // On a database that can be shared, requests go to two servers in turn.
  server = await startServerUnderTest({ environment, servers: onPostgresql() ? 2 : 1 })
  afterAll(() => server[Symbol.asyncDispose]())
})

/** Counts and prints what the scenarios came to, before any of it fails the test. */
function expectConformance(set: string, runs: readonly ScenarioRun[]) {
  const result = countChecks(set, runs)
  results.push(result)
  console.log(summaryOf(result))
  expect(judge(set, runs)).toEqual({ unexpected: [], stale: [] })
}

describe('the official conformance suite', () => {
  for (const revision of ['2025-03-26', '2025-06-18'] as const) {
    verifies(
      'RS-103',
      `passes on revision ${revision}, which it has no requirements for`,
      async () => {
        expectConformance(revision, await runApplicableScenarios(server.url, revision))
      },
    )
  }

  verifies(
    ['RS-101', 'RS-103'],
    'passes on revision 2025-11-25, with the scenarios that do not count',
    async () => {
      expectConformance('2025-11-25', await runServerScenarios(server.url, '2025-11-25'))
    },
  )

  verifies(
    ['RS-100', 'RS-103', 'RS-53', 'RS-55', 'RS-64', 'RS-66'],
    'passes on revision 2026-07-28, with the tasks extension and what is pending',
    async () => {
      expectConformance('2026-07-28', await runServerScenarios(server.url, '2026-07-28'))
    },
  )

  verifies('RS-103', 'finds that extensions which are not offered are not declared', async () => {
    expectConformance('extensions', await runOtherExtensions(server.url))
  })

  verifies('RS-104', 'passes on the authorization server, with nobody at the screen', async () => {
    const { issuer, url: mcpUrl } = server
    expectConformance('authorization', await runAuthorizationScenarios({ issuer, mcpUrl }))
  })

  // Renew it with: npm run conformance
  test('has the figures that the documentation shows', async () => {
    const shown = { suite: `@modelcontextprotocol/conformance ${suiteVersion}`, sets: results }
    const file = join(import.meta.dirname, 'results.json')
    await expect(`${JSON.stringify(shown, null, 2)}\n`).toMatchFileSnapshot(file)
  })
})
