import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isToolError } from '../mcp/tool.ts'
import { type Order, pageOf } from './paging.ts'

interface Row {
  readonly id: string
  readonly key: string | number | null
}

const row = fc.record({
  id: fc.string({ minLength: 1, maxLength: 4 }),
  key: fc.oneof(fc.integer({ min: 0, max: 5 }), fc.constant(null)),
})
const rows = fc.uniqueArray(row, { selector: ({ id }) => id, maxLength: 40 })

function order(descending = false): Order<Row> {
  return { name: 'rows', key: ({ key }) => key, id: ({ id }) => id, descending }
}

/** Every page of a list, which may be another one for each page. */
function pagesOf(listAt: (page: number) => readonly Row[], by: Order<Row>, limit: number): Row[] {
  const seen: Row[] = []
  let cursor: string | undefined
  for (let number = 0; ; number += 1) {
    const page = pageOf(listAt(number), by, { limit, cursor })
    if (isToolError(page)) throw new Error(page.message)
    expect(page.rows.length).toBeLessThanOrEqual(limit)
    expect(page.totalCount).toBe(listAt(number).length)
    seen.push(...page.rows)
    if (page.nextCursor === null) return seen
    cursor = page.nextCursor
  }
}

const limits = fc.integer({ min: 1, max: 7 })

describe('pages', () => {
  test('show every row once, in the order of the list, whatever comes first in it', () => {
    fc.assert(
      fc.property(rows, limits, fc.boolean(), (list, limit, descending) => {
        const paged = pagesOf(() => list, order(descending), limit)
        const whole = pagesOf(() => [...list].reverse(), order(descending), 100)
        expect(paged).toEqual(whole)
        expect(paged).toHaveLength(list.length)
      }),
    )
  })

  test('neither repeat nor hide a row while others come and go between them', () => {
    fc.assert(
      fc.property(
        rows,
        fc.array(fc.boolean(), { minLength: 60, maxLength: 60 }),
        limits,
        fc.boolean(),
        (list, stays, limit, descending) => {
          // Rows that do not stay are there on every second page only.
          const listAt = (page: number) =>
            list.filter((_, index) => stays[index] || (page + index) % 2 === 0)
          const ids = pagesOf(listAt, order(descending), limit).map(({ id }) => id)
          expect(new Set(ids).size).toBe(ids.length)
          const staying = list.filter((_, index) => stays[index]).map(({ id }) => id)
          expect(ids).toEqual(expect.arrayContaining(staying))
        },
      ),
    )
  })

  test('go on behind a row that was deleted', () => {
    const list = ['a', 'b', 'c', 'd', 'e'].map((id) => ({ id, key: 1 }))
    const first = pageOf(list, order(), { limit: 2 })
    if (isToolError(first)) throw new Error(first.message)
    const rest = list.filter(({ id }) => id !== 'b')
    const second = pageOf(rest, order(), { limit: 2, cursor: first.nextCursor! })
    expect(second).toMatchObject({ rows: [{ id: 'c' }, { id: 'd' }], totalCount: 4 })
  })

  test.each(['', 'x', 'bnVsbA', Buffer.from('["other",1,"a"]').toString('base64url')])(
    'the cursor %o of no such list is refused with what to do',
    (cursor) => {
      expect(pageOf([], order(), { limit: 5, cursor })).toMatchObject({
        message: expect.stringContaining('Leave it out'),
      })
    },
  )
})
