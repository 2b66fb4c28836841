import { describe, expect, test } from 'vitest'
import { type PersonaName, personas } from './catalogue.ts'
import { type PersonaWish, runPersona } from './run-persona.ts'
import { type Changes, mcpUrl, servers } from './testing/servers.ts'

/** Runs a persona against played servers. */
async function attempt(
  name: PersonaName,
  changes: Changes = {},
  wish: Partial<PersonaWish> = {},
  entered = mcpUrl,
) {
  const played = servers(changes)
  const { fetch } = played
  const run = await runPersona(name, entered, {
    fetch,
    openBrowser: played.openBrowser(),
    ...wish,
  })
  const [authorization] = run.story.exchanges.filter(({ step }) => step === 'authorize')
  const asked = new URL(authorization?.request.url ?? '/', 'https://as.example').searchParams
  return { ...run, ...played, authorization: asked }
}

const jsonOf = (sent: { body: string } | undefined) => JSON.parse(sent?.body || '{}')

const withCors = {
  'access-control-allow-origin': '*',
  'access-control-allow-methods': 'GET, POST, DELETE',
  'access-control-allow-headers':
    'authorization, content-type, mcp-protocol-version, mcp-session-id',
  'access-control-expose-headers': 'WWW-Authenticate, Mcp-Session-Id',
}

/** The answers of servers that know CORS: a preflight is never refused. */
const corsChanges: Changes = {
  headers: withCors,
  answer: ({ method }) => (method === 'OPTIONS' ? new Response(null, { status: 204 }) : undefined),
}

describe('every persona', () => {
  for (const name of Object.keys(personas) as PersonaName[]) {
    test(`${name} goes all the way, and its story holds no secret`, async () => {
      const { story, steps, verdict } = await attempt(name, corsChanges)
      expect(story.status, JSON.stringify(steps.at(-1))).toBe('completed')
      expect(verdict).toBeUndefined()
      expect(JSON.stringify(story)).not.toMatch(/the-(?:code|access-token|refresh-token)/)
    })
  }
})

describe('who observes a run', () => {
  test('hears of every exchange, and then of the step that it belongs to', async () => {
    const heard: string[] = []
    const run = await attempt(
      'chatgpt',
      {},
      {
        onExchange: ({ request }) => heard.push(request.method),
        onStep: ({ says }) => heard.push(says),
      },
    )
    expect(heard.slice(0, 2)).toEqual(['POST', run.steps[0]?.says])
    expect(heard).toHaveLength(run.steps.length + run.story.exchanges.length)
    expect(run.origins).toEqual({
      'resource-server': 'https://mcp.example',
      'authorization-server': 'https://as.example',
    })
  })

  test('hears of the step that stops it last', async () => {
    const heard: boolean[] = []
    const onStep: PersonaWish['onStep'] = ({ ok }) => heard.push(ok)
    const challenge = () => new Response(null, { status: 403 })
    await attempt('claude', { challenge }, { onStep })
    expect(heard.at(-1)).toBe(false)
  })

  test('is told why a browser never comes back', async () => {
    const openBrowser = async () => {
      throw new Error('it shows a page')
    }
    const { verdict } = await attempt('claude', {}, { openBrowser })
    expect(verdict).toMatchObject({
      cause: 'browser_did_not_return',
      evidence: { compare: { got: 'it shows a page', expected: personas.claude.redirect.uri } },
    })
  })
})

describe('discovery', () => {
  test.each([
    ['403', () => new Response(null, { status: 403 })],
    [
      '200 with an error in its body',
      () => Response.json({ jsonrpc: '2.0', id: 0, error: { code: 1, message: 'sign in' } }),
    ],
  ])('Claude does not sign in on %s', async (got, challenge) => {
    const { story, verdict, requests } = await attempt('claude', { challenge })
    expect(story).toMatchObject({ status: 'failed', step: 'discovery' })
    expect(verdict).toMatchObject({ cause: 'challenge_status', evidence: { values: { got } } })
    expect(requests).toHaveLength(1)
  })

  test('a server that asks for no token is connected to without one', async () => {
    const result = { protocolVersion: '2025-11-25' }
    const open = () => Response.json({ jsonrpc: '2.0', id: 0, result })
    const { story, tokens } = await attempt('claude', { challenge: open })
    expect({ status: story.status, tokens }).toEqual({ status: 'completed', tokens: undefined })
  })

  test('only the first authorization server is asked', async () => {
    const authorization_servers = ['https://as.example', 'https://other.example']
    const { requests } = await attempt('claude', { resource: { authorization_servers } })
    expect(requests.some(({ url }) => url.includes('other.example'))).toBe(false)
  })

  test('VS Code compares resources as URLs, Claude by characters', async () => {
    const resource = { resource: 'https://MCP.example/mcp' }
    expect((await attempt('vscode', { resource })).story.status).toBe('completed')
    const { story, verdict } = await attempt('claude', { resource })
    expect(story).toMatchObject({ status: 'failed', step: 'discovery' })
    expect(verdict?.cause).toBe('resource_metadata_mismatch')
  })

  test('VS Code goes on without the metadata of another resource', async () => {
    const resource = { resource: 'https://mcp.example/other' }
    const atMcp: Changes['answer'] = ({ url }) =>
      url === 'https://mcp.example/.well-known/oauth-authorization-server'
        ? Response.json({
            issuer: 'https://mcp.example',
            authorization_endpoint: 'https://mcp.example/authorize',
            token_endpoint: 'https://mcp.example/token',
            registration_endpoint: 'https://mcp.example/register',
          })
        : undefined
    const { story, authorization } = await attempt('vscode', { resource, answer: atMcp })
    expect(story.status).toBe('completed')
    expect(story.notes.map(({ reason }) => reason)).toEqual(['resource_metadata_mismatch'])
    expect(authorization.has('resource')).toBe(false)
  })

  test('without metadata VS Code assumes endpoints, and ChatGPT stops', async () => {
    const nothing = { resource: null, server: null }
    const { story, asked } = await attempt('vscode', nothing)
    expect(story.status).toBe('completed')
    expect(asked('/register')).toHaveLength(1)
    const { verdict, story: stopped } = await attempt('chatgpt', nothing)
    expect(stopped.step).toBe('discovery')
    expect(verdict?.cause).toMatch(/metadata_missing$|challenge_without_metadata/)
  })

  test('the Inspector refuses metadata of another issuer', async () => {
    const server = { issuer: 'https://evil.example' }
    const { verdict } = await attempt('inspector', { ...corsChanges, server })
    expect(verdict?.cause).toBe('issuer_mismatch')
  })

  test('without S256 nobody goes on', async () => {
    const server = { code_challenge_methods_supported: ['plain'] }
    const { story } = await attempt('cursor', { server })
    expect(story).toMatchObject({ status: 'failed', step: 'discovery' })
    expect(story.notes.at(-1)).toMatchObject({ reason: 'pkce_not_supported', got: 'plain' })
  })
})

describe('becoming known', () => {
  test('Claude registers where the server lists no public clients', async () => {
    const server = { token_endpoint_auth_methods_supported: ['client_secret_basic'] }
    const { story, asked } = await attempt('claude', { server })
    expect(story.clientId).toBe('registered')
    expect(jsonOf(asked('/register')[0])).toMatchObject({ client_name: 'Claude', scope: 'read' })
  })

  test('ChatGPT has a document and a callback per connection where iss is not announced', async () => {
    const server = { authorization_response_iss_parameter_supported: undefined }
    const { story, authorization } = await attempt('chatgpt', { server })
    const [, id] = /^https:\/\/chatgpt\.com\/oauth\/([\w-]+)\/client\.json$/.exec(story.clientId!)!
    expect(authorization.get('redirect_uri')).toBe(`https://chatgpt.com/connector/oauth/${id}`)
  })

  test('VS Code registers with the grants that the server lists, or with all of its own', async () => {
    const server = { client_id_metadata_document_supported: false }
    const grants = { ...server, grant_types_supported: ['authorization_code', 'implicit'] }
    const listed = await attempt('vscode', { server: grants })
    expect(jsonOf(listed.asked('/register')[0]).grant_types).toEqual(['authorization_code'])
    const unlisted = await attempt('vscode', { server })
    expect(jsonOf(unlisted.asked('/register')[0]).grant_types).toContain(
      'urn:ietf:params:oauth:grant-type:device_code',
    )
  })

  test('Codex comes back to a path of its connection when it registered', async () => {
    const server = { client_id_metadata_document_supported: false }
    const { authorization, asked } = await attempt('codex', { server })
    const [uri] = jsonOf(asked('/register')[0]).redirect_uris
    expect(uri).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/callback\/[\w-]{12}$/)
    expect(authorization.get('redirect_uri')).toBe(uri)
  })

  test('Gemini CLI reads the metadata twice, and registers with an empty scope where none is listed', async () => {
    const { asked } = await attempt('gemini-cli')
    expect(asked('/.well-known/oauth-authorization-server')).toHaveLength(2)
    expect(jsonOf(asked('/register')[0]).scope).toBe('')
  })

  test('Cursor needs an id where there is no registration', async () => {
    const server = { registration_endpoint: undefined }
    const { story, verdict } = await attempt('cursor', { server })
    expect(story).toMatchObject({ status: 'failed', step: 'register' })
    expect(verdict?.cause).toBe('client_id_needed')
    const registration = { clientId: 'entered', clientSecret: 'entered-secret' }
    const told = await attempt('cursor', { server }, { registration })
    expect(told.story).toMatchObject({ status: 'completed', clientId: 'entered' })
    expect(new URLSearchParams(told.asked('/token')[0]?.body).get('client_secret')).toBe(
      'entered-secret',
    )
    expect(JSON.stringify(told.story)).not.toContain('entered-secret')
  })

  test('an initial access token is shown where the client registers, and nowhere else', async () => {
    const registration = { initialAccessToken: 'the-initial-token' }
    const { requests, story } = await attempt('cursor', {}, { registration })
    const shown = requests.filter(({ headers }) =>
      headers.get('authorization')?.includes('the-initial-token'),
    )
    expect(shown.map(({ url }) => url)).toEqual(['https://as.example/register'])
    expect(JSON.stringify(story)).not.toContain('the-initial-token')
  })
})

describe('coming back', () => {
  const returned = (name: PersonaName, change: (callback: URL) => void) => {
    const { openBrowser } = servers()
    return attempt(name, corsChanges, { openBrowser: openBrowser(change) })
  }

  test.each([
    ['no state', (url: URL) => url.searchParams.delete('state'), 'state_mismatch'],
    ['another state', (url: URL) => url.searchParams.set('state', 'x'), 'state_mismatch'],
    ['no iss', (url: URL) => url.searchParams.delete('iss'), 'iss_missing'],
    ['another iss', (url: URL) => url.searchParams.set('iss', 'https://e.example'), 'iss_mismatch'],
  ])('with %s ends it', async (_, change, cause) => {
    const { story, verdict, asked } = await returned('inspector', change)
    expect(story).toMatchObject({ status: 'failed', step: 'code' })
    expect(verdict?.cause).toBe(cause)
    expect(asked('/token')).toEqual([])
  })

  test('without iss is fine for a client that does not look', async () => {
    const { story } = await returned('cursor', (url) => url.searchParams.delete('iss'))
    expect(story.status).toBe('completed')
  })

  test('with access_denied is the person’s no', async () => {
    const { story } = await returned('claude', (url) => {
      url.searchParams.delete('code')
      url.searchParams.set('error', 'access_denied')
    })
    expect(story).toMatchObject({ status: 'denied', step: 'authorize' })
  })

  test('never, when the browser stays where it is', async () => {
    const stays = async () => {
      throw new Error('400 redirect_uri does not match')
    }
    const { story } = await attempt('claude-code', {}, { openBrowser: stays })
    expect(story).toMatchObject({ status: 'failed', step: 'authorize' })
    expect(story.notes.at(-1)?.got).toBe('400 redirect_uri does not match')
  })
})

test('a browser that comes back by itself is heard, on whatever port was free', async () => {
  const openBrowser = async (url: URL) => {
    const callback = new URL(url.searchParams.get('redirect_uri') ?? '')
    expect((await fetch(callback)).status).toBe(404)
    callback.searchParams.set('code', 'the-code')
    callback.searchParams.set('state', url.searchParams.get('state') ?? '')
    callback.searchParams.set('iss', 'https://as.example')
    expect((await fetch(callback)).status).toBe(200)
    return undefined
  }
  const both = [0, 1].map(() => attempt('claude-code', {}, { openBrowser }))
  const runs = await Promise.all(both)
  expect(runs.map(({ story }) => story.status)).toEqual(['completed', 'completed'])
  const ports = runs.map(
    ({ authorization }) => new URL(authorization.get('redirect_uri') ?? '').port,
  )
  expect(new Set(ports).size).toBe(2)
})

test('a person who never comes back is waited for no longer than that', async () => {
  const openBrowser = () => new Promise<undefined>(() => {})
  const { story } = await attempt('claude-code', {}, { openBrowser, patienceMs: 1 })
  expect(story).toMatchObject({ status: 'failed', step: 'authorize' })
  expect(story.notes.at(-1)?.got).toContain('nobody came back')
})

describe('a persona in a page', () => {
  test('is told nothing by servers without CORS', async () => {
    const { story, verdict, requests } = await attempt('mcp-use')
    expect(story).toMatchObject({ status: 'failed', step: 'discovery' })
    expect(verdict?.cause).toBe('cors_refused')
    expect(requests.map(({ method }) => method)).toEqual(['OPTIONS'])
  })

  test('needs each header that it sends to be allowed by name', async () => {
    const headers = { ...withCors, 'access-control-allow-headers': '*, content-type' }
    const { verdict, story } = await attempt('mcp-use', { ...corsChanges, headers })
    expect(story.step).toBe('connect')
    expect(verdict?.evidence.values?.expected).toBe('Access-Control-Allow-Headers: authorization')
  })

  test('loses its session when the header is not exposed', async () => {
    const headers = { ...withCors, 'access-control-expose-headers': 'WWW-Authenticate' }
    const { asked } = await attempt('mcp-use', { ...corsChanges, headers })
    const calls = asked('/mcp').filter(({ headers }) => headers.has('authorization'))
    expect(calls.length).toBeGreaterThan(2)
    expect(calls.every(({ headers }) => !headers.has('mcp-session-id'))).toBe(true)
  })
})

describe('at work', () => {
  test('Codex renews without resource, Claude Code three times at once', async () => {
    const renewals = async (name: PersonaName) =>
      (await attempt(name)).asked('/token').flatMap(({ body }) => {
        const form = new URLSearchParams(body)
        return form.get('grant_type') === 'refresh_token' ? [form] : []
      })
    const [codex, ...more] = await renewals('codex')
    expect(more).toEqual([])
    expect(codex?.has('resource')).toBe(false)
    const ofClaudeCode = await renewals('claude-code')
    expect(ofClaudeCode.map((form) => form.get('resource'))).toEqual([mcpUrl, mcpUrl, mcpUrl])
  })

  test('Gemini CLI repeats the scopes that were entered when it renews', async () => {
    const { asked, authorization } = await attempt('gemini-cli', {}, { scopes: ['read'] })
    expect(authorization.get('scope')).toBe('read')
    expect(jsonOf(asked('/register')[0]).scope).toBe('read')
    const [, renewal] = asked('/token').map(({ body }) => new URLSearchParams(body))
    expect(renewal?.get('scope')).toBe('read')
  })

  test('calls a tool that only reads and needs nothing, or the one that it is told', async () => {
    const called = async (wish: Partial<PersonaWish>) =>
      (await attempt('vscode', {}, wish))
        .asked('/mcp')
        .map(jsonOf)
        .find(({ method }) => method === 'tools/call')?.params
    expect(await called({})).toEqual({ name: 'look', arguments: {} })
    const tool = { name: 'find', arguments: { q: 'x' } }
    expect(await called({ tool })).toEqual(tool)
  })

  test('a client of 2026-07-28 discovers, and says in each request who it is', async () => {
    const modern = {
      ...personas['mcp-remote'],
      transport: { ...personas['mcp-remote'].transport, revision: '2026-07-28' as const },
    }
    const { fetch, openBrowser, asked } = servers()
    const { story } = await runPersona(modern, mcpUrl, { fetch, openBrowser: openBrowser() })
    expect(story.status).toBe('completed')
    const sent = asked('/mcp').filter(({ headers }) => headers.has('authorization'))
    expect(sent.map(({ headers }) => headers.get('mcp-method')).slice(0, 3)).toEqual([
      'server/discover',
      'tools/list',
      'tools/call',
    ])
    expect(sent.every(({ body }) => body.includes('clientInfo'))).toBe(true)
  })

  test('a server that does not answer is told as such', async () => {
    const fetch = async () => {
      throw new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED') })
    }
    const { story, verdict } = await attempt('codex', {}, { fetch })
    expect(story).toMatchObject({ status: 'failed', step: 'discovery' })
    expect(story.notes.at(-1)).toMatchObject({ reason: 'no_answer', got: 'connect ECONNREFUSED' })
    expect(verdict?.cause).toBe('no_answer')
  })
})
