import { personaNames } from '@neonpanel/personas/catalogue'
import { describe, expect, test } from 'vitest'
import type { Finding } from './finding.ts'
import { type Examined, type Readiness, readinessOf } from './readiness.ts'
import type { RegistrationWays } from './servers.ts'
import type { Changes } from './testing/changes.ts'
import { learnt } from './testing/findings.ts'
import { sampleReport } from './testing/sample-report.ts'
import { type Servers, startServers } from './testing/servers.ts'

const open: RegistrationWays = { document: true, dynamic: 'open' }

type Known = Partial<Pick<Examined, 'findings' | 'registration' | 'entry' | 'authorizationServer'>>

/** What the examination would know of the servers, in short. */
async function readiness(changes: Changes, known: Known = {}) {
  await using servers = await startServers(changes)
  const clients = await readinessAt(servers, known)
  const of = (name: string) => clients.find(({ persona }) => persona === name)!
  return { clients, of, servers }
}

function readinessAt(servers: Servers, known: Known = {}): Promise<Readiness[]> {
  const { mcpUrl, issuer } = servers
  return readinessOf({
    mcpUrl,
    timeoutMs: 5000,
    fetch: servers.fetch,
    findings: [],
    entry: { kind: 'protected', challenge: undefined },
    resource: { url: undefined, metadata: undefined, issuer },
    authorizationServer: undefined,
    registration: open,
    ...known,
  })
}

const verdicts = (clients: readonly Readiness[]) => clients.map(({ verdict }) => verdict)

describe('at a healthy public server', () => {
  test('every client works, by its metadata document or by registration', async () => {
    const { clients, of } = await readiness({ public: true })
    expect(clients.map(({ persona }) => persona)).toEqual(personaNames)
    expect(new Set(verdicts(clients))).toEqual(new Set(['works']))
    expect(of('vscode').says).toBe('Is known by its metadata document; the person signs in.')
    expect(of('cursor').says).toBe('Registers itself; the person signs in.')
  })

  test('the rehearsal leaves no trace, and asks nothing twice', async () => {
    await using servers = await startServers({ public: true })
    await readinessAt(servers)
    const requests = [...servers.resource.requests, ...servers.authorization.requests]
    const posted = requests.filter(({ method }) => !['GET', 'HEAD', 'OPTIONS'].includes(method))
    expect(posted.length).toBeGreaterThan(0)
    expect(new Set(posted.map(({ url }) => url.href))).toEqual(new Set([servers.mcpUrl]))
    for (const { headers, method, body } of posted) {
      expect(method).toBe('POST')
      expect(JSON.parse(body).method).toMatch(/^(?:initialize|server\/discover)$/)
      expect(headers.has('authorization')).toBe(false)
    }
    const authorize = requests.filter(({ url }) => url.pathname === '/authorize')
    expect(authorize).toEqual([])
    const told = requests.map(({ method, url, headers, body }) =>
      JSON.stringify([method, url.href, [...headers], body]),
    )
    expect(new Set(told).size).toBe(told.length)
  })
})

describe('who cannot make itself known', () => {
  const gated: RegistrationWays = { document: true, dynamic: 'gated' }

  test('where registration is gated, is told to be registered and its id entered', async () => {
    const { of, servers } = await readiness({}, { registration: gated })
    expect(of('vscode').verdict).toBe('works')
    expect(of('cursor')).toMatchObject({ verdict: 'works_after', cause: 'client_id_needed' })
    expect(of('cursor').says).toBe(
      `Register it, \`neonpanel register cursor --iat <token> --issuer ${servers.issuer}\`, then enter the client id: .cursor/mcp.json: "CLIENT_ID": "<client id>".`,
    )
  })

  test('where there is no registration, is told to be registered by hand', async () => {
    const none: RegistrationWays = { document: false, dynamic: 'none' }
    const server = {
      registration_endpoint: undefined,
      client_id_metadata_document_supported: undefined,
    }
    const { clients, of, servers } = await readiness(
      { server, public: true },
      { registration: none },
    )
    expect(new Set(verdicts(clients))).toEqual(new Set(['works_after']))
    expect(of('chatgpt').says).toMatch(`Register ChatGPT by hand at ${servers.issuer}, then enter`)
  })

  test('a page that may not register is told so', async () => {
    const { of } = await readiness({
      answer: ({ method, url }) =>
        method === 'OPTIONS' && url.pathname === '/register'
          ? new Response(null, { status: 405 })
          : undefined,
    })
    expect(of('inspector')).toMatchObject({ verdict: 'works_after', cause: 'cors_refused' })
    expect(of('cursor').verdict).toBe('works')
  })
})

test('clients in the cloud do not reach a server of this machine', async () => {
  const { of, servers } = await readiness({})
  for (const name of ['chatgpt', 'claude']) {
    expect(of(name)).toMatchObject({ verdict: 'works_after', cause: undefined })
    expect(of(name).says).toMatch(
      `Runs in its maker’s cloud: give ${servers.mcpOrigin} a public https address`,
    )
  }
})

test('a server that asks for no token lets everybody in at once', async () => {
  const { clients } = await readiness(
    { open: true, public: true },
    { entry: { kind: 'open' }, registration: undefined },
  )
  expect(new Set(clients.map(({ says }) => says))).toEqual(
    new Set(['Connects at once: the server asks for no token.']),
  )
})

describe('what breaks some', () => {
  test('metadata of another resource stops those that compare it', async () => {
    const { of } = await readiness({ resource: { resource: 'https://elsewhere.example/mcp' } })
    expect(of('inspector')).toMatchObject({
      verdict: 'fails',
      cause: 'resource_metadata_mismatch',
    })
    expect(of('inspector').says).toContain('https://elsewhere.example/mcp')
    expect(of('chatgpt').verdict).toBe('works_after')
    // It goes on as if there were none, and looks for the endpoints at the MCP server.
    expect(of('vscode')).toMatchObject({ verdict: 'fails', cause: 'browser_did_not_return' })
  })

  test('no metadata of the authorization server stops those that assume no endpoints', async () => {
    const at = ({ url }: { url: URL }) => url.pathname === '/authorize'
    const { of } = await readiness({ server: null }, { registration: undefined })
    expect(of('chatgpt')).toMatchObject({ verdict: 'fails' })
    expect(of('vscode').verdict).toBe('works')
    const gone = await readiness(
      {
        server: null,
        answer: (asked) => (at(asked) ? new Response(null, { status: 404 }) : undefined),
      },
      { registration: undefined },
    )
    expect(gone.of('vscode')).toMatchObject({ verdict: 'fails', cause: 'browser_did_not_return' })
    expect(gone.of('vscode').says).toContain('/authorize answered 404')
  })

  test('an answer other than 401 stops all, each with its own words', async () => {
    const { clients } = await readiness({
      answer: ({ url }) =>
        url.pathname === '/mcp' ? Response.json({}, { status: 403 }) : undefined,
    })
    expect(new Set(verdicts(clients))).toEqual(new Set(['fails']))
  })
})

describe('what a rehearsal cannot see', () => {
  const finding = (change: Partial<Finding>): Finding => ({
    ...sampleReport.findings[1]!,
    area: 'token',
    ...change,
  })

  test('an error breaks the clients that it names', async () => {
    const { of } = await readiness(
      {},
      { findings: [finding({ id: 'broken_token', breaks: ['cursor'] })] },
    )
    expect(of('cursor')).toMatchObject({ verdict: 'fails', cause: 'broken_token' })
    expect(of('vscode').verdict).toBe('works')
  })

  test('an error of registration is got around by an entered id, and is nothing to who does not register', async () => {
    await using servers = await startServers()
    const { server } = await learnt(servers)
    const where = server.metadata.registration_endpoint
    const clients = await readinessAt(servers, {
      authorizationServer: server,
      findings: [finding({ id: 'registration_broken', where, breaks: 'every client' })],
    })
    const of = (name: string) => clients.find(({ persona }) => persona === name)!
    expect(of('cursor')).toMatchObject({ verdict: 'works_after', cause: 'registration_broken' })
    expect(of('cursor').says).toMatch(`Register Cursor by hand at ${servers.issuer}, then enter`)
    expect(of('vscode').verdict).toBe('works')
  })

  test('an error of metadata documents is got around by an entered id', async () => {
    const broken = finding({ id: 'documents_refused', area: 'registration', breaks: ['vscode'] })
    const { of } = await readiness({}, { findings: [broken] })
    expect(of('vscode')).toMatchObject({ verdict: 'works_after', cause: 'documents_refused' })
    expect(of('cursor').verdict).toBe('works')
  })

  test('a client that stops without known words is told the error that breaks it', async () => {
    const bad = finding({ id: 'challenge_metadata_not_absolute', breaks: 'every client' })
    const { of } = await readiness(
      { challenge: 'Bearer resource_metadata="/metadata"' },
      { findings: [bad] },
    )
    expect(of('codex')).toMatchObject({ verdict: 'fails', cause: bad.id })
  })

  test('a warning breaks nobody, and an error that no client suffers from neither', async () => {
    const { of } = await readiness(
      {},
      {
        findings: [
          finding({ level: 'warning', breaks: 'every client' }),
          finding({ level: 'error', breaks: [] }),
        ],
      },
    )
    expect(of('cursor').verdict).toBe('works')
  })

  test('where nobody answers, nothing is rehearsed', async () => {
    await using servers = await startServers()
    const gone = finding({ id: 'connection_refused', area: 'reachability', breaks: 'every client' })
    const clients = await readinessAt(servers, { entry: undefined, findings: [gone] })
    expect(new Set(clients.map(({ cause }) => cause))).toEqual(new Set(['connection_refused']))
    expect(servers.resource.requests).toEqual([])
  })
})
