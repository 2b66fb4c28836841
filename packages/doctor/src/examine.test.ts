import { expect, test } from 'vitest'
import { examine } from './examine.ts'
import { areas } from './finding.ts'
import type { Changes } from './testing/changes.ts'
import { named } from './testing/findings.ts'
import { startServers } from './testing/servers.ts'

test.each<[string, Changes]>([
  ['on this machine', {}],
  ['in public', { public: true }],
  ['at the root', { mcpPath: '/' }],
  ['with an issuer that has a path', { issuerPath: '/tenant' }],
  ['that asks for no token', { open: true }],
])('finds nothing wrong with a healthy server %s', async (_, changes) => {
  await using servers = await startServers(changes)
  const { findings, entry } = await examine(servers.mcpUrl, { fetch: servers.fetch })
  expect(findings.filter(({ level }) => level !== 'note')).toEqual([])
  expect(entry?.kind).toBe(changes.open ? 'open' : 'protected')
})

test('goes on once the person has signed in, and asks them once', async () => {
  await using servers = await startServers()
  let signedIn = 0
  const report = await examine(servers.mcpUrl, {
    signIn: () => {
      signedIn += 1
      return servers.session()
    },
  })
  expect(report.findings.filter(({ level }) => level !== 'note')).toEqual([])
  expect(report.areas.filter(({ outcome }) => outcome === 'skipped')).toEqual([])
  expect(signedIn).toBe(1)
})

test('tells each area once, in order of its beginning, and why one was skipped', async () => {
  await using servers = await startServers({ server: null })
  const begun: string[] = []
  const report = await examine(servers.mcpUrl, { watch: { begins: (area) => begun.push(area) } })
  expect(begun).toEqual(['reachability', 'challenge', 'resource_metadata', 'server_metadata'])
  expect(report.areas.map(({ area }) => area).toSorted()).toEqual(Object.keys(areas).toSorted())
  expect(report.areas.at(-1)).toMatchObject({
    outcome: 'skipped',
    because: 'The authorization server has no metadata.',
  })
})

test('a URL that is none is told, too', async () => {
  const { findings, areas: examined } = await examine('stdio')
  expect(named(findings)).toEqual(['error url_invalid'])
  expect(examined).toHaveLength(Object.keys(areas).length)
})

test.each<[string, Changes]>([
  [
    'status_not_401',
    {
      answer: ({ url }) =>
        url.pathname === '/mcp'
          ? Response.json({ error: 'forbidden' }, { status: 403 })
          : undefined,
    },
  ],
  ['resource_metadata_missing', { resource: null }],
  ['resource_mismatch', { resource: { resource: 'https://other.example/mcp' } }],
  ['server_metadata_missing', { server: null }],
  ['issuer_mismatch', { server: { issuer: 'https://other.example' } }],
  ['pkce_not_announced', { server: { code_challenge_methods_supported: undefined } }],
])('%s is the first error', async (id, changes) => {
  await using servers = await startServers(changes)
  const { findings } = await examine(servers.mcpUrl)
  expect(findings.find(({ level }) => level === 'error')?.id).toBe(id)
})

test('nothing is registered, and no secret stands in the evidence', async () => {
  await using servers = await startServers()
  const { accessToken, grant } = await servers.session()
  const signIn = async () => ({ accessToken, grant })
  const report = await examine(servers.mcpUrl, { signIn })
  const registered = servers.authorization.requests.filter(
    ({ method, url }) => method === 'POST' && url.pathname === '/register',
  )
  expect(registered.length).toBeGreaterThan(0)
  for (const { body } of registered) {
    const answer = await fetch(`${servers.authOrigin}/register`, { method: 'POST', body })
    expect(answer.status).toBe(400)
  }
  expect(named(report.findings)).toContain('note address_not_public')
  const evidence = JSON.stringify(report)
  expect(evidence).not.toContain(accessToken)
  expect(evidence).not.toContain(grant?.refreshToken)
})
