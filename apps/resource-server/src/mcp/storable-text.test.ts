import { describe, expect, it } from 'vitest'
import { withStorableText } from './storable-text.ts'

const anything = withStorableText((value) => ({ value }))
const judge = (value: unknown) => anything(value) as { issues?: readonly object[]; value?: unknown }

describe('text that no database stores', () => {
  it.each([
    ['in an argument', { query: 'mug\0' }, ['query'], 'character 4 is U+0000: leave it out'],
    ['in a cell', { rows: [{}, { sku: 'A\0B' }] }, ['rows', 1, 'sku'], /^character 2 is U/],
    ['as half a pair', { query: 'a\uD83D' }, ['query'], /^character 2 is half of a surrogate/],
    ['as the other half', { query: '😀\uDE00' }, ['query'], /^character 3 is half/],
    ['in a name', { rows: [{ 'a\0': 1 }] }, ['rows', 0], /^of a name, character 2 is U/],
  ])('%s is refused where it stands', (_, value, path, message) => {
    const expected = typeof message === 'string' ? message : expect.stringMatching(message)
    expect(judge(value).issues).toEqual([{ path, message: expected }])
  })

  it('is reported wherever it is, up to 20 times', () => {
    const rows = Array.from({ length: 50 }, () => ({ sku: '\0' }))
    expect(judge({ rows: rows.slice(0, 3) }).issues).toHaveLength(3)
    expect(judge({ rows }).issues).toHaveLength(20)
    const names = Object.fromEntries(rows.map((_, index) => [`${index}\0`, index]))
    expect(judge(names).issues).toHaveLength(20)
  })

  it.each([{ query: '😀 \u0001 \uFFFD' }, {}, undefined, null, 7, { a: [null, true, [1.5]] }])(
    'is not what %j holds',
    (value) => {
      expect(judge(value)).toEqual({ value })
    },
  )
})
