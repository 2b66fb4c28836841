import { type Ask, NoAnswer } from './ask.ts'
import { findings as definitions, type FindingId } from './catalogue.ts'
import { type Area, areas, type Detail, type Finding, type FindingDefinition } from './finding.ts'

/** How one area went. `skipped`: what it needs was not there. */
export type Outcome = 'passed' | 'warned' | 'failed' | 'skipped'

export interface ExaminedArea {
  readonly area: Area
  readonly title: string
  readonly outcome: Outcome
  /** Why it was skipped. */
  readonly because: string | undefined
}

/** What the checks share: how to ask, and where to tell. */
export interface Examination {
  /** As entered. */
  readonly mcpUrl: string
  readonly ask: Ask
  found(id: FindingId, detail?: Detail): void
}

/** The course of one examination. */
export interface Course {
  readonly findings: readonly Finding[]
  readonly areas: readonly ExaminedArea[]
  /**
   * Runs the checks of one area, in order of `areas`. Where somebody does not answer, that is a finding and the result
   * undefined.
   */
  check<T>(area: Area, run: (examination: Examination) => Promise<T>): Promise<T | undefined>
  skip(area: Area, because: string): void
}

/** @param watch hears of each area as it begins and ends */
export function startCourse(
  { mcpUrl, ask }: Pick<Examination, 'mcpUrl' | 'ask'>,
  watch: { begins?(area: Area): void; ended?(area: ExaminedArea, found: readonly Finding[]): void },
): Course {
  const findings: Finding[] = []
  const examined: ExaminedArea[] = []

  const end = (area: Area, found: readonly Finding[], because?: string) => {
    findings.push(...found)
    const title = areas[area]
    const outcome = because === undefined ? outcomeOf(found) : 'skipped'
    const ended = { area, title, outcome, because }
    examined.push(ended)
    watch.ended?.(ended, found)
  }
  return {
    findings,
    areas: examined,
    async check(area, run) {
      watch.begins?.(area)
      const found: Finding[] = []
      const examination: Examination = {
        mcpUrl,
        ask,
        found: (id, detail = {}) => found.push(findingOf(id, detail)),
      }
      try {
        return await run(examination)
      } catch (error) {
        if (!(error instanceof NoAnswer)) throw error
        const { exchange } = error
        const detail = { where: exchange.request.url, got: exchange.failure, exchanges: [exchange] }
        examination.found('no_answer', detail)
        return undefined
      } finally {
        end(area, found)
      }
    },
    skip: (area, because) => end(area, [], because),
  }
}

/** A definition applied to what was seen. */
export function findingOf(
  id: FindingId,
  { level, breaks, where, got, expected, exchanges = [] }: Detail,
): Finding {
  const definition: FindingDefinition = definitions[id]
  const values: Record<string, string | undefined> = { where, got, expected }
  const fix = definition.fix.replaceAll(
    /\{(where|got|expected)\}/g,
    (whole, name: string) => values[name] ?? whole,
  )
  return {
    ...definition,
    id,
    level: level ?? definition.level,
    breaks: breaks ?? definition.breaks,
    fix,
    where,
    got,
    expected,
    exchanges,
  }
}

function outcomeOf(found: readonly Finding[]): Outcome {
  if (found.some(({ level }) => level === 'error')) return 'failed'
  return found.some(({ level }) => level === 'warning') ? 'warned' : 'passed'
}
