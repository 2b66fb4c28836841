import { expect, test } from 'vitest'
import type { Addresses, Changes } from '../testing/changes.ts'
import { examineArea, learnt, named } from '../testing/findings.ts'
import type { Asked } from '../testing/play.ts'
import { startServers } from '../testing/servers.ts'
import { examineCors } from './cors.ts'

async function examined(
  changes: Changes,
  { signedIn = false, resourceUrl }: { signedIn?: boolean; resourceUrl?: string } = {},
) {
  await using servers = await startServers(changes)
  const token = signedIn ? (await servers.session()).accessToken : undefined
  const known: Partial<Awaited<ReturnType<typeof learnt>>> = changes.open
    ? {}
    : await learnt(servers)
  const resource = known.resource && { ...known.resource, url: resourceUrl ?? known.resource.url }
  const { findings } = await examineArea(servers.mcpUrl, 'cors', (x) =>
    examineCors(x, { ...known, ...(resource && { resource }), token }),
  )
  return { findings, named: named(findings), requests: [...servers.resource.requests] }
}

type Which = (asked: Asked, at: Addresses) => boolean

/** Headers laid over the healthy answers of some requests; null takes one away. */
const headers = (which: Which, laid: Record<string, string | null>): Changes => ({
  mend: (response, asked, at) => {
    if (!which(asked, at)) return response
    for (const [name, value] of Object.entries(laid)) {
      if (value === null) response.headers.delete(name)
      else response.headers.set(name, value)
    }
    return response
  },
})

const status = (which: Which, code: number): Changes => ({
  answer: (asked, at) => (which(asked, at) ? new Response(null, { status: code }) : undefined),
})

const mcp: Which = ({ url }) => url.pathname === '/mcp'
const preflight =
  (which: Which): Which =>
  (asked, at) =>
    asked.method === 'OPTIONS' && which(asked, at)
const mcpPreflight = preflight(mcp)
const at =
  (path: string): Which =>
  ({ url }) =>
    url.pathname === path
const plain =
  (which: Which): Which =>
  (asked, at) =>
    asked.method !== 'OPTIONS' && which(asked, at)
const withoutOrigin = { 'access-control-allow-origin': null }

test('finds nothing wrong with healthy servers', async () => {
  expect((await examined({})).findings).toEqual([])
  expect((await examined({}, { signedIn: true })).findings).toEqual([])
  expect((await examined({ open: true })).findings).toEqual([])
})

const document = '/.well-known/oauth-authorization-server'
const openid = '/.well-known/openid-configuration'
const allowed = 'authorization, content-type, mcp-protocol-version, mcp-session-id'

test.each<[string, Changes, string]>([
  ['OPTIONS 401', status(mcpPreflight, 401), 'error preflight_asks_for_token'],
  ['OPTIONS 405', status(mcpPreflight, 405), 'error preflight_refused'],
  [
    'OPTIONS without the origin',
    headers(mcpPreflight, withoutOrigin),
    'error preflight_without_origin',
  ],
  ['401 without the origin', headers(plain(mcp), withoutOrigin), 'error answer_without_origin'],
  ['neither with the origin', headers(mcp, withoutOrigin), 'error answer_without_origin'],
  [
    'two origins in one header',
    headers(mcp, { 'access-control-allow-origin': '*, http://localhost:6274' }),
    'error allow_origin_malformed',
  ],
  [
    'another origin',
    headers(mcp, { 'access-control-allow-origin': 'https://app.example' }),
    'warning origin_not_allowed',
  ],
  [
    'headers of 2024',
    headers(mcpPreflight, { 'access-control-allow-headers': 'Authorization, Content-Type' }),
    'error mcp_headers_not_allowed',
  ],
  [
    'the star for authorization',
    headers(mcpPreflight, { 'access-control-allow-headers': '*' }),
    'error mcp_headers_not_allowed',
  ],
  [
    'no cookies are needed',
    headers(mcp, { 'access-control-allow-credentials': 'true' }),
    'note credentials_allowed',
  ],
  [
    'no DELETE',
    headers(mcpPreflight, { 'access-control-allow-methods': 'GET, POST' }),
    'note delete_not_allowed',
  ],
  [
    'resource metadata',
    headers(plain(at('/.well-known/oauth-protected-resource/mcp')), withoutOrigin),
    'error metadata_without_cors',
  ],
  ['server metadata', headers(plain(at(document)), withoutOrigin), 'error metadata_without_cors'],
  ['the other form', headers(plain(at(openid)), withoutOrigin), 'warning metadata_without_cors'],
  [
    'preflight of metadata',
    status(preflight(at(document)), 404),
    'warning metadata_preflight_refused',
  ],
  [
    'preflight of registration',
    status(preflight(at('/register')), 404),
    'error registration_preflight_refused',
  ],
  [
    'preflight of registration without content-type',
    headers(preflight(at('/register')), { 'access-control-allow-headers': null }),
    'error registration_preflight_refused',
  ],
  [
    'registration',
    headers(plain(at('/register')), withoutOrigin),
    'error registration_without_cors',
  ],
  ['token endpoint', headers(at('/token'), withoutOrigin), 'error token_without_cors'],
  ['tokens', headers(plain(at('/token')), withoutOrigin), 'warning token_without_cors'],
  ['revocation', status(preflight(at('/revoke')), 404), 'warning revocation_without_cors'],
  [
    'authorization endpoint',
    headers(at('/authorize'), { 'access-control-allow-origin': '*' }),
    'note authorization_endpoint_with_cors',
  ],
])('%s', async (_, changes, expected) => {
  const { findings, named } = await examined(changes)
  expect(named).toEqual([expected])
  expect(findings[0]?.got).toBeTruthy()
  expect(findings[0]?.exchanges.length).toBeGreaterThan(0)
})

test('a server without any CORS is one warning', async () => {
  const strip: Changes = {
    mend: (response) => {
      for (const name of [...response.headers.keys()]) {
        if (name.startsWith('access-control-')) response.headers.delete(name)
      }
      return response
    },
  }
  expect((await examined(strip)).named).toEqual(['warning cors_absent'])
})

test('who refuses the origin altogether is seen elsewhere', async () => {
  const { findings } = await examined(status(({ headers }) => headers.has('origin'), 403))
  expect(findings).toEqual([])
})

test('a preflight that one header spoils is told from one that is refused', async () => {
  const { named, findings } = await examined(
    status(
      (asked, at) =>
        mcpPreflight(asked, at) &&
        asked.headers.get('access-control-request-headers')?.includes('mcp-') === true,
      403,
    ),
  )
  expect(named[0]).toBe('error mcp_headers_not_allowed')
  expect(findings[0]?.expected).toContain('mcp-protocol-version')
})

test('headers of newer revisions, and those of sessions', async () => {
  const laid = {
    'access-control-allow-headers': 'authorization, content-type, mcp-protocol-version',
  }
  expect((await examined(headers(mcpPreflight, laid))).named).toEqual([
    'warning mcp_headers_not_allowed',
    'warning modern_headers_not_allowed',
    'note resumption_header_not_allowed',
  ])
  const open = await examined({ open: true, ...headers(mcpPreflight, laid) })
  expect(open.named[0]).toBe('error mcp_headers_not_allowed')
  const sessions = headers(mcpPreflight, { 'access-control-allow-headers': allowed })
  expect((await examined(sessions)).named).toEqual([
    'warning modern_headers_not_allowed',
    'note resumption_header_not_allowed',
  ])
})

test('what a page cannot read', async () => {
  const hidden = headers(mcp, { 'access-control-expose-headers': null })
  expect((await examined(hidden)).named).toEqual([
    'warning challenge_not_exposed',
    'warning session_id_not_exposed',
  ])
  expect((await examined(hidden, { signedIn: true })).named).toEqual([
    'warning challenge_not_exposed',
    'error session_id_not_exposed',
  ])
  expect((await examined({ open: true, ...hidden })).named).toEqual([
    'error session_id_not_exposed',
  ])
})

test('a challenge that nobody can guess has to be readable', async () => {
  const hidden = headers(mcp, { 'access-control-expose-headers': 'Mcp-Session-Id' })
  const { named } = await examined(hidden, { resourceUrl: 'http://127.0.0.1:1/elsewhere' })
  expect(named).toEqual(['error challenge_not_exposed'])
})

test('a page that lacks the initial access token is not stopped by CORS', async () => {
  const gated: Changes = {
    answer: ({ url }) =>
      url.pathname === '/register' ? Response.json({}, { status: 401 }) : undefined,
  }
  expect((await examined(gated)).named).toEqual(['warning registration_preflight_refused'])
})

test('ends the sessions that it opens', async () => {
  const { requests } = await examined({}, { signedIn: true })
  expect(requests.filter(({ method }) => method === 'DELETE')).toHaveLength(1)
})
