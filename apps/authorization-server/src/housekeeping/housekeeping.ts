import { isClockShifted } from '@neonpanel/process/clock'
import { Counter, Gauge } from 'prom-client'
import { recordAudit } from '../audit/audit.ts'
import type { ServerContext } from '../context.ts'
import { rotateSigningKeysWhenDue } from '../provider/signing-key-rotation.ts'
import { createLease } from './lease.ts'
import { reap, reapedTables } from './reaper.ts'

/** What a server does without being asked: rotating keys that are due, and deleting what nobody needs any more. */
export interface Housekeeping {
  /** One round, unless another process is at it. Returns whether this one was. */
  run(): Promise<boolean>
  /** Ends a round that is under way after its current batch. */
  stop(): Promise<void>
}

const firstAfterMs = 60_000
const everyMs = 5 * 60_000

/** Longer than the time between rounds: who keeps house goes on, and another takes over when that process is gone. */
const leaseSeconds = 600

type HousekeepingContext = Pick<
  ServerContext,
  'config' | 'database' | 'log' | 'metrics' | 'appSecrets' | 'reloadSigningKeys'
>

/** Starts rounds by the clock. Of all processes on one database, one keeps house at a time. */
export function startHousekeeping(context: HousekeepingContext): Housekeeping {
  const { database, log } = context
  const lease = createLease(database, 'housekeeping', leaseSeconds)
  const { reaped, finished } = createMetrics(context)
  let isStopped = false
  let underWay: Promise<boolean> | undefined

  const mayGoOn = async () => !isStopped && (await lease.take())

  const keepHouse = async () => {
    if (!(await mayGoOn())) return false
    await rotateWhenDue(context)
    await reap(database, { mayGoOn, onReaped: (table, rows) => reaped.inc({ table }, rows) })
    finished.setToCurrentTime()
    return true
  }
  const run = () => {
    underWay ??= keepHouse().finally(() => {
      underWay = undefined
    })
    return underWay
  }
  const runByClock = async () => {
    // Under a shifted clock everything looks old that is alive for everybody else.
    if (!isClockShifted()) {
      await run().catch((error) => log.error({ err: error }, 'housekeeping failed'))
    }
    if (!isStopped) timer = setTimeout(runByClock, everyMs).unref()
  }
  let timer = setTimeout(runByClock, firstAfterMs).unref()

  return {
    run,
    async stop() {
      isStopped = true
      clearTimeout(timer)
      await underWay?.catch(() => {})
      await lease.release().catch(() => {})
    },
  }
}

/** Makes new signing keys when the present ones have signed for long enough; for one process at a time. */
export async function rotateWhenDue(
  context: Pick<ServerContext, 'config' | 'database' | 'log' | 'appSecrets' | 'reloadSigningKeys'>,
): Promise<void> {
  if (!(await rotateSigningKeysWhenDue(context))) return
  context.log.info('signing keys rotated by schedule')
  const detail = { by: 'schedule' }
  await recordAudit(context.database, { type: 'signing_keys.rotated', detail })
}

function createMetrics({ metrics }: HousekeepingContext) {
  const registers = [metrics.registry]
  const reaped = new Counter({
    name: 'reaped_rows_total',
    help: 'Rows deleted because nobody needs them any more, by table.',
    labelNames: ['table'],
    registers,
  })
  for (const table of reapedTables) reaped.inc({ table }, 0)
  const finished = new Gauge({
    name: 'housekeeping_last_success_timestamp_seconds',
    help: 'When this process last finished a round of housekeeping; 0 when another one keeps house.',
    registers,
  })
  return { reaped, finished }
}
