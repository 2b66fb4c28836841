import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  allCitations,
  citedByBrowserTest,
  citedByProtocolTest,
  citedByUnitTest,
} from '../citations.ts'
import { renderSuites, type SuiteResults } from '../conformance/report.ts'
import suiteResults from '../conformance/results.json' with { type: 'json' }
import { deviations, judgeRows, renderConformance, rowsById } from '../conformance-page.ts'
import { authorizationServerRows } from '../requirements/authorization-server/rows.ts'
import { resourceServerRows } from '../requirements/resource-server/rows.ts'

const citations = allCitations()
const rows = judgeRows(citations)
const page = join(import.meta.dirname, '..', '..', 'docs', 'conformance.md')

describe('the rows of the requirement matrix', () => {
  const numbered = (prefix: string, count: number) =>
    Array.from({ length: count }, (_, n) => `${prefix}-${String(n + 1).padStart(2, '0')}`)

  it('are all here: 169 of the authorization server, each once', () => {
    expect(Object.keys(authorizationServerRows)).toEqual(numbered('AS', 169))
  })

  it('are all here: 105 of the resource server, and those of its decision table', () => {
    const ids = Object.keys(resourceServerRows)
    expect(ids.filter((id) => /^RS-\d+$/.test(id))).toEqual(numbered('RS', 105))
    const table = 'order I1 I2 G1 G2 G3 G4 G5 P1 P2 P3 P4 P5 D1 D2 A1 A2 A3 A4'.split(' ')
    expect(ids.filter((id) => !/^RS-\d+$/.test(id))).toEqual(table.map((row) => `RS-44-${row}`))
  })

  it('have a test or a decision each', () => {
    expect(rows.filter(({ status }) => status === 'open').map(({ id }) => id)).toEqual([])
  })

  it('that are decided say what, why and by whom', () => {
    for (const [id, deviation] of Object.entries(deviations)) {
      expect(Object.keys(rowsById), id).toContain(id)
      for (const text of Object.values(deviation)) expect(text, id).toMatch(/^\S.+/)
    }
  })

  it('are cited by ids that exist', () => {
    const cited = citations.flatMap(({ ids }) => ids).filter((id) => /^(AS|RS|CL)-/.test(id))
    expect(cited.filter((id) => !Object.hasOwn(rowsById, id))).toEqual([])
  })

  // Renew it with: npm run conformance
  it('are shown in docs/conformance.md as they are', async () => {
    const suites = [renderSuites(suiteResults as SuiteResults)]
    await expect(renderConformance(rows, citations, suites)).toMatchFileSnapshot(page)
  })
})

describe('citations', () => {
  it('are read from protocol tests', () => {
    expect(citedByProtocolTest("verifies('AS-01', 'it’s \\'so\\'', run)")).toEqual([
      { ids: ['AS-01'], subject: '', title: "it’s 'so'" },
    ])
    const dollar = '$'
    const table = `verifies(\n  ['AS-01', 'AS-02'],\n  \`says ${dollar}{name} twice\`,\n  run,\n)`
    expect(citedByProtocolTest(`describe('it', () => {\n  ${table}`)).toEqual([
      { ids: ['AS-01', 'AS-02'], subject: 'it', title: 'says … twice' },
    ])
  })

  it('are read from browser tests', () => {
    expect(citedByBrowserTest("test(\n  'shows it',\n  verifies(['AS-01']),\n  run)")).toEqual([
      { ids: ['AS-01'], subject: '', title: 'shows it' },
    ])
  })

  it('are read from titles of unit tests', () => {
    const source = "test.each(hosts)('AS-01, RS-44-G1: refuses %s', run); test('AS-1 is none', run)"
    expect(citedByUnitTest(source)).toEqual([
      { ids: ['AS-01', 'RS-44-G1'], subject: '', title: 'refuses …' },
    ])
  })
})
