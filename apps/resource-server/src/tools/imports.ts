import { z } from 'zod'
import type { Company } from '../ledger/companies.ts'
import { readCsv } from '../ledger/import-csv.ts'
import {
  type ImportProblem,
  importColumns,
  parseImportRows,
  type RawRow,
} from '../ledger/import-rows.ts'
import { previewImport } from '../ledger/imports.ts'
import {
  defineTool,
  isToolError,
  type ToolContext,
  type ToolError,
  toolError,
} from '../mcp/tool.ts'
import { chooseCompanies, companyInput } from './choices.ts'
import { describePreview, importOutput, refuseImport } from './import-answer.ts'
import { writeImport } from './import-writing.ts'

const maximumRows = 5_000
/** In UTF-16 code units; the body of a request has at most 1 MiB. */
const maximumCsvLength = 900_000

const cell = z.union([z.string(), z.number(), z.boolean(), z.null()])

const rowSchema = z
  .object(
    Object.fromEntries(
      Object.entries(importColumns).map(([name, { about }]) => [
        name,
        cell.optional().describe(about),
      ]),
    ),
  )
  .catchall(cell)

const input = z.strictObject({
  company_id: companyInput.describe(
    'Company id from list_companies; required when this connection has several companies.',
  ),
  rows: z
    .array(rowSchema)
    .max(maximumRows)
    .optional()
    .describe(
      'Rows as JSON. Give either rows or csv. Columns that are left out or empty change nothing.',
    ),
  csv: z
    .string()
    .max(maximumCsvLength)
    .optional()
    .describe(
      `Rows as CSV with a header line of the same column names, at most ${maximumRows} rows.`,
    ),
  dry_run: z
    .boolean()
    .default(true)
    .describe('true: check everything and show what would change, write nothing. false: write.'),
  idempotency_key: z
    .string()
    .min(8)
    .max(128)
    .optional()
    .describe(
      'Required when dry_run is false: any unique text. A repeated call with the same key and rows writes nothing twice.',
    ),
})

export const importItems = defineTool({
  name: 'import_items',
  title: 'Import items',
  description:
    'Creates and updates items, stock counts and costs of one company from JSON rows or CSV. A dry run by default: it ' +
    'checks every row, reports all problems at once and shows what would change. Show that to the person, and only after ' +
    'they agree call again with the same rows, dry_run=false and an idempotency_key. A client that can ask the person ' +
    'itself then shows them a summary, and nothing is written unless they accept it.',
  scopes: ['write:import'],
  annotations: {
    readOnlyHint: false,
    destructiveHint: true,
    idempotentHint: true,
    openWorldHint: false,
  },
  input,
  output: importOutput,
  mayTakeLong: true,
  async run(asked, context) {
    const company = await chooseOneCompany(context, asked.company_id)
    if (isToolError(company)) return company
    const raw = readRows(asked)
    if (isToolError(raw)) return raw
    const { rows, problems } = parseImportRows(raw.rows, company.currency)
    const broken = [...raw.problems, ...problems]
    const { dry_run: isDryRun, idempotency_key: idempotencyKey } = asked
    if (!isDryRun && idempotencyKey === undefined) return keyRequired
    const counted = { company, rowCount: raw.rows.length }
    if (idempotencyKey !== undefined && !isDryRun && broken.length === 0) {
      return writeImport({ ...counted, rows, idempotencyKey }, context)
    }
    const plan = await previewImport(context.database, company, rows)
    const found = [...broken, ...plan.problems]
    return isDryRun ? describePreview(counted, plan.changes, found) : refuseImport(found)
  },
})

const keyRequired = toolError(
  'idempotency_key is required when dry_run is false. Choose any unique text of 8 characters or more.',
)

async function chooseOneCompany(
  context: ToolContext,
  companyId: string | undefined,
): Promise<Company | ToolError> {
  const companies = await chooseCompanies(context, companyId)
  if (isToolError(companies)) return companies
  const [company, ...others] = companies
  if (company && others.length === 0) return company
  if (!company) return toolError('This connection has no company to import into.')
  const ids = companies.map(({ id, name }) => `${id} (${name})`).join(', ')
  return toolError(`Which company is this import for? Give company_id, one of: ${ids}.`)
}

interface RawImport {
  readonly rows: readonly RawRow[]
  readonly problems: readonly ImportProblem[]
}

function readRows({ rows, csv }: z.output<typeof input>): RawImport | ToolError {
  if ((rows === undefined) === (csv === undefined)) {
    return toolError('Give either rows or csv, one of the two.')
  }
  const raw = rows ? { rows, problems: [] } : readCsv(csv!)
  if (raw.rows.length === 0) return toolError('There are no rows to import.')
  if (raw.rows.length > maximumRows) {
    return toolError(
      `${raw.rows.length} rows are too many. Import at most ${maximumRows} at a time.`,
    )
  }
  return raw
}
