import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { toNodeHandler } from '@modelcontextprotocol/node'
import {
  type AuthMetadataOptions,
  createMcpHandler,
  getOAuthProtectedResourceMetadataUrl,
  McpServer,
  OAuthError,
  oauthMetadataResponse,
  requireBearerAuth,
} from '@modelcontextprotocol/server'
import { send } from '@neonpanel/testing-kit/client/http'
import Provider from 'oidc-provider'
import { onTestFinished } from 'vitest'
import { z } from 'zod'

/** The v2 SDK with its own bearer authentication, behind the plain library `oidc-provider` with registration on. */
export async function startSdkBehindOidcProvider(): Promise<string> {
  const authorization = await listening()
  const issuer = originOf(authorization)
  const provider = new Provider(issuer, { features: { registration: { enabled: true } } })
  authorization.on('request', provider.callback())
  const { body: oauthMetadata } = await send<AuthMetadataOptions['oauthMetadata']>(
    `${issuer}/.well-known/openid-configuration`,
  )

  const server = await listening()
  const mcpUrl = `${originOf(server)}/mcp`
  const options = { oauthMetadata, resourceServerUrl: new URL(mcpUrl) }
  const gate = requireBearerAuth({
    verifier: {
      async verifyAccessToken() {
        throw new OAuthError('invalid_token', 'There is no such token')
      },
    },
    resourceMetadataUrl: getOAuthProtectedResourceMetadataUrl(new URL(mcpUrl)),
  })
  const handler = createMcpHandler(() => {
    const mcp = new McpServer({ name: 'behind-oidc-provider', version: '1.0.0' })
    mcp.registerTool('ping', { inputSchema: z.object({}) }, () => ({ content: [] }))
    return mcp
  })
  const answer = async (request: Request) => {
    const metadata = oauthMetadataResponse(request, options)
    if (metadata) return metadata
    const auth = await gate(request)
    return auth instanceof Response ? auth : handler.fetch(request, { authInfo: auth })
  }
  const nodeHandler = toNodeHandler({ fetch: answer })
  // The SDK's types of a request leave out that Node's may be undefined.
  server.on('request', (request, response) => void nodeHandler(request as never, response))
  return mcpUrl
}

async function listening(): Promise<Server> {
  const server = createServer().listen(0, 'localhost')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return server
}

const originOf = (server: Server) => `http://localhost:${(server.address() as AddressInfo).port}`
