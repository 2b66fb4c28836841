import { expect, test } from 'vitest'
import type { Changes } from '../testing/changes.ts'
import { examineArea, learnt, named } from '../testing/findings.ts'
import type { Answered } from '../testing/play.ts'
import { startServers } from '../testing/servers.ts'
import { examineAuthorization } from './authorization.ts'

async function ask(changes: Changes) {
  await using servers = await startServers(changes)
  const { resource, server } = await learnt(servers)
  const { findings } = await examineArea(servers.mcpUrl, 'authorization', (examination) =>
    examineAuthorization(examination, server, resource),
  )
  return { findings, requests: servers.authorization.requests }
}

const at =
  (
    path: string,
    answered: (redirectUri: string) => Answered,
    method?: string,
  ): Changes['answer'] & {} =>
  (asked) =>
    asked.url.pathname === path && (method ?? asked.method) === asked.method
      ? answered(asked.url.searchParams.get('redirect_uri') ?? '')
      : undefined

const html = (status: number) =>
  new Response('<h1>Sorry</h1>', { status, headers: { 'content-type': 'text/html' } })

const redirect = (location: string, status = 302) =>
  new Response(null, { status, headers: { location } })

test('a healthy server refuses a stranger, and nothing is left behind', async () => {
  const { findings, requests } = await ask({})
  expect(findings).toEqual([])
  const asked = requests.map(({ method, url }) => `${method} ${url.pathname}`)
  expect(asked.filter((one) => !one.includes('.well-known'))).toEqual([
    'GET /authorize',
    'POST /token',
    'GET /token',
  ])
})

test('who asks for the sign-in before it looks at the client is fine', async () => {
  const { findings } = await ask({ answer: at('/authorize', () => redirect('/login?next=%2F')) })
  expect(findings).toEqual([])
})

test.each<[string, (redirectUri: string) => Answered]>([
  ['open_redirect', (uri) => redirect(`${uri}?error=unauthorized_client`)],
  ['open_redirect', (uri) => redirect(`${uri}?code=c`, 303)],
  ['authorization_endpoint_not_found', () => html(404)],
  ['authorization_endpoint_fails', () => html(500)],
])('/authorize: %s', async (id, answered) => {
  const { findings } = await ask({ answer: at('/authorize', answered) })
  expect(named(findings)).toEqual([`error ${id}`])
})

test.each<[string, () => Answered]>([
  ['error token_endpoint_not_found', () => html(404)],
  ['error endpoint_unreachable', () => 'hang_up'],
  ['error token_endpoint_fails', () => Response.json({ error: 'server_error' }, { status: 500 })],
  ['error token_endpoint_redirects', () => redirect('/oauth/token', 307)],
  ['error token_form_refused', () => Response.json({}, { status: 415 })],
  [
    'error token_for_made_up_code',
    () => Response.json({ access_token: 'a', token_type: 'Bearer' }),
  ],
  ['error token_error_is_success', () => Response.json({ error: 'invalid_grant' })],
  ['error token_error_not_json', () => html(400)],
  ['warning token_error_unnamed', () => Response.json({ message: 'no' }, { status: 400 })],
  ['warning token_error_status', () => Response.json({ error: 'invalid_grant' }, { status: 403 })],
  [
    'warning unknown_client_unnamed',
    () => Response.json({ error: 'invalid_grant' }, { status: 400 }),
  ],
])('POST /token: %s', async (finding, answered) => {
  const { findings } = await ask({ answer: at('/token', answered, 'POST') })
  expect(named(findings)).toEqual([finding])
})

test('GET /token', async () => {
  const looked = () => Response.json({ error: 'invalid_client' }, { status: 401 })
  const { findings } = await ask({ answer: at('/token', looked, 'GET') })
  expect(named(findings)).toEqual(['warning token_by_get'])
  const silent = await ask({ answer: at('/token', () => 'hang_up', 'GET') })
  expect(silent.findings).toEqual([])
})

test('endpoints that are no URLs are not asked', async () => {
  const { findings, requests } = await ask({
    server: { authorization_endpoint: '/authorize', token_endpoint: 'token' },
  })
  expect(findings).toEqual([])
  expect(requests.every(({ url }) => url.pathname.startsWith('/.well-known/'))).toBe(true)
})
