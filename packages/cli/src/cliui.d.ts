/** What this workspace uses of cliui, which publishes no types. */
declare module 'cliui' {
  interface Column {
    readonly text: string
    /** Cells, padding included. */
    readonly width: number
    /** Top, right, bottom, left. */
    readonly padding: readonly [number, number, number, number]
  }

  interface Layout {
    readonly div: (...columns: Column[]) => unknown
    readonly toString: () => string
  }

  const cliui: (options: { readonly width: number; readonly wrap: boolean }) => Layout
  // biome-ignore lint/style/noDefaultExport: it is how cliui exports its function
  export default cliui
}
