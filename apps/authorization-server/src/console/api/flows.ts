import type { Flow } from '@neonpanel/flows/assembly/assemble'
import { toHar } from '@neonpanel/flows/exports/har'
import { toMermaid } from '@neonpanel/flows/exports/mermaid'
import { findFlow, loadFlows, loadStories } from '@neonpanel/flows/load'
import { flowStatuses, flowSteps, type Story } from '@neonpanel/flows/story'
import { diagnose } from '@neonpanel/flows/verdicts/diagnose'
import type { Context } from 'koa'
import { z } from 'zod'
import type { ServerContext } from '../../context.ts'
import { sendFlowEvents } from '../flows/events.ts'
import { matchesFlow } from '../flows/flow-filter.ts'
import { pageOf, pageParameters } from '../paging.ts'
import { listSchema } from './answers.ts'
import { describeFlow, describeWholeFlow, flowSchema, wholeFlowSchema } from './flow-json.ts'
import { type Operation, operation } from './operation.ts'
import { notFound } from './refusal.ts'

const filterSchema = z.object({
  status: z.enum(flowStatuses).optional(),
  step: z.enum(flowSteps).optional().describe('The last one that was reached'),
  client_id: z.string().optional(),
  q: z.string().max(200).optional().describe('Part of a person, flow, grant or correlation id'),
  ...pageParameters,
})

/** Media types in which a flow can be had, by `format`. */
export const flowFormats = {
  json: 'application/json',
  har: 'application/har+json',
  mermaid: 'text/vnd.mermaid',
} as const

type FlowFormat = keyof typeof flowFormats

const formatSchema = z.object({
  format: z
    .enum(Object.keys(flowFormats) as [FlowFormat, ...FlowFormat[]])
    .optional()
    .describe('In place of `Accept`: HTTP Archive 1.2, or a Mermaid sequence diagram'),
})

/** Attempts to connect a client, across both servers. */
export function flowOperations(context: ServerContext): Operation[] {
  const { database } = context
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
      async run({ query: { limit, cursor, status, step, client_id, q } }) {
        const { flows } = await loadFlows(database)
        const statuses = status && [status]
        const filter = { statuses, step, clientId: client_id, search: q }
        const matching = flows
          .filter((flow) => matchesFlow(flow, filter))
          .filter((flow) => !cursor || isAfter(flow, cursor))
        const page = pageOf(matching, limit, ({ startedAt, id }) => ({ at: startedAt, id }))
        const stories = await loadStories(database, page.rows)
        return {
          items: page.rows.map((flow, index) => describeFlow(flow, stories[index]!)),
          next_cursor: page.nextCursor ?? null,
        }
      },
    }),
    operation({
      id: 'followFlows',
      method: 'get',
      path: '/flows/events',
      tag,
      summary:
        'Server-sent events: `flow` with a flow that is new or has changed, `gone` with the id of one that became part of another. For administrators of the console, too',
      download: 'text/event-stream',
      run: ({ ctx }) => sendFlowEvents(ctx, context),
    }),
    operation({
      id: 'readFlow',
      method: 'get',
      path: '/flows/:id',
      tag,
      summary: 'One attempt with its exchanges, by its id or a correlation id of any of them',
      query: formatSchema,
      answer: wholeFlowSchema,
      otherTypes: [flowFormats.har, flowFormats.mermaid],
      async run({ ctx, params, query }) {
        const flow = await findFlow(database, params.id)
        if (!flow) throw notFound('flow')
        const [story] = await loadStories(database, [flow])
        const format = query.format ?? acceptedFormat(ctx)
        if (format === 'json') return describeWholeFlow(flow, story!)
        return sendFlow(ctx, { flow, story: story! }, format, context) as never
      },
    }),
  ]
}

function isAfter({ startedAt, id }: Flow, cursor: { at: Date; id: string }): boolean {
  const elapsed = cursor.at.getTime() - startedAt.getTime()
  return elapsed > 0 || (elapsed === 0 && id < cursor.id)
}

function acceptedFormat(ctx: Context): FlowFormat {
  const accepted = ctx.accepts(Object.values(flowFormats))
  const formats = Object.keys(flowFormats) as FlowFormat[]
  return formats.find((format) => flowFormats[format] === accepted) ?? 'json'
}

const extensions = { json: 'json', har: 'har', mermaid: 'mmd' } as const satisfies Record<
  FlowFormat,
  string
>

/** Answers with a flow as a file, in a format of ours or of another tool. */
export function sendFlow(
  ctx: Context,
  { flow, story }: { readonly flow: Flow; readonly story: Story },
  format: FlowFormat,
  { config }: Pick<ServerContext, 'config'>,
): string {
  const origins = {
    'authorization-server': config.issuer,
    'resource-server': new URL(config.mcpUrl).origin,
  }
  ctx.attachment(`flow-${story.id}.${extensions[format]}`)
  ctx.type = flowFormats[format]
  if (format === 'mermaid') return toMermaid(story, diagnose(story))
  const content = format === 'har' ? toHar(story, origins) : describeWholeFlow(flow, story)
  return JSON.stringify(content, undefined, 2)
}
