import { tokensFor } from '@neonpanel/testing-kit/client/grant'
import { describe, expect } from 'vitest'
import { mcpRequest, modernCall, modernMessage } from '../harness/mcp.ts'
import { freshDatabase, quietEnvironment, testStack } from '../harness/stack.ts'
import { verifies } from '../verifies.ts'
import { startServerUnderTest } from './server-under-test.ts'

const lists = ['tools/list', 'prompts/list', 'resources/list', 'resources/templates/list'] as const

/** Everything that a server offers, by name or URI. */
async function offered(url: string, token: string): Promise<string[]> {
  const answers = await Promise.all(lists.map((method) => modernCall(url, token, method)))
  const entries = answers.flatMap(({ rpc }) =>
    Object.values(rpc.result ?? {}).filter(Array.isArray),
  )
  return entries.flat().map(({ uri, uriTemplate, name }) => uri ?? uriTemplate ?? name)
}

const isFixture = (name: string) => /^(test_|test:\/\/|json_schema_2020_12)/.test(name)

describe('the fixtures of the conformance suite', async () => {
  const stack = await testStack({ MCP_CONFORMANCE_FIXTURES: '1' })

  verifies('RS-102', 'are no part of a normal start, whatever its environment says', async () => {
    const { access_token } = await tokensFor(stack)
    const names = await offered(stack.mcpUrl, access_token)
    expect(names).toContain('list_companies')
    expect(names.filter(isFixture)).toEqual([])
    const { rpc } = await modernCall(stack.mcpUrl, access_token, 'tools/call', {
      name: 'test_simple_text',
      arguments: {},
    })
    expect(rpc.error?.code).toBe(-32_602)
  })

  verifies(
    'RS-102',
    'stand beside the product where a test composes them in, behind the same token',
    async () => {
      const { variables, remove } = await freshDatabase()
      await using cleanUp = new AsyncDisposableStack()
      cleanUp.defer(remove)
      const environment = { ...quietEnvironment, ...variables }
      const server = cleanUp.use(await startServerUnderTest({ environment }))
      const direct = `http://127.0.0.1:${server.ports[0]}/mcp`
      const names = await offered(direct, server.accessToken)
      expect(names).toContain('list_companies')
      expect(names.filter(isFixture)).toEqual(
        expect.arrayContaining([
          'test_simple_text',
          'test_simple_prompt',
          'test://template/{id}/data',
        ]),
      )
      const { message, headers } = modernMessage('tools/call', {
        name: 'test_simple_text',
        arguments: {},
      })
      expect((await mcpRequest(direct, message, headers)).status).toBe(401)
    },
  )
})
