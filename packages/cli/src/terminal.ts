/** Where a command reads its variables and writes its answer. */
export interface Terminal {
  readonly environment: Record<string, string | undefined>
  /** What was asked for. */
  readonly out: (text: string) => void
  /** What goes along with it: hints, failures. */
  readonly err: (text: string) => void
}

/** A table with aligned columns, for people. */
export function renderTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [head, ...rows]
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)))
  return all
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
