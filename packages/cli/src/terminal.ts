import type { styleText } from 'node:util'

/** Colours and weights of `styleText` (node:util): `'red'`, `['bold', 'green']`. */
export type Style = Parameters<typeof styleText>[0]

/** Something that takes time. Where nobody watches, all of it is silence. */
export interface Progress {
  readonly update: (text: string) => void
  /** Leaves a line that says it went well; none without `text`. */
  readonly done: (text?: string) => void
  /** Leaves a line that says it failed; none without `text`. */
  readonly failed: (text?: string) => void
}

/** Where a command reads its variables and writes its answer. */
export interface Terminal {
  readonly environment: Record<string, string | undefined>
  /** Standard output: what was asked for. A line end is added. */
  readonly out: (text: string) => void
  /** Standard error: what goes along with it: hints, progress, failures. A line end is added. */
  readonly err: (text: string) => void
  /** Width of standard output in cells; 80 where it is no terminal. */
  readonly columns: number
  /** Standard output is no terminal: a program reads it, or a file keeps it. */
  readonly piped: boolean
  /** A person is there: standard error is a terminal, and this is not CI. */
  readonly interactive: boolean
  /** Colours text for standard output; plain where NO_COLOR says so or no terminal shows it. */
  readonly style: (format: Style, text: string) => string
  /** The same for standard error. */
  readonly styleErr: (format: Style, text: string) => string
  /** Shows on standard error that something is under way, until done or failed. */
  readonly progress: (text: string) => Progress
}

/** Progress that nobody sees. */
export const silentProgress: Progress = { update() {}, done() {}, failed() {} }

/** Does work with progress shown, which goes away in the end: what came of it is for the command to say. */
export async function watched<Result>(
  terminal: Terminal,
  text: string,
  work: () => Promise<Result>,
): Promise<Result> {
  const progress = terminal.progress(text)
  try {
    return await work()
  } finally {
    progress.done()
  }
}
