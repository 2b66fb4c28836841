import { stripVTControlCharacters } from 'node:util'
import stringWidth from 'string-width'
import { describe, expect, it } from 'vitest'
import { renderTable } from './table.ts'
import { recordingTerminal } from './testing/recording-terminal.ts'

const head = ['NAME', 'STATUS', 'NOTE']
const long = 'read:companies read:products write:inventory offline_access and some more of them'

describe('renderTable', () => {
  it('aligns columns past colours and wide characters', () => {
    const terminal = recordingTerminal({}, { piped: false, colours: true })
    const rows = [
      ['東京倉庫', terminal.style('green', 'ready'), 'a'],
      ['Ada', terminal.style('red', 'revoked'), 'b'],
    ]
    const text = renderTable(head, rows, terminal)
    expect(text).toContain('\u001b[32mready')
    const lines = stripVTControlCharacters(text).split('\n')
    const columns = lines.map((line) => stringWidth(line.slice(0, line.search(/\S+$/))))
    expect(columns).toEqual([19, 19, 19])
    expect(lines[1]).toBe('東京倉庫  ready    a')
  })

  it.each([40, 60, 80])('wraps to a terminal of %i columns', (columns) => {
    const terminal = recordingTerminal({}, { piped: false, columns })
    const text = renderTable(head, [[`dyn_${'x'.repeat(50)}`, 'ready', long]], terminal)
    for (const line of text.split('\n')) expect(stringWidth(line)).toBeLessThanOrEqual(columns)
    const letters = (written: string) => written.replaceAll(/\s/g, '').length
    expect(letters(text)).toBe(letters([...head, `dyn_${'x'.repeat(50)}`, 'ready', long].join('')))
  })

  it('leaves what people copy in one piece as long as other columns can give', () => {
    const terminal = recordingTerminal({}, { piped: false })
    const text = renderTable(head, [['x'.repeat(50), 'ready', long]], terminal)
    expect(text.split('\n')[1]).toMatch(/^x{50} {2}ready {3}read:/)
  })

  it('keeps a row on one line where a program reads it', () => {
    const text = renderTable(head, [['x'.repeat(90), '', long]], recordingTerminal())
    expect(text.split('\n')).toHaveLength(2)
    expect(text).toContain(long)
  })

  it('keeps an empty cell, and leaves no spaces at the end', () => {
    const text = renderTable(
      head,
      [
        ['a', '', ''],
        ['b', 'c', 'd'],
      ],
      recordingTerminal(),
    )
    expect(text.split('\n')).toEqual(['NAME  STATUS  NOTE', 'a', 'b     c       d'])
  })
})
