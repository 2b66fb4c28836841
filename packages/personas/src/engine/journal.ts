import { randomUUID } from 'node:crypto'
import type { FlowServer, FlowStep, Story, StoryExchange, StoryNote } from '@neonpanel/flows/story'
import { redactBody, redactHeaders, redactUrl } from './redaction.ts'
import type { Refusal } from './stop.ts'

/** One thing that the client did or learnt, in words. */
export interface PersonaStep {
  readonly step: FlowStep
  readonly says: string
  readonly ok: boolean
  readonly at: Date
}

/** A request as the client sends it. */
export interface Asked {
  readonly step: FlowStep
  readonly server: FlowServer
  readonly method: string
  readonly url: string
  readonly headers: Headers
  readonly body?: string | undefined
  /** An event stream: it is read by who asked, not here. */
  readonly streams?: boolean
  readonly signal?: AbortSignal
}

/** The answer, read to its end unless it streams. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** The JSON body; undefined when it is none. */
  readonly json: unknown
  readonly stream: ReadableStream<Uint8Array> | undefined
}

/** No answer came: nobody listens there, the connection broke, or it took too long. */
export class NoAnswer extends Error {}

/** Where the servers were reached, as far as a client came: stories have paths only. */
export type Origins = Readonly<Partial<Record<FlowServer, string>>>

/** What becomes the story of one run. */
export interface Journal {
  /** Sends, and records the exchange. @throws NoAnswer */
  send(asked: Asked): Promise<Answer>
  /** Records what went through the person's browser: the authorization request and where it ended. */
  throughBrowser(request: URL, openedAt: Date, callback: URL | undefined): void
  did(step: FlowStep, says: string): void
  refused(step: FlowStep, refusal: Refusal): void
  readonly steps: readonly PersonaStep[]
  readonly origins: Origins
  tell(end: Pick<Story, 'status' | 'clientId' | 'clientName'>): Story
}

/** Hears of a run while it goes on. */
export interface Observer {
  /** An exchange came to its end; the step that it belongs to is said after it. */
  readonly onExchange?: ((exchange: StoryExchange) => void) | undefined
  /** Something was done or learnt, or the client stops. */
  readonly onStep?: ((step: PersonaStep) => void) | undefined
}

/**
 * @param fetchIt in place of the platform's
 * @param timeoutMs how long an answer may take
 */
export function createJournal(
  fetchIt: typeof fetch,
  timeoutMs: number,
  { onExchange, onStep }: Observer = {},
): Journal {
  const exchanges: StoryExchange[] = []
  const notes: StoryNote[] = []
  const steps: PersonaStep[] = []
  const origins: Partial<Record<FlowServer, string>> = {}
  const startedAt = new Date()
  let reached: FlowStep = 'discovery'

  const say = (step: FlowStep, says: string, ok: boolean) => {
    reached = step
    const said = { step, says, ok, at: new Date() }
    steps.push(said)
    onStep?.(said)
  }
  const keep = (asked: Asked, exchange: StoryExchange) => {
    origins[asked.server] ??= new URL(asked.url).origin
    exchanges.push(exchange)
    onExchange?.(exchange)
  }
  return {
    steps,
    origins,
    async send(asked) {
      reached = asked.step
      const at = new Date()
      const record = (response: StoryExchange['response'], correlationId?: string) =>
        keep(asked, exchangeOf(asked, at, response, correlationId))
      try {
        const answer = await answerOf(asked, fetchIt, timeoutMs)
        const { status, headers } = answer
        const body = redactBody(headers.get('content-type') ?? '', answer.text)
        const correlationId = headers.get('x-correlation-id') ?? undefined
        record({ status, headers: redactHeaders(headers), body }, correlationId)
        return answer
      } catch (cause) {
        record(undefined)
        throw new NoAnswer(reasonOf(cause), { cause })
      }
    },
    throughBrowser(request, openedAt, callback) {
      reached = 'authorize'
      const headers = callback && new Headers({ location: callback.href })
      const response = headers && { status: 303, headers: redactHeaders(headers), body: undefined }
      const asked: Asked = {
        step: 'authorize',
        server: 'authorization-server',
        method: 'GET',
        url: request.href,
        headers: new Headers(),
      }
      keep(asked, exchangeOf(asked, openedAt, response))
    },
    did: (step, says) => say(step, says, true),
    refused(step, { reason, says, got, expected }) {
      say(step, says, false)
      notes.push({ step, at: new Date(), reason, got, expected })
    },
    tell: (end) => ({
      ...end,
      id: randomUUID(),
      step: reached,
      personId: undefined,
      grantId: undefined,
      startedAt,
      endedAt: new Date(),
      exchanges: exchanges.toSorted((one, other) => one.at.getTime() - other.at.getTime()),
      notes,
    }),
  }
}

function exchangeOf(
  { server, step, method, url, headers, body = '' }: Asked,
  at: Date,
  response: StoryExchange['response'],
  correlationId?: string,
): StoryExchange {
  const { host, pathname, search } = new URL(url)
  return {
    id: randomUUID(),
    server,
    step,
    at,
    durationMs: Date.now() - at.getTime(),
    correlationId,
    request: {
      method,
      url: redactUrl(`${pathname}${search}`),
      headers: { host, ...redactHeaders(headers) },
      body: redactBody(headers.get('content-type') ?? '', body),
    },
    response,
  }
}

async function answerOf(
  { method, url, headers, body, streams, signal }: Asked,
  fetchIt: typeof fetch,
  timeoutMs: number,
): Promise<Answer> {
  const limit = AbortSignal.timeout(timeoutMs)
  const response = await fetchIt(url, {
    method,
    headers,
    redirect: 'manual',
    signal: streams && signal ? signal : limit,
    ...(body === undefined ? {} : { body }),
  })
  const { status } = response
  const type = response.headers.get('content-type') ?? ''
  if (streams && status === 200 && type.startsWith('text/event-stream') && response.body) {
    return { status, headers: response.headers, text: '', json: undefined, stream: response.body }
  }
  const text = await response.text()
  return { status, headers: response.headers, text, json: jsonOf(text), stream: undefined }
}

/** A text as JSON; undefined when it is none. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause)
  if (cause.name === 'TimeoutError') return 'no answer in time'
  return cause.cause instanceof Error ? cause.cause.message || cause.cause.name : cause.message
}
