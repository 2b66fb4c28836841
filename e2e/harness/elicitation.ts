import { bearer } from '@neonpanel/testing-kit/client/http'
import { createParser } from 'eventsource-parser'
import { type McpAnswer, mcpRequest, modernMessage } from './mcp.ts'
import type { Json } from './tools.ts'

/** What a server answers in revision 2026-07-28 when it has to ask the person first. */
export interface InputRequired {
  readonly resultType: 'input_required'
  readonly inputRequests: Record<string, { method: string; params: { message: string } }>
  readonly requestState: string
}

/** The parameters with which a client repeats a call once its person has answered. */
export interface Retry {
  readonly requestState?: string
  readonly inputResponses?: Json
}

/** A tool call of revision 2026-07-28 by a client that declares `capabilities`. */
export function callAs(
  url: string,
  token: string,
  capabilities: Json,
  [name, input, retry = {}]: readonly [name: string, input: Json, retry?: Retry | undefined],
): Promise<McpAnswer> {
  const { message, headers } = modernMessage('tools/call', { name, arguments: input, ...retry })
  const meta = (message.params as { _meta: Json })._meta
  meta['io.modelcontextprotocol/clientCapabilities'] = capabilities
  return mcpRequest(url, message, { ...headers, ...bearer(token) })
}

/** POSTs a message and reads the messages of its event stream one by one, while they come. */
export async function* streamOf(
  url: string,
  message: unknown,
  headers: Record<string, string>,
): AsyncGenerator<Json> {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      accept: 'application/json, text/event-stream',
      'content-type': 'application/json',
      ...headers,
    },
    body: JSON.stringify(message),
  })
  const waiting: Json[] = []
  const parser = createParser({ onEvent: ({ data }) => data && waiting.push(JSON.parse(data)) })
  const decoder = new TextDecoder()
  for await (const chunk of response.body!) {
    parser.feed(decoder.decode(chunk, { stream: true }))
    yield* waiting.splice(0)
  }
}
