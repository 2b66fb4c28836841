import { writeFileSync } from 'node:fs'
import type { Report } from '@neonpanel/doctor/examine'
import type { Level } from '@neonpanel/doctor/finding'
import manifest from '../../package.json' with { type: 'json' }
import { CommandFailure } from '../failure.ts'
import type { Terminal } from '../terminal.ts'

/** Files that a report is written to besides standard output. */
export interface ReportFiles {
  readonly junit?: string
  readonly sarif?: string
  readonly html?: string
}

/** Prints a report: for a person, or with `--json` as one document. */
export async function printReport(
  report: Report,
  { json, verbose = false }: { json?: boolean; verbose?: boolean },
  { out, columns, style }: Terminal,
): Promise<void> {
  if (json) {
    const { toDocument } = await import('@neonpanel/doctor/report/document')
    return out(JSON.stringify(toDocument(report)))
  }
  const { readableReport } = await import('@neonpanel/doctor/report/readable')
  out(readableReport(report, { columns, style, verbose }))
}

/**
 * @param failing the levels that JUnit is told to be failures
 * @throws CommandFailure when one cannot be written
 */
export async function writeReportFiles(
  report: Report,
  { junit, sarif, html }: ReportFiles,
  failing: ReadonlySet<Level>,
): Promise<void> {
  if (junit !== undefined) {
    const { toJunit } = await import('@neonpanel/doctor/report/junit')
    write(junit, toJunit(report, failing))
  }
  if (sarif !== undefined) {
    const { toSarif } = await import('@neonpanel/doctor/report/sarif')
    write(sarif, `${JSON.stringify(toSarif(report, manifest.version), null, 2)}\n`)
  }
  if (html !== undefined) {
    const { toPage } = await import('@neonpanel/doctor/report/page')
    write(html, toPage(report))
  }
}

function write(path: string, content: string): void {
  try {
    writeFileSync(path, content)
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    throw new CommandFailure(`${path} cannot be written (${code}).`, { cause })
  }
}
