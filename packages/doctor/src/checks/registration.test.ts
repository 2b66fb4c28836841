import { expect, test } from 'vitest'
import type { Changes } from '../testing/changes.ts'
import { examineArea, learnt, named } from '../testing/findings.ts'
import type { Answered, Asked } from '../testing/play.ts'
import { startServers } from '../testing/servers.ts'
import { examineRegistration } from './registration.ts'

async function examined(changes: Changes) {
  await using servers = await startServers(changes)
  const { server } = await learnt(servers)
  const { result, findings } = await examineArea(servers.mcpUrl, 'registration', (x) =>
    examineRegistration(x, server),
  )
  return { result, findings, named: named(findings), requests: [...servers.authorization.requests] }
}

const registrationAnswers = (answer: (asked: Asked) => Answered | undefined): Changes => ({
  answer: (asked) => (asked.url.pathname === '/register' ? answer(asked) : undefined),
})

const json =
  (status: number, body: unknown, headers = {}) =>
  () =>
    Response.json(body, { status, headers })

const html = (status: number) => () =>
  new Response('<h1>Error</h1>', { status, headers: { 'content-type': 'text/html' } })

test('finds nothing wrong with open registration and metadata documents', async () => {
  const { result, findings, requests } = await examined({})
  expect(result).toEqual({ document: true, dynamic: 'open' })
  expect(findings).toEqual([])
  expect(requests.filter(({ method }) => method === 'POST')).toHaveLength(2)
})

const withoutDocuments = { client_id_metadata_document_supported: undefined }
const challenge = { 'www-authenticate': 'Bearer' }

test.each<[string, Changes, string, string]>([
  ['404', registrationAnswers(json(404, {})), 'error registration_endpoint_missing', 'closed'],
  ['405', registrationAnswers(html(405)), 'error registration_endpoint_missing', 'closed'],
  ['an HTML 500', registrationAnswers(html(500)), 'error registration_broken', 'closed'],
  [
    'no connection',
    registrationAnswers(() => 'hang_up'),
    'error registration_unreachable',
    'closed',
  ],
  ['415', registrationAnswers(json(415, {})), 'error registration_refuses_json', 'closed'],
  [
    'a redirect',
    registrationAnswers(() => new Response(null, { status: 302, headers: { location: '/login' } })),
    'error registration_redirects',
    'closed',
  ],
  [
    '403 besides metadata documents',
    registrationAnswers(json(403, { error: 'access_denied' })),
    'warning registration_forbidden',
    'closed',
  ],
  [
    '403 alone',
    { server: withoutDocuments, ...registrationAnswers(json(403, {})) },
    'error registration_forbidden',
    'closed',
  ],
  [
    '401 besides metadata documents',
    registrationAnswers(json(401, { error: 'invalid_token' }, challenge)),
    'note registration_gated',
    'gated',
  ],
  [
    '401 alone',
    {
      server: withoutDocuments,
      ...registrationAnswers(json(401, { error: 'invalid_token' }, challenge)),
    },
    'warning registration_gated',
    'gated',
  ],
  [
    '429',
    registrationAnswers(json(429, { error: 'too_many_requests' }, { 'retry-after': '3600' })),
    'warning registration_rate_limited',
    'open',
  ],
  ['an HTML 400', registrationAnswers(html(400)), 'warning registration_error_unreadable', 'open'],
  [
    '422 of a framework',
    registrationAnswers(json(422, { detail: [] })),
    'warning registration_error_unreadable',
    'open',
  ],
  [
    'another error code',
    registrationAnswers(json(400, { error: 'invalid_request' })),
    'note registration_error_code',
    'open',
  ],
])('%s', async (_, changes, finding, dynamic) => {
  const { result, findings, named } = await examined(changes)
  expect(named).toEqual([finding])
  expect(findings[0]?.exchanges).toHaveLength(1)
  expect(result?.dynamic).toBe(dynamic)
})

test('a 401 says what it wants', async () => {
  const { named } = await examined(registrationAnswers(html(401)))
  expect(named).toEqual([
    'note registration_gated',
    'warning registration_challenge_missing',
    'warning registration_error_unreadable',
  ])
})

test('takes back what should not have been registered', async () => {
  const { named, findings, requests } = await examined({
    answer: ({ url, method }, { authOrigin }) => {
      if (method === 'DELETE') return new Response(null, { status: 204 })
      if (url.pathname !== '/register') return undefined
      const registration_client_uri = `${authOrigin}/register/c1`
      const registration_access_token = 'secret-of-registration'
      const body = { client_id: 'c1', registration_client_uri, registration_access_token }
      return Response.json(body, { status: 201 })
    },
  })
  expect(named).toEqual([
    'warning registration_accepts_invalid_metadata',
    'error registration_accepts_script_redirect',
  ])
  expect(findings[0]?.got).toBe('It became c1, and was removed again.')
  const deleted = requests.filter(({ method }) => method === 'DELETE')
  expect(deleted.map(({ headers }) => headers.get('authorization'))).toEqual([
    'Bearer secret-of-registration',
    'Bearer secret-of-registration',
  ])
  expect(JSON.stringify(findings)).not.toContain('secret-of-registration')
})

test('says who is left behind when it cannot be taken back', async () => {
  const { findings } = await examined(registrationAnswers(json(201, { client_id: 'c2' })))
  expect(findings[0]?.got).toBe('It became c2; remove that client by hand.')
})

const nowhere = { registration_endpoint: undefined }

test('finds a registration endpoint that the metadata forgets', async () => {
  const { named, findings } = await examined({ server: { ...nowhere, ...withoutDocuments } })
  expect(named).toEqual(['error registration_endpoint_unlisted'])
  expect(findings[0]?.fix).toMatch(/"registration_endpoint": "http:.*\/register"/)
  expect((await examined({ server: nowhere })).named).toEqual([
    'warning registration_endpoint_unlisted',
  ])
})

test('says who needs a client id where nobody registers', async () => {
  const gone = registrationAnswers(json(404, {}))
  const none = await examined({ server: { ...nowhere, ...withoutDocuments }, ...gone })
  expect(none.named).toEqual(['warning no_self_registration'])
  expect(none.result).toEqual({ document: false, dynamic: 'none' })
  expect((await examined({ server: nowhere, ...gone })).named).toEqual([
    'note only_metadata_documents',
  ])
  const everything401 = {
    answer: ({ method }: Asked) =>
      method === 'POST' ? json(401, { error: 'invalid_token' })() : undefined,
  }
  expect((await examined({ server: nowhere, ...everything401 })).named).toEqual([
    'note only_metadata_documents',
  ])
})

test('metadata documents need public clients', async () => {
  const server = { token_endpoint_auth_methods_supported: ['client_secret_basic'] }
  expect((await examined({ server })).named).toEqual(['warning metadata_document_without_none'])
  const gate = registrationAnswers(json(401, { error: 'invalid_token' }, challenge))
  expect((await examined({ server, ...gate })).named).toEqual([
    'note registration_gated',
    'error metadata_document_without_none',
  ])
})

test('a flag in quotes is none', async () => {
  const { named } = await examined({
    server: { client_id_metadata_document_supported: 'true' },
  })
  expect(named).toEqual(['warning metadata_document_flag_not_boolean'])
})
