import { z } from 'zod'
import type { ServerContext } from '../../context.ts'
import { auditEventSchema, describeEvent } from '../audit/event-json.ts'
import { type Flow, flowStatuses, flowStepStates, flowSteps, stepStates } from '../flows/flow.ts'
import { loadFlows, matchesFlow } from '../flows/flow-list.ts'
import { pageOf, pageParameters } from '../paging.ts'
import { isoTimeSchema, listOf, listSchema } from './answers.ts'
import { type Operation, operation } from './operation.ts'
import { notFound } from './refusal.ts'

const filterSchema = z.object({
  status: z.enum(flowStatuses).optional(),
  client_id: z.string().optional(),
  q: z.string().max(200).optional().describe('Part of a person, flow, grant or correlation id'),
  ...pageParameters,
})

const flowSchema = z
  .object({
    id: z.string(),
    status: z.enum(flowStatuses),
    step: z.enum(flowSteps).describe('The last one that was reached'),
    reason: z.string().nullable(),
    steps: z.record(z.enum(flowSteps), z.enum(flowStepStates)),
    client_id: z.string().nullable(),
    person_id: z.string().nullable(),
    grant_id: z.string().nullable(),
    correlation_ids: z.array(z.string()),
    started_at: isoTimeSchema,
    duration_ms: z.int(),
  })
  .meta({ id: 'Flow' })

/** Attempts to connect a client, as far as this server took part in them. */
export function flowOperations({ database }: ServerContext): Operation[] {
  const tag = 'Flows'
  return [
    operation({
      id: 'listFlows',
      method: 'get',
      path: '/flows',
      tag,
      summary: 'Attempts to connect a client, the latest first',
      query: filterSchema,
      answer: listSchema(flowSchema),
      async run({ query: { limit, cursor, status, client_id, q } }) {
        const { flows } = await loadFlows(database)
        const matching = flows
          .filter((flow) => matchesFlow(flow, { status, clientId: client_id, search: q }))
          .filter((flow) => !cursor || isAfter(flow, cursor))
        const page = pageOf(matching, limit, ({ startedAt, id }) => ({ at: startedAt, id }))
        return listOf(page, describeFlow)
      },
    }),
    operation({
      id: 'readFlow',
      method: 'get',
      path: '/flows/:id',
      tag,
      summary: 'One attempt with its events',
      answer: flowSchema.extend({ events: z.array(auditEventSchema) }).meta({ id: 'FlowInFull' }),
      async run({ params }) {
        const { flows } = await loadFlows(database)
        const flow = flows.find(({ id }) => id === params.id)
        if (!flow) throw notFound('flow')
        return { ...describeFlow(flow), events: flow.events.map(describeEvent) }
      },
    }),
  ]
}

function isAfter({ startedAt, id }: Flow, cursor: { at: Date; id: string }): boolean {
  const elapsed = cursor.at.getTime() - startedAt.getTime()
  return elapsed > 0 || (elapsed === 0 && id < cursor.id)
}

function describeFlow(flow: Flow): z.output<typeof flowSchema> {
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
