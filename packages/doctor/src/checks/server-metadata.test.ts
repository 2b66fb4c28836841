import { expect, test } from 'vitest'
import type { Examination } from '../examination.ts'
import type { Resource } from '../servers.ts'
import type { Changes } from '../testing/changes.ts'
import { serverMetadataPaths } from '../testing/documents.ts'
import { examineArea, named } from '../testing/findings.ts'
import { type Servers, startServers } from '../testing/servers.ts'
import { examineServerMetadata } from './server-metadata.ts'

function read(servers: Servers, issuer = servers.issuer, scopes = ['read', 'write']) {
  const resource: Resource = {
    url: `${servers.mcpOrigin}/.well-known/oauth-protected-resource/mcp`,
    metadata: {
      resource: servers.mcpUrl,
      authorization_servers: [issuer],
      scopes_supported: scopes,
      bearer_methods_supported: ['header'],
    },
    issuer,
  }
  const run = (examination: Examination) => examineServerMetadata(examination, resource)
  return examineArea(servers.mcpUrl, 'server_metadata', run, servers.fetch)
}

async function readChanged(changes: Changes) {
  await using servers = await startServers(changes)
  return await read(servers)
}

const oauth = '/.well-known/oauth-authorization-server'
const openid = '/.well-known/openid-configuration'

test.each([undefined, '/tenant'])('a healthy server, issuer path %s', async (issuerPath) => {
  await using servers = await startServers(issuerPath ? { issuerPath } : {})
  const { result, findings } = await read(servers)
  expect(findings).toEqual([])
  expect(result).toMatchObject({
    issuer: servers.issuer,
    url: servers.authOrigin + serverMetadataPaths(servers)[0],
    metadata: { token_endpoint: `${servers.authOrigin}/token` },
  })
})

test('no metadata', async () => {
  const { result, findings } = await readChanged({ server: null })
  expect(result).toBeUndefined()
  expect(named(findings)).toEqual(['error server_metadata_missing'])
})

test.each<[string, () => Response | 'hang_up']>([
  ['server_metadata_is_page', () => new Response('<!doctype html><title>App</title>')],
  ['server_metadata_guarded', () => Response.json({ error: 'forbidden' }, { status: 403 })],
  ['server_metadata_unreadable', () => new Response('issuer: me')],
  ['server_metadata_fails', () => Response.json({}, { status: 503 })],
  ['server_metadata_fails', () => 'hang_up'],
])('%s', async (id, answered) => {
  const wherever = await readChanged({
    answer: ({ url }) => (url.pathname.startsWith('/.well-known/o') ? answered() : undefined),
  })
  expect(wherever.result).toBeUndefined()
  expect(named(wherever.findings)).toEqual([`error ${id}`])
  const first = await readChanged({
    answer: ({ url }) => (url.pathname === oauth ? answered() : undefined),
  })
  expect(named(first.findings)).toEqual(['note only_openid_metadata', `warning ${id}`])
})

test.each([`/tenant${oauth}`, oauth])('the metadata is at %s alone', async (path) => {
  const { result, findings } = await readChanged({
    issuerPath: '/tenant',
    server: null,
    answer: ({ url }, { issuer }) =>
      url.pathname === path ? Response.json({ issuer }) : undefined,
  })
  expect(result).toBeUndefined()
  expect(named(findings)).toEqual(['error server_metadata_misplaced'])
  expect(findings[0]?.expected).toContain('/.well-known/oauth-authorization-server/tenant')
})

test('OpenID Connect discovery alone', async () => {
  const { result, findings } = await readChanged({
    answer: ({ url }) => (url.pathname === oauth ? new Response(null, { status: 404 }) : undefined),
  })
  expect(result).toBeDefined()
  expect(named(findings)).toEqual(['note only_openid_metadata'])
})

test('redirects, another content type, forms that contradict each other', async () => {
  const moved = await readChanged({
    answer: ({ url }) =>
      url.pathname === oauth
        ? new Response(null, { status: 302, headers: { location: openid } })
        : undefined,
  })
  expect(named(moved.findings)).toEqual(['warning server_metadata_redirects'])
  const text = await readChanged({
    mend: async (response, { url }) =>
      url.pathname === oauth ? new Response(await response.text()) : response,
  })
  expect(named(text.findings)).toEqual(['warning server_metadata_type'])
  const { findings } = await readChanged({
    answer: ({ url }, { issuer }) =>
      url.pathname === openid ? Response.json({ issuer }) : undefined,
  })
  expect(named(findings)).toEqual(['warning server_metadata_disagrees'])
  expect(findings[0]?.where).toContain('authorization_endpoint, token_endpoint')
})

test('the issuer', async () => {
  await using servers = await startServers()
  const slashed = await read(servers, `${servers.issuer}/`)
  expect(named(slashed.findings)).toEqual(['error issuer_trailing_slash'])
  const other = await readChanged({ server: { issuer: 'https://other.example' } })
  expect(named(other.findings)).toEqual(['error issuer_mismatch'])
  expect(other.findings[0]?.breaks).toEqual(['inspector', 'mcp-remote'])
  const none = await readChanged({ server: { issuer: undefined } })
  expect(named(none.findings)).toEqual(['error issuer_missing'])
})

test('an issuer that was guessed is compared with leniency', async () => {
  await using servers = await startServers({ server: { issuer: 'https://other.example' } })
  const resource = { url: undefined, metadata: undefined, issuer: servers.issuer }
  const { findings } = await examineArea(servers.mcpUrl, 'server_metadata', (examination) =>
    examineServerMetadata(examination, resource),
  )
  expect(named(findings)).toContain('warning issuer_mismatch')
})

test.each([
  ['authorization_endpoint_missing', 'authorization_endpoint'],
  ['token_endpoint_missing', 'token_endpoint'],
])('%s', async (id, name) => {
  const { result, findings } = await readChanged({ server: { [name]: undefined } })
  expect(result).toBeUndefined()
  expect(named(findings)).toEqual([`error ${id}`])
})

test.each<[string, string]>([
  ['error endpoint_not_absolute', '/token'],
  ['error endpoint_local', 'http://localhost:9000/token'],
  ['error endpoint_http', 'http://auth.example/token'],
  ['note endpoint_elsewhere', 'https://tokens.example/token'],
])('%s: %s', async (finding, token_endpoint) => {
  const { findings } = await readChanged({ public: true, server: { token_endpoint } })
  expect(named(findings)).toEqual([finding])
  expect(findings[0]).toMatchObject({ where: 'token_endpoint', got: token_endpoint })
})

test.each<[string, Record<string, unknown>]>([
  ['error response_types_missing', { response_types_supported: undefined }],
  ['error code_not_offered', { response_types_supported: ['token'] }],
  ['error code_not_offered', { grant_types_supported: ['client_credentials', 'refresh_token'] }],
  ['warning refresh_grant_unlisted', { grant_types_supported: ['authorization_code'] }],
  ['note refresh_grant_unlisted', { grant_types_supported: undefined }],
  ['warning scopes_not_at_server', { scopes_supported: ['openid', 'read'] }],
  ['note iss_not_announced', { authorization_response_iss_parameter_supported: undefined }],
  [
    'warning public_clients_not_offered',
    {
      token_endpoint_auth_methods_supported: ['client_secret_basic'],
      client_id_metadata_document_supported: undefined,
    },
  ],
])('%s: %j', async (finding, server) => {
  const { result, findings } = await readChanged({ server })
  expect(result).toBeDefined()
  expect(named(findings)).toEqual([finding])
})

test('the key set', async () => {
  const absent = await readChanged({
    answer: ({ url }) => (url.pathname === '/jwks' ? Response.json({ keys: [] }) : undefined),
  })
  expect(named(absent.findings)).toEqual(['warning keys_not_found'])
  const { findings } = await readChanged({
    answer: ({ url }) =>
      url.pathname === '/jwks'
        ? Response.json({ keys: [{ kty: 'oct', k: 'c2VjcmV0' }] })
        : undefined,
  })
  expect(named(findings)).toEqual(['error private_keys_published'])
  expect(JSON.stringify(findings)).not.toContain('c2VjcmV0')
})
