import { Validator } from '@seriousme/openapi-schema-validator'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { adminApi } from '../../testing/admin-api.ts'
import { certificate } from '../../testing/document-server.ts'
import { tokens } from '../../testing/flow.ts'
import type { JsonAnswer } from '../../testing/registration.ts'
import { startServer, type TestServer } from '../../testing/server.ts'

interface Called {
  readonly path: string
  readonly body?: unknown
  readonly status: number
  /** The body as it is, with this media type. */
  readonly type?: string
  readonly token?: string
}

/** For every operation a request that is done, then one that is refused. */
const calls: Readonly<Record<string, readonly [done: Called, refused: Called]>> = {
  readOverview: [
    { path: '/overview?period=7d', status: 200 },
    { path: '/overview?period=9d', status: 400 },
  ],
  listFlows: [
    { path: '/flows', status: 200 },
    { path: '/flows?status=odd', status: 400 },
  ],
  followFlows: [
    { path: '/flows/events', status: 200 },
    { path: '/flows/events', token: 'wrong', status: 401 },
  ],
  readFlow: [
    { path: '/flows/{flow}', status: 200 },
    { path: '/flows/none', status: 404 },
  ],
  listClients: [
    { path: '/clients?q=claude&standing=reviewed', status: 200 },
    { path: '/clients?kind=odd', status: 400 },
  ],
  listDocumentClients: [
    { path: '/document-clients', status: 200 },
    { path: '/document-clients', token: 'wrong', status: 401 },
  ],
  registerClient: [
    { path: '/clients', body: confidential('by-hand'), status: 201 },
    { path: '/clients', body: confidential('claude'), status: 409 },
  ],
  readClient: [
    { path: '/clients/claude', status: 200 },
    { path: '/clients/none', status: 404 },
  ],
  changeClient: [
    { path: '/clients/claude', body: { reviewed: true }, status: 200 },
    { path: '/clients/claude', body: { redirect_uris: ['javascript:alert(1)'] }, status: 400 },
  ],
  rotateClientSecret: [
    { path: '/clients/by-hand/secret', status: 201 },
    { path: '/clients/claude/secret', status: 409 },
  ],
  revokeGrantsOfClient: [
    { path: '/clients/claude/grants', status: 200 },
    { path: '/clients/none/grants', status: 404 },
  ],
  deleteClient: [
    { path: '/clients/by-hand', status: 204 },
    { path: '/clients/by-hand', status: 404 },
  ],
  listInitialAccessTokens: [
    { path: '/initial-access-tokens?limit=1', status: 200 },
    { path: '/initial-access-tokens?limit=0', status: 400 },
  ],
  mintInitialAccessToken: [
    { path: '/initial-access-tokens', body: { note: 'described' }, status: 201 },
    { path: '/initial-access-tokens', body: { max_uses: 101 }, status: 400 },
  ],
  revokeInitialAccessToken: [
    { path: '/initial-access-tokens/{jti}', status: 204 },
    { path: '/initial-access-tokens/none', status: 404 },
  ],
  listPeople: [
    { path: '/people?scope=read:cogs', status: 200 },
    { path: '/people?scope=read:minds', status: 400 },
  ],
  readPerson: [
    { path: '/people/prs_owner', status: 200 },
    { path: '/people/none', status: 404 },
  ],
  changePerson: [
    { path: '/people/prs_outsider', body: { roles: { co_tallow: 'Viewer' } }, status: 200 },
    { path: '/people/prs_outsider', body: 'suspended=true', type: 'text/plain', status: 415 },
  ],
  signOutPerson: [
    { path: '/people/prs_outsider/sessions', status: 200 },
    { path: '/people/none/sessions', status: 404 },
  ],
  listGrants: [
    { path: '/grants?active=true', status: 200 },
    { path: '/grants?cursor=odd', status: 400 },
  ],
  revokeGrant: [
    { path: '/grants/{grant}', status: 204 },
    { path: '/grants/none', status: 404 },
  ],
  listScopes: [
    { path: '/scopes', status: 200 },
    { path: '/scopes', token: 'none', status: 401 },
  ],
  listKeys: [
    { path: '/keys', status: 200 },
    { path: '/keys', token: 'wrong', status: 401 },
  ],
  rotateKeys: [
    { path: '/keys/rotate', status: 201 },
    { path: '/keys/rotate', token: 'wrong', status: 401 },
  ],
  listAuditEvents: [
    { path: '/audit?type=client.', status: 200 },
    { path: '/audit?since=yesterday', status: 400 },
  ],
  exportAuditEventsAsCsv: [
    { path: '/audit.csv?client_id=claude', status: 200 },
    { path: '/audit.csv?until=tomorrow', status: 400 },
  ],
  exportAuditEventsAsJsonLines: [
    { path: '/audit.jsonl', status: 200 },
    { path: '/audit.jsonl?until=tomorrow', status: 400 },
  ],
  listFaults: [
    { path: '/faults', status: 200 },
    { path: '/faults', token: 'wrong', status: 401 },
  ],
  addFault: [
    { path: '/faults', body: { where: { path: '/x' }, what: { status: 418 } }, status: 201 },
    { path: '/faults', body: { what: {} }, status: 400 },
  ],
  listFaultPresets: [
    { path: '/faults/presets', status: 200 },
    { path: '/faults/presets', token: 'wrong', status: 401 },
  ],
  removeFault: [
    { path: '/faults/{fault}', status: 204 },
    { path: '/faults/none', status: 404 },
  ],
  clearFaults: [
    { path: '/faults', status: 204 },
    { path: '/faults', token: 'wrong', status: 401 },
  ],
  listRequests: [
    { path: '/requests?limit=5', status: 200 },
    { path: '/requests?limit=x', status: 400 },
  ],
  forgetRequests: [
    { path: '/requests', status: 204 },
    { path: '/requests', token: 'wrong', status: 401 },
  ],
  mintToken: [
    { path: '/tokens', body: { person: 'prs_owner' }, status: 201 },
    { path: '/tokens', body: { person: 'nobody@neonpanel.test' }, status: 400 },
  ],
  readClock: [
    { path: '/clock', status: 200 },
    { path: '/clock', token: 'wrong', status: 401 },
  ],
  shiftClock: [
    { path: '/clock', body: { reset: true }, status: 200 },
    { path: '/clock', body: `{"set":"${'x'.repeat(300_000)}"}`, status: 413 },
  ],
  readAutoConsent: [
    { path: '/auto-consent', status: 200 },
    { path: '/auto-consent', token: 'wrong', status: 401 },
  ],
  changeAutoConsent: [
    { path: '/auto-consent', body: { person: 'prs_owner', mode: 'slow' }, status: 200 },
    { path: '/auto-consent', body: { person: 'prs_none', mode: 'deny' }, status: 400 },
  ],
  clearAutoConsent: [
    { path: '/auto-consent', status: 204 },
    { path: '/auto-consent', token: 'none', status: 401 },
  ],
  readRefreshLab: [
    { path: '/refresh-lab', status: 200 },
    { path: '/refresh-lab', token: 'wrong', status: 401 },
  ],
  changeRefreshLab: [
    { path: '/refresh-lab', body: { policy: 'strict', client_id: 'claude' }, status: 200 },
    { path: '/refresh-lab', body: { barrier: { count: 2, order: [1, 1] } }, status: 400 },
  ],
  clearRefreshLab: [
    { path: '/refresh-lab', status: 204 },
    { path: '/refresh-lab', token: 'none', status: 401 },
  ],
  listClientMetadataHosts: [
    { path: '/client-metadata-hosts', status: 200 },
    { path: '/client-metadata-hosts', token: 'wrong', status: 401 },
  ],
  addClientMetadataHost: [
    { path: '/client-metadata-hosts', body: documentHost('https://localhost:1'), status: 201 },
    { path: '/client-metadata-hosts', body: documentHost('https://10.0.0.1'), status: 400 },
  ],
  removeClientMetadataHost: [
    { path: '/client-metadata-hosts/apps.example', status: 204 },
    { path: '/client-metadata-hosts/apps.example', status: 404 },
  ],
  describeApi: [
    { path: '/openapi.json', status: 200 },
    { path: '/openapi.json', token: 'wrong', status: 401 },
  ],
  reset: [
    { path: '/reset', status: 204 },
    { path: '/reset', token: 'wrong', status: 401 },
  ],
}

function mediaType(headers: Headers): string {
  return (headers.get('content-type') ?? '').split(';')[0]!
}

function documentHost(origin: string) {
  return { host: 'apps.example', origin, ca: certificate }
}

function confidential(client_id: string) {
  return {
    client_id,
    client_name: 'Described',
    redirect_uris: ['https://described.example/callback'],
    token_endpoint_auth_method: 'client_secret_basic',
  }
}

const ajv = new Ajv2020({
  strict: true,
  strictRequired: false,
  allErrors: true,
  keywords: ['components'],
})
addFormats.default(ajv)

/** A stream of events has no end; its first one will do. */
async function textOf(response: Response): Promise<string> {
  if (mediaType(response.headers) !== 'text/event-stream') return response.text()
  const reader = response.body!.getReader()
  const { value } = await reader.read()
  await reader.cancel()
  return Buffer.from(value ?? []).toString()
}

/** One operation of the document: how it is called, and its schemas by status. */
interface Described {
  readonly id: string
  readonly method: string
  readonly responses: Record<string, { content?: Record<string, { schema?: object }> }>
}

describe('the description of the admin API', () => {
  let server: TestServer
  // biome-ignore lint/suspicious/noExplicitAny: a document whose members the test names
  let document: any
  let operations: Described[]
  /** Ids of what the calls need, by their placeholder. */
  let ids: Record<string, string>
  beforeAll(async () => {
    server = await startServer({ TEST_CONTROLS: 'true' })
    const api = adminApi(server)
    document = (await api.get('/openapi.json')).body
    operations = Object.values(document.paths as Record<string, Record<string, object>>).flatMap(
      (path) =>
        Object.entries(path).map(([method, operation]) => ({
          ...(operation as Described & { operationId: string }),
          id: (operation as { operationId: string }).operationId,
          method: method.toUpperCase(),
        })),
    )
    await tokens(server)
    const [{ id: flow }] = (await api.get('/flows')).body.items
    const [{ id: grant }] = (await api.get('/grants')).body.items
    const { jti } = (await api.post('/initial-access-tokens', {})).body
    const { id: fault } = (
      await api.post('/faults', { where: { path: '/y' }, what: { status: 418 } })
    ).body
    ids = { flow, grant, jti, fault }
  })
  afterAll(() => server[Symbol.asyncDispose]())

  async function call({ id, method }: Described, called: Called): Promise<JsonAnswer> {
    const path = called.path.replace(/\{(\w+)\}/, (_, name: string) => ids[name] ?? '')
    const { body, token = server.config.adminToken } = called
    const response = await fetch(`${server.issuer}/console/api${path}`, {
      method,
      headers: {
        ...(token !== 'none' && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { 'content-type': called.type ?? 'application/json' }),
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    expect(response.status, `${id} ${path}`).toBe(called.status)
    const text = await textOf(response)
    const isJson = mediaType(response.headers) === 'application/json'
    return {
      status: response.status,
      headers: response.headers,
      body: isJson ? JSON.parse(text) : text,
    }
  }

  /** Fails unless the document describes this answer, by its status, its media type and its schema. */
  function expectDescribed({ id, responses }: Described, { status, headers, body }: JsonAnswer) {
    const described = responses[status]
    expect(described, `${id} describes ${status}`).toBeDefined()
    const type = mediaType(headers)
    if (!described?.content) return expect(body).toBe('')
    expect(Object.keys(described.content)).toContain(type)
    const schema = described.content[type]?.schema
    if (!schema) return expect(body).not.toBe('')
    const validate = ajv.compile({ ...schema, components: document.components })
    expect(validate(body), `${id} ${status} ${JSON.stringify(validate.errors)}`).toBe(true)
  }

  test('is a valid OpenAPI 3.1 document', async () => {
    const validator = new Validator()
    expect(await validator.validate(document)).toEqual({ valid: true })
    expect(validator.version).toBe('3.1')
    expect(document.openapi).toBe('3.1.1')
    expect(document.servers).toEqual([{ url: `${server.issuer}/console/api` }])
  })

  test('names every operation once, and every one of them is called here', () => {
    const described = operations.map(({ id }) => id)
    expect(new Set(described).size).toBe(described.length)
    expect(described.toSorted()).toEqual(Object.keys(calls).toSorted())
  })

  test.each(Object.entries(calls))('%s answers as described', async (id, [done, refused]) => {
    const described = operations.find((operation) => operation.id === id)!
    expectDescribed(described, await call(described, done))
    expectDescribed(described, await call(described, refused))
  })

  test('says of every operation that it wants the token', async () => {
    expect(document.security).toEqual([{ adminToken: [] }])
    for (const { id, responses } of operations) expect(responses[401], id).toBeDefined()
    const answers = await Promise.all(
      operations.map((described) =>
        fetch(`${server.issuer}/console/api${calls[described.id]![0].path}`, {
          method: described.method,
        }),
      ),
    )
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([401]))
  })

  test('leaves out what this server does not have', async () => {
    await using bare = await startServer({ TEST_CONTROLS: 'false' })
    const { body } = await adminApi(bare).get('/openapi.json')
    expect(body.paths['/keys']).toBeDefined()
    expect(body.paths['/reset']).toBeUndefined()
    expect(JSON.stringify(body)).not.toContain('Test controls')
  })
})
