import type Router from '@koa/router'
import { z } from 'zod'
import type { ServerContext } from '../../context.ts'
import { type Flow, stepStates } from '../flows/flow.ts'
import { loadFlows, matchesFlow } from '../flows/flow-list.ts'
import { pageOf, pageParameters } from '../paging.ts'
import { listOf } from './answers.ts'
import { describeEvent } from './audit.ts'
import { readQuery } from './input.ts'
import { notFound } from './refusal.ts'

const filterSchema = z.object({
  status: z.enum(['completed', 'failed', 'denied', 'in_progress', 'abandoned']).optional(),
  client_id: z.string().optional(),
  q: z.string().max(200).optional(),
  ...pageParameters,
})

/** `GET /flows`, `GET /flows/:id`: attempts to connect a client, as far as this server took part in them. */
export function serveFlows(router: Router, { database }: ServerContext): void {
  router.get('/flows', async (ctx) => {
    const { limit, cursor, status, client_id, q } = readQuery(ctx, filterSchema)
    const { flows } = await loadFlows(database)
    const matching = flows
      .filter((flow) => matchesFlow(flow, { status, clientId: client_id, search: q }))
      .filter((flow) => !cursor || isAfter(flow, cursor))
    const page = pageOf(matching, limit, ({ startedAt, id }) => ({ at: startedAt, id }))
    ctx.body = listOf(page, describeFlow)
  })
  router.get('/flows/:id', async (ctx) => {
    const { flows } = await loadFlows(database)
    const flow = flows.find(({ id }) => id === ctx.params.id)
    if (!flow) throw notFound('flow')
    ctx.body = { ...describeFlow(flow), events: flow.events.map(describeEvent) }
  })
}

function isAfter({ startedAt, id }: Flow, cursor: { at: Date; id: string }): boolean {
  const elapsed = cursor.at.getTime() - startedAt.getTime()
  return elapsed > 0 || (elapsed === 0 && id < cursor.id)
}

function describeFlow(flow: Flow) {
  return {
    id: flow.id,
    status: flow.status,
    step: flow.step,
    reason: flow.reason ?? null,
    steps: stepStates(flow),
    client_id: flow.clientId ?? null,
    person_id: flow.personId ?? null,
    grant_id: flow.grantId ?? null,
    correlation_ids: [
      ...new Set(flow.events.map(({ correlationId }) => correlationId).filter((id) => id !== null)),
    ],
    started_at: flow.startedAt.toISOString(),
    duration_ms: flow.endedAt.getTime() - flow.startedAt.getTime(),
  }
}
