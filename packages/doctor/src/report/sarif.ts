import { createHash } from 'node:crypto'
import type { Log, ReportingDescriptor, Result, WebRequest, WebResponse } from 'sarif'
import type { Report } from '../examine.ts'
import type { Exchange, Finding } from '../finding.ts'
import { brokenClients } from './summary.ts'

/**
 * A report as SARIF 2.1.0 (OASIS), for code scanning and editors. A server has no files: its URL without the scheme stands
 * for one, as the places that show SARIF take no other scheme than that of their checkout.
 *
 * @param version of this program
 */
export function toSarif(report: Report, version: string): Log {
  const rules = new Map(report.findings.map((finding) => [finding.id, ruleOf(finding)]))
  const ids = [...rules.keys()]
  return {
    version: '2.1.0',
    $schema:
      'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json',
    runs: [
      {
        tool: {
          driver: {
            name: 'neonpanel doctor',
            version,
            rules: [...rules.values()],
          },
        },
        automationDetails: { id: `neonpanel-doctor/${placeOf(report.mcpUrl)}/` },
        invocations: [
          {
            executionSuccessful: true,
            startTimeUtc: report.startedAt.toISOString(),
            endTimeUtc: new Date(report.startedAt.getTime() + report.durationMs).toISOString(),
          },
        ],
        results: report.findings.map((finding) =>
          resultOf(finding, ids.indexOf(finding.id), report),
        ),
        properties: { readiness: report.readiness },
      },
    ],
  }
}

function ruleOf({
  id,
  title,
  why,
  fix,
  sources,
  level,
  area,
  breaks,
}: Finding): ReportingDescriptor {
  const clients = brokenClients({ breaks })
  const links = sources.map((source) => `- [${source.title}](${source.url})`)
  const broken = clients ? [`Breaks: ${clients}.`] : []
  return {
    id,
    name: id.replaceAll(/(?:^|_)(\w)/g, (_, letter: string) => letter.toUpperCase()),
    shortDescription: { text: title },
    fullDescription: { text: why },
    helpUri: sources[0].url,
    help: {
      text: [why, ...broken, fix].join('\n\n'),
      markdown: [why, ...broken, `**Fix.** ${fix}`, links.join('\n')].join('\n\n'),
    },
    defaultConfiguration: { level },
    properties: { tags: ['mcp', 'oauth', area] },
  }
}

function resultOf(finding: Finding, ruleIndex: number, { mcpUrl }: Report): Result {
  const { id, level, title, where, got, expected, fix, exchanges } = finding
  const compared = [got && `got ${got}`, expected && `expected ${expected}`].filter(Boolean)
  const text = [`${title}.`, where, compared.join(', '), fix].filter(Boolean).join('\n')
  const [exchange] = exchanges
  return {
    ruleId: id,
    ruleIndex,
    level,
    message: { text },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: placeOf(mcpUrl) },
          region: { startLine: 1 },
        },
        ...(where && { logicalLocations: [{ fullyQualifiedName: where, kind: 'resource' }] }),
      },
    ],
    partialFingerprints: { 'neonpanelDoctor/v1': fingerprint(mcpUrl, id, where) },
    ...(exchange && webMessages(exchange)),
  }
}

const fingerprint = (...parts: readonly (string | undefined)[]) =>
  createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 32)

/** `https://mcp.example.com/mcp` → `mcp.example.com/mcp`, as a relative reference (RFC 3986 section 4.2). */
function placeOf(entered: string): string {
  const url = URL.parse(entered)
  if (!url) return encodeURIComponent(entered)
  return `${url.host.replaceAll(/[[\]]/g, '').replaceAll(':', '-')}${url.pathname}`.replace(
    /\/$/,
    '',
  )
}

function webMessages({ request, response }: Exchange) {
  const webRequest: WebRequest = {
    protocol: 'HTTP',
    method: request.method,
    target: request.url,
    headers: { ...request.headers },
    ...(request.body && { body: { text: request.body } }),
  }
  const webResponse: WebResponse | undefined = response && {
    protocol: 'HTTP',
    statusCode: response.status,
    headers: { ...response.headers },
    body: { text: response.body },
  }
  return { webRequest, ...(webResponse ? { webResponse } : {}) }
}
