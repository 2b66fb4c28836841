import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What is tested here: a web application that connects to an MCP server on behalf of whoever uses it. */
export async function startApp({
  issuer,
  mcpUrl,
  clientId,
}: {
  issuer: string
  mcpUrl: string
  clientId: string
}) {
  const verifiers = new Map<string, string>()
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', origin())
    if (url.pathname === '/connect') {
      response.writeHead(303, { location: authorization() }).end()
      return
    }
    const text = url.pathname === '/callback' ? await connected(url.searchParams) : 'Welcome'
    response.setHeader('content-type', 'text/html; charset=utf-8')
    response.end(`<!doctype html><title>App</title><h1>${text}</h1><a href="/connect">Connect</a>`)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')

  const origin = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const redirectUri = () => `${origin()}/callback`

  function authorization(): string {
    const state = randomBytes(16).toString('base64url')
    const verifier = randomBytes(48).toString('base64url')
    verifiers.set(state, verifier)
    const parameters = new URLSearchParams({
      response_type: 'code',
      client_id: clientId,
      redirect_uri: redirectUri(),
      scope: 'read:companies read:inventory',
      state,
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
      resource: mcpUrl,
    })
    return `${issuer}/oauth2/authorize?${parameters}`
  }

  async function connected(parameters: URLSearchParams): Promise<string> {
    const verifier = verifiers.get(parameters.get('state') ?? '')
    if (!verifier || parameters.get('iss') !== issuer) return 'This is not our sign-in'
    if (parameters.get('error') === 'access_denied') return 'You declined'
    const response = await fetch(`${issuer}/oauth2/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'authorization_code',
        client_id: clientId,
        redirect_uri: redirectUri(),
        code: parameters.get('code') ?? '',
        code_verifier: verifier,
      }),
    })
    if (response.status >= 500) return 'Please try again later'
    const { scope } = (await response.json()) as { scope: string }
    return `Connected: ${scope}`
  }

  return { url: origin(), stop: () => server.close() }
}
