import type { Client } from '@modelcontextprotocol/client'
import { describe, expect } from 'vitest'
import { passTime } from '../harness/clock.ts'
import { startDesktop } from '../harness/desktop.ts'
import { startMcpRemote } from '../harness/mcp-remote.ts'
import { testStack } from '../harness/stack.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'
import { scopesOf } from '../harness/token-contents.ts'
import { verifies } from '../verifies.ts'

const stack = await testStack({ REGISTRATION_MODE: 'open' })

async function listAndCall(client: Client) {
  const { tools } = await client.listTools()
  expect(tools).toHaveLength(12)
  const result = await client.callTool({ name: 'list_companies', arguments: {} })
  expect(JSON.stringify(result.structuredContent)).toContain('Harbor Goods LLC')
}

const ways = [
  { parameters: ['--transport', 'http-first'], connects: 'using StreamableHTTPClientTransport' },
  { parameters: ['--transport', 'sse-first'], connects: 'using SSEClientTransport' },
  { parameters: ['--transport', 'sse-only'], connects: 'using SSEClientTransport' },
  { parameters: ['--protocol', 'auto'], connects: '2026-07-28' },
] as const

describe('mcp-remote', () => {
  for (const { parameters, connects } of ways) {
    verifies(
      ['CL-07', 'contract-5-legacy-get', 'contract-5-streamable'],
      `with ${parameters.join(' ')} registers, signs in, lists, calls, and renews when started again`,
      async () => {
        const desktop = await startDesktop(stack)
        const directory = await temporaryDirectory()
        const first = await startMcpRemote(stack, desktop, directory, parameters)
        await listAndCall(first.client)
        expect(first.said()).toContain(connects)
        await first.client.close()

        passTime(3_700)
        const { client } = await startMcpRemote(stack, desktop, directory, parameters)
        await listAndCall(client)
        expect(desktop.opened).toHaveLength(1)
      },
    )
  }

  verifies(
    ['CL-07', 'RS-18'],
    'steps up by itself in the middle of a session, and the call is answered',
    async () => {
      const desktop = await startDesktop(stack)
      const { client } = await startMcpRemote(stack, desktop, await temporaryDirectory(), [])
      await listAndCall(client)
      const revenue = await client.callTool({ name: 'get_revenue_and_cogs', arguments: {} })
      expect(revenue.isError ?? false).toBe(false)
      expect(desktop.opened).toHaveLength(2)
      expect(scopesOf(desktop.opened[1]?.searchParams.get('scope'))).toEqual(
        expect.arrayContaining(['read:inventory', 'read:cogs', 'read:revenue']),
      )
      await listAndCall(client)
    },
  )
})
