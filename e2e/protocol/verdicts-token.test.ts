import { randomUUID } from 'node:crypto'
import { codeFlow, tokensFor } from '@neonpanel/testing-kit/client/grant'
import { postForm, sendJson } from '@neonpanel/testing-kit/client/http'
import {
  claude,
  localClient,
  oauthClient,
  randomText,
  register,
  type TokenBody,
} from '@neonpanel/testing-kit/client/oauth-client'
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose'
import { adminApi } from '../harness/admin.ts'
import { passTime } from '../harness/clock.ts'
import { testStack } from '../harness/stack.ts'
import { provokes } from '../harness/verdicts.ts'

const stack = await testStack({ REFRESH_LEEWAY_SECONDS: '0' })
const admin = adminApi(stack)
const tokenEndpoint = `${stack.issuer}/oauth2/token`
const redirectUri = 'https://shelfwise.example/cb'

async function registered(metadata: object) {
  const { initial_access_token: token } = await admin.mint()
  const { body } = await register(stack, { redirect_uris: [redirectUri], ...metadata }, token)
  return { clientId: body.client_id, clientSecret: body.client_secret, redirectUri }
}

/** Redeems with changed parameters. */
const redeem = async (changes: Record<string, string | undefined>) =>
  (await codeFlow(stack)).redeem(changes)

provokes(stack, {
  token_request_not_form: () =>
    sendJson('POST', tokenEndpoint, { grant_type: 'authorization_code', code: 'c' }),
  token_redirect_uri_mismatch: () => redeem({ redirect_uri: 'http://127.0.0.1:51789/other' }),
  verifier_missing: () => redeem({ code_verifier: undefined }),
  verifier_mismatch: () => redeem({ code_verifier: randomText() }),
  verifier_malformed: () => redeem({ code_verifier: 'x'.repeat(42) }),
  async code_expired() {
    const flow = await codeFlow(stack)
    passTime(605)
    return flow.redeem()
  },
  async code_reused() {
    const flow = await codeFlow(stack)
    await flow.redeem()
    return flow.redeem()
  },
  async code_of_other_client() {
    const { code, verifier } = await codeFlow(stack)
    const other = { ...claude, redirectUri: localClient.redirectUri }
    return oauthClient(stack, other).redeem(code, verifier)
  },
  code_unknown: () => oauthClient(stack).redeem(randomText(), randomText()),
  token_resource_mismatch: () => redeem({ resource: 'https://other.example/mcp' }),
  client_authentication_method: () => redeem({ client_secret: 'none-was-given' }),
  async client_secret_wrong() {
    const client = { ...(await registered({})), clientSecret: 'guessed' }
    const { redeem: attempt } = await codeFlow(stack, { client })
    return attempt()
  },
  client_unknown_at_token: () =>
    oauthClient(stack, { ...localClient, clientId: 'nobody' }).redeem(randomText(), randomText()),
  async grant_type_not_allowed() {
    const { clientId } = await registered({ token_endpoint_auth_method: 'none' })
    return postForm(tokenEndpoint, { grant_type: 'client_credentials', client_id: clientId })
  },
  grant_type_unsupported: () => oauthClient(stack).token({ grant_type: 'password' }),
  async token_proof_refused() {
    const { code, verifier } = await codeFlow(stack)
    const parameters = {
      grant_type: 'authorization_code',
      client_id: localClient.clientId,
      code,
      code_verifier: verifier,
      redirect_uri: localClient.redirectUri,
    }
    return postForm(tokenEndpoint, parameters, { dpop: 'no-proof' })
  },
})

const { privateKey, publicKey } = await generateKeyPair('ES256')
const stranger = await generateKeyPair('ES256')
const jwk = { ...(await exportJWK(publicKey)), kid: 'k1', alg: 'ES256', use: 'sig' }

/** A client with a key redeems a code with an assertion of these claims. */
async function assertWith(claims: JWTPayload, key = privateKey, times = 1) {
  const keyed = { token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [jwk] } }
  const { clientId } = await registered(keyed)
  const now = Math.floor(Date.now() / 1000)
  const usual = { iss: clientId, sub: clientId, aud: stack.issuer, jti: randomUUID() }
  const assertion = await new SignJWT({ ...usual, iat: now, exp: now + 60, ...claims })
    .setProtectedHeader({ alg: 'ES256', kid: 'k1' })
    .sign(key)
  const { code, verifier } = await codeFlow(stack, { client: { clientId, redirectUri } })
  const attempt = () =>
    postForm<TokenBody>(tokenEndpoint, {
      grant_type: 'authorization_code',
      code,
      code_verifier: verifier,
      redirect_uri: redirectUri,
      client_assertion: assertion,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    })
  for (let time = 1; time < times; time += 1) await attempt()
  return attempt()
}

provokes(stack, {
  client_assertion_audience: () => assertWith({ aud: `${stack.issuer}//oauth2/token` }),
  client_assertion_expired: () => assertWith({ exp: Math.floor(Date.now() / 1000) - 60 }),
  client_assertion_invalid: () => assertWith({}, stranger.privateKey),
  client_assertion_reused: () => assertWith({}, privateKey, 2),
})

provokes(stack, {
  async refresh_token_reused() {
    const { client, refresh_token } = await tokensFor(stack)
    await client.refresh(refresh_token)
    return client.refresh(refresh_token)
  },
  async grant_revoked() {
    const { client, refresh_token } = await tokensFor(stack)
    const grants = await admin.get<{ items: { id: string }[] }>('/grants')
    for (const { id } of grants.body.items) await admin.remove(`/grants/${id}`)
    return client.refresh(refresh_token)
  },
  async refresh_token_expired() {
    const { client, refresh_token } = await tokensFor(stack)
    passTime(2_592_010)
    return client.refresh(refresh_token)
  },
  async refresh_token_of_other_client() {
    const { refresh_token } = await tokensFor(stack)
    return oauthClient(stack, claude).refresh(refresh_token)
  },
  async refresh_scope_exceeds() {
    const { client, refresh_token } = await tokensFor(stack)
    return client.refresh(refresh_token, { scope: 'read:cogs' })
  },
  refresh_token_unknown: () => oauthClient(stack).refresh(randomText()),
})
