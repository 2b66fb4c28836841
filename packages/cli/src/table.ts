import cliui from 'cliui'
import stringWidth from 'string-width'
import type { Terminal } from './terminal.ts'

const gap = 2
/** A column that is as narrow as this gives nothing to the others. */
const narrowest = 12

/**
 * A table with aligned columns and no lines around them, for people. In a terminal, cells wrap so that a row never
 * exceeds its width; where standard output goes to a program, a row is one line.
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
  const natural = head.map((_, column) =>
    Math.max(...all.map((row) => stringWidth(row[column] ?? ''))),
  )
  const room = terminal.columns - gap * (head.length - 1)
  const widths = terminal.piped ? natural : narrow(natural, room)
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

/** Takes from the widest column, cell by cell, until all columns fit, or none can give more. */
function narrow(natural: readonly number[], room: number): number[] {
  const widths = [...natural]
  let excess = widths.reduce((sum, width) => sum + width, 0) - room
  for (; excess > 0; excess -= 1) {
    const widest = Math.max(...widths)
    if (widest <= narrowest) break
    widths[widths.lastIndexOf(widest)] = widest - 1
  }
  return widths
}
