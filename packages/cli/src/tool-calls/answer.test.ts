import type { CallToolResult } from '@modelcontextprotocol/client'
import { describe, expect, it } from 'vitest'
import { recordingTerminal } from '../testing/recording-terminal.ts'
import { contentText, layOut, renderAnswer } from './answer.ts'

const structured = (structuredContent: Record<string, unknown>): CallToolResult => ({
  content: [],
  structuredContent,
})

const text = (words: string): CallToolResult => ({ content: [{ type: 'text', text: words }] })

const screen = recordingTerminal({}, { columns: 40, piped: false })
const pipe = recordingTerminal()

describe('an answer is laid out', () => {
  it('as values, then lists of rows, the longest at the end', () => {
    const { values, tables } = layOut({
      items: [{ id: 1 }, { id: 2 }, { id: 3 }],
      next_cursor: null,
      page: { size: 3, total: { amount: '5.00', currency: 'EUR' } },
      warehouses: [{ id: 'w' }],
      notes: ['a', 'b'],
      empty: [],
    })
    expect(values).toEqual([
      ['next_cursor', ''],
      ['page.size', '3'],
      ['page.total', '5.00 EUR'],
      ['notes', 'a, b'],
      ['empty', ''],
    ])
    expect(tables.map(({ name }) => name)).toEqual(['warehouses', 'items'])
  })

  it('by the lists inside where a list has one entry that holds lists', () => {
    const { values, tables } = layOut({
      companies: [{ id: 'co_1', rows: [{ month: 1 }, { month: 2 }] }],
    })
    expect(values).toEqual([['companies.id', 'co_1']])
    expect(tables).toEqual([{ name: 'companies.rows', rows: [{ month: 1 }, { month: 2 }] }])
  })

  it('from JSON text where there is nothing else', () => {
    expect(renderAnswer(text('[{"id":1},{"id":2}]'), pipe).text).toBe('id\n1\n2')
    expect(renderAnswer(text('{"a":true}'), pipe).text).toBe('a: true')
    expect(renderAnswer(text('"just text"'), pipe).text).toBe('"just text"')
    expect(renderAnswer(text('Hello.'), pipe).text).toBe('Hello.')
  })
})

describe('rows', () => {
  const rows = [1, 2, 3].map((n) => ({
    id: `item_${n}`,
    name: `A name of some length, number ${n}`,
    company: 'co_1',
    places: [{ id: 1 }, { id: 2 }].slice(0, n),
    price: { net: n, unit: 'each' },
    nothing: null,
    count: n * 1000,
  }))

  it('keep every column that holds something where a program reads', () => {
    const answer = renderAnswer(structured({ rows }), pipe)
    expect(answer.hidden).toEqual([])
    const [head = '', first = ''] = answer.text.split('\n')
    expect(head.split(/ +/)).toEqual('id name company places price.net price.unit count'.split(' '))
    expect(first).toMatch(/^item_1 +A name of some length, number 1 +co_1 +1 entry +1 +each +1000$/)
  })

  it('fit a screen: what is the same in all stands above, what has no room is named', () => {
    const answer = renderAnswer(structured({ rows }), screen)
    const lines = answer.text.split('\n')
    expect(lines[0]).toBe('every row: company co_1, price.unit each')
    expect(lines[1]).toMatch(/^id +name +places$/)
    for (const line of lines) expect(line.length, line).toBeLessThanOrEqual(40)
    expect(answer.hidden).toEqual(['price.net', 'count'])
  })
})

describe('what a server says', () => {
  it('cannot steer the terminal', () => {
    const sequence = '\u001b[2J\u001b]0;title\u0007'
    const evil = structured({
      [`na${sequence}me`]: `va${sequence}lue`,
      rows: [{ [`k${sequence}`]: sequence }],
    })
    for (const answer of [evil, text(`te${sequence}xt`)]) {
      expect(renderAnswer(answer, pipe).text.replaceAll('\n', ' ')).not.toMatch(/\p{Cc}/u)
    }
  })

  it('that is no text is named', () => {
    expect(
      contentText({
        content: [
          { type: 'text', text: 'Two things:' },
          { type: 'image', data: '', mimeType: 'image/png' },
          { type: 'resource_link', name: 'report', uri: 'file:///report' },
          { type: 'resource', resource: { uri: 'x:y', text: 'inside' } },
        ],
      }),
    ).toBe('Two things:\n[image, image/png]\nreport: file:///report\ninside')
  })
})
