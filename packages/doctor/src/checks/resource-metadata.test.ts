import { expect, test } from 'vitest'
import type { Examination } from '../examination.ts'
import type { Challenge, Entry } from '../servers.ts'
import type { Changes } from '../testing/changes.ts'
import { resourceMetadataUrl } from '../testing/documents.ts'
import { examineArea, named } from '../testing/findings.ts'
import { type Servers, startServers } from '../testing/servers.ts'
import { examineResourceMetadata } from './resource-metadata.ts'

const wellKnown = '/.well-known/oauth-protected-resource'

function read(servers: Servers, resourceMetadata?: string, scope: Challenge['scope'] = ['read']) {
  const told = { resourceMetadata, scope, error: undefined, description: undefined }
  const entry: Entry = { kind: 'protected', challenge: told }
  const run = (examination: Examination) => examineResourceMetadata(examination, entry)
  return examineArea(servers.mcpUrl, 'resource_metadata', run, servers.fetch)
}

async function readChanged(changes: Changes) {
  await using servers = await startServers(changes)
  return await read(servers, resourceMetadataUrl(servers))
}

test('the metadata of a healthy server, with and without a challenge', async () => {
  await using servers = await startServers()
  const url = resourceMetadataUrl(servers)
  for (const challenged of [url, undefined]) {
    const { result, findings } = await read(servers, challenged)
    expect(findings).toEqual([])
    expect(result).toMatchObject({ url, issuer: servers.issuer })
    expect(result?.metadata?.scopes_supported).toEqual(['read', 'write'])
  }
})

test('a server at the root has one place', async () => {
  const { findings } = await readChanged({ mcpPath: '/' })
  expect(findings).toEqual([])
})

test('no metadata, and no authorization server at the origin', async () => {
  const { result, findings } = await readChanged({ resource: null })
  expect(result).toBeUndefined()
  expect(named(findings)).toEqual(['error resource_metadata_missing'])
})

test('no metadata, and the origin is the authorization server (MCP 2025-03-26)', async () => {
  await using servers = await startServers({
    resource: null,
    answer: ({ url }, { mcpOrigin }) =>
      url.pathname === '/.well-known/oauth-authorization-server'
        ? Response.json({ issuer: mcpOrigin, token_endpoint: `${mcpOrigin}/token` })
        : undefined,
  })
  const { result, findings } = await read(servers)
  expect(result).toEqual({ url: undefined, metadata: undefined, issuer: servers.mcpOrigin })
  expect(named(findings)).toEqual(['warning resource_metadata_missing'])
  const promised = await read(servers, resourceMetadataUrl(servers))
  expect(promised.result).toMatchObject({ issuer: servers.mcpOrigin })
  expect(named(promised.findings)).toEqual(['error resource_metadata_missing'])
})

test.each<[string, () => Response | 'hang_up']>([
  [
    'resource_metadata_is_page',
    () =>
      new Response('<!doctype html><title>App</title>', {
        headers: { 'content-type': 'text/html' },
      }),
  ],
  ['resource_metadata_guarded', () => Response.json({ error: 'unauthorized' }, { status: 401 })],
  [
    'resource_metadata_unreadable',
    () => new Response('{"resource":', { headers: { 'content-type': 'application/json' } }),
  ],
  ['resource_metadata_fails', () => Response.json({}, { status: 500 })],
  ['resource_metadata_fails', () => 'hang_up'],
])('%s', async (id, answered) => {
  const { result, findings } = await readChanged({
    answer: ({ url }) => (url.pathname.startsWith(wellKnown) ? answered() : undefined),
  })
  expect(result).toBeUndefined()
  expect(named(findings)).toEqual([`error ${id}`])
})

const notFoundAt =
  (...paths: string[]): NonNullable<Changes['answer']> =>
  ({ url }) =>
    paths.includes(url.pathname) ? new Response(null, { status: 404 }) : undefined

test('the challenge names a place that is not there', async () => {
  await using servers = await startServers()
  const { result, findings } = await read(servers, `${servers.mcpOrigin}/metadata.json`)
  expect(named(findings)).toEqual(['error challenged_metadata_not_found'])
  expect(result).toMatchObject({ url: resourceMetadataUrl(servers) })
})

test('not at the path, or not at the root', async () => {
  await using servers = await startServers({ answer: notFoundAt(`${wellKnown}/mcp`) })
  const atRoot = await read(servers, servers.mcpOrigin + wellKnown)
  expect(named(atRoot.findings)).toEqual(['warning resource_metadata_not_at_path'])
  const { findings } = await readChanged({ answer: notFoundAt(wellKnown) })
  expect(named(findings)).toEqual(['note resource_metadata_not_at_root'])
})

test('redirects are followed and told', async () => {
  const { result, findings } = await readChanged({
    answer: ({ url }) =>
      url.pathname === `${wellKnown}/mcp`
        ? new Response(null, { status: 302, headers: { location: wellKnown } })
        : undefined,
  })
  expect(result).toBeDefined()
  expect(named(findings)).toEqual(['warning resource_metadata_redirects'])
})

test('another content type', async () => {
  const { findings } = await readChanged({
    mend: async (response, { url }) =>
      url.pathname.startsWith(wellKnown) ? new Response(await response.text()) : response,
  })
  expect(named(findings)).toEqual(['warning resource_metadata_type'])
})

test('the places disagree', async () => {
  await using servers = await startServers({
    answer: ({ url }, { mcpUrl }) =>
      url.pathname === '/other'
        ? Response.json({ resource: mcpUrl, authorization_servers: ['https://other.example'] })
        : undefined,
  })
  const { findings } = await read(servers, `${servers.mcpOrigin}/other`)
  expect(named(findings)).toEqual(['error resource_metadata_disagrees'])
})

test.each<[string, string, unknown]>([
  ['resource_missing', 'none', undefined],
  ['resource_mismatch', 'no URL', 'my-server'],
  ['resource_mismatch', 'another host', 'https://www.mcp.example/mcp'],
  ['resource_mismatch', 'another path', 'https://mcp.example/other'],
  ['resource_scheme_mismatch', 'http', 'http://mcp.example/mcp'],
  ['resource_local', 'localhost', 'http://localhost:3000/mcp'],
  ['resource_without_path', 'the origin', 'https://mcp.example'],
  ['resource_trailing_slash', 'a slash', 'https://mcp.example/mcp/'],
])('%s: %s', async (id, _, resource) => {
  const { findings } = await readChanged({ public: true, resource: { resource } })
  expect(named(findings)).toEqual([`error ${id}`])
  expect(findings[0]?.expected).toBe('https://mcp.example/mcp')
})

test('who refuses is told from the clients’ own rules', async () => {
  const { findings } = await readChanged({
    public: true,
    resource: { resource: 'https://mcp.example' },
  })
  expect(findings[0]?.breaks).toEqual(['claude', 'gemini-cli'])
})

test('the slash of an origin is a matter of spelling', async () => {
  const { findings } = await readChanged({
    public: true,
    mcpPath: '/',
    resource: { resource: 'https://mcp.example' },
  })
  expect(named(findings)).toEqual(['warning resource_trailing_slash'])
})

test.each<[string, unknown]>([
  ['error authorization_servers_missing', undefined],
  ['error authorization_servers_missing', []],
  ['error authorization_servers_missing', 'https://auth.example'],
  ['error authorization_server_invalid', ['auth.example']],
])('%s: %j', async (finding, authorization_servers) => {
  const { result, findings } = await readChanged({ resource: { authorization_servers } })
  expect(result).toBeUndefined()
  expect(named(findings)).toEqual([finding])
})

test.each<[string, readonly string[]]>([
  ['error authorization_server_http', ['http://auth.example']],
  ['error authorization_server_local', ['http://localhost:9000']],
  ['note authorization_servers_several', ['https://auth.example', 'https://other.example']],
])('%s: %j', async (finding, authorization_servers) => {
  const { result, findings } = await readChanged({
    public: true,
    resource: { authorization_servers },
  })
  expect(result?.issuer).toBe(authorization_servers[0])
  expect(named(findings)).toEqual([finding])
})

test('scopes and bearer methods', async () => {
  const offline = await readChanged({ resource: { scopes_supported: ['read', 'offline_access'] } })
  expect(named(offline.findings)).toEqual(['note resource_scopes_of_sign_in'])
  const byBody = await readChanged({ resource: { bearer_methods_supported: ['body'] } })
  expect(named(byBody.findings)).toEqual(['warning bearer_header_not_offered'])
  await using servers = await startServers({ resource: { scopes_supported: undefined } })
  const unsaid = await read(servers, resourceMetadataUrl(servers), undefined)
  expect(named(unsaid.findings)).toEqual([])
  const nowhere = await read(servers, resourceMetadataUrl(servers), [])
  expect(named(nowhere.findings)).toEqual(['warning resource_scopes_unsaid'])
})
