import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Report } from '@neonpanel/doctor/examine'
import { toPage } from '@neonpanel/doctor/report/page'
import { sampleReport } from '@neonpanel/doctor/testing/sample-report'
import { expect, type Page, type TestInfo, test } from '@playwright/test'
import { expectSound, watchPolicy } from './sound-page.ts'

// axe itself is a script, so it runs where scripts may.
test.use({ javaScriptEnabled: true, bypassCSP: true })
test.setTimeout(120_000)

/** Opens the page as a person does: from a file. */
async function open(page: Page, report: Report, testInfo: TestInfo) {
  const file = join(testInfo.outputDir, 'report.html')
  writeFileSync(testInfo.outputPath('report.html'), toPage(report))
  await page.goto(pathToFileURL(file).href)
}

test('a report with findings is accessible, folded and unfolded', async ({ page }, testInfo) => {
  await open(page, sampleReport, testInfo)
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(sampleReport.mcpUrl)
  await expect(page.getByRole('heading', { name: /^First: / })).toBeVisible()
  await expectSound(page, 'doctor-report')
  for (const summary of await page.locator('summary').all()) await summary.click()
  await expect(page.getByText('"resource": "http://mcp.example.com/mcp"')).toBeVisible()
  await expectSound(page, 'doctor-report-unfolded')
})

test('a report without findings is accessible', async ({ page }, testInfo) => {
  const areas = sampleReport.areas.map((area) => ({ ...area, outcome: 'passed' as const }))
  const readiness = sampleReport.readiness.filter(({ verdict }) => verdict !== 'fails')
  await open(page, { ...sampleReport, areas, readiness, findings: [] }, testInfo)
  await expect(page.getByRole('note')).toHaveText('Nothing to mend.')
  await expectSound(page, 'doctor-report-sound')
})

test.describe('under its own policy', () => {
  test.use({ javaScriptEnabled: false, bypassCSP: false })

  test('the page is styled, asks for nothing, and shows what servers said as text', async ({
    page,
  }, testInfo) => {
    const policy = watchPolicy(page)
    const requests: string[] = []
    page.on('request', (request) => requests.push(request.url()))
    const hostile = '<img src="https://tracker.example/x"><script>document.title = 1</script>'
    const findings = sampleReport.findings.map((finding) => ({ ...finding, got: hostile }))
    await open(page, { ...sampleReport, findings }, testInfo)
    await expect(page.getByText(hostile).first()).toBeVisible()
    await expect(page.locator('.card').first()).toHaveCSS('border-top-style', 'solid')
    expect(requests.filter((url) => !url.startsWith('file:'))).toEqual([])
    expect(policy).toEqual([])
  })
})
