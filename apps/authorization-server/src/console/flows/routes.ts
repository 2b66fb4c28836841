import type Router from '@koa/router'
import { findFlow, loadFlows } from '@neonpanel/flows/load'
import { type FlowStatus, flowStatuses } from '@neonpanel/flows/story'
import type { Context } from 'koa'
import type { ServerContext } from '../../context.ts'
import { show } from '../show.ts'
import { countByStatus, type FlowFilter, matchesFlow } from './flow-filter.ts'
import { namesInFlows } from './names.ts'
import { flowPage, flowsPage } from './pages.ts'

const section = '/console/flows'

const pageLength = 50

export function flowsRoutes(router: Router, context: ServerContext): void {
  const { database } = context
  router.get('/flows', async (ctx) => {
    const filter = filterOf(ctx)
    const { flows, isCut } = await loadFlows(database)
    const ofClient = flows.filter((flow) => matchesFlow(flow, { ...filter, status: undefined }))
    const matching = ofClient.filter((flow) => matchesFlow(flow, filter))
    const offset = Math.max(0, Number(ctx.query.offset) || 0)
    const shown = matching.slice(offset, offset + pageLength)
    const main = flowsPage({
      flows: shown,
      counts: countByStatus(ofClient),
      filter,
      names: await namesInFlows(context, shown),
      isCut,
      olderHref:
        matching.length > offset + pageLength ? hrefAt(ctx, offset + pageLength) : undefined,
    })
    show(context, ctx, { title: 'Flows', section, main })
  })

  router.get('/flows/:id', async (ctx) => {
    const flow = await findFlow(database, ctx.params.id!)
    if (!flow) return
    const main = flowPage(flow, await namesInFlows(context, [flow]))
    show(context, ctx, { title: 'Flow', section, main })
  })
}

function filterOf(ctx: Context): FlowFilter {
  const text = (name: string) => String(ctx.query[name] ?? '').trim() || undefined
  const status = text('status')
  return {
    status:
      status && (flowStatuses as readonly string[]).includes(status)
        ? (status as FlowStatus)
        : undefined,
    clientId: text('client_id'),
    search: text('q'),
  }
}

function hrefAt(ctx: Context, offset: number): string {
  const query = new URLSearchParams(ctx.querystring)
  query.set('offset', String(offset))
  return `${section}?${query}`
}
