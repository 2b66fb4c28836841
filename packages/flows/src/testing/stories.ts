import type { Fields, FlowServer, FlowStep, Story, StoryExchange, StoryNote } from '../story.ts'

const beganAt = Date.parse('2026-11-22T14:32:00Z')

interface Sent {
  readonly method?: string
  readonly url?: string
  readonly headers?: Fields
  readonly body?: unknown
}

interface Answered {
  readonly status: number
  readonly headers?: Fields
  readonly body?: unknown
}

export interface SaidExchange {
  readonly step: FlowStep
  readonly server?: FlowServer
  readonly request?: Sent
  /** Left out: no answer came. */
  readonly response?: Answered
}

/** One exchange a second, named x1, x2, …, with correlation ids c1, c2, …. */
export function storyOf(
  exchanges: readonly SaidExchange[],
  story: Partial<Omit<Story, 'notes'>> & { readonly notes?: readonly Partial<StoryNote>[] } = {},
): Story {
  const told = exchanges.map(exchangeOf)
  const last = told.at(-1)
  return {
    id: 'c1',
    status: 'failed',
    step: last?.step ?? 'discovery',
    clientId: undefined,
    clientName: undefined,
    personId: undefined,
    grantId: undefined,
    startedAt: new Date(beganAt),
    endedAt: new Date(beganAt + told.length * 1000),
    ...story,
    exchanges: told,
    notes: (story.notes ?? []).map((note) => ({
      step: last?.step ?? 'discovery',
      at: last?.at ?? new Date(beganAt),
      reason: '',
      correlationId: last?.correlationId,
      ...note,
    })),
  }
}

const resourceSteps: ReadonlySet<FlowStep> = new Set(['connect', 'tool_call'])

function exchangeOf(said: SaidExchange, index: number): StoryExchange {
  const { step, server, request = {}, response } = said
  const { method = 'POST', url = '/', headers = {}, body } = request
  return {
    id: `x${index + 1}`,
    server: server ?? (resourceSteps.has(step) ? 'resource-server' : 'authorization-server'),
    step,
    at: new Date(beganAt + index * 1000),
    durationMs: 5,
    correlationId: `c${index + 1}`,
    request: { method, url, headers, body },
    response: response && { headers: {}, body: undefined, ...response },
  }
}

/** A refused request of a step. */
export const refusal = (
  step: FlowStep,
  response: Answered,
  request: Sent = {},
  server?: FlowServer,
): SaidExchange => ({ step, request, response, ...(server && { server }) })

const form = 'application/x-www-form-urlencoded'

/** A request to the token endpoint, and its answer. */
export const tokenExchange = (
  parameters: Record<string, string>,
  error?: string,
  headers: Fields = {},
): SaidExchange => ({
  step: 'token',
  request: {
    url: '/oauth2/token',
    headers: { 'content-type': form, ...headers },
    body: String(new URLSearchParams(parameters)),
  },
  response: error ? { status: 400, body: { error } } : { status: 200, body: {} },
})

/** An authorization request, and where it led. */
export const authorizeExchange = (
  parameters: Record<string, string>,
  response: Answered = { status: 303, headers: { location: '/interaction/i1' } },
): SaidExchange => ({
  step: 'authorize',
  request: {
    method: 'GET',
    url: `/oauth2/authorize?${new URLSearchParams({ response_type: 'code', client_id: 'c', ...parameters })}`,
  },
  response,
})
