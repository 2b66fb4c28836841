import { resourceScopes } from '@neonpanel/contracts/scopes'
import { send } from '@neonpanel/testing-kit/client/http'
import { describe, expect } from 'vitest'
import { testStack } from '../harness/stack.ts'
import { verifies } from '../verifies.ts'

const stack = await testStack()
const { origin } = new URL(stack.mcpUrl)
const root = '/.well-known/oauth-protected-resource'
const documentAt = (path: string, headers = {}) => send(`${origin}${path}`, { headers })

describe('protected resource metadata', () => {
  verifies(
    ['contract-1.2-resource-metadata', 'RS-01', 'RS-02', 'RS-03', 'RS-04', 'RS-06'],
    'names MCP_URL and the authorization server, byte for byte, at both addresses',
    async () => {
      for (const path of [root, `${root}/mcp`]) {
        const { status, headers, body } = await documentAt(path)
        expect(status).toBe(200)
        expect(headers.get('content-type')).toMatch(/^application\/json/)
        expect(body).toMatchObject({
          resource: stack.mcpUrl,
          authorization_servers: [stack.issuer],
        })
      }
    },
  )

  verifies(
    ['RS-07', 'RS-08', 'contract-3-identity-scopes'],
    'lists the nine scopes and no identity scope, the header method, and no empty list',
    async () => {
      const { body } = await documentAt(`${root}/mcp`)
      expect([...(body.scopes_supported as string[])].sort()).toEqual([...resourceScopes].sort())
      expect(body.bearer_methods_supported).toEqual(['header'])
      expect(body.resource_name).toEqual(expect.any(String))
      expect((await send(String(body.resource_documentation))).status).toBe(200)
      for (const [name, value] of Object.entries(body)) expect(value, name).not.toEqual([])
    },
  )

  verifies(
    ['RS-05', 'contract-4-alias-challenge'],
    'has a document of its own for each alias, which names that alias',
    async () => {
      for (const alias of ['/sse', '/sse/', '/mcp/']) {
        const { status, body } = await documentAt(`${root}${alias}`)
        expect(status, alias).toBe(200)
        expect(body.resource).toBe(`${origin}${alias}`)
        expect(body.authorization_servers).toEqual([stack.issuer])
      }
    },
  )

  verifies('RS-09', 'is public, readable for any page, and cacheable', async () => {
    const headers = { origin: 'https://anyone.example' }
    const { status, headers: answered } = await documentAt(`${root}/mcp`, headers)
    expect(status).toBe(200)
    expect(answered.get('access-control-allow-origin')).toBe('*')
    expect(answered.get('cache-control')).toMatch(/max-age=\d+/)
    const preflight = await send(`${origin}${root}/mcp`, {
      method: 'OPTIONS',
      headers: { ...headers, 'access-control-request-method': 'GET' },
    })
    expect(preflight.status).toBe(204)
  })

  verifies('RS-02', 'does not exist for what is not served', async () => {
    for (const path of [`${root}/other`, `${root}/mcp/x`, '/.well-known/other']) {
      expect((await documentAt(path)).status, path).toBe(404)
    }
  })
})
