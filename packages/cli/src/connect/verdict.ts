import { nameOfSource } from '@neonpanel/flows/verdicts/sources'
import type { Verdict } from '@neonpanel/flows/verdicts/verdict'
import type { Terminal } from '../terminal.ts'
import { hang } from './timeline.ts'

const labelWidth = 10

/**
 * A verdict for people: its title, what happened, both values, the fix, and where the rule stands.
 *
 * @param stopped whether the client came to an end there; else it is advice
 */
export function renderVerdict(terminal: Terminal, verdict: Verdict, stopped: boolean): string {
  const { title, says, fix, source, evidence } = verdict
  const name = nameOfSource(source)
  const mark = stopped ? terminal.style('red', '✗') : terminal.style('yellow', '!')
  const parts: [string, string | undefined][] = [
    ['Why', says],
    ['Got', evidence.compare?.got],
    ['Expected', evidence.compare?.expected],
    ['Fix', fix],
    ['Source', name === source ? source : `${name}\n${source}`],
  ]
  const lines = parts.flatMap(([label, text]) =>
    text === undefined
      ? []
      : [
          `  ${terminal.style('bold', label.padEnd(labelWidth))}${hang(terminal, text, labelWidth + 2)}`,
        ],
  )
  return [`${mark} ${terminal.style('bold', title)}`, ...lines].join('\n')
}
