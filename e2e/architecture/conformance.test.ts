import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  allCitations,
  citedByBrowserTest,
  citedByProtocolTest,
  citedByUnitTest,
} from '../citations.ts'
import { judgeRows, renderConformance } from '../conformance.ts'
import { deviations } from '../requirements/authorization-server/deviations.ts'
import { authorizationServerRows } from '../requirements/authorization-server/rows.ts'

const citations = allCitations()
const rows = judgeRows(citations)
const page = join(import.meta.dirname, '..', '..', 'docs', 'conformance.md')

describe('the rows of the requirement matrix', () => {
  it('are all here: 169, each once', () => {
    const expected = Array.from({ length: 169 }, (_, n) => `AS-${String(n + 1).padStart(2, '0')}`)
    expect(Object.keys(authorizationServerRows)).toEqual(expected)
  })

  it('have a test or a decision each', () => {
    expect(rows.filter(({ status }) => status === 'open').map(({ id }) => id)).toEqual([])
  })

  it('that are decided say what, why and by whom', () => {
    for (const [id, deviation] of Object.entries(deviations)) {
      expect(Object.keys(authorizationServerRows), id).toContain(id)
      for (const text of Object.values(deviation)) expect(text, id).toMatch(/^\S.+/)
    }
  })

  it('are cited by ids that exist', () => {
    const cited = citations.flatMap(({ ids }) => ids).filter((id) => id.startsWith('AS-'))
    expect(cited.filter((id) => !Object.hasOwn(authorizationServerRows, id))).toEqual([])
  })

  // Renew it with: npm run conformance
  it('are shown in docs/conformance.md as they are', async () => {
    await expect(renderConformance(rows)).toMatchFileSnapshot(page)
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
    const source = "test.each(hosts)('AS-01, AS-147: refuses %s', run); test('AS-1 is none', run)"
    expect(citedByUnitTest(source)).toEqual([
      { ids: ['AS-01', 'AS-147'], subject: '', title: 'refuses …' },
    ])
  })
})
