import { styleText } from 'node:util'
import createSpinner from 'yocto-spinner'
import { type Progress, silentProgress, type Terminal } from './terminal.ts'

const columnsWithoutTerminal = 80

/** The terminal that this process was started in. `styleText` asks NO_COLOR and FORCE_COLOR. */
export function processTerminal(environment: Record<string, string | undefined>): Terminal {
  const { stdout, stderr } = process
  const interactive = stderr.isTTY === true && !environment.CI && environment.TERM !== 'dumb'
  return {
    environment,
    out: (text) => stdout.write(`${text}\n`),
    err: (text) => stderr.write(`${text}\n`),
    get columns() {
      return stdout.columns || Number(environment.COLUMNS) || columnsWithoutTerminal
    },
    piped: stdout.isTTY !== true,
    interactive,
    style: (format, text) => styleText(format, text, { stream: stdout }),
    styleErr: (format, text) => styleText(format, text, { stream: stderr }),
    progress: (text) => (interactive ? spin(text) : silentProgress),
  }
}

function spin(text: string): Progress {
  const spinner = createSpinner({ text, stream: process.stderr }).start()
  return {
    update(next) {
      spinner.text = next
    },
    done: (last) => void (last === undefined ? spinner.stop() : spinner.success(last)),
    failed: (last) => void (last === undefined ? spinner.stop() : spinner.error(last)),
  }
}
