import { randomBytes } from 'node:crypto'
import type { Database } from '@neonpanel/database/open'
import type { Log } from '@neonpanel/process/log'
import type { Context } from 'koa'
import { createAllowance } from './allowance.ts'
import { flowNotes } from './flow-notes.ts'
import { keepExchange } from './journal.ts'
import type { ExchangeContent, ExchangeHead, RecordedExchange } from './recorded-exchange.ts'
import { cut, keptText } from './redacted-message.ts'

/** What surrounds a recorder in its server. */
export interface RecorderOptions {
  readonly database: Database
  readonly log: Log
}

/** An exchange whose request has come and whose answer is still to be seen. */
export interface BegunExchange {
  /**
   * Keeps it; a second call counts for nothing.
   *
   * @param about called off the path of requests
   */
  end(about: () => Told): void
}

/** When a request came. */
export interface Arrival {
  /** By the clock, in milliseconds. */
  readonly time: number
  /** By `performance.now()`. */
  readonly startedMs: number
}

export function arrivalNow(): Arrival {
  return { time: Date.now(), startedMs: performance.now() }
}

type Known = 'id' | 'at' | 'durationMs' | 'server' | 'method' | 'path' | 'correlationId'
type Told = Omit<ExchangeHead, Known | 'address' | 'agent'> & { readonly content: ExchangeContent }

/** Tells this process from others that record at the same moment. */
const thisProcess = randomBytes(4).toString('hex')

let arrivals = 0

/** Sorts by arrival within a process. */
function createExchangeId(at: Date): string {
  arrivals = (arrivals + 1) % 36 ** 5
  const order = arrivals.toString(36).padStart(5, '0')
  return `x${at.getTime().toString(36)}${order}${thisProcess}`
}

/**
 * Makes what begins exchanges of one server. It blocks no request and fails none: what cannot be kept is gone.
 *
 * @returns `arrival` is when the request came, for whoever knows only afterwards that it is worth recording
 */
export function createFlowRecorder(
  server: ExchangeHead['server'],
  { database, log }: RecorderOptions,
): (ctx: Context, arrival?: Arrival) => BegunExchange {
  const mayRecord = createAllowance(() =>
    log.warn('more is exchanged within a minute than is recorded for flows'),
  )
  return function beginExchange(ctx, { time, startedMs } = arrivalNow()) {
    const at = new Date(time)
    const id = createExchangeId(at)
    const { method, path } = ctx
    const agent = ctx.get('User-Agent')
    let hasEnded = false
    return {
      end(about) {
        if (hasEnded) return
        hasEnded = true
        // Not before: Koa remembers it, and whose forwarding headers count is decided further in.
        const { ip: address } = ctx
        if (!mayRecord(address)) return
        const durationMs = Math.round((performance.now() - startedMs) * 10) / 10
        const { correlationId } = ctx.state
        const describe = (): RecordedExchange => {
          const told = about()
          return {
            id,
            at,
            durationMs,
            server,
            method,
            path: keptText(path),
            correlationId,
            address,
            agent: agent === '' ? undefined : cut(agent),
            ...told,
            content: {
              ...told.content,
              notes: [...(flowNotes(ctx) ?? []), ...(told.content.notes ?? [])],
            },
          }
        }
        keepExchange(database, describe, (error) =>
          log.warn({ err: error }, 'exchanges of flows could not be stored'),
        )
      },
    }
  }
}
