import type { TestStack } from '@neonpanel/testing-kit'
import { createTest } from '@neonpanel/testing-kit/vitest'
import { expect } from 'vitest'
import { createStockReader, SignInAgain } from '../src/stock-reader.ts'

// The MCP server asks about each token at each request, so that a revocation is felt at once.
const test = createTest({ environment: { REVOCATION_CHECK_SECONDS: '0' } })

async function readerFor(stack: TestStack) {
  const client = await stack.registerClient({ client_name: 'Stock reader' })
  const scope = 'read:companies read:inventory'
  const tokens = await stack.tokens({ client, person: 'owner', scope })
  const { issuer, mcpUrl } = stack
  return {
    client,
    reader: createStockReader({ issuer, mcpUrl, clientId: client.clientId, tokens }),
  }
}

test('reads what is in stock', async ({ stack }) => {
  const { reader } = await readerFor(stack)
  expect(await reader.items(3)).toHaveLength(3)
})

test('renews a token that has expired', async ({ stack }) => {
  const { reader } = await readerFor(stack)
  await stack.clock.advance('61m')
  expect(await reader.items(1)).toHaveLength(1)
  const asked = await stack.requests({ method: 'POST', path: '/oauth2/token' })
  expect(asked.map(({ status }) => status)).toEqual([200, 200])
})

test('says when the person took the permission back', async ({ stack }) => {
  const { client, reader } = await readerFor(stack)
  const [grant] = await stack.grants({ client_id: client.clientId })
  await stack.revoke(grant!)
  await expect(reader.items(1)).rejects.toThrow(SignInAgain)
})

test('survives one refusal', async ({ stack }) => {
  const { reader } = await readerFor(stack)
  await using fault = await stack.faults.preset('unauthorized-once')
  expect(await reader.items(1)).toHaveLength(1)
  expect(fault.title).toBe('401 once')
})

test('is not confused by a token endpoint that answers HTML', async ({ stack }) => {
  const { reader } = await readerFor(stack)
  await stack.clock.advance('61m')
  await stack.faults.preset('token-answers-html')
  await expect(reader.items(1)).rejects.toThrow(/without JSON/)
})

test('a client of the SDK connects as the specification wants it', async ({ stack }) => {
  const { clientId } = stack.clients.local
  const client = await stack.mcpClient({ oauth: { clientId } })
  await client.callTool({ name: 'list_companies' })
  await stack
    .expectFlow({ client_id: clientId })
    .toHaveUsedPkce('S256')
    .toHaveSentResource(stack.mcpUrl)
    .toHaveStatus('completed')
    .toHaveVerdict(null)
})
