import * as v2 from '@modelcontextprotocol/client'
import * as v1Auth from '@modelcontextprotocol/sdk/client/auth.js'
import { Client as V1Client } from '@modelcontextprotocol/sdk/client/index.js'
import {
  StreamableHTTPError,
  StreamableHTTPClientTransport as V1Transport,
} from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import { oauthProvider, type Sessions } from '@neonpanel/testing-kit/client/sdk-client'
import { describe, expect, onTestFinished } from 'vitest'
import { modernVersion } from '../harness/mcp.ts'
import { testStack } from '../harness/stack.ts'
import { scopesOf } from '../harness/token-contents.ts'
import { verifies } from '../verifies.ts'

const stack = await testStack({ REGISTRATION_MODE: 'open' })
const url = new URL(stack.mcpUrl)
const call = { name: 'get_revenue_and_cogs', arguments: {} }
const minimal = ['read:companies', 'read:inventory']
const union = [...minimal, 'read:cogs', 'read:revenue'].sort()

type Provider = ReturnType<typeof oauthProvider>

const grantedTo = (provider: Provider) => scopesOf(provider.tokens()?.scope)

async function connectV1(wish: Sessions) {
  const provider = oauthProvider(stack, wish)
  const refused = new V1Transport(url, { authProvider: provider })
  const newClient = () => new V1Client({ name: 'v1', version: '1.0.0' })
  await expect(newClient().connect(refused as Transport)).rejects.toThrow(v1Auth.UnauthorizedError)
  await refused.finishAuth(provider.callback().get('code') ?? '')
  const client = newClient()
  onTestFinished(() => client.close())
  const transport = new V1Transport(url, { authProvider: provider })
  await client.connect(transport as Transport)
  expect(grantedTo(provider)).toEqual(minimal)
  return {
    client,
    provider,
    finish: () => transport.finishAuth(provider.callback().get('code') ?? ''),
  }
}

async function connectV2(mode: v2.VersionNegotiationMode) {
  const provider = oauthProvider(stack)
  const newClient = () =>
    new v2.Client({ name: 'v2', version: '1.0.0' }, { versionNegotiation: { mode } })
  const newTransport = () => new v2.StreamableHTTPClientTransport(url, { authProvider: provider })
  const refused = newTransport()
  await expect(newClient().connect(refused)).rejects.toThrow(v2.UnauthorizedError)
  await refused.finishAuth(provider.callback())
  const client = newClient()
  onTestFinished(() => client.close())
  const transport = newTransport()
  await client.connect(transport)
  expect(grantedTo(provider)).toEqual(minimal)
  return { client, provider, finish: () => transport.finishAuth(provider.callback()) }
}

/** What was granted before works as it did, and so does what was added. */
async function everythingWorks(client: Pick<v2.Client, 'callTool'>) {
  for (const next of [
    call,
    { name: 'list_companies', arguments: {} },
    { name: 'get_inventory_items', arguments: {} },
  ]) {
    const { isError, content } = await client.callTool(next)
    expect([next.name, isError ?? false, content]).toEqual([next.name, false, content])
  }
}

describe('a client whose token holds the least', () => {
  for (const mode of ['auto', { pin: modernVersion }, 'legacy'] as const) {
    verifies(
      ['RS-18', 'CL-13'],
      `steps up by itself with the v2 client (${typeof mode === 'string' ? mode : mode.pin}): it asks for the union and loses nothing`,
      async () => {
        const { client, provider, finish } = await connectV2(mode)
        await expect(client.callTool(call)).rejects.toThrow(v2.UnauthorizedError)
        expect(scopesOf(provider.asked.at(-1)?.searchParams.get('scope'))).toEqual(
          expect.arrayContaining(['read:inventory', 'read:cogs', 'read:revenue']),
        )
        await finish()
        expect(grantedTo(provider)).toEqual(union)
        await everythingWorks(client)
      },
    )
  }

  verifies(
    ['RS-18', 'CL-13'],
    'steps up with the v1 SDK, which asks for the new scopes alone, and loses nothing',
    async () => {
      const { client, provider, finish } = await connectV1({ keepsRefreshToken: false })
      await expect(client.callTool(call)).rejects.toThrow(v1Auth.UnauthorizedError)
      expect(scopesOf(provider.asked.at(-1)?.searchParams.get('scope'))).toEqual([
        'read:cogs',
        'read:revenue',
      ])
      await finish()
      expect(grantedTo(provider)).toEqual(union)
      await everythingWorks(client as unknown as v2.Client)
    },
  )

  verifies(
    ['RS-18', 'CL-13'],
    'steps up with the v1 SDK that first tries its refresh token, once the host has forgotten its tokens',
    async () => {
      const { client, provider, finish } = await connectV1({})
      await expect(client.callTool(call)).rejects.toThrow(StreamableHTTPError)
      expect(grantedTo(provider)).toEqual(minimal)
      provider.forgetTokens()
      await expect(client.callTool(call)).rejects.toThrow(v1Auth.UnauthorizedError)
      await finish()
      expect(grantedTo(provider)).toEqual(union)
      await everythingWorks(client as unknown as v2.Client)
    },
  )
})
