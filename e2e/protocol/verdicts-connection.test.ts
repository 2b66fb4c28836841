import { codeFlow, tokensFor } from '@neonpanel/testing-kit/client/grant'
import { bearer, postForm } from '@neonpanel/testing-kit/client/http'
import { localClient } from '@neonpanel/testing-kit/client/oauth-client'
import { adminApi } from '../harness/admin.ts'
import { passTime } from '../harness/clock.ts'
import { boundClient, callWith, createProofKey } from '../harness/dpop.ts'
import {
  callTool,
  initializeMessage,
  mcpRequest,
  modernMessage,
  modernVersion,
  rpc,
} from '../harness/mcp.ts'
import { rawRequest } from '../harness/raw-http.ts'
import { testStack } from '../harness/stack.ts'
import { provokes } from '../harness/verdicts.ts'

const stack = await testStack({ REVOCATION_CHECK_SECONDS: '0' })
const admin = adminApi(stack)
const url = stack.mcpUrl
const initialize = initializeMessage('2025-11-25')

/** A token of a person who used the usual way. */
const token = async (scope?: string) =>
  (await tokensFor(stack, scope === undefined ? {} : { scope })).access_token

/** A token that is wrong on purpose. */
async function minted(wish: Record<string, unknown>) {
  const { body } = await admin.post<{ token: string }>('/tokens', {
    client_id: localClient.clientId,
    person: 'owner@neonpanel.test',
    ...wish,
  })
  return body.token
}

const initializeWith = (sent: string) => mcpRequest(url, initialize, bearer(sent))

provokes(stack, {
  async authorization_server_unreachable() {
    const good = await token()
    await admin.post('/faults', { where: { endpoint: 'introspect' }, what: { status: 500 } })
    return initializeWith(good)
  },
  bearer_in_query: async () => mcpRequest(`${url}?access_token=${await token()}`, initialize),
  wrong_scheme: async () => mcpRequest(url, initialize, { authorization: 'Token abc' }),
  async bearer_never_sent() {
    const { redeem } = await codeFlow(stack)
    const issued = await redeem()
    passTime(660)
    return issued
  },
  bearer_malformed: () => mcpRequest(url, initialize, { authorization: 'Bearer two tokens' }),
  async id_token_as_bearer() {
    const { id_token } = await tokensFor(stack, { scope: 'openid read:inventory' })
    return initializeWith(id_token ?? '')
  },
  token_issuer: async () => initializeWith(await minted({ claims: { iss: 'https://a.example' } })),
  token_audience: async () =>
    initializeWith(await minted({ claims: { aud: 'https://b.example/mcp' } })),
  async token_expired() {
    const issued = await token()
    passTime(3_700)
    return initializeWith(issued)
  },
  token_key_unknown: async () => initializeWith(await minted({ header: { kid: 'of-nobody' } })),
  token_signature: async () => initializeWith(await minted({ key: 'rogue' })),
  async token_revoked() {
    const issued = await token()
    const grants = await admin.get<{ items: { id: string }[] }>('/grants')
    for (const { id } of grants.body.items) await admin.remove(`/grants/${id}`)
    return initializeWith(issued)
  },
  token_malformed: () => initializeWith('eyJh.not.one'),
  bearer_token_as_bound: async () => callWith(url, await token(), { proof: 'x' }),
  async bound_token_as_bearer() {
    const { access_token } = await boundClient(stack, await createProofKey()).tokens()
    return initializeWith(access_token)
  },
  async dpop_proof_missing() {
    const { access_token } = await boundClient(stack, await createProofKey()).tokens()
    return callWith(url, access_token)
  },
  async dpop_proof_invalid() {
    const client = boundClient(stack, await createProofKey())
    const { access_token } = await client.tokens()
    const proof = await client.proofFor(access_token, { htm: 'GET' })
    return callWith(url, access_token, { proof })
  },
  insufficient_scope: async () => callTool(url, await token('read:inventory'), 'get_item_cogs'),
})

/** A message with a good token. */
const sendGood = async (message: unknown, headers: Record<string, string> = {}, at = url) =>
  mcpRequest(at, message, { ...bearer(await token()), ...headers })

const list = modernMessage('tools/list')

provokes(stack, {
  sse_session_wrong: () => sendGood(rpc('tools/list'), {}, `${url}?sessionId=of-yesterday`),
  session_unknown: () => sendGood(rpc('tools/list'), { 'mcp-session-id': 'of-yesterday' }),
  session_id_missing: () => sendGood(rpc('tools/list')),
  header_mismatch: () => sendGood(list.message, { ...list.headers, 'mcp-method': 'tools/call' }),
  protocol_version_unsupported: () =>
    sendGood(
      { ...list.message, params: { _meta: { ...metaOf('2031-01-01') } } },
      { ...list.headers, 'mcp-protocol-version': '2031-01-01' },
    ),
  message_invalid: () => sendGood({ hello: 'world' }),
})

function metaOf(version: string) {
  const { _meta } = list.message.params as { _meta: Record<string, unknown> }
  return { ..._meta, 'io.modelcontextprotocol/protocolVersion': version }
}

provokes(stack, {
  origin_refused: () => raw({ origin: 'https://evil.example' }),
  async client_origin_refused() {
    const { code, verifier } = await codeFlow(stack)
    const parameters = {
      grant_type: 'authorization_code',
      client_id: localClient.clientId,
      code,
      code_verifier: verifier,
    }
    return postForm(`${stack.issuer}/oauth2/token`, parameters, { origin: 'https://evil.example' })
  },
  host_refused: () => raw({ host: 'evil.example' }),
  body_too_large: () => sendGood(rpc('tools/list', { filler: 'x'.repeat(1_100_000) })),
  content_type_wrong: () => sendGood(rpc('tools/list'), { 'content-type': 'text/plain' }),
  accept_wrong: () => sendGood(initialize, { accept: 'text/plain' }),
  body_not_json: async () =>
    raw({ ...bearer(await token()), accept: 'application/json, text/event-stream' }, 'no JSON'),
  method_not_allowed: async () => mcpRequest(url, undefined, bearer(await token()), 'PUT'),
  async rate_limited() {
    const issued = await token()
    const batch = Array.from({ length: 3_000 }, (_, id) => rpc('ping', {}, id))
    await mcpRequest(url, batch, bearer(issued))
    return callTool(url, issued, 'list_companies')
  },
  mcp_url_wrong: () => mcpRequest(`${new URL(url).origin}/api/mcp`, initialize),
  async fault_injected() {
    await admin.post('/faults', { where: { endpoint: 'token' }, what: { html: true } })
    const { redeem } = await codeFlow(stack)
    return redeem()
  },
  async stopped_after_challenge() {
    const challenged = await mcpRequest(url, initialize)
    passTime(660)
    return challenged
  },
  async stopped_after_discovery() {
    const challenged = await mcpRequest(url, initialize)
    const origin = new URL(url).origin
    await mcpRequest(`${origin}/.well-known/oauth-protected-resource/mcp`, undefined, {}, 'GET')
    passTime(660)
    return challenged
  },
})

/** As no `fetch` would send it. */
async function raw(headers: Record<string, string>, body = JSON.stringify(initialize)) {
  const answer = await rawRequest(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'mcp-protocol-version': modernVersion,
      ...headers,
    },
    body,
  })
  return {
    headers: new Headers({ 'x-correlation-id': String(answer.headers['x-correlation-id']) }),
  }
}
