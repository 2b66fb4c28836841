import {
  StreamableHTTPClientTransport,
  Client as V2Client,
  type VersionNegotiationMode,
} from '@modelcontextprotocol/client'
import { Client as V1Client } from '@modelcontextprotocol/sdk/client/index.js'
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js'
import { StreamableHTTPClientTransport as V1HttpTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import {
  ResourceListChangedNotificationSchema,
  ResourceUpdatedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js'
import { resourceScopes } from '@neonpanel/contracts/scopes'
import { tokensFor } from '@neonpanel/testing-kit/client/grant'
import { bearer } from '@neonpanel/testing-kit/client/http'
import { describe, expect, onTestFinished, vi } from 'vitest'
import { modernVersion } from '../harness/mcp.ts'
import { itemUri } from '../harness/resources.ts'
import { testStack } from '../harness/stack.ts'
import { importer, newItem } from '../harness/subscriptions.ts'
import { verifies } from '../verifies.ts'

const stack = await testStack()
const { mcpUrl } = stack
const { access_token } = await tokensFor(stack, { scope: resourceScopes.join(' ') })
const options = { requestInit: { headers: bearer(access_token) } }
const company = 'co_harbor_us'
const runImport = importer(mcpUrl, access_token, company)
const uri = itemUri(company, 'CLIENT-1')
await runImport([newItem('CLIENT-1')])

const patience = { timeout: 10_000, interval: 20 }
let count = 0
const change = () => {
  count += 1
  return runImport([
    { sku: 'CLIENT-1', list_price: `${20 + count}.00` },
    newItem(`CLIENT-NEW-${count}`),
  ])
}

async function v2(mode: VersionNegotiationMode) {
  const client = new V2Client({ name: 'v2', version: '1.0.0' }, { versionNegotiation: { mode } })
  onTestFinished(() => client.close())
  await client.connect(new StreamableHTTPClientTransport(new URL(mcpUrl), options))
  const heard: string[] = []
  client.setNotificationHandler('notifications/resources/updated', ({ params }) => {
    heard.push(params.uri)
  })
  client.setNotificationHandler('notifications/resources/list_changed', () => {
    heard.push('list')
  })
  return { client, heard }
}

async function v1(transport: Transport) {
  const client = new V1Client({ name: 'v1', version: '1.0.0' })
  onTestFinished(() => client.close())
  await client.connect(transport)
  const heard: string[] = []
  client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) => {
    heard.push(params.uri)
  })
  client.setNotificationHandler(ResourceListChangedNotificationSchema, () => {
    heard.push('list')
  })
  return { client, heard }
}

/** What the clients of both generations have in common. */
interface BookClient {
  listResources(params?: { cursor: string }): Promise<{
    resources: { uri: string }[]
    nextCursor?: string | undefined
  }>
  listResourceTemplates(): Promise<{ resourceTemplates: object[] }>
  readResource(params: { uri: string }): Promise<{ contents: object[] }>
  listPrompts(): Promise<{ prompts: object[] }>
  getPrompt(params: { name: string }): Promise<{ messages: object[] }>
  complete(params: {
    ref: { type: 'ref/prompt'; name: string }
    argument: { name: string; value: string }
  }): Promise<{ completion: { values: string[] } }>
}

async function useEverything(client: BookClient) {
  const uris: string[] = []
  let cursor: string | undefined
  do {
    const page = await client.listResources(cursor === undefined ? undefined : { cursor })
    uris.push(...page.resources.map((resource) => resource.uri))
    cursor = page.nextCursor
  } while (cursor !== undefined)
  expect(uris).toContain(uri)
  expect((await client.listResourceTemplates()).resourceTemplates).toHaveLength(4)
  expect((await client.readResource({ uri })).contents).toMatchObject([
    { uri, mimeType: 'application/json', text: expect.stringContaining('"sku":"CLIENT-1"') },
  ])
  await expect(client.readResource({ uri: `${uri}-none` })).rejects.toMatchObject({ code: -32_602 })
  expect((await client.listPrompts()).prompts.length).toBeGreaterThan(3)
  const { messages } = await client.getPrompt({ name: 'items_running_out' })
  expect(JSON.stringify(messages)).toContain('get_inventory_items')
  const { completion } = await client.complete({
    ref: { type: 'ref/prompt', name: 'items_running_out' },
    argument: { name: 'company', value: 'Harbor Goods L' },
  })
  expect(completion.values).toEqual(['Harbor Goods LLC'])
}

describe('resources, prompts and subscriptions', () => {
  verifies(
    ['resources-listed', 'prompts-questions', 'subscriptions-told', 'RS-105'],
    'work with the v2 client in revision 2026-07-28',
    async () => {
      const { client, heard } = await v2({ pin: modernVersion })
      await useEverything(client)
      const subscription = await client.listen({
        resourceSubscriptions: [uri],
        resourcesListChanged: true,
      })
      await change()
      await vi.waitFor(() => expect(heard.toSorted()).toEqual(['list', uri]), patience)
      await subscription.close()
    },
  )

  verifies(
    ['resources-listed', 'prompts-questions', 'subscriptions-told', 'RS-105'],
    'work with the v2 client in a session',
    async () => {
      const { client, heard } = await v2('legacy')
      await useEverything(client)
      await client.subscribeResource({ uri })
      await change()
      await vi.waitFor(() => expect(heard.toSorted()).toEqual(['list', uri]), patience)
      await client.unsubscribeResource({ uri })
    },
  )

  const overHttp = () => new V1HttpTransport(new URL(mcpUrl), options) as Transport
  const overSse = () => new SSEClientTransport(new URL(mcpUrl), options)
  for (const [name, transport] of [
    ['in a session', overHttp],
    ['over HTTP+SSE', overSse],
  ] as const) {
    verifies(
      ['resources-listed', 'prompts-questions', 'subscriptions-told', 'RS-105'],
      `work with the v1 client ${name}`,
      async () => {
        const { client, heard } = await v1(transport())
        await useEverything(client)
        await client.subscribeResource({ uri })
        await change()
        await vi.waitFor(() => expect(heard.toSorted()).toEqual(['list', uri]), patience)
        await client.unsubscribeResource({ uri })
      },
    )
  }
})
