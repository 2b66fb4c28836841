import type Router from '@koa/router'
import { resetDatabase } from '@neonpanel/database/reset'
import { resetClock } from '@neonpanel/process/clock'
import type { TestControls } from '@neonpanel/process/test-controls'
import { auditSettled, recordAudit } from '../../audit/audit.ts'
import { forgetClient, listClients } from '../../clients/clients.ts'
import type { ServerContext } from '../../context.ts'
import { forgetFailures } from '../../throttling/failure-counter.ts'

/**
 * `POST /reset`: everything as after the first start: seeded people, clients and ledger, no session, grant, fault or
 * recorded exchange, the machine's time. Signing keys stay, so that nobody has to fetch them anew.
 */
export function serveReset(router: Router, context: ServerContext, controls: TestControls): void {
  const { config, database } = context
  router.post('/reset', async (ctx) => {
    resetClock()
    controls.faults.clear()
    controls.exchanges.clear()
    const clients = await listClients(database)
    await auditSettled(database)
    await resetDatabase(database, { seed: config.seed })
    forgetFailures(database)
    for (const { clientId } of clients) forgetClient(database, clientId)
    await recordAudit(database, {
      type: 'test.reset',
      correlationId: ctx.state.correlationId,
      address: ctx.ip,
    })
    ctx.status = 204
  })
}
