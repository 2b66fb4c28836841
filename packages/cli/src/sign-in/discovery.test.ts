import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { discover, NoSignInNeeded } from './discovery.ts'

/** What a server answers at a path; a function is told its own origin. */
interface Played {
  readonly status?: number
  readonly headers?: Record<string, string>
  readonly json?: unknown
  readonly html?: string
}

/** A web server on this machine that answers by path; everything else is 404, or a page where `everywhere` is one. */
async function play(
  paths: (origin: string) => Record<string, Played>,
  everywhere?: string,
): Promise<string> {
  const server = createServer((request, response) => {
    const played =
      paths(origin)[request.url ?? ''] ?? (everywhere ? { html: everywhere } : { status: 404 })
    const { status = 200, headers = {}, json, html } = played
    const type = json === undefined ? 'text/html' : 'application/json'
    response.writeHead(status, { 'content-type': type, ...headers })
    response.end(json === undefined ? html : JSON.stringify(json))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return origin
}

const unauthorized = (challenge: string): Played => ({
  status: 401,
  headers: { 'www-authenticate': challenge },
  json: {},
})

const metadataOf = (issuer: string) => ({
  issuer,
  authorization_endpoint: `${issuer}/authorize`,
  token_endpoint: `${issuer}/token`,
})

const resourceAt = (resource: string, ...servers: string[]) => ({
  json: { resource, authorization_servers: servers, scopes_supported: ['all'] },
})

describe('discovery', () => {
  it('follows the challenge, wherever it leads, and asks for its scopes', async () => {
    const origin = await play((at) => ({
      '/mcp': unauthorized(`Bearer resource_metadata="${at}/elsewhere", scope="a b"`),
      '/elsewhere': resourceAt(`${at}/mcp`, at),
      '/.well-known/oauth-authorization-server': { json: metadataOf(at) },
    }))
    expect(await discover(`${origin}/mcp`)).toMatchObject({
      resource: `${origin}/mcp`,
      scopes: ['a', 'b'],
      authorizationServer: { issuer: origin },
    })
  })

  it.each(['/.well-known/oauth-protected-resource/mcp', '/.well-known/oauth-protected-resource'])(
    'finds the metadata at %s where the challenge names none',
    async (place) => {
      const origin = await play((at) => ({
        '/mcp': unauthorized('Bearer'),
        [place]: resourceAt(place.endsWith('/mcp') ? `${at}/mcp` : at, at),
        '/.well-known/oauth-authorization-server': { json: metadataOf(at) },
      }))
      expect((await discover(`${origin}/mcp`)).scopes).toEqual(['all'])
    },
  )

  it.each([
    '/.well-known/oauth-authorization-server/tenant',
    '/.well-known/openid-configuration/tenant',
    '/tenant/.well-known/openid-configuration',
  ])('reads the authorization server at %s', async (place) => {
    const origin = await play((at) => ({
      '/mcp': unauthorized('Bearer'),
      '/.well-known/oauth-protected-resource/mcp': resourceAt(`${at}/mcp`, `${at}/tenant`),
      [place]: { json: metadataOf(`${at}/tenant`) },
    }))
    const { authorizationServer } = await discover(`${origin}/mcp`)
    expect(authorizationServer.issuer).toBe(`${origin}/tenant`)
  })

  it('takes the server itself for its authorization server where it has no metadata', async () => {
    const origin = await play((at) => ({
      '/mcp': unauthorized('Bearer'),
      '/.well-known/oauth-authorization-server': { json: metadataOf(at) },
    }))
    expect(await discover(`${origin}/mcp`)).toMatchObject({ resource: `${origin}/mcp`, scopes: [] })
  })

  it('signs in where only some calls need a token', async () => {
    const origin = await play((at) => ({
      '/mcp': { json: { jsonrpc: '2.0', id: 1, result: {} } },
      '/.well-known/oauth-protected-resource/mcp': resourceAt(`${at}/mcp`, at),
      '/.well-known/oauth-authorization-server': { json: metadataOf(at) },
    }))
    expect((await discover(`${origin}/mcp`)).scopes).toEqual(['all'])
  })

  it('has nothing to do where nobody asks for a token, and takes no page for a document', async () => {
    const origin = await play(() => ({ '/mcp': { json: {} } }), '<p>One page for all.</p>')
    await expect(discover(`${origin}/mcp`)).rejects.toThrow(NoSignInNeeded)
  })
})

describe('discovery stops', () => {
  it('at metadata of another resource', async () => {
    const origin = await play((at) => ({
      '/mcp': unauthorized('Bearer'),
      '/.well-known/oauth-protected-resource/mcp': resourceAt('https://mcp.example/other', at),
    }))
    await expect(discover(`${origin}/mcp`)).rejects.toThrow(
      `is of https://mcp.example/other, not of ${origin}/mcp (RFC 9728 section 3.3)`,
    )
  })

  it('at metadata of another issuer', async () => {
    const origin = await play((at) => ({
      '/mcp': unauthorized('Bearer'),
      '/.well-known/oauth-protected-resource/mcp': resourceAt(`${at}/mcp`, at),
      '/.well-known/oauth-authorization-server': { json: metadataOf('https://as.example') },
    }))
    await expect(discover(`${origin}/mcp`)).rejects.toThrow(
      `which should name ${origin}: "response" body "issuer" property does not match`,
    )
  })

  it('where the authorization server has no metadata, and says where it looked', async () => {
    const origin = await play(() => ({ '/mcp': unauthorized('Bearer') }))
    await expect(discover(`${origin}/mcp`)).rejects.toThrow(
      `has no authorization server metadata (RFC 8414). Asked: ${origin}/.well-known/oauth-authorization-server, ${origin}/.well-known/openid-configuration.`,
    )
  })

  it.each(['http://as.example', 'as.example'])('at the authorization server %s', async (issuer) => {
    const origin = await play((at) => ({
      '/mcp': unauthorized('Bearer'),
      '/.well-known/oauth-protected-resource/mcp': resourceAt(`${at}/mcp`, issuer),
    }))
    await expect(discover(`${origin}/mcp`)).rejects.toThrow(/is not on https|which is no URL/)
  })

  it('at an MCP server in plain http that is not on this machine', async () => {
    await expect(discover('http://mcp.example/mcp')).rejects.toThrow('is not on https')
  })

  it('where there is nothing', async () => {
    const origin = await play(() => ({}))
    await expect(discover(`${origin}/mcp`)).rejects.toThrow(
      'there is no MCP server at this address',
    )
  })
})
