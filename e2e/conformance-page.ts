import type { Citation } from './citations.ts'
import { deviations as authorizationServerDeviations } from './requirements/authorization-server/deviations.ts'
import { authorizationServerRows } from './requirements/authorization-server/rows.ts'
import { otherClients, realClients } from './requirements/clients.ts'
import type { Requirement } from './requirements/requirement.ts'
import { deviations as resourceServerDeviations } from './requirements/resource-server/deviations.ts'
import { resourceServerRows } from './requirements/resource-server/rows.ts'
import { resourcesAndPrompts } from './requirements/resources-and-prompts.ts'
import { rfcs } from './requirements/rfc.ts'
import type { Deviation, Level, Row } from './requirements/row.ts'
import { tasksExtension } from './requirements/tasks-extension.ts'

/** A row is decided when it is answered otherwise than it asks, on purpose; open when nothing at all answers for it. */
export type Status = 'proven' | 'decided' | 'open'

export interface JudgedRow extends Row {
  readonly id: string
  readonly status: Status
  readonly proofs: readonly Citation[]
}

const clientRows = Object.entries(realClients).map(([id, requirement]): [string, Row] => [
  id,
  { ...requirement, level: 'product', standards: 'the client as it is' },
])

/** Every row of the requirement matrix, by id. */
export const rowsById: Readonly<Record<string, Row>> = {
  ...authorizationServerRows,
  ...resourceServerRows,
  ...Object.fromEntries(clientRows),
}

/** Every decision, by the id of its row. */
export const deviations: Readonly<Record<string, Deviation>> = {
  ...authorizationServerDeviations,
  ...resourceServerDeviations,
}

export function judgeRows(citations: readonly Citation[]): JudgedRow[] {
  return Object.entries(rowsById).map(([id, row]) => {
    const proofs = citations.filter(({ ids }) => ids.includes(id))
    const proven = proofs.length > 0 ? 'proven' : 'open'
    return { id, ...row, proofs, status: deviations[id] ? 'decided' : proven }
  })
}

const parts = [
  {
    title: 'Part A: authorization server',
    sections: {
      'A.1': 'Discovery and metadata',
      'A.2': 'Transport and HTTP hygiene',
      'A.3': 'Authorization endpoint',
      'A.4': 'PKCE',
      'A.5': 'Token endpoint and refresh tokens',
      'A.6': 'Resource indicators and access tokens',
      'A.7': 'Registration and its management',
      'A.8': 'Client ID Metadata Documents',
      'A.9': 'Revocation, introspection, logout, OpenID Connect',
    },
  },
  {
    title: 'Part B: resource server',
    sections: {
      'B.1': 'Protected-resource metadata and challenges',
      'B.2': 'Validation of access tokens',
      'B.3': 'HTTP hardening',
      'B.4': 'One URL for three eras',
      'B.5': 'Revision 2026-07-28',
      'B.6': 'Revisions 2025-03-26, 2025-06-18 and 2025-11-25',
      'B.7': 'HTTP+SSE of 2024-11-05',
      'B.8': 'Tools',
      'B.9': 'Official suite and real clients',
    },
  },
  { title: 'Part C: real clients', sections: { C: 'Clients that the tests run' } },
] as const

/** What is held to and proven although no row asks for it. */
const beyondTheMatrix: Readonly<Record<string, Readonly<Record<string, Requirement>>>> = {
  RFCs: rfcs,
  'Libraries and tools of others': otherClients,
  'The MCP tasks extension': tasksExtension,
  'Resources, prompts and subscriptions': resourcesAndPrompts,
}

/**
 * `docs/conformance.md`, from the rows, the tests that cite them, and the decisions.
 *
 * @param suites further parts in Markdown, each beginning with its heading
 */
export function renderConformance(
  rows: readonly JudgedRow[],
  citations: readonly Citation[],
  suites: readonly string[] = [],
): string {
  const decided = rows.filter(({ status }) => status === 'decided')
  const blocks = [
    introduction,
    ...parts.flatMap(({ title, sections }) => renderPart(title, sections, rows)),
    '## Beyond the matrix',
    ...Object.entries(beyondTheMatrix).flatMap(([title, requirements]) => [
      `### ${title}`,
      renderRequirements(requirements, citations),
    ]),
    ...suites,
    '## Decisions',
    ...decided.map(renderDecision),
  ]
  return `${blocks.join('\n\n')}\n`
}

const introduction = `# Conformance

Every row of the requirement matrix: what the standards, and clients in use, ask of the two servers, and the tests that prove it.

This page is generated: \`npm run conformance\` renews it from the rows in \`e2e/requirements\` and the tests that cite them, and \`npm test\` fails when it is out of date, when a row has neither a test nor a decision, or when a test that is named here fails.

- **proven**: the tests named in the row hold.
- **decided**: the row is answered otherwise than it asks, or only in part, for the reason given under [Decisions](#decisions). Tests, where named, prove what was decided.
- **open**: neither.

A test cites rows in one of two ways. Tests in \`e2e\` use \`verifies('AS-01', 'title', …)\`; unit tests beside the code, for what cannot be seen from outside, have a title that begins with the row, as in \`'AS-147: …'\`. Parts of a title that a table of cases fills in are shown as \`…\`.`

function renderPart(
  title: string,
  sections: Readonly<Record<string, string>>,
  rows: readonly JudgedRow[],
): string[] {
  const own = rows.filter(({ section }) => Object.hasOwn(sections, section))
  const tables = Object.entries(sections).flatMap(([section, heading]) => [
    `### ${section} ${heading}`,
    renderTable(own.filter((row) => row.section === section)),
  ])
  return [`## ${title}`, renderCounts(own), ...tables]
}

const levels: readonly Level[] = ['MUST', 'SHOULD', 'MAY', 'product']
const statuses: readonly Status[] = ['proven', 'decided', 'open']

function renderCounts(rows: readonly JudgedRow[]): string {
  const count = (level: Level, status: Status) =>
    rows.filter((row) => row.level === level && row.status === status).length
  return [
    `| Level | ${statuses.join(' | ')} |`,
    `|---|${statuses.map(() => '--:|').join('')}`,
    ...levels.map(
      (level) => `| ${level} | ${statuses.map((status) => count(level, status)).join(' | ')} |`,
    ),
  ].join('\n')
}

function renderTable(rows: readonly JudgedRow[]): string {
  const head =
    '| Row | Level | Requirement | Standards | Status | Proof |\n|---|---|---|---|---|---|'
  const lines = rows.map(({ id, level, sentence, standards, status, proofs }) => {
    const shown = status === 'decided' ? `[decided](#${id.toLowerCase()})` : status
    const cells = [id, level, plain(sentence), plain(standards), shown, renderProofs(proofs)]
    return `| ${cells.join(' | ')} |`
  })
  return [head, ...lines].join('\n')
}

function renderRequirements(
  requirements: Readonly<Record<string, Requirement>>,
  citations: readonly Citation[],
): string {
  const lines = Object.entries(requirements).map(([id, { source, section, sentence }]) => {
    const proofs = citations.filter(({ ids }) => ids.includes(id))
    const cells = [id, plain(sentence), plain(`${source} ${section}`), renderProofs(proofs)]
    return `| ${cells.join(' | ')} |`
  })
  return ['| Id | Requirement | Source | Proof |\n|---|---|---|---|', ...lines].join('\n')
}

function renderProofs(proofs: readonly Citation[]): string {
  const lines = proofs.map(({ subject, title, file }) => {
    const name = file.replace(/^.*\//, '').replace(/\.(test|spec)\.ts$/, '')
    return `[${name}](../${file}): ${plain(subject ? `${subject}: ${title}` : title)}`
  })
  return [...new Set(lines)].join('<br>')
}

function renderDecision({ id, sentence }: JudgedRow): string {
  const { decision, reason, source } = deviations[id] as Deviation
  return [
    `### ${id}`,
    `${plain(sentence)}`,
    `**Decision.** ${decision}`,
    `**Reason.** ${reason}`,
    `**Source.** ${source}`,
  ].join('\n\n')
}

/** Titles are plain text; none of their characters is markup. */
function plain(text: string): string {
  return text.replaceAll(/[\\|*_`<>[\]]/g, '\\$&')
}
