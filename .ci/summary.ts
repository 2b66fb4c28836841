/**
 * Adds up the JSON reports of Vitest and Playwright and prints `N passed, N failed`. Each argument is a folder of
 * collected reports; exits 1 when something failed or nothing ran.
 */
import { globSync, readFileSync } from 'node:fs'

interface VitestReport {
  numPassedTests: number
  numFailedTests: number
  /** One per file. A file can fail although none of its tests did: in a hook, or because it cannot be loaded. */
  testResults: { status: string; assertionResults: { status: string }[] }[]
}

interface PlaywrightReport {
  stats: { expected: number; unexpected: number; flaky: number }
  /** What went wrong outside any test. */
  errors: unknown[]
}

interface Count {
  passed: number
  failed: number
}

function countOf(report: VitestReport | PlaywrightReport): Count {
  if ('stats' in report) {
    const { expected, flaky, unexpected } = report.stats
    return { passed: expected + flaky, failed: unexpected + report.errors.length }
  }
  const failedOutsideTests = report.testResults.filter(
    ({ status, assertionResults }) =>
      status === 'failed' && assertionResults.every((test) => test.status !== 'failed'),
  )
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + failedOutsideTests.length,
  }
}

const counts = process.argv
  .slice(2)
  .flatMap((folder) => globSync(`${folder}/**/*.json`))
  .map((file) => countOf(JSON.parse(readFileSync(file, 'utf8'))))
const passed = counts.reduce((sum, count) => sum + count.passed, 0)
const failed = counts.reduce((sum, count) => sum + count.failed, 0)

console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed > 0 || passed === 0 ? 1 : 0
