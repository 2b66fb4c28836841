import { z } from 'zod'
import type { Company } from '../ledger/companies.ts'
import { fieldColumns, type ItemChange, isWritten } from '../ledger/import-plan.ts'
import type { ImportProblem, ItemFields } from '../ledger/import-rows.ts'
import { money } from '../ledger/money.ts'
import { type ToolError, toolError } from '../mcp/tool.ts'

/** What an answer lists of problems and of changes. */
const maximumListed = 100

const changeOutput = z.object({
  sku: z.string(),
  action: z.enum(['create', 'update']),
  fields: z.array(z.object({ column: z.string(), from: z.string().nullable(), to: z.string() })),
  stock: z.array(z.object({ warehouse_id: z.string(), from: z.int(), to: z.int() })),
})

/** What an import answers, dry run or not. */
export const importOutput = z.object({
  dry_run: z.boolean(),
  import_id: z.string().nullable().describe('Null when nothing was written'),
  company_id: z.string(),
  valid: z.boolean().describe('Whether the import can be written, or was'),
  summary: z.object({
    rows: z.int(),
    items_created: z.int(),
    items_updated: z.int(),
    items_unchanged: z.int(),
    stock_changes: z.int(),
    problems: z.int(),
  }),
  problems: z
    .array(
      z.object({ row: z.int().nullable(), column: z.string().nullable(), message: z.string() }),
    )
    .describe(`The first ${maximumListed}; row 1 is the first row of data`),
  changes: z.array(changeOutput).describe(`The first ${maximumListed} items that change`),
  next_step: z.string(),
})

export type ImportAnswer = z.input<typeof importOutput>

/** Nothing was written; the model gets every problem. */
export function refuseImport(problems: readonly ImportProblem[]): ToolError {
  const listed = listProblems(problems).map(({ row, column, message }) => {
    const place = [row === null ? 'import' : `row ${row}`, column].filter(Boolean).join(', ')
    return `- ${place}: ${message}`
  })
  return toolError(
    `Nothing was imported: ${problems.length} problems. Put them right and do a dry run first.\n${listed.join('\n')}`,
  )
}

/** The first problems, in the order of the rows. */
function listProblems(problems: readonly ImportProblem[]): ImportProblem[] {
  return [...problems].sort((a, b) => (a.row ?? 0) - (b.row ?? 0)).slice(0, maximumListed)
}

export interface CountedImport {
  readonly company: Company
  readonly rowCount: number
}

export function describePreview(
  counted: CountedImport,
  changes: readonly ItemChange[],
  problems: readonly ImportProblem[],
): ImportAnswer {
  const valid = problems.length === 0
  return {
    ...describeChanges(counted, changes),
    dry_run: true,
    import_id: null,
    valid,
    problems: listProblems(problems),
    summary: { ...summarise(counted, changes), problems: problems.length },
    next_step: valid
      ? 'Nothing was written. Show the changes to the person; when they agree, call again with the same rows, dry_run=false and an idempotency_key.'
      : 'Nothing was written. Put the problems right and do another dry run.',
  }
}

export function describeCommitted(
  counted: CountedImport,
  importId: string,
  changes: readonly ItemChange[],
): ImportAnswer {
  return {
    ...describeChanges(counted, changes),
    dry_run: false,
    import_id: importId,
    valid: true,
    problems: [],
    summary: { ...summarise(counted, changes), problems: 0 },
    next_step: 'The import is written; get_inventory_items shows it.',
  }
}

/** Items that a question names. */
const maximumNamed = 5

/** What the person is asked before an import is written: how much changes, where, and in which items first. */
export function questionAbout(counted: CountedImport, changes: readonly ItemChange[]): string {
  const { items_created, items_updated, stock_changes } = summarise(counted, changes)
  const written = changes.filter(isWritten)
  const named = written
    .slice(0, maximumNamed)
    .map(({ sku, item, after }) => `${inOneLine(`${sku} ${after.name}`)}${item ? '' : ' (new)'}`)
  const others = written.length - named.length
  return [
    `Import into ${counted.company.name}?`,
    `Items created: ${items_created}. Items changed: ${items_updated}. Stock counts: ${stock_changes}.`,
    ...(named.length > 0 ? [`${named.join(', ')}${others > 0 ? ` and ${others} more` : ''}.`] : []),
  ].join('\n')
}

/** What rows say may not look like what the question says. */
function inOneLine(text: string): string {
  const characters = [...text.replaceAll(/\s+/g, ' ')]
  const line = characters.slice(0, 80).join('').trimEnd()
  return characters.length > 80 ? `${line}…` : line
}

/**
 * What the audit log shows of an import.
 *
 * @param confirmedBy the person, asked by this server, or the client, which says that it has asked
 */
export function auditDetail(
  { company_id, summary }: ImportAnswer,
  confirmedBy: 'person' | 'client',
): object {
  const { problems: _, ...counts } = summary
  return { company_id, confirmed_by: confirmedBy, ...counts }
}

function summarise({ rowCount }: CountedImport, changes: readonly ItemChange[]) {
  const created = changes.filter(({ item }) => !item).length
  const unchanged = changes.filter((change) => !isWritten(change)).length
  return {
    rows: rowCount,
    items_created: created,
    items_updated: changes.length - created - unchanged,
    items_unchanged: unchanged,
    stock_changes: changes.reduce((count, { stock }) => count + stock.length, 0),
  }
}

function describeChanges({ company }: CountedImport, changes: readonly ItemChange[]) {
  return {
    company_id: company.id,
    changes: changes
      .filter(isWritten)
      .slice(0, maximumListed)
      .map((change) => describeChange(change, company.currency)),
  }
}

function describeChange({ sku, item, after, changed, stock }: ItemChange, currency: string) {
  return {
    sku,
    action: item ? ('update' as const) : ('create' as const),
    fields: changed.map((field) => ({
      column: fieldColumns[field],
      from: item && writeField(field, item[field], currency),
      to: writeField(field, after[field], currency),
    })),
    stock: stock.map(({ warehouseId, from, to }) => ({ warehouse_id: warehouseId, from, to })),
  }
}

function writeField(
  field: keyof ItemFields,
  value: string | number | boolean,
  currency: string,
): string {
  if (field !== 'unitCostMinor' && field !== 'listPriceMinor') return String(value)
  return `${money(Number(value), currency).amount} ${currency}`
}
