import { diagnose } from '@neonpanel/flows/verdicts/diagnose'
import { bearer } from '@neonpanel/testing-kit/client/http'
import {
  challengeOf,
  localClient,
  randomText,
  register,
} from '@neonpanel/testing-kit/client/oauth-client'
import { expect } from 'vitest'
import { adminApi } from '../harness/admin.ts'
import { type ClientRequest, clientStory, withoutFaultHeader } from '../harness/client-story.ts'
import { initializeMessage } from '../harness/mcp.ts'
import { testStack } from '../harness/stack.ts'
import { verifies } from '../verifies.ts'

const stack = await testStack({ REGISTRATION_MODE: 'open' })
const admin = adminApi(stack)
const mcp = stack.mcpUrl
const mcpOrigin = new URL(mcp).origin

const challenge: ClientRequest = {
  server: 'resource-server',
  step: 'discovery',
  url: mcp,
  body: initializeMessage('2025-11-25'),
}
const resourceMetadata: ClientRequest = {
  server: 'resource-server',
  step: 'discovery',
  url: `${mcpOrigin}/.well-known/oauth-protected-resource/mcp`,
}
const serverMetadata: ClientRequest = {
  server: 'authorization-server',
  step: 'discovery',
  url: `${stack.issuer}/.well-known/oauth-authorization-server`,
}
const discovery = [challenge, resourceMetadata, serverMetadata]

const tokenRequest = (parameters: Record<string, string>): ClientRequest => ({
  server: 'authorization-server',
  step: 'token',
  url: `${stack.issuer}/oauth2/token`,
  body: new URLSearchParams({ client_id: localClient.clientId, ...parameters }),
})
const redemption = tokenRequest({
  grant_type: 'authorization_code',
  code: randomText(),
  code_verifier: randomText(),
  redirect_uri: localClient.redirectUri,
})

interface Sight {
  /** What is broken on purpose; the client does not know. */
  readonly fault?: object
  readonly requests: readonly ClientRequest[]
}

const json = (endpoint: string, changes: object) => ({
  where: { endpoint },
  what: { json: changes },
})
const asMetadata = 'authorization_server_metadata'

/** What a client sees, by what it makes of it. */
const sights: Readonly<Record<string, Sight>> = {
  metadata_not_json: {
    fault: { where: { endpoint: asMetadata }, what: { html: true, status: 200 } },
    requests: discovery,
  },
  resource_metadata_mismatch: {
    fault: json('resource_metadata', { set: { resource: `${mcp}/` } }),
    requests: discovery,
  },
  issuer_mismatch: {
    fault: json(asMetadata, { set: { issuer: 'https://inner.example' } }),
    requests: discovery,
  },
  pkce_not_advertised: {
    fault: json(asMetadata, { remove: ['code_challenge_methods_supported'] }),
    requests: discovery,
  },
  only_registration_scope: {
    fault: json('resource_metadata', { set: { scopes_supported: ['dcr.create'] } }),
    requests: discovery,
  },
  registration_endpoint_elsewhere: {
    fault: json(asMetadata, { set: { registration_endpoint: 'https://inner.example/register' } }),
    requests: discovery,
  },
  registration_unavailable: {
    fault: json(asMetadata, {
      remove: ['registration_endpoint', 'client_id_metadata_document_supported'],
    }),
    requests: discovery,
  },
  authorization_server_metadata_missing: {
    fault: { where: { endpoint: asMetadata }, what: { status: 404 } },
    requests: discovery,
  },
  resource_metadata_missing: {
    fault: { where: { endpoint: 'resource_metadata' }, what: { status: 404 } },
    requests: [challenge, resourceMetadata],
  },
  challenge_without_metadata: {
    fault: { where: { endpoint: 'mcp' }, what: { challenge: { resource_metadata: null } } },
    requests: [challenge],
  },
  cors_missing: {
    fault: {
      where: { endpoint: 'token', method: 'OPTIONS' },
      what: { headers: { 'Access-Control-Allow-Origin': null } },
    },
    requests: [
      {
        server: 'authorization-server',
        step: 'token',
        url: `${stack.issuer}/oauth2/token`,
        method: 'OPTIONS',
        headers: {
          origin: 'http://localhost:6274',
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'content-type',
        },
      },
    ],
  },
  page_instead_of_json: {
    fault: { where: { endpoint: 'token' }, what: { html: true } },
    requests: [redemption],
  },
  server_failed: {
    fault: { where: { endpoint: 'token' }, what: { status: 500, body: { error: 'busy' } } },
    requests: [redemption],
  },
  no_answer: {
    fault: { where: { endpoint: 'token' }, what: { drop_connection: true } },
    requests: [redemption],
  },
  code_refused: { requests: [redemption] },
  refresh_refused: {
    requests: [tokenRequest({ grant_type: 'refresh_token', refresh_token: randomText() })],
  },
  token_refused: {
    requests: [{ ...challenge, step: 'connect', headers: bearer('eyJh.not.one') }],
  },
}

for (const [cause, { fault, requests }] of Object.entries(sights)) {
  verifies('verdict-client', `${cause} is what a client alone can tell`, async () => {
    await admin.post('/reset', {})
    if (fault) expect((await admin.post('/faults', fault)).status).toBe(201)
    const story = await clientStory(requests)
    const verdict = diagnose(withoutFaultHeader(story))
    expect(verdict).toMatchObject({ cause })
    expect([verdict?.says, verdict?.fix].join(' ')).not.toMatch(/undefined|NaN/)
  })
}

verifies('verdict-client', 'a client that meets nothing wrong is told nothing', async () => {
  await admin.post('/reset', {})
  expect(diagnose(await clientStory(discovery, 'in_progress'))).toBeUndefined()
})

verifies('verdict-client', 'a fault is told to the client that it strikes', async () => {
  await admin.post('/reset', {})
  await admin.post('/faults', { where: { endpoint: 'token' }, what: { status: 500 } })
  const verdict = diagnose(await clientStory([redemption]))
  expect(verdict).toMatchObject({
    cause: 'fault_injected',
    evidence: { values: { got: 'status' } },
  })
})

verifies(
  'verdict-client',
  'a client knows its registration, and so which part of redirect_uri differs',
  async () => {
    const redirectUri = 'https://shelfwise.example/cb'
    const metadata = { redirect_uris: [redirectUri], token_endpoint_auth_method: 'none' }
    const { body } = await register(stack, metadata)
    const query = new URLSearchParams({
      client_id: body.client_id,
      redirect_uri: `${redirectUri}/`,
      response_type: 'code',
      code_challenge: challengeOf(randomText()),
      code_challenge_method: 'S256',
    })
    const story = await clientStory([
      {
        server: 'authorization-server',
        step: 'register',
        url: `${stack.issuer}/oauth2/register`,
        body: metadata,
      },
      {
        server: 'authorization-server',
        step: 'authorize',
        url: `${stack.issuer}/oauth2/authorize?${query}`,
      },
    ])
    expect(diagnose(story)).toMatchObject({
      cause: 'redirect_uri_slash',
      evidence: { compare: { got: `${redirectUri}/`, expected: redirectUri } },
    })
  },
)
