import { resetDatabase } from '@neonpanel/database/reset'
import type { TestControls } from '@neonpanel/faults/test-controls'
import { forgetFlows } from '@neonpanel/flows/recording/journal'
import { resetClock } from '@neonpanel/process/clock'
import { auditSettled, recordAudit } from '../../audit/audit.ts'
import { clearAutoConsent } from '../../auto-consent/settings.ts'
import type { ServerContext } from '../../context.ts'
import { forgetFailures } from '../../throttling/failure-counter.ts'
import { type Operation, operation } from './operation.ts'
import { clearRefreshLab } from './refresh-lab.ts'

/**
 * Everything as after the first start: seeded people, clients and ledger, no session, grant, fault or recorded exchange,
 * the machine's time. Signing keys stay, so that nobody has to fetch them anew.
 */
export function resetOperation(context: ServerContext, controls: TestControls): Operation {
  const { config, database } = context
  return operation({
    id: 'reset',
    method: 'post',
    path: '/reset',
    tag: 'Test controls',
    summary: 'Put everything back as after the first start, but the signing keys',
    async run({ ctx }) {
      resetClock()
      await context.testClock?.publish()
      await controls.faults.clear()
      controls.exchanges.clear()
      await clearAutoConsent(database)
      await clearRefreshLab(context)
      context.documentHosts?.clear()
      await Promise.all([auditSettled(database), forgetFlows(database)])
      await resetDatabase(database, { seed: config.seed })
      if (config.seedFile !== undefined) {
        // Loaded when needed, which most stacks never do.
        const { applySeedFile } = await import('../../seed-file/apply.ts')
        await applySeedFile(database, { ...config, path: config.seedFile }, { again: true })
      }
      forgetFailures(database)
      await recordAudit(database, {
        type: 'test.reset',
        correlationId: ctx.state.correlationId,
        address: ctx.ip,
      })
    },
  })
}
