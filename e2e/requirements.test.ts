import { describe, expect, test } from 'vitest'
import { allCitations, type Citation } from './citations.ts'
import { deviations } from './conformance-page.ts'
import { provenInBrowser, requirements } from './requirements.ts'

const citations = allCitations()
const idsOf = (cited: readonly Citation[]) => new Set(cited.flatMap(({ ids }) => ids))

describe('requirements', () => {
  const known = Object.keys(requirements)

  test('every cited id is known', () => {
    expect([...idsOf(citations)].filter((id) => !known.includes(id))).toEqual([])
  })

  test('every id is cited by a test, or decided otherwise', () => {
    const answered = new Set([...idsOf(citations), ...Object.keys(deviations)])
    expect(known.filter((id) => !answered.has(id))).toEqual([])
  })

  test('what only a browser proves is cited by the browser tests', () => {
    const cited = idsOf(citations.filter(({ file }) => file.startsWith('e2e/browser/')))
    expect(provenInBrowser.filter((id) => !cited.has(id))).toEqual([])
  })
})
