import type { FlowStep } from '@neonpanel/flows/story'
import type { EventSourceMessage } from 'eventsource-parser'
import { EventSourceParserStream } from 'eventsource-parser/stream'
import { z } from 'zod'
import type { Attempt } from './attempt.ts'
import { readChallenge } from './discovery.ts'
import { type Answer, jsonOf } from './journal.ts'
import { initializeMessage, requestMessage, sentTo, speaksModern } from './messages.ts'
import { ClientStop } from './stop.ts'

const responseSchema = z.looseObject({
  id: z.union([z.string(), z.number(), z.null()]).optional(),
  result: z.looseObject({}).optional(),
  error: z.looseObject({ code: z.number(), message: z.string() }).optional(),
})

type Result = Record<string, unknown>

/** An MCP server that the client is connected to. */
export interface Connection extends AsyncDisposable {
  readonly transport: 'streamable' | 'sse'
  request(step: FlowStep, method: string, params?: Record<string, unknown>): Promise<Result>
  /** The token of the next requests. */
  use(accessToken: string): void
}

/** Connects with a token, by the transports of the client in their order. */
export async function connect(attempt: Attempt, accessToken: string): Promise<Connection> {
  const { transport } = attempt.persona
  if (transport.order[0] === 'sse') return connectLegacy(attempt, accessToken)
  const message = initializeMessage(attempt.persona)
  const headers = { ...message.headers, ...bearer(accessToken) }
  const answer = await attempt.ask('connect', 'resource-server', {
    ...sentTo(attempt.mcpUrl, message.message, headers),
    streams: true,
  })
  if (transport.fallsBackOn.includes(answer.status) && transport.order.includes('sse')) {
    attempt.journal.did('connect', `Streamable HTTP answered ${answer.status}: tries HTTP+SSE.`)
    return connectLegacy(attempt, accessToken)
  }
  await resultOf(attempt, 'connect', answer, 0)
  const sessionId = speaksModern(attempt.persona) ? null : answer.headers.get('mcp-session-id')
  return streamable(attempt, accessToken, sessionId ?? undefined)
}

async function streamable(
  attempt: Attempt,
  accessToken: string,
  sessionId: string | undefined,
): Promise<Connection> {
  const { persona, mcpUrl, journal } = attempt
  let token = accessToken
  let id = 0
  const session = sessionId === undefined ? {} : { 'mcp-session-id': sessionId }
  if (!speaksModern(persona)) {
    const headers = {
      'mcp-protocol-version': persona.transport.revision,
      ...session,
      ...bearer(token),
    }
    const initialized = { jsonrpc: '2.0', method: 'notifications/initialized' }
    const { status } = await attempt.ask(
      'connect',
      'resource-server',
      sentTo(mcpUrl, initialized, headers),
    )
    if (status >= 400) unexpectedStatus(attempt, 'connect', status)
  }
  journal.did('connect', `Connected over Streamable HTTP, revision ${persona.transport.revision}.`)
  return {
    transport: 'streamable',
    use(accessToken) {
      token = accessToken
    },
    async request(step, method, params = {}) {
      id += 1
      const { message, headers } = requestMessage(persona, method, params, id)
      const answer = await attempt.ask(step, 'resource-server', {
        ...sentTo(mcpUrl, message, { ...headers, ...session, ...bearer(token) }),
        streams: true,
      })
      return resultOf(attempt, step, answer, id)
    },
    async [Symbol.asyncDispose]() {
      if (sessionId === undefined) return
      const headers = { ...session, ...bearer(token) }
      const goodbye = { url: mcpUrl, method: 'DELETE', headers }
      const answer = await attempt.ask('connect', 'resource-server', goodbye).catch(unlessStopped)
      if (answer && answer.status < 300) journal.did('connect', 'Ended the session.')
    },
  }
}

/** HTTP+SSE of 2024-11-05: a stream says where to POST, and brings the answers. */
async function connectLegacy(attempt: Attempt, accessToken: string): Promise<Connection> {
  const { persona, mcpUrl, journal } = attempt
  const gone = new AbortController()
  let token = accessToken
  let id = 0
  const opened = await attempt.ask('connect', 'resource-server', {
    url: mcpUrl,
    headers: { accept: 'text/event-stream', ...bearer(token) },
    streams: true,
    signal: gone.signal,
  })
  if (!opened.stream) return unexpectedStatus(attempt, 'connect', opened.status, opened)
  const events = eventsOf(opened.stream).getReader()
  const endpoint = await nextEvent(events, attempt.timeoutMs)
  if (endpoint?.event !== 'endpoint') {
    attempt.stop('connect', {
      reason: 'endpoint_event_missing',
      says: 'The stream does not begin with the event that says where to send messages.',
      got: endpoint?.event ?? 'the end of the stream',
      expected: 'endpoint',
    })
  }
  const postTo = URL.parse(endpoint.data, mcpUrl)?.href ?? endpoint.data
  const post = async (step: FlowStep, message: Record<string, unknown>) => {
    const answer = await attempt.ask(step, 'resource-server', {
      url: postTo,
      method: 'POST',
      headers: bearer(token),
      body: message,
    })
    if (answer.status >= 300) unexpectedStatus(attempt, step, answer.status, answer)
  }
  const request: Connection['request'] = async (step, method, params = {}) => {
    id += 1
    const message = { jsonrpc: '2.0', id, method, params }
    await post(step, message)
    const found = await readUntil(events, id, attempt.timeoutMs)
    if (!found) return noResponse(attempt, step)
    return found.result ?? rpcError(attempt, step, found)
  }
  const { clientInfo } = persona
  await request('connect', 'initialize', {
    protocolVersion: '2024-11-05',
    capabilities: {},
    clientInfo,
  })
  await post('connect', { jsonrpc: '2.0', method: 'notifications/initialized' })
  journal.did('connect', 'Connected over HTTP+SSE, revision 2024-11-05.')
  return {
    transport: 'sse',
    request,
    use(accessToken) {
      token = accessToken
    },
    async [Symbol.asyncDispose]() {
      gone.abort()
    },
  }
}

/** The work is done: whether the server takes the end of the session is its own affair. */
function unlessStopped(error: unknown): undefined {
  if (!(error instanceof ClientStop)) throw error
}

function bearer(token: string) {
  return { authorization: `Bearer ${token}` }
}

function eventsOf(stream: ReadableStream<Uint8Array>) {
  return stream
    .pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>)
    .pipeThrough(new EventSourceParserStream())
}

async function resultOf(
  attempt: Attempt,
  step: FlowStep,
  answer: Answer,
  id: number,
): Promise<Result> {
  if (answer.status !== 200) return unexpectedStatus(attempt, step, answer.status, answer)
  if (!answer.stream) {
    const read = responseSchema.safeParse(answer.json)
    if (!read.success) return noResponse(attempt, step)
    return read.data.result ?? rpcError(attempt, step, read.data)
  }
  const found = await readUntil(eventsOf(answer.stream).getReader(), id)
  if (!found) return noResponse(attempt, step)
  return found.result ?? rpcError(attempt, step, found)
}

type Events = ReadableStreamDefaultReader<EventSourceMessage>

/** The response in a stream; undefined when the stream ends, breaks or falls silent before. */
async function readUntil(events: Events, id: number, timeoutMs?: number) {
  for (;;) {
    const event = await nextEvent(events, timeoutMs)
    if (!event) return undefined
    const found = responseFor(event.data, id)
    if (found) return found
  }
}

async function nextEvent(
  events: Events,
  timeoutMs?: number,
): Promise<EventSourceMessage | undefined> {
  const silence = timeoutMs === undefined ? undefined : setTimeout(giveUp, timeoutMs, events)
  try {
    return (await events.read()).value
  } catch {
    return undefined
  } finally {
    clearTimeout(silence)
  }
}

/** What is read next ends as if the stream had. */
function giveUp(events: Events) {
  events.cancel().catch(() => {})
}

function responseFor(data: string, id: number) {
  const read = responseSchema.safeParse(jsonOf(data))
  return read.success && read.data.id === id && !('method' in read.data) ? read.data : undefined
}

function noResponse(attempt: Attempt, step: FlowStep): never {
  return attempt.stop(step, {
    reason: 'response_missing',
    says: 'The MCP server ended its answer without a response to the request.',
    got: 'no JSON-RPC response',
    expected: 'a JSON-RPC response',
  })
}

function rpcError(
  attempt: Attempt,
  step: FlowStep,
  { error }: z.output<typeof responseSchema>,
): never {
  const got = error ? `${error.code} ${error.message}` : 'neither result nor error'
  return attempt.stop(step, {
    reason: 'rpc_error',
    says: `The MCP server answered with an error: ${got}`,
    got,
    expected: 'a result',
  })
}

function unexpectedStatus(
  attempt: Attempt,
  step: FlowStep,
  status: number,
  answer?: Answer,
): never {
  const challenge = answer && readChallenge(answer.headers)
  const word = challenge?.error ?? (status === 401 ? 'token_refused' : 'mcp_status')
  const why = challenge?.description ? `: ${challenge.description}` : ''
  return attempt.stop(step, {
    reason: word,
    says: `With the token, the MCP server answered ${status}${why}`,
    got: `${status}${challenge?.error ? ` ${challenge.error}` : ''}`,
    expected: challenge?.scope ? `scope ${challenge.scope.join(' ')}` : '200',
  })
}
