import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { initialize, modernToolCall, request, toolCall } from '../testing/messages.ts'
import { type RequestOptions, type RunningServer, startServer } from '../testing/running-server.ts'
import {
  startTinyAuthorizationServer,
  type TinyAuthorizationServer,
} from '../testing/tiny-authorization-server.ts'

let authorizationServer: TinyAuthorizationServer
let server: RunningServer
let token: string

beforeAll(async () => {
  authorizationServer = await startTinyAuthorizationServer()
  server = await startServer(authorizationServer)
  token = await authorizationServer.mint()
})

afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await authorizationServer[Symbol.asyncDispose]()
})

/** How often the waiting tool has said this in the log. */
const said = (words: string) => server.logged().split(`"${words}"`).length - 1

const until = (condition: () => boolean) => vi.waitFor(() => expect(condition()).toBe(true))

/** Calls a tool that waits until its call is cancelled, and goes away while it does. */
async function callAndLeave(options: RequestOptions) {
  const before = said('waiting')
  const gone = new AbortController()
  const answer = server.request('/mcp', { token, ...options, signal: gone.signal })
  const read = answer.then((response) => response.text()).catch((error: Error) => error.name)
  await until(() => said('waiting') === before + 1)
  gone.abort()
  expect(await read).toBe('AbortError')
}

async function beginSession(version: string) {
  const response = await server.request('/mcp', { token, body: initialize(version) })
  await response.text()
  return { 'Mcp-Session-Id': response.headers.get('Mcp-Session-Id')! }
}

describe('a caller that goes away', () => {
  it('RS-67: cancels its call in revision 2026-07-28', async () => {
    const before = said('broken off')
    await callAndLeave(modernToolCall('search', { query: 'wait' }))
    await until(() => said('broken off') === before + 1)
  })

  it.each(['2025-03-26', '2025-06-18', '2025-11-25'])(
    'RS-81: cancels nothing in a session of %s, but by saying so',
    async (version) => {
      const before = said('broken off')
      const headers = await beginSession(version)
      await callAndLeave({ headers, body: toolCall('search', { query: 'wait' }, 'left') })
      const ping = await server.request('/mcp', { token, headers, body: request('ping') })
      expect([ping.status, said('broken off')]).toEqual([200, before])
      const cancelled = { requestId: 'left', reason: 'no longer needed' }
      const body = { jsonrpc: '2.0', method: 'notifications/cancelled', params: cancelled }
      expect((await server.request('/mcp', { token, headers, body })).status).toBe(202)
      await until(() => said('broken off') === before + 1)
    },
  )
})
