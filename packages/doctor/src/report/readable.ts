import type { styleText } from 'node:util'
import wrapAnsi from 'wrap-ansi'
import type { ExaminedArea, Outcome } from '../examination.ts'
import type { Report } from '../examine.ts'
import type { Finding, Level } from '../finding.ts'
import type { Readiness } from '../readiness.ts'
import { evidenceOf } from './evidence.ts'
import {
  brokenClients,
  byLevel,
  firstToMend,
  nothingToMend,
  summaryOf,
  verdictWords,
} from './summary.ts'

type Style = Parameters<typeof styleText>[0]

/** How a report is set for a person. */
export interface ReadableWish {
  /** Width in cells. */
  readonly columns: number
  /** Colours a text, or leaves it as it is. */
  readonly style: (format: Style, text: string) => string
  /** All headers, whole bodies, and every request that shows a finding. */
  readonly verbose?: boolean
}

/** Longer lines are hard to read. */
const widest = 100

const outcomes: Record<Outcome, { mark: string; style: Style }> = {
  passed: { mark: '✓', style: 'green' },
  warned: { mark: '!', style: 'yellow' },
  failed: { mark: '✗', style: 'red' },
  skipped: { mark: '–', style: 'dim' },
}

const levelStyles: Record<Level, Style> = {
  error: ['bold', 'red'],
  warning: ['bold', 'yellow'],
  note: ['bold', 'cyan'],
}

const verdicts: Record<Readiness['verdict'], { mark: string; style: Style }> = {
  works: { mark: '✓', style: 'green' },
  works_after: { mark: '→', style: 'yellow' },
  fails: { mark: '✗', style: 'red' },
}

/** A report for a person at a terminal. */
export function readableReport(report: Report, wish: ReadableWish): string {
  const { style } = wish
  const width = Math.min(wish.columns, widest)
  const set = (text: string, indent: number, first = ' '.repeat(indent)) =>
    hanging(text, width, first, indent)
  const heading = (text: string) => style('bold', text)
  const sections = [
    [
      `${heading(report.mcpUrl)}`,
      ...(report.authorizationServer
        ? [`Authorization server ${report.authorizationServer.issuer}`]
        : []),
    ],
    firstOf(report, wish, set),
    [heading('Examined'), ...joined(report.areas).map((area) => areaLine(area, wish, set))],
    ...byLevel(report.findings).map((finding) => findingLines(finding, wish, set)),
    report.readiness.length === 0
      ? []
      : [
          heading('Real clients'),
          ...inShort(report.readiness).map((one, _, all) => readinessLine(one, all, wish, set)),
        ],
    [heading(`${summaryOf(report)}.`)],
  ]
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')
}

/** Wraps a text to the width; lines after the first begin at `indent`. */
type SetText = (text: string, indent: number, first?: string) => string

function hanging(text: string, width: number, first: string, indent: number): string {
  const wrapped = wrapAnsi(text, Math.max(width - indent, 20), { hard: true, trim: false })
  const [line = '', ...rest] = wrapped.split('\n').map((one) => one.trimEnd())
  return [first + line, ...rest.map((one) => ' '.repeat(indent) + one.trimStart())].join('\n')
}

function firstOf(report: Report, { style }: ReadableWish, set: SetText): string[] {
  const first = firstToMend(report)
  if (!first) return [set(style('green', nothingToMend(report)), 0)]
  const title = style(levelStyles[first.level], `First: ${first.title}`)
  return [set(title, 7, ''), set(first.fix, 7)]
}

/** Areas that were skipped one after the other for one reason stand in one line. */
function joined(areas: readonly ExaminedArea[]): ExaminedArea[] {
  const lines: ExaminedArea[] = []
  for (const area of areas) {
    const last = lines.at(-1)
    if (last && area.because !== undefined && last.because === area.because) {
      lines[lines.length - 1] = { ...last, title: `${last.title}, ${area.title}` }
    } else lines.push(area)
  }
  return lines
}

function areaLine({ title, outcome, because }: ExaminedArea, wish: ReadableWish, set: SetText) {
  const { mark, style } = outcomes[outcome]
  const word = wish.style(style, `${mark} ${outcome.padEnd(7)}`)
  const told = because ? `${title}: ${because}` : title
  return set(outcome === 'skipped' ? wish.style('dim', told) : told, 13, `  ${word}  `)
}

const labelWidth = 12

function findingLines(finding: Finding, wish: ReadableWish, set: SetText): string[] {
  const { style, verbose = false } = wish
  const labelled = (label: string, text: string | undefined) =>
    text === undefined ? [] : [set(text, labelWidth, `  ${style('dim', label.padEnd(9))} `)]
  const level = style(levelStyles[finding.level], finding.level)
  const exchanges = verbose ? finding.exchanges : finding.exchanges.slice(0, 1)
  const evidence = exchanges.flatMap((exchange) => {
    const { request, response } = evidenceOf(exchange, finding, verbose)
    const lines = (sign: string, texts: readonly string[]) =>
      texts.map((text, index) => set(text, labelWidth + 2, indented(index === 0 ? sign : ' ')))
    return [...lines('>', request), ...lines('<', response)]
  })
  const sources = finding.sources.map(({ title, url }) => `${title}: ${url}`)
  return [
    set(`${level}  ${style('bold', finding.title)}  ${style('dim', finding.id)}`, 9, ''),
    ...labelled('where', finding.where),
    ...labelled('got', finding.got),
    ...labelled('expected', finding.expected),
    ...evidence.map((line) => style('dim', line)),
    ...labelled('why', finding.why),
    ...labelled('breaks', brokenClients(finding)),
    ...labelled('fix', finding.fix),
    ...sources.flatMap((source, index) => labelled(index === 0 ? 'source' : '', source)),
  ]
}

const indented = (sign: string) => `${' '.repeat(labelWidth)}${sign} `

type ClientLine = Pick<Readiness, 'title' | 'verdict' | 'says'>

/** What is the same for all is said once. */
function inShort(readiness: readonly Readiness[]): readonly ClientLine[] {
  const [first, ...others] = readiness
  const isSame = ({ verdict, says }: Readiness) => verdict === first?.verdict && says === first.says
  return first && others.length > 0 && others.every(isSame)
    ? [{ ...first, title: 'Every client' }]
    : readiness
}

function readinessLine(
  { title, verdict, says }: ClientLine,
  all: readonly ClientLine[],
  wish: ReadableWish,
  set: SetText,
): string {
  const { mark, style } = verdicts[verdict]
  const titles = Math.max(...all.map((one) => one.title.length))
  const word = wish.style(style, `${mark} ${verdictWords[verdict].padEnd(11)}`)
  const start = `  ${word}  ${wish.style('bold', title.padEnd(titles))}`
  const isShort = says.length <= Math.min(wish.columns, widest) - titles - 19
  return isShort ? `${start}  ${says}` : `${start.trimEnd()}\n${set(says, 17)}`
}
