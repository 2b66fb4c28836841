import papaparse from 'papaparse'
import type { ImportProblem, RawRow } from './import-rows.ts'

/** Reads CSV with a header line: separated by commas, semicolons or tabs, as spreadsheets write it. */
export function readCsv(csv: string): { rows: RawRow[]; problems: ImportProblem[] } {
  const { data, errors } = papaparse.parse<Record<string, string>>(csv, {
    header: true,
    skipEmptyLines: 'greedy',
    transformHeader: (name) => name.trim().toLowerCase(),
  })
  const rows = data.map(({ __parsed_extra: _, ...cells }) => cells)
  // Which character separates the cells does not matter where there is but one column.
  const problems = errors
    .filter(({ type }) => type !== 'Delimiter')
    .map(({ row, message }) => ({ row: row === undefined ? null : row + 1, column: null, message }))
  return { rows, problems }
}
