import { join } from 'node:path'
import { findings } from '@neonpanel/doctor/catalogue'
import { describeFindings } from '@neonpanel/doctor/describe-findings'
import { reportDocument } from '@neonpanel/doctor/report/document'
import { readableReport } from '@neonpanel/doctor/report/readable'
import { sampleReport } from '@neonpanel/doctor/testing/sample-report'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { repository } from '../harness/process.ts'

test('docs/doctor.md says what the catalogue says', async () => {
  const page = join(repository, 'docs', 'doctor.md')
  const example = readableReport(sampleReport, { columns: 100, style: (_, text) => text })
  await expect(describeFindings(findings, example)).toMatchFileSnapshot(page)
})

test('docs/doctor-report.schema.json describes the JSON report', async () => {
  const schema = `${JSON.stringify(z.toJSONSchema(reportDocument), null, 2)}\n`
  await expect(schema).toMatchFileSnapshot(join(repository, 'docs', 'doctor-report.schema.json'))
})
