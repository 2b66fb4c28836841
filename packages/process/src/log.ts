import { createRequire } from 'node:module'
import { type DestinationStream, type Logger, destination as openDestination, pino } from 'pino'
import type { PrettyOptions } from 'pino-pretty'
import type { LogFormat, LogLevel } from './environment.ts'
import { redact } from './redaction.ts'

export type Log = Logger

const standardError = 2

/**
 * Opens the log of a process. Lines go to standard error, which leaves standard output to what a person or a script
 * reads. Secrets are replaced by the name of their key, at any depth, in children as well.
 *
 * @param destination where lines go instead; tests pass a stream
 */
export function createLog({
  level,
  format,
  destination,
}: {
  level: LogLevel
  format: LogFormat
  destination?: DestinationStream
}): Log {
  const log = pino(
    {
      level,
      base: null,
      timestamp: () => `,"time":"${new Date(Date.now()).toISOString()}"`,
      formatters: { level: (label) => ({ level: label }), log: redact },
      // Redaction has made errors plain already.
      serializers: { err: (error) => error },
    },
    format === 'pretty' ? prettyStream(destination) : (destination ?? plainStream()),
  )
  // pino formats the bindings of the first child only; children inherit this method.
  const { child } = log
  log.child = function redactedChild(this: Log, bindings, options) {
    return child.call(this, redact(bindings), options)
  } as typeof child
  return log
}

/** Written in the background, flushed when the process exits. */
function plainStream(): DestinationStream {
  return openDestination({ dest: standardError, sync: false })
}

/** In this thread and not a worker's: it starts at once and keeps the order; loaded only when asked for. */
function prettyStream(destination: DestinationStream | undefined): DestinationStream {
  const pretty: (options: PrettyOptions) => DestinationStream = createRequire(import.meta.url)(
    'pino-pretty',
  )
  return pretty({
    destination: (destination as NodeJS.WritableStream | undefined) ?? standardError,
    colorize: destination === undefined && process.stderr.isTTY === true,
    translateTime: 'SYS:HH:MM:ss',
    singleLine: true,
    sync: true,
  })
}
