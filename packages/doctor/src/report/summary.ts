import { personas } from '@neonpanel/personas/catalogue'
import type { Report } from '../examine.ts'
import { type Finding, type FindingDefinition, type Level, levels } from '../finding.ts'

/** Errors, then warnings, then notes; each in the order in which they were found. */
export function byLevel(findings: readonly Finding[]): Finding[] {
  return levels.flatMap((level) => findings.filter((finding) => finding.level === level))
}

export function countOf(level: Level, { findings }: Report): number {
  return findings.filter((finding) => finding.level === level).length
}

/** `2 errors, 1 warning and 3 notes in 0.4 s`. */
export function summaryOf(report: Report): string {
  const parts = levels.flatMap((level) => {
    const count = countOf(level, report)
    return count === 0 ? [] : [`${count} ${level}${count === 1 ? '' : 's'}`]
  })
  const found = new Intl.ListFormat('en-GB').format(parts) || 'Nothing found'
  return `${found} in ${secondsOf(report.durationMs)}`
}

/** What is to be mended before anything else: later findings may only follow from it. */
export function firstToMend({ findings }: Report): Finding | undefined {
  return byLevel(findings).find(({ level }) => level !== 'note')
}

/** What stands in place of what to mend first. */
export function nothingToMend({ readiness }: Report): string {
  return readiness.some(({ verdict }) => verdict === 'fails')
    ? 'Nothing is wrong by itself, and yet not every client gets in: see below.'
    : 'Nothing to mend.'
}

export function secondsOf(durationMs: number): string {
  return `${(durationMs / 1000).toFixed(1)} s`
}

/** `ChatGPT, Claude`; undefined where no client suffers. */
export function brokenClients({ breaks }: Pick<FindingDefinition, 'breaks'>): string | undefined {
  if (breaks === 'every client') return breaks
  return breaks.map((name) => personas[name].title).join(', ') || undefined
}

export const verdictWords = {
  works: 'works',
  works_after: 'works after',
  fails: 'fails',
} as const
