import { send, sendJson } from '@neonpanel/testing-kit/client/http'
import { oauthClient, register } from '@neonpanel/testing-kit/client/oauth-client'
import { adminApi } from '../harness/admin.ts'
import { passTime } from '../harness/clock.ts'
import { testStack } from '../harness/stack.ts'
import { provokes } from '../harness/verdicts.ts'

const stack = await testStack()
const admin = adminApi(stack)
const metadata = { client_name: 'Shelfwise', redirect_uris: ['https://shelfwise.example/cb'] }

async function registerWith(wish: Record<string, unknown> = {}, changes: object = {}) {
  const { initial_access_token: token } = await admin.mint(wish)
  return register(stack, { ...metadata, ...changes }, token)
}

provokes(stack, {
  initial_access_token_missing: () => register(stack, metadata),
  async initial_access_token_expired() {
    const { initial_access_token: token } = await admin.mint({ ttl_seconds: 60 })
    passTime(61)
    return register(stack, metadata, token)
  },
  async initial_access_token_used_up() {
    const { initial_access_token: token } = await admin.mint()
    await register(stack, metadata, token)
    return register(stack, metadata, token)
  },
  async initial_access_token_revoked() {
    const { initial_access_token: token, jti } = await admin.mint()
    await admin.remove(`/initial-access-tokens/${jti}`)
    return register(stack, metadata, token)
  },
  async initial_access_token_scope() {
    const minted = await admin.post<{ token: string }>('/tokens', {
      client_id: 'local-client',
      header: { typ: 'iat+jwt' },
      claims: { aud: stack.issuer, scope: 'read:companies' },
    })
    return register(stack, metadata, minted.body.token)
  },
  initial_access_token_host: () => registerWith({ allowed_redirect_hosts: ['other.example'] }),
  initial_access_token_invalid: () => register(stack, metadata, 'none-of-yours'),
  registration_redirect_refused: () => registerWith({}, { redirect_uris: ['javascript:alert(1)'] }),
  software_statement_refused: () => registerWith({}, { software_statement: 'a.b.c' }),
  registration_metadata_refused: () => registerWith({}, { client_name: 'x'.repeat(201) }),
  async stopped_after_registration() {
    const answer = await registerWith()
    passTime(660)
    return answer
  },
})

const off = await testStack({ REGISTRATION_MODE: 'off' })

provokes(off, {
  registration_off: () => sendJson('POST', `${off.issuer}/oauth2/register`, metadata),
})

/** A client that is registered at this address asks to have the person sent to that one. */
async function authorizeAt(requested: string | undefined, ...registered: readonly string[]) {
  const { body } = await registerWith({}, { redirect_uris: registered })
  const identity = { clientId: body.client_id, redirectUri: registered[0]! }
  return send(oauthClient(stack, identity).authorization({ redirect_uri: requested }).url)
}

const https = 'https://shelfwise.example:8443/cb'

provokes(stack, {
  redirect_uri_loopback: () => authorizeAt('http://127.0.0.1:3000/cb', 'http://localhost:3000/cb'),
  redirect_uri_port: () => authorizeAt('https://shelfwise.example:9443/cb', https),
  redirect_uri_scheme: () => authorizeAt('http://shelfwise.example:8443/cb', https),
  redirect_uri_slash: () => authorizeAt(`${https}/`, https),
  redirect_uri_path: () => authorizeAt(`${https}/other`, https),
  redirect_uri_not_registered: () => authorizeAt('https://evil.example/cb', https),
  redirect_uri_missing: () => authorizeAt(undefined, https, `${https}/too`),
})
