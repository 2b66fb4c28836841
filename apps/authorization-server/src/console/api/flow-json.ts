import type { Flow } from '@neonpanel/flows/assembly/assemble'
import { flowStepStates } from '@neonpanel/flows/step-states'
import { flowStatuses, flowSteps, type Story, type StoryExchange } from '@neonpanel/flows/story'
import { diagnose } from '@neonpanel/flows/verdicts/diagnose'
import type { Verdict } from '@neonpanel/flows/verdicts/verdict'
import { waitsOf } from '@neonpanel/flows/waits'
import { z } from 'zod'
import { isoTimeSchema } from './answers.ts'

const stepSchema = z.enum(flowSteps)

const verdictSchema = z
  .object({
    cause: z.string().describe('Stable; tests and links name it'),
    title: z.string(),
    says: z.string().describe('What happened'),
    fix: z.string().describe('What to do, and who'),
    source: z.string().describe('Where the rule stands'),
    step: stepSchema,
    exchange_id: z.string().nullable().describe('The exchange that shows it'),
    compare: z.object({ got: z.string(), expected: z.string() }).optional(),
  })
  .meta({ id: 'Verdict' })

/** A flow on the wire. */
export const flowSchema = z
  .object({
    id: z.string(),
    status: z.enum(flowStatuses),
    step: stepSchema.describe('The last one that was reached'),
    steps: z.record(stepSchema, z.enum(flowStepStates)),
    client_id: z.string().nullable(),
    client_name: z.string().nullable(),
    person_id: z.string().nullable(),
    grant_id: z.string().nullable(),
    correlation_ids: z.array(z.string()),
    started_at: isoTimeSchema,
    duration_ms: z.int(),
    verdict: verdictSchema.nullable(),
  })
  .meta({ id: 'Flow' })

const messageSchema = z.object({
  headers: z.record(z.string(), z.union([z.string(), z.array(z.string())])),
  body: z.unknown().optional(),
})

const flowExchangeSchema = z
  .object({
    id: z.string(),
    server: z.enum(['authorization-server', 'resource-server']),
    step: stepSchema,
    at: isoTimeSchema,
    offset_ms: z.int().describe('Since the flow began'),
    duration_ms: z.number(),
    correlation_id: z.string().nullable(),
    request: messageSchema.extend({ method: z.string(), url: z.string() }),
    response: messageSchema
      .extend({ status: z.int() })
      .nullable()
      .describe('null: the connection ended without an answer'),
  })
  .meta({ id: 'FlowExchange' })

/** A flow on the wire with everything that is known of it. */
export const wholeFlowSchema = flowSchema
  .extend({
    exchanges: z.array(flowExchangeSchema),
    notes: z
      .array(
        z.object({
          step: stepSchema,
          at: isoTimeSchema,
          reason: z.string(),
          got: z.string().optional(),
          expected: z.string().optional(),
          correlation_id: z.string().optional(),
        }),
      )
      .describe('What the servers know and the messages do not say'),
    waits: z
      .array(
        z.object({
          step: stepSchema,
          exchange_id: z.string(),
          started_at: isoTimeSchema,
          duration_ms: z.int(),
          open: z.boolean().describe('The person has not answered'),
        }),
      )
      .describe('How long pages waited for the person'),
  })
  .meta({ id: 'FlowInFull' })

export function describeFlow(flow: Flow, story: Story): z.output<typeof flowSchema> {
  const verdict = diagnose(story)
  return {
    id: flow.id,
    status: flow.status,
    step: flow.step,
    steps: flow.steps,
    client_id: flow.clientId ?? null,
    client_name: story.clientName ?? null,
    person_id: flow.personId ?? null,
    grant_id: flow.grantId ?? null,
    correlation_ids: [...flow.correlationIds],
    started_at: flow.startedAt.toISOString(),
    duration_ms: Math.round(flow.endedAt.getTime() - flow.startedAt.getTime()),
    verdict: verdict ? describeVerdict(verdict) : null,
  }
}

function describeVerdict({
  evidence,
  cause,
  title,
  says,
  fix,
  source,
}: Verdict): z.output<typeof verdictSchema> {
  const { step, exchangeId, compare } = evidence
  return {
    cause,
    title,
    says,
    fix,
    source,
    step,
    exchange_id: exchangeId ?? null,
    ...(compare && { compare: { ...compare } }),
  }
}

export function describeWholeFlow(flow: Flow, story: Story): z.output<typeof wholeFlowSchema> {
  return {
    ...describeFlow(flow, story),
    exchanges: story.exchanges.map((exchange) => describeExchange(exchange, story)),
    notes: story.notes.map(({ step, at, reason, got, expected, correlationId }) => ({
      step,
      at: at.toISOString(),
      reason,
      ...(got !== undefined && { got }),
      ...(expected !== undefined && { expected }),
      ...(correlationId !== undefined && { correlation_id: correlationId }),
    })),
    waits: waitsOf(story).map(({ exchangeId, step, from, durationMs, isOpen }) => ({
      step,
      exchange_id: exchangeId,
      started_at: from.toISOString(),
      duration_ms: durationMs,
      open: isOpen,
    })),
  }
}

function describeExchange(
  exchange: StoryExchange,
  { startedAt }: Story,
): z.output<typeof flowExchangeSchema> {
  const { id, server, step, at, durationMs, correlationId, request, response } = exchange
  return {
    id,
    server,
    step,
    at: at.toISOString(),
    offset_ms: at.getTime() - startedAt.getTime(),
    duration_ms: durationMs,
    correlation_id: correlationId ?? null,
    request: { method: request.method, url: request.url, ...describeMessage(request) },
    response: response ? { status: response.status, ...describeMessage(response) } : null,
  }
}

function describeMessage({ headers, body }: Pick<StoryExchange['request'], 'headers' | 'body'>) {
  const fields = Object.entries(headers).map(([name, value]) => [
    name,
    typeof value === 'string' ? value : [...value],
  ])
  const message: z.output<typeof messageSchema> = { headers: Object.fromEntries(fields) }
  return body === undefined ? message : { ...message, body }
}
