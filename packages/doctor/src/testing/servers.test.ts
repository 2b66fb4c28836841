import { expect, test } from 'vitest'
import { startServers } from './servers.ts'

const initialize = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: {} },
}

const post = (url: string, body: unknown, headers: Record<string, string> = {}) =>
  fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })

test('asks for a token, and speaks MCP to who has one', async () => {
  await using servers = await startServers()
  const refused = await post(servers.mcpUrl, initialize)
  expect(refused.status).toBe(401)
  expect(refused.headers.get('www-authenticate')).toBe(
    `Bearer resource_metadata="${servers.mcpOrigin}/.well-known/oauth-protected-resource/mcp", scope="read write"`,
  )
  const { accessToken } = await servers.session()
  const authorization = `Bearer ${accessToken}`
  const answered = await post(servers.mcpUrl, initialize, { authorization })
  expect(await answered.json()).toMatchObject({ result: { protocolVersion: '2025-06-18' } })
  expect(answered.headers.has('mcp-session-id')).toBe(true)
})

test('the documents agree, and lead from one server to the other', async () => {
  await using servers = await startServers()
  const found = await fetch(`${servers.mcpOrigin}/.well-known/oauth-protected-resource`)
  const document = { resource: servers.mcpUrl, authorization_servers: [servers.issuer] }
  expect(await found.json()).toMatchObject(document)
  const metadata = await fetch(`${servers.issuer}/.well-known/openid-configuration`)
  expect(await metadata.json()).toMatchObject({ issuer: servers.issuer })
})

test('a refresh token is good once', async () => {
  await using servers = await startServers()
  const { grant } = await servers.session('read')
  const renew = () =>
    fetch(`${servers.authOrigin}/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'refresh_token',
        refresh_token: grant!.refreshToken!,
      }),
    })
  expect(await (await renew()).json()).toMatchObject({ scope: 'read' })
  expect((await renew()).status).toBe(400)
})

test('changes members, answers, and whether a token is asked for', async () => {
  await using servers = await startServers({
    open: true,
    answer: ({ url }) => (url.pathname === '/authorize' ? 'hang_up' : undefined),
  })
  expect((await post(servers.mcpUrl, initialize)).status).toBe(200)
  await expect(fetch(`${servers.authOrigin}/authorize`)).rejects.toThrow('fetch failed')
  await using others = await startServers({ server: { issuer: undefined }, resource: null })
  const metadata = await fetch(`${others.issuer}/.well-known/oauth-authorization-server`)
  expect(await metadata.json()).not.toHaveProperty('issuer')
  expect((await fetch(`${others.mcpOrigin}/.well-known/oauth-protected-resource`)).status).toBe(404)
})

test('is called by public names', async () => {
  await using servers = await startServers({ public: true })
  const found = await servers.fetch('https://mcp.example/.well-known/oauth-protected-resource/mcp')
  const document = {
    resource: 'https://mcp.example/mcp',
    authorization_servers: ['https://auth.example'],
  }
  expect(await found.json()).toMatchObject(document)
})
