import { tokensFor } from '@neonpanel/testing-kit/client/grant'
import { bearer } from '@neonpanel/testing-kit/client/http'
import { claude } from '@neonpanel/testing-kit/client/oauth-client'
import { describe, expect } from 'vitest'
import { passTime } from '../harness/clock.ts'
import { callTool, mcpRequest, rpc } from '../harness/mcp.ts'
import { testStack } from '../harness/stack.ts'
import { verifies } from '../verifies.ts'

const stack = await testStack()

/** As docs/limits.md says. */
const messages = 3_000
const windowSeconds = 10

describe('who sends too much', () => {
  verifies(
    ['RS-40', 'RS-98'],
    'is told when to come back, in every revision, and hinders nobody else',
    async () => {
      const owner = await tokensFor(stack)
      const sameWithAnotherClient = await tokensFor(stack, { client: claude })
      const analyst = await tokensFor(stack, { person: 'analyst' })
      const call = (token: string) => callTool(stack.mcpUrl, token, 'list_companies')
      // A batch counts as its messages, also where it is refused.
      const batch = Array.from({ length: messages - 1 }, (_, id) => rpc('ping', {}, id))
      const flood = await mcpRequest(stack.mcpUrl, batch, bearer(owner.access_token))
      expect(flood.status).toBe(400)
      expect((await call(owner.access_token)).status).toBe(200)

      const headers = { ...bearer(owner.access_token), 'mcp-session-id': 'any' }
      for (const refused of [
        await call(owner.access_token),
        await mcpRequest(stack.mcpUrl, rpc('ping'), headers),
        await mcpRequest(`${stack.mcpUrl}?sessionId=any`, rpc('ping'), headers),
        await mcpRequest(stack.mcpUrl, undefined, headers, 'GET'),
      ]) {
        expect(refused.status).toBe(429)
        const seconds = Number(refused.headers.get('retry-after'))
        expect(seconds).toBeGreaterThan(0)
        expect(seconds).toBeLessThanOrEqual(windowSeconds)
        expect(refused.rpc.error?.message).toContain(`wait ${seconds} s`)
      }
      expect((await call(sameWithAnotherClient.access_token)).status).toBe(200)
      expect((await call(analyst.access_token)).status).toBe(200)

      const { body } = await owner.client.refresh(owner.refresh_token)
      expect((await call(body.access_token)).status).toBe(429)
      passTime(windowSeconds + 1)
      expect((await call(body.access_token)).status).toBe(200)
    },
  )
})
