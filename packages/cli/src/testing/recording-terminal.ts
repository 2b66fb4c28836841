import { stripVTControlCharacters, styleText } from 'node:util'
import { silentProgress, type Terminal } from '../terminal.ts'

/** A terminal that keeps what is written to it. */
export interface RecordingTerminal extends Terminal {
  /** Standard output so far, lines joined. */
  readonly printed: () => string
  /** Standard error so far, lines joined. */
  readonly told: () => string
}

interface Look {
  readonly columns?: number
  /** Default: as if a program reads along. */
  readonly piped?: boolean
  /** Default: no colours. */
  readonly colours?: boolean
}

/** For tests of commands without a process: plain, 80 columns, nobody there, unless `look` says otherwise. */
export function recordingTerminal(
  environment: Record<string, string | undefined> = {},
  { columns = 80, piped = true, colours = false }: Look = {},
): RecordingTerminal {
  const out: string[] = []
  const err: string[] = []
  const style: Terminal['style'] = (format, text) =>
    colours ? styleText(format, text, { validateStream: false }) : stripVTControlCharacters(text)
  return {
    environment,
    out: (text) => void out.push(text),
    err: (text) => void err.push(text),
    columns,
    piped,
    interactive: false,
    style,
    styleErr: style,
    progress: () => silentProgress,
    printed: () => out.join('\n'),
    told: () => err.join('\n'),
  }
}
