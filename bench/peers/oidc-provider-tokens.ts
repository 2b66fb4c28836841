import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair } from 'jose'
import { Provider } from 'oidc-provider'

// The bare library with what both token grants of NeonPanel need of it: PKCE, a resource, ES256 JWT access tokens, rotation.
// Its storage is the map in memory that it brings. Whoever comes is signed in and agrees.

const server = createServer()
server.listen(0, '127.0.0.1')
await once(server, 'listening')
const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
const resource = `${issuer}/mcp`
const scope = 'read:companies read:inventory'
const { privateKey } = await generateKeyPair('ES256', { extractable: true })

const provider = new Provider(issuer, {
  clients: [
    {
      client_id: 'local-client',
      application_type: 'native',
      id_token_signed_response_alg: 'ES256',
      token_endpoint_auth_method: 'none',
      redirect_uris: ['http://127.0.0.1/callback'],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
    },
  ],
  jwks: { keys: [{ ...(await exportJWK(privateKey)), alg: 'ES256', use: 'sig', kid: 'bench' }] },
  features: {
    devInteractions: { enabled: false },
    resourceIndicators: {
      enabled: true,
      getResourceServerInfo: () => ({
        scope,
        audience: resource,
        accessTokenTTL: 3600,
        accessTokenFormat: 'jwt',
        jwt: { sign: { alg: 'ES256' } },
      }),
      useGrantedResource: () => true,
    },
  },
  routes: { authorization: '/oauth2/authorize', token: '/oauth2/token' },
  interactions: { url: (_, { uid }) => `/interaction/${uid}` },
  issueRefreshToken: () => true,
  rotateRefreshToken: true,
  clientBasedCORS: () => false,
  cookies: { keys: ['bench'] },
  ttl: { RefreshToken: 86_400, Grant: 86_400, Session: 86_400, Interaction: 600 },
  findAccount: (_, accountId) => ({ accountId, claims: () => ({ sub: accountId }) }),
})

const accountId = 'owner'

function newGrant(): Promise<string> {
  const grant = new provider.Grant({ accountId, clientId: 'local-client' })
  grant.addResourceScope(resource, scope)
  return grant.save()
}

const answer = provider.callback()
server.on('request', async (request, response) => {
  if (!request.url?.startsWith('/interaction/')) return answer(request, response)
  const { grantId = await newGrant() } = await provider.interactionDetails(request, response)
  const decided = { login: { accountId }, consent: { grantId } }
  await provider.interactionFinished(request, response, decided)
})
console.log(`ready issuer=${issuer}`)
