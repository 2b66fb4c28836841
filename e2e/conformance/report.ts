import type { ScenarioRun, Standing } from './suite.ts'

export interface ScenarioResult {
  readonly scenario: string
  readonly standing: Standing
  readonly passed: number
  /** Failures and warnings. */
  readonly failed: number
  /** Checks that the suite itself leaves out. */
  readonly skipped: number
}

/** What one set of scenarios came to: those of a revision, or `authorization`. */
export interface SetResult {
  readonly set: string
  readonly scenarios: readonly ScenarioResult[]
}

export interface SuiteResults {
  readonly suite: string
  readonly sets: readonly SetResult[]
}

export function countChecks(set: string, runs: readonly ScenarioRun[]): SetResult {
  const scenarios = runs.map(({ scenario, standing, checks }) => {
    const count = (...statuses: string[]) =>
      checks.filter(({ status }) => statuses.includes(status)).length
    return {
      scenario,
      standing,
      passed: count('SUCCESS'),
      failed: count('FAILURE', 'WARNING'),
      skipped: count('SKIPPED'),
    }
  })
  return { set, scenarios }
}

/** One line for a log. */
export function summaryOf({ set, scenarios }: SetResult): string {
  return `conformance ${set}: ${figuresOf(scenarios)}`
}

/** The part of `docs/conformance.md` about the official suite. */
export function renderSuites({ suite, sets }: SuiteResults): string {
  return ['## Official conformance suite', introductionOf(suite), ...sets.flatMap(renderSet)].join(
    '\n\n',
  )
}

const introductionOf = (suite: string) =>
  `What \`${suite}\` finds against both servers, through a bearer token, with the tools, resources and prompts that it calls composed in beside the product (\`e2e/conformance/fixtures\`). CI runs it on both databases, on PostgreSQL with two servers that get the requests in turn. A check that fails or warns fails the test unless \`e2e/conformance/expected-failures.ts\` names it with a reason; so does one that is named there and passes. These figures are those of \`e2e/conformance/results.json\`, which every run is compared with and \`npm run conformance\` renews. Of the revisions for which the suite has no list of requirements, everything that it applies to them is required.

To point the suite, or another one, at the same server, start it by hand; no client needs a token, which is why it serves this machine alone:

\`\`\`
MCP_CONFORMANCE_FIXTURES=1 node e2e/conformance/serve.ts 4410
npx @modelcontextprotocol/conformance server --url http://localhost:4410/mcp --requirements 2026-07-28
\`\`\``

const headings: Readonly<Record<string, string>> = {
  authorization: 'Authorization server',
  extensions: 'Extensions that the server does not offer',
}

function renderSet({ set, scenarios }: SetResult): string[] {
  const head =
    '| Scenario | Counts as | Checks passed | Failed | Left out by the suite |\n|---|---|--:|--:|--:|'
  const lines = scenarios.map(
    ({ scenario, standing, passed, failed, skipped }) =>
      `| ${scenario} | ${standing} | ${passed} | ${failed} | ${skipped} |`,
  )
  return [
    `### ${headings[set] ?? `Revision ${set}`}`,
    `Scenarios that pass: ${figuresOf(scenarios)}.`,
    [head, ...lines].join('\n'),
  ]
}

function figuresOf(scenarios: readonly ScenarioResult[]): string {
  const passing = (name: string, some: readonly ScenarioResult[]) => {
    const passed = some.filter(({ failed }) => failed === 0).length
    return some.length > 0 ? [`${passed} of ${some.length} ${name}`] : []
  }
  const sum = (of: 'passed' | 'failed' | 'skipped') =>
    scenarios.reduce((total, scenario) => total + scenario[of], 0)
  const counts = [
    ...passing(
      'required',
      scenarios.filter(({ standing }) => standing === 'required'),
    ),
    ...passing(
      'others',
      scenarios.filter(({ standing }) => standing !== 'required'),
    ),
  ].join(', ')
  return `${counts}; checks: ${sum('passed')} passed, ${sum('failed')} failed, ${sum('skipped')} left out by the suite`
}
