import type Router from '@koa/router'
import type { FaultRules } from '@neonpanel/faults/rules'
import type { Context } from 'koa'
import { recordAudit } from '../../audit/audit.ts'
import type { ServerContext } from '../../context.ts'
import { receiveForm } from '../../web/forms.ts'
import { signedIn } from '../../web/signed-in.ts'
import { administrator } from '../actor.ts'
import { noticeOf } from '../notice.ts'
import { backTo, show } from '../show.ts'
import { emptyFaultForm, type FaultFormValues, faultOf, readFaultForm } from './fault-form.ts'
import { faultsOffPage, faultsPage } from './pages.ts'

const section = '/console/faults'

export function faultsRoutes(router: Router, context: ServerContext): void {
  const { testControls } = context
  if (!testControls) {
    router.get('/faults', (ctx) =>
      show(context, ctx, { title: 'Faults', section, main: faultsOffPage }),
    )
    return
  }
  const { faults } = testControls
  router.get('/faults', (ctx) => showFaults(context, ctx, faults, emptyFaultForm, new Map()))

  router.post('/faults', async (ctx) => {
    const form = await receiveForm(ctx, context.provider, signedIn(ctx).boundTo)
    const values = readFaultForm(form)
    const wanted = faultOf(values)
    if (!wanted.ok) return showFaults(context, ctx, faults, values, wanted.problems)
    const { id } = await faults.add(wanted.fault)
    await auditFault(context, ctx, 'test.fault_on', { id, ...wanted.fault })
    backTo(ctx, section, 'fault-on')
  })

  router.post('/faults/off', async (ctx) => {
    const form = await receiveForm(ctx, context.provider, signedIn(ctx).boundTo)
    const id = form.get('id')
    if (id) await faults.remove(id)
    else await faults.clear()
    await auditFault(context, ctx, 'test.fault_off', { id: id ?? 'all' })
    backTo(ctx, section, id ? 'fault-off' : 'faults-off')
  })
}

async function showFaults(
  context: ServerContext,
  ctx: Context,
  faults: FaultRules,
  values: FaultFormValues,
  problems: ReadonlyMap<string, string>,
): Promise<void> {
  const { viewer } = signedIn(ctx)
  const main = faultsPage({
    viewer,
    notice: noticeOf(ctx),
    faults: await faults.counted(),
    values,
    problems,
  })
  show(context, ctx, { title: 'Faults', section, main }, problems.size > 0 ? 422 : 200)
}

async function auditFault(
  { database }: ServerContext,
  ctx: Context,
  type: 'test.fault_on' | 'test.fault_off',
  detail: Record<string, unknown>,
): Promise<void> {
  const { by, correlationId, address } = administrator(ctx)
  await recordAudit(database, { type, correlationId, address, detail: { by, ...detail } })
}
