// Workspaces that import this one have their own list of files, without the declaration beside this one.
/// <reference path="./cliui.d.ts" />
import cliui from 'cliui'
import stringWidth from 'string-width'
import type { Terminal } from './terminal.ts'

const gap = 2

/** A column that is as narrow as this gives nothing to the others. */
const narrowest = 6

/**
 * A table with aligned columns and no lines around them, for people. In a terminal, cells wrap so that a row does not
 * exceed its width: between words where that is enough, and inside the first column's only as a last resort, for it is
 * what people copy. Where standard output goes to a program, a row is one line.
 *
 * @param rows cells as text; they may be coloured and hold wide characters
 */
export function renderTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  terminal: Terminal,
): string {
  const headings = head.map((text) => terminal.style('bold', text))
  const all = [headings, ...rows]
  const widths = terminal.piped ? widest(all, whole) : fitting(all, terminal.columns)
  const total = widths.reduce((sum, width) => sum + width, gap * (head.length - 1))
  const ui = cliui({ width: total, wrap: !terminal.piped })
  for (const row of all) {
    ui.div(
      ...widths.map((width, column) => ({
        text: row[column] ?? '',
        width: width + (column < head.length - 1 ? gap : 0),
        padding: [0, column < head.length - 1 ? gap : 0, 0, 0] as const,
      })),
    )
  }
  return ui
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
}

const whole = (cell: string) => [cell]

/** How wide each column is, by the widest of the parts that its cells are made of. */
function widest(rows: readonly (readonly string[])[], parts: (cell: string) => string[]): number[] {
  const [head = []] = rows
  return head.map((_, column) =>
    Math.max(...rows.flatMap((row) => parts(row[column] ?? '').map((part) => stringWidth(part)))),
  )
}

function fitting(rows: readonly (readonly string[])[], columns: number): number[] {
  const words = widest(rows, (cell) => cell.split(' '))
  const room = columns - gap * (words.length - 1)
  const [first = 0] = words
  const steps = [words, words.map((_, column) => (column === 0 ? first : narrowest)), [narrowest]]
  return steps.reduce((widths, least) => narrow(widths, least, room), widest(rows, whole))
}

/** Takes from the widest column that has more than its least, cell by cell, until all fit or none has. */
function narrow(natural: readonly number[], least: readonly number[], room: number): number[] {
  const widths = [...natural]
  const spare = (width: number, column: number) => width > (least[column] ?? narrowest)
  let excess = widths.reduce((sum, width) => sum + width, -room)
  for (; excess > 0; excess -= 1) {
    const most = Math.max(...widths.filter(spare))
    const column = widths.findLastIndex((width, index) => width === most && spare(width, index))
    if (column < 0) break
    widths[column] = most - 1
  }
  return widths
}
