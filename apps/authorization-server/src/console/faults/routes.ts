import type Router from '@koa/router'
import type { FaultDefinition } from '@neonpanel/faults/fault'
import type { Preset } from '@neonpanel/faults/presets'
import type { FaultRules } from '@neonpanel/faults/rules'
import type { Context } from 'koa'
import { recordAudit } from '../../audit/audit.ts'
import type { ServerContext } from '../../context.ts'
import { findPerson, findPersonByEmail } from '../../people/directory.ts'
import { receiveForm } from '../../web/forms.ts'
import { signedIn } from '../../web/signed-in.ts'
import { administrator } from '../actor.ts'
import { noticeOf } from '../notice.ts'
import { backTo, show } from '../show.ts'
import {
  emptyFaultForm,
  endChoices,
  type FaultFormValues,
  faultOf,
  readFaultForm,
  untilOf,
} from './fault-form.ts'
import { faultsOffPage, faultsPage, presetOf } from './pages.ts'
import { scopeChoices, scopeNames } from './scopes.ts'

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
  const form = (ctx: Context) => receiveForm(ctx, context.provider, signedIn(ctx).boundTo)
  router.get('/faults', (ctx) => showFaults(context, ctx, faults, emptyFaultForm, new Map()))

  router.post('/faults', async (ctx) => {
    const values = readFaultForm(await form(ctx))
    const wanted = await judged(context, values)
    if (!wanted.ok) return showFaults(context, ctx, faults, values, wanted.problems)
    await turnOn(context, ctx, faults, wanted.fault)
  })

  router.post('/faults/presets/:id', async (ctx) => {
    const wish = await form(ctx)
    const preset = presetOf(ctx.params.id)
    if (preset) await turnOn(context, ctx, faults, faultFrom(preset, wish))
  })

  router.post('/faults/off', async (ctx) => {
    const id = (await form(ctx)).get('id')
    if (id) await faults.remove(id)
    else await faults.clear()
    await auditFault(context, ctx, 'test.fault_off', { id: id ?? 'all' })
    backTo(ctx, section, id ? 'fault-off' : 'faults-off')
  })
}

async function turnOn(
  context: ServerContext,
  ctx: Context,
  faults: FaultRules,
  wanted: FaultDefinition,
): Promise<void> {
  const { id } = await faults.add(wanted)
  await auditFault(context, ctx, 'test.fault_on', { id, ...wanted })
  backTo(ctx, section, 'fault-on')
}

/** A preset for whom and for how long its row says; for everybody, and a quarter of an hour, where it says nothing. */
function faultFrom({ id, title, where, what }: Preset, wish: URLSearchParams): FaultDefinition {
  const [, kind, of = ''] = /^(client|person):(.+)$/s.exec(wish.get('scope') ?? '') ?? []
  const ends = endChoices.find(([value]) => value === wish.get('ends'))?.[0] ?? endChoices[0][0]
  const scope = {
    ...(kind === 'client' && { client_id: of }),
    ...(kind === 'person' && { person: of }),
  }
  return { preset: id, title, where: { ...where, ...scope }, what, until: untilOf(ends) }
}

/** The rule of a form, about a person who exists. */
async function judged({ database }: ServerContext, values: FaultFormValues) {
  const wanted = faultOf(values)
  const named = values.person
  if (!wanted.ok || named === '') return wanted
  const person = named.includes('@')
    ? await findPersonByEmail(database, named)
    : await findPerson(database, named)
  if (!person) {
    const problems: ReadonlyMap<string, string> = new Map([['person', 'there is no such person']])
    return { ok: false as const, problems }
  }
  const { fault } = wanted
  return { ok: true as const, fault: { ...fault, where: { ...fault.where, person: person.id } } }
}

async function showFaults(
  context: ServerContext,
  ctx: Context,
  faults: FaultRules,
  values: FaultFormValues,
  problems: ReadonlyMap<string, string>,
): Promise<void> {
  const { viewer } = signedIn(ctx)
  const active = await faults.counted()
  const main = faultsPage({
    viewer,
    notice: noticeOf(ctx),
    faults: active,
    names: await scopeNames(context, active),
    choices: await scopeChoices(context),
    values,
    problems,
  })
  const view = { title: 'Faults', section, main, hasFaultBanner: true }
  show(context, ctx, view, problems.size > 0 ? 422 : 200)
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
