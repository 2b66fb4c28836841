import { z } from 'zod'
import type { Report } from '../examine.ts'
import { areas, type Finding, levels } from '../finding.ts'
import { countOf, firstToMend } from './summary.ts'

const level = z.enum(levels)
const area = z.enum(Object.keys(areas) as [keyof typeof areas])
const headers = z.record(z.string(), z.string()).describe('Names in lower case; without secrets.')

const exchange = z.strictObject({
  at: z.iso.datetime(),
  duration_ms: z.int().nonnegative(),
  request: z.strictObject({
    method: z.string(),
    url: z.string(),
    headers,
    body: z.string().nullable(),
  }),
  response: z
    .strictObject({ status: z.int(), headers, body: z.string() })
    .nullable()
    .describe('null when no answer came; the body is cut after 2,000 characters.'),
  failure: z.string().nullable().describe('Why no answer came.'),
})

const finding = z.strictObject({
  id: z.string().describe('Stable; its heading in docs/doctor.md.'),
  area,
  level,
  title: z.string(),
  where: z.string().nullable().describe('The URL, header or member that it is about.'),
  got: z.string().nullable(),
  expected: z.string().nullable(),
  why: z.string(),
  breaks: z
    .union([z.literal('every client'), z.array(z.string())])
    .describe('Names of personas (docs/personas.md).'),
  fix: z.string(),
  sources: z.array(z.strictObject({ title: z.string(), url: z.url() })),
  exchanges: z.array(exchange).describe('The requests that show it, and what came back.'),
})

const examinedArea = z.strictObject({
  area,
  title: z.string(),
  outcome: z.enum(['passed', 'warned', 'failed', 'skipped']),
  because: z.string().nullable().describe('Why it was skipped.'),
})

const readiness = z.strictObject({
  persona: z.string(),
  title: z.string(),
  verdict: z.enum(['works', 'works_after', 'fails']),
  says: z.string().describe('How it gets in, what has to be done first, or why it fails.'),
  cause: z.string().nullable().describe('The id of a finding, or a cause of docs/verdicts.md.'),
})

/** What `neonpanel doctor --json` prints: `docs/doctor-report.schema.json` is made from it. */
export const reportDocument = z
  .strictObject({
    version: z.literal(1).describe('Changes only when a member changes its meaning or goes away.'),
    mcp_url: z.string().describe('As entered.'),
    started_at: z.iso.datetime(),
    duration_ms: z.int().nonnegative(),
    entry: z
      .enum(['protected', 'open'])
      .nullable()
      .describe('open: answers MCP without a token; null: not found out.'),
    authorization_server: z.string().nullable().describe('Its issuer, as the resource names it.'),
    registration: z
      .strictObject({
        document: z.boolean().describe('By client metadata document (CIMD).'),
        dynamic: z.enum(['open', 'gated', 'closed', 'none']),
      })
      .nullable(),
    summary: z.strictObject({ errors: z.int(), warnings: z.int(), notes: z.int() }),
    first: z.string().nullable().describe('The id of the finding to mend first.'),
    areas: z.array(examinedArea),
    findings: z.array(finding).describe('In the order in which they were found.'),
    readiness: z.array(readiness).describe('What each real client will make of the server.'),
  })
  .meta({ title: 'Report of neonpanel doctor' })

export type ReportDocument = z.output<typeof reportDocument>

/** A report for programs. */
export function toDocument(report: Report): ReportDocument {
  const { registration } = report
  return {
    version: 1,
    mcp_url: report.mcpUrl,
    started_at: report.startedAt.toISOString(),
    duration_ms: report.durationMs,
    entry: report.entry?.kind ?? null,
    authorization_server: report.authorizationServer?.issuer ?? null,
    registration: registration
      ? { document: registration.document, dynamic: registration.dynamic }
      : null,
    summary: {
      errors: countOf('error', report),
      warnings: countOf('warning', report),
      notes: countOf('note', report),
    },
    first: firstToMend(report)?.id ?? null,
    areas: report.areas.map((one) => ({ ...one, because: one.because ?? null })),
    findings: report.findings.map(toFinding),
    readiness: report.readiness.map((one) => ({ ...one, cause: one.cause ?? null })),
  }
}

function toFinding(found: Finding): ReportDocument['findings'][number] {
  const { id, area, level, title, where, got, expected, why, breaks, fix, sources } = found
  return {
    ...{ id, area, level, title, why, fix },
    where: where ?? null,
    got: got ?? null,
    expected: expected ?? null,
    breaks: breaks === 'every client' ? breaks : [...breaks],
    sources: sources.map(({ title, url }) => ({ title, url })),
    exchanges: found.exchanges.map(({ at, durationMs, request, response, failure }) => ({
      at: at.toISOString(),
      duration_ms: Math.round(durationMs),
      request: { ...request, body: request.body ?? null },
      response: response ?? null,
      failure: failure ?? null,
    })),
  }
}
