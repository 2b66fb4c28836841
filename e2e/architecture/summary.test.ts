import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it } from 'vitest'

const script = fileURLToPath(new URL('../../.ci/summary.ts', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'neonpanel-summary-'))

afterEach(() => rmSync(folder, { recursive: true, force: true }))

const vitest = (passed: number, failed: number, testResults: object[] = []) => ({
  numPassedTests: passed,
  numFailedTests: failed,
  testResults,
})

const playwright = (expected: number, unexpected: number, errors: object[] = []) => ({
  stats: { expected, unexpected, flaky: 0 },
  errors,
})

function summarize(reports: Record<string, object>) {
  for (const [file, report] of Object.entries(reports)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    writeFileSync(join(folder, file), JSON.stringify(report))
  }
  const { stdout, status } = spawnSync(process.execPath, [script, folder], { encoding: 'utf8' })
  return { stdout, status }
}

describe('the summary of a CI run', () => {
  it('adds up what passed in all reports', () => {
    const reports = {
      'sqlite/e2e/vitest.json': vitest(3, 0),
      'sqlite/e2e/playwright.json': playwright(4, 0),
    }
    expect(summarize(reports)).toEqual({ stdout: '7 passed, 0 failed\n', status: 0 })
  })

  it('fails when a test failed', () => {
    const reports = { 'a/vitest.json': vitest(3, 1), 'b/playwright.json': playwright(4, 2) }
    expect(summarize(reports)).toEqual({ stdout: '7 passed, 3 failed\n', status: 1 })
  })

  it('counts a file that fails although no test of it does: it cannot be loaded, or a hook fails', () => {
    const files = [
      { status: 'failed', assertionResults: [] },
      { status: 'failed', assertionResults: [{ status: 'passed' }] },
      { status: 'failed', assertionResults: [{ status: 'failed' }] },
      { status: 'passed', assertionResults: [{ status: 'passed' }] },
    ]
    expect(summarize({ 'a/vitest.json': vitest(2, 1, files) })).toEqual({
      stdout: '2 passed, 3 failed\n',
      status: 1,
    })
  })

  it('counts what fails outside any browser test', () => {
    expect(summarize({ 'a/playwright.json': playwright(1, 0, [{}]) }).status).toBe(1)
  })

  it('fails when nothing ran', () => {
    expect(summarize({})).toEqual({ stdout: '0 passed, 0 failed\n', status: 1 })
  })
})
