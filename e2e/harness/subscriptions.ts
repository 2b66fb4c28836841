import { bearer } from '@neonpanel/testing-kit/client/http'
import { expect } from 'vitest'
import { type EventStream, openEventStream } from './event-stream.ts'
import {
  initializeMessage,
  type McpAnswer,
  mcpRequest,
  modernMessage,
  openSession,
  rpc,
} from './mcp.ts'
import { toolUser } from './tools.ts'

export interface Notification {
  readonly method: string
  readonly params?: { readonly uri?: string; readonly _meta?: Record<string, unknown> }
}

export const updated = 'notifications/resources/updated'
export const listChanged = 'notifications/resources/list_changed'
export const acknowledged = 'notifications/subscriptions/acknowledged'

/** What a client hears, whatever its revision. */
export interface Listener {
  readonly stream: EventStream
  /** The next message on the stream, which must be a notification. */
  next(): Promise<Notification>
}

/** A listener that also sends requests, whose answers it may have to wait for on its stream. */
export interface SessionListener extends Listener {
  request(method: string, params: object): Promise<McpAnswer>
}

export async function nextMessage(stream: EventStream): Promise<Notification> {
  for (;;) {
    const { data } = await stream.next()
    // The first event of a stream that can be resumed is empty.
    if (data !== '') return JSON.parse(data) as Notification
  }
}

const listenerOn = (stream: EventStream): Listener => ({
  stream,
  next: () => nextMessage(stream),
})

/** `subscriptions/listen`, after its acknowledgement. */
export async function listen(mcpUrl: string, token: string, notifications: object) {
  const { message, headers } = modernMessage('subscriptions/listen', { notifications })
  const all = { ...headers, ...bearer(token) }
  const stream = await openEventStream(mcpUrl, all, { ...message, id: 'listening' })
  expect(stream.status).toBe(200)
  const acknowledgement = await nextMessage(stream)
  expect(acknowledgement.method).toBe(acknowledged)
  return { ...listenerOn(stream), acknowledgement }
}

/** A session with its standalone stream. */
export async function openSessionListener(
  mcpUrl: string,
  token: string,
  version = '2025-11-25',
): Promise<SessionListener> {
  const session = await openSession(mcpUrl, token, version)
  const stream = await openEventStream(mcpUrl, { ...session.headers, ...bearer(token) })
  expect(stream.status).toBe(200)
  return {
    ...listenerOn(stream),
    request: (method, params) => session.request(rpc(method, params)),
  }
}

/** A stream of 2024-11-05, whose answers come on it as well. */
export async function openLegacyListener(mcpUrl: string, token: string): Promise<SessionListener> {
  const stream = await openEventStream(mcpUrl, bearer(token))
  const endpoint = new URL((await stream.next()).data, mcpUrl).href
  const post = (message: unknown) => mcpRequest(endpoint, message, bearer(token))
  const request = async (message: unknown): Promise<McpAnswer> => {
    const accepted = await post(message)
    if (accepted.status !== 202) return accepted
    const body = JSON.parse((await stream.next()).data)
    return { ...accepted, body, rpc: body }
  }
  await request(initializeMessage('2024-11-05', 1))
  await post({ jsonrpc: '2.0', method: 'notifications/initialized' })
  return { ...listenerOn(stream), request: (method, params) => request(rpc(method, params, 2)) }
}

/** Imports rows into a company: what clients are to hear of. */
export function importer(mcpUrl: string, token: string, companyId: string) {
  const { use } = toolUser(mcpUrl, token)
  let count = 0
  return async (rows: readonly object[]) => {
    count += 1
    await use('import_items', {
      company_id: companyId,
      rows,
      dry_run: false,
      idempotency_key: `import-${companyId}-${count}-${Math.random()}`,
    })
  }
}

export const newItem = (sku: string) => ({
  sku,
  name: `Imported as ${sku}`,
  category: 'Tests',
  supplier: 'Tests and Sons',
  unit_cost: '4.15',
  list_price: '9.90',
})
