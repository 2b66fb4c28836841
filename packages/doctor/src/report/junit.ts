import { create } from 'xmlbuilder2'
import type { ExaminedArea } from '../examination.ts'
import type { Report } from '../examine.ts'
import type { Finding, Level } from '../finding.ts'
import type { Readiness } from '../readiness.ts'
import { evidenceOf } from './evidence.ts'
import { brokenClients } from './summary.ts'

/** A `testcase` as its content. */
interface Case {
  readonly name: string
  readonly failure?: { readonly message: string; readonly type: string } | undefined
  readonly skipped?: string | undefined
  readonly output?: string
}

/**
 * A report as JUnit XML: a suite for each area, in it a case for each finding, or one where there is none; and a suite of the
 * clients.
 *
 * @param failing the levels that are a failure; the others are told in the output of their case
 */
export function toJunit(report: Report, failing: ReadonlySet<Level>): string {
  const { areas, findings, readiness, startedAt, durationMs } = report
  const root = create(
    { encoding: 'UTF-8', invalidCharReplacement: '�' },
    { testsuites: { '@name': `neonpanel doctor ${report.mcpUrl}`, '@time': durationMs / 1000 } },
  )
  const suites = areas.map((area) => ({
    ...{ name: area.title, className: `doctor.${area.area}` },
    cases: casesOf(area, findings, failing),
  }))
  if (readiness.length > 0) {
    const cases = readiness.map((one) => caseOfClient(one, failing))
    suites.push({ name: 'Real clients', className: 'doctor.clients', cases })
  }
  for (const { name, className, cases } of suites) {
    root.root().ele({
      testsuite: {
        '@name': name,
        '@timestamp': startedAt.toISOString().slice(0, 19),
        '@tests': cases.length,
        '@failures': cases.filter(({ failure }) => failure).length,
        '@errors': 0,
        '@skipped': cases.filter(({ skipped }) => skipped).length,
        testcase: cases.map(({ name, failure, skipped, output }) => ({
          '@classname': className,
          '@name': name,
          ...(failure && { failure: { '@message': failure.message, '@type': failure.type } }),
          ...(skipped && { skipped: { '@message': skipped } }),
          ...(output && { 'system-out': output }),
        })),
      },
    })
  }
  return root.end({ prettyPrint: true })
}

function casesOf(
  { area, title, outcome, because }: ExaminedArea,
  findings: readonly Finding[],
  failing: ReadonlySet<Level>,
): Case[] {
  if (outcome === 'skipped') return [{ name: title, skipped: because ?? 'skipped' }]
  const found = findings.filter((finding) => finding.area === area)
  if (found.length === 0) return [{ name: title }]
  return found.map((finding) => {
    const { id, level } = finding
    const isFailure = failing.has(level)
    return {
      name: `${finding.title} (${id})`,
      failure: isFailure ? { message: finding.fix, type: level } : undefined,
      output: textOf(finding),
    }
  })
}

function caseOfClient(
  { persona, title, verdict, says, cause = verdict }: Readiness,
  failing: ReadonlySet<Level>,
): Case {
  const isFailure = verdict === 'fails' && failing.has('error')
  return {
    name: `${title} (${persona})`,
    failure: isFailure ? { message: says, type: cause } : undefined,
    output: says,
  }
}

function textOf(finding: Finding): string {
  const { level, where, got, expected, why, fix, sources, exchanges } = finding
  const labelled = (label: string, text: string | undefined) => (text ? [`${label}: ${text}`] : [])
  return [
    ...labelled('level', level),
    ...labelled('where', where),
    ...labelled('got', got),
    ...labelled('expected', expected),
    ...exchanges.slice(0, 1).flatMap((exchange) => {
      const { request, response } = evidenceOf(exchange, finding, false)
      return [...request.map((line) => `> ${line}`), ...response.map((line) => `< ${line}`)]
    }),
    ...labelled('why', why),
    ...labelled('breaks', brokenClients(finding)),
    ...labelled('fix', fix),
    ...sources.map(({ title, url }) => `source: ${title}: ${url}`),
  ].join('\n')
}
