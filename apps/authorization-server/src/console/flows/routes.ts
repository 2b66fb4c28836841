import type Router from '@koa/router'
import type { Database } from '@neonpanel/database/open'
import type { Flow } from '@neonpanel/flows/assembly/assemble'
import { findFlow, loadFlows, loadStories } from '@neonpanel/flows/load'
import { diagnose } from '@neonpanel/flows/verdicts/diagnose'
import type { Context } from 'koa'
import type { ServerContext } from '../../context.ts'
import { sendFlow } from '../api/flows.ts'
import { containing } from '../paging.ts'
import { show } from '../show.ts'
import { countByStatus, type FlowFilter, matchesFlow } from './flow-filter.ts'
import { flowPage } from './flow-page.ts'
import type { FlowNames } from './flow-words.ts'
import { flowsPage } from './list-page.ts'
import { type ListRequest, listedStatuses, listPeriods, readListRequest } from './list-request.ts'
import { liveScript } from './live.ts'
import { namesInFlows } from './names.ts'

const section = '/console/flows'

const pageLength = 25

export function flowsRoutes(router: Router, context: ServerContext): void {
  const { database } = context
  router.get('/flows', async (ctx) => {
    const main = await flowList(context, readListRequest(ctx))
    show(context, ctx, { title: 'Flows', section, main, script: liveScript(ctx) })
  })

  router.get('/flows/:id', async (ctx) => {
    const flow = await findFlow(database, ctx.params.id!)
    if (!flow) return
    const [story] = await loadStories(database, [flow])
    const names = await namesInFlows(context, [flow])
    const main = flowPage({
      flow,
      story: story!,
      verdict: diagnose(story!),
      names,
      hosts: hostsOf(context),
    })
    show(context, ctx, { title: 'Flow', section, main, script: liveScript(ctx, flow.id) })
  })

  router.get('/flows/:id/export', async (ctx) => {
    const flow = await findFlow(database, ctx.params.id!)
    const format = formatOf(ctx)
    if (!flow || !format) return
    const [story] = await loadStories(database, [flow])
    ctx.set('Cache-Control', 'no-store')
    ctx.body = sendFlow(ctx, { flow, story: story! }, format, context)
  })
}

function formatOf(ctx: Context) {
  return (['har', 'json', 'mermaid'] as const).find((format) => format === ctx.query.format)
}

async function flowList(context: ServerContext, request: ListRequest) {
  const { database, config } = context
  const { status, offset, period } = request
  const since = new Date(Date.now() - listPeriods[period].ms)
  const { flows, isCut } = await loadFlows(database, since)
  const filter = await filterOf(database, request)
  const ofAnyStatus = flows.filter((flow) => matchesFlow(flow, filter))
  const statuses = status && listedStatuses[status].statuses
  const matching = ofAnyStatus.filter((flow) => matchesFlow(flow, { statuses }))
  const shown = matching.slice(offset, offset + pageLength)
  const names = await namesInFlows(context, flows)
  return flowsPage({
    request,
    rows: await diagnosed(database, shown),
    total: matching.length,
    counts: countByStatus(ofAnyStatus),
    names,
    clients: clientsIn(names),
    isCut,
    pageLength,
    mcpUrl: config.mcpUrl,
  })
}

async function diagnosed(database: Database, flows: readonly Flow[]) {
  const stories = await loadStories(database, flows)
  return flows.map((flow, index) => ({ flow, verdict: diagnose(stories[index]!) }))
}

/** By name. */
function clientsIn({ apps }: FlowNames) {
  return [...apps.values()].toSorted((a, b) => a.name.localeCompare(b.name))
}

async function filterOf(
  database: Database,
  { clientId, step, search }: ListRequest,
): Promise<FlowFilter> {
  return { clientId, step, search, searchedPeople: await peopleCalled(database, search) }
}

/** Ids of the people whose e-mail address or name holds the text. */
async function peopleCalled(database: Database, text: string | undefined): Promise<Set<string>> {
  if (!text) return new Set()
  const some = containing(database, text)
  const found = await database.prisma.person.findMany({
    where: { OR: [{ email: some }, { name: some }] },
    select: { id: true },
    take: 500,
  })
  return new Set(found.map(({ id }) => id))
}

function hostsOf({ config }: ServerContext) {
  return {
    'authorization-server': new URL(config.issuer).host,
    'resource-server': new URL(config.mcpUrl).host,
  }
}
