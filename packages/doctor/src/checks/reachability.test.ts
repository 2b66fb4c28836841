import { expect, test } from 'vitest'
import { examine } from '../examine.ts'
import { examineArea, named } from '../testing/findings.ts'
import type { Answered } from '../testing/play.ts'
import { startServers } from '../testing/servers.ts'
import { startTlsServer } from '../testing/tls.ts'
import { examineReachability } from './reachability.ts'

const reach = (mcpUrl: string, fetchIt?: typeof fetch) =>
  examineArea(mcpUrl, 'reachability', examineReachability, fetchIt)

/** Examines servers whose MCP endpoint answers everything like this. */
async function reachAnswering(answered: () => Answered, path = '/mcp') {
  await using servers = await startServers({
    answer: ({ url }) => (url.pathname === path ? answered() : undefined),
  })
  return await reach(servers.mcpOrigin + path)
}

const page = (text: string, init: ResponseInit = {}) =>
  new Response(`<!doctype html><title>${text}</title>`, {
    ...init,
    headers: { 'content-type': 'text/html', ...init.headers },
  })

test('says of a healthy server on this machine that only clients here reach it', async () => {
  await using servers = await startServers()
  const { result, findings } = await reach(servers.mcpUrl)
  expect(result).toBe(true)
  expect(named(findings)).toEqual(['note address_not_public'])
})

test('says nothing of a healthy public server', async () => {
  await using servers = await startServers({ public: true })
  const { result, findings } = await reach(servers.mcpUrl, servers.fetch)
  expect([result, findings]).toEqual([true, []])
})

test('public http is refused by clients in the cloud', async () => {
  await using servers = await startServers()
  const fetchIt: typeof fetch = (_, init) => fetch(servers.mcpUrl, init)
  const { result, findings } = await reach('http://mcp.example.com/mcp', fetchIt)
  expect(result).toBe(true)
  expect(named(findings)).toEqual(['error plain_http'])
  expect(findings[0]?.breaks).toEqual(['chatgpt', 'claude'])
})

test('says what is wrong with a URL that is none', async () => {
  for (const url of ['stdio', 'ftp://mcp.example/', 'https://me:secret@mcp.example/mcp']) {
    const { result, findings } = await reach(url)
    expect(result).toBe(false)
    expect(named(findings)).toEqual(['error url_invalid'])
    expect(JSON.stringify(findings)).not.toContain('secret')
  }
})

test('refused, and names that DNS does not know', async () => {
  const servers = await startServers()
  await servers.stop()
  expect(named((await reach(servers.mcpUrl)).findings)).toEqual(['error connection_refused'])
  const { findings } = await reach('https://mcp.invalid/mcp')
  expect(named(findings)).toEqual(['error host_unknown'])
  expect(findings[0]?.got).toMatch(/ENOTFOUND|EAI_AGAIN/)
})

test('no answer: the connection ends, or nothing comes', async () => {
  const { findings } = await reachAnswering(() => 'hang_up')
  expect(named(findings)).toEqual(['error no_answer'])
  await using servers = await startServers({ answer: () => 'silence' })
  const report = await examine(servers.mcpUrl, { timeoutMs: 200 })
  expect(named(report.findings)).toEqual(['error answer_timeout'])
})

test.each([
  ['expired', 'certificate_expired'],
  ['self_signed', 'certificate_self_signed'],
  ['other_name', 'certificate_of_other_name'],
  ['chain_incomplete', 'certificate_chain_incomplete'],
  ['none', 'tls_failed'],
] as const)('TLS, %s: %s', async (kind, id) => {
  await using server = await startTlsServer(kind)
  const { result, findings } = await reach(`${server.origin}/mcp`)
  expect(result).toBe(false)
  expect(named(findings)).toEqual([`error ${id}`])
})

test('a slow first answer', async () => {
  await using servers = await startServers()
  const { findings } = await examineArea(servers.mcpUrl, 'reachability', (examination) =>
    examineReachability({
      ...examination,
      ask: async (question) => {
        const answer = await examination.ask(question)
        return { ...answer, exchange: { ...answer.exchange, durationMs: 7000 } }
      },
    }),
  )
  expect(named(findings)).toContain('warning answer_slow')
})

test('redirects: to the right URL, and to the sign-in of people', async () => {
  await using servers = await startServers({
    mcpPath: '/mcp/',
    answer: ({ url }) =>
      url.pathname === '/mcp'
        ? new Response(null, { status: 307, headers: { location: '/mcp/' } })
        : undefined,
  })
  const moved = await reach(`${servers.mcpOrigin}/mcp`)
  expect(moved.result).toBe(false)
  expect(named(moved.findings)).toContain('error endpoint_redirects')
  expect(moved.findings.at(-1)?.expected).toBe(servers.mcpUrl)

  const walled = await reachAnswering(
    () => new Response(null, { status: 302, headers: { location: '/login?next=/mcp' } }),
  )
  expect(named(walled.findings)).toContain('error redirects_to_login_page')
})

test.each<[string, () => Answered]>([
  ['error page_instead_of_mcp', () => page('My application')],
  [
    'error tunnel_interstitial',
    () => page('ngrok', { status: 404, headers: { 'ngrok-error-code': 'ERR_NGROK_3200' } }),
  ],
  [
    'error bot_protection',
    () => page('Just a moment...', { status: 403, headers: { 'cf-mitigated': 'challenge' } }),
  ],
  ['error server_fails', () => page('502 Bad Gateway', { status: 502 })],
  ['error too_many_requests', () => new Response('slow down', { status: 429 })],
  ['error host_refused', () => new Response('Invalid Host header', { status: 421 })],
  ['error post_not_allowed', () => new Response(null, { status: 405 })],
])('%s', async (finding, answered) => {
  const { result, findings } = await reachAnswering(answered)
  expect(result).toBe(false)
  expect(named(findings).slice(1)).toEqual([finding])
})

test('404 names the path at which an MCP server answers', async () => {
  await using servers = await startServers()
  const { result, findings } = await reach(`${servers.mcpOrigin}/wrong`)
  expect(result).toBe(false)
  expect(findings.at(-1)).toMatchObject({ id: 'endpoint_not_found', expected: servers.mcpUrl })
})

test('404 everywhere names none', async () => {
  await using servers = await startServers({ answer: () => page('Not found', { status: 404 }) })
  const { findings } = await reach(servers.mcpUrl)
  expect(findings.at(-1)).toMatchObject({
    id: 'endpoint_not_found',
    expected: 'the path at which the MCP server is mounted',
  })
})

test('a URL of the transport of 2024-11-05', async () => {
  await using servers = await startServers({
    answer: ({ method, url }) => {
      if (url.pathname !== '/mcp') return undefined
      if (method === 'POST') return new Response(null, { status: 405 })
      return new Response('event: endpoint\ndata: /messages\n\n', {
        headers: { 'content-type': 'text/event-stream' },
      })
    },
  })
  const { result, findings } = await reach(servers.mcpUrl)
  expect(result).toBe(true)
  expect(named(findings)).toEqual(['note address_not_public'])
})
