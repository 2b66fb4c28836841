import { type FaultKindName, faultKindNames } from '@neonpanel/faults/kinds'
import { afterEach, describe, expect, vi } from 'vitest'
import { adminApi } from '../harness/admin.ts'
import {
  type Journey,
  oauth4webapiJourney,
  openidClientJourney,
  outcomeOf,
  v1Journey,
  v2Journey,
} from '../harness/journeys.ts'
import { testStack } from '../harness/stack.ts'
import { verifies } from '../verifies.ts'

const stack = await testStack({ REGISTRATION_MODE: 'open', REVOCATION_CHECK_SECONDS: '0' })
const api = adminApi(stack)

afterEach(() => api.remove('/faults'))

const v1 = v1Journey()
const v2 = v2Journey()
/** Clients that give up, where the fault would have them wait for ever. */
const impatientV1 = v1Journey({ timeoutMs: 500 })

interface Meeting {
  readonly where: object
  readonly what: object
  readonly until?: object
  readonly client: Journey
  /** What the client says; `fine` where it copes. */
  readonly says: RegExp
}

const token = { endpoint: 'token' }
const metadata = { endpoint: 'authorization_server_metadata' }
const register = { endpoint: 'register' }
const authorize = { endpoint: 'authorize' }
const toolCall = { step: 'tool_call' }

const meetings: Record<FaultKindName, readonly Meeting[]> = {
  status: [
    { where: register, what: { status: 503 }, client: v2, says: /rejected \(HTTP 503\)/ },
    { where: toolCall, what: { status: 500 }, client: v1, says: /Streamable HTTP error/ },
  ],
  body: [
    {
      where: token,
      what: { body: { access_token: 7 } },
      client: oauth4webapiJourney,
      says: /"access_token" property must be a string/,
    },
    { where: metadata, what: { body: 'not found' }, client: v1, says: /not valid JSON/ },
  ],
  html: [
    { where: token, what: { html: true }, client: v1, says: /HTTP 500: .*Unexpected token '<'/ },
    { where: register, what: { html: true }, client: v2, says: /HTTP 500\): <!doctype html>/ },
    {
      where: metadata,
      what: { html: true, status: 200 },
      client: oauth4webapiJourney,
      says: /content-type must be application\/json/,
    },
  ],
  oauth_error: [
    {
      where: token,
      what: { oauth_error: { error: 'invalid_scope', error_description: 'Not this one.' } },
      client: v1,
      says: /^InvalidScopeError Not this one\./,
    },
    {
      where: authorize,
      what: { oauth_error: { error: 'server_error', error_description: 'Not now.' } },
      client: openidClientJourney,
      says: /authorization response from the server is an error Not now\./,
    },
  ],
  challenge: [
    {
      where: toolCall,
      what: { challenge: { error: 'invalid_token', error_description: 'Who?' } },
      until: { count: 1 },
      client: v1,
      says: /^fine$/,
    },
    {
      where: toolCall,
      what: { challenge: { status: 403, error: 'insufficient_scope', scope: 'read:cogs' } },
      client: v1,
      says: /Server returned 403 after trying upscoping/,
    },
    { where: toolCall, what: { challenge: {} }, client: v2, says: /401 after re-authentication/ },
  ],
  rate_limited: [
    {
      where: toolCall,
      what: { rate_limited: { retry_after_seconds: 5 } },
      client: v1,
      says: /429 .*Too many requests/,
    },
  ],
  as_if: [
    { where: {}, what: { as_if: 'code_used' }, client: v1, says: /^InvalidGrantError/ },
    { where: {}, what: { as_if: 'refresh_token_used' }, client: v2, says: /invalid_grant/ },
    { where: {}, what: { as_if: 'grant_revoked' }, client: openidClientJourney, says: /grant/ },
    { where: token, what: { as_if: 'client_unknown' }, client: v2, says: /invalid_client/ },
    {
      where: authorize,
      what: { as_if: 'client_unknown' },
      client: openidClientJourney,
      says: /400 at \/oauth2\/authorize/,
    },
  ],
  hang: [{ where: toolCall, what: { hang: true }, client: impatientV1, says: /Request timed out/ }],
  drop_connection: [
    { where: register, what: { drop_connection: true }, client: v1, says: /other side closed/ },
    {
      where: token,
      what: { drop_connection: { after_bytes: 20 } },
      client: oauth4webapiJourney,
      says: /failed to parse "response" body as JSON <- .*terminated/,
    },
  ],
  delay_ms: [
    { where: toolCall, what: { delay_ms: 60_000 }, client: impatientV1, says: /Request timed out/ },
  ],
  headers: [
    {
      where: toolCall,
      what: { headers: { 'Content-Type': 'text/plain' } },
      client: v1,
      says: /Unexpected content type: text\/plain/,
    },
    {
      where: { endpoint: 'mcp', step: 'discovery' },
      what: { headers: { 'WWW-Authenticate': null } },
      client: v1,
      says: /^fine$/,
    },
  ],
  malformed_json: [
    { where: token, what: { malformed_json: true }, client: v1, says: /SyntaxError/ },
    { where: metadata, what: { malformed_json: true }, client: oauth4webapiJourney, says: /parse/ },
  ],
  truncate_at_bytes: [
    { where: token, what: { truncate_at_bytes: 20 }, client: v2, says: /Unterminated string/ },
  ],
  bytes_per_second: [
    {
      where: toolCall,
      what: { bytes_per_second: 10 },
      client: impatientV1,
      says: /Request timed out/,
    },
  ],
  events: [
    { where: toolCall, what: { events: { cut_after: 0 } }, client: impatientV1, says: /timed out/ },
    {
      where: toolCall,
      what: { events: { delay_ms: 60_000 } },
      client: impatientV1,
      says: /Request timed out/,
    },
  ],
  json: [
    {
      where: metadata,
      what: { json: { set: { issuer: 'https://login.example' } } },
      client: v2,
      says: /Issuer mismatch .* received "https:\/\/login.example"/,
    },
    {
      where: { endpoint: 'resource_metadata' },
      what: { json: { set: { '/authorization_servers/0': 'https://as.invalid' } } },
      client: oauth4webapiJourney,
      says: /as\.invalid/,
    },
    {
      where: metadata,
      what: { json: { remove: ['registration_endpoint'] } },
      client: v1,
      says: /does not support dynamic client registration/,
    },
  ],
  jwks: [
    { where: {}, what: { jwks: 'stale' }, client: oauth4webapiJourney, says: /no applicable keys/ },
    { where: {}, what: { jwks: 'empty' }, client: openidClientJourney, says: /no applicable keys/ },
    { where: {}, what: { jwks: 'foreign' }, client: openidClientJourney, says: /signature/ },
  ],
  issued_token: [
    ...Object.entries({
      iss: [{ claims: { iss: 'https://as.example' } }, /unexpected JWT "iss"/],
      aud: [{ claims: { aud: 'https://rs.example' } }, /unexpected JWT "aud"/],
      exp: [{ ttl_seconds: -3600 }, /unexpected JWT "exp"/],
      kid: [{ header: { kid: 'nobodys' } }, /no applicable keys/],
      alg: [{ header: { alg: 'HS256' } }, /alg/],
      typ: [{ header: { typ: 'JWT' } }, /typ/],
      missing: [{ claims: { sub: null } }, /missing/],
      rogue: [{ key: 'rogue' }, /signature verification failed/],
    } as const).map(([, [wrong, says]]) => ({
      where: {},
      what: { issued_token: wrong },
      client: oauth4webapiJourney,
      says,
    })),
    ...Object.entries({
      iss: [{ claims: { iss: 'https://as.example' } }, /unexpected JWT "iss"/],
      aud: [{ claims: { aud: 'somebody-else' } }, /unexpected JWT "aud"/],
      exp: [{ ttl_seconds: -3600 }, /unexpected JWT "exp"/],
      nonce: [{ claims: { nonce: 'other' } }, /unexpected ID Token "nonce"/],
      kid: [{ header: { kid: 'nobodys' } }, /no applicable keys/],
      alg: [{ header: { alg: 'none' }, key: 'none' }, /alg/],
      rogue: [{ key: 'rogue' }, /signature verification failed/],
    } as const).map(([, [wrong, says]]) => ({
      where: {},
      what: { issued_token: { token: 'id_token', ...wrong } },
      client: openidClientJourney,
      says,
    })),
    { where: {}, what: { issued_token: { key: 'rogue' } }, client: v2, says: /401/ },
  ],
  authorization_response: [
    {
      where: {},
      what: { authorization_response: { remove: ['state'] } },
      client: openidClientJourney,
      says: /"state" missing/,
    },
    {
      where: {},
      what: { authorization_response: { set: { state: 'other' } } },
      client: oauth4webapiJourney,
      says: /unexpected "state"/,
    },
    {
      where: {},
      what: { authorization_response: { remove: ['iss'] } },
      client: v2,
      says: /Issuer mismatch .* received undefined/,
    },
    {
      where: {},
      what: { authorization_response: { set: { iss: '{issuer}/' } } },
      client: openidClientJourney,
      says: /unexpected "iss"/,
    },
    { where: {}, what: { authorization_response: { remove: ['code'] } }, client: v1, says: /null/ },
  ],
}

describe('a real client meets', () => {
  for (const kind of faultKindNames) {
    for (const { where, what, until = {}, client, says } of meetings[kind]) {
      verifies('fault-kinds', `${JSON.stringify({ where, what })} and says ${says}`, async () => {
        const added = await api.post('/faults', { where, what, until })
        expect(added.status, added.text).toBe(201)
        expect(await outcomeOf(client, stack)).toMatch(says)
        await expectHit(until)
      })
    }
  }
})

/** One that is counted is gone by now. */
async function expectHit(until: object) {
  // A client that gave up may have done so before its request arrived.
  await vi.waitFor(async () => {
    const { body } = await api.get<{ items: { hits: number }[] }>('/faults')
    if ('count' in until) expect(body.items).toEqual([])
    else expect(body.items[0]?.hits).toBeGreaterThan(0)
  })
}
