import { codeFlow, tokensFor } from '@neonpanel/testing-kit/client/grant'
import { bearer, send } from '@neonpanel/testing-kit/client/http'
import {
  chatGpt,
  localClient,
  oauthClient,
  register,
} from '@neonpanel/testing-kit/client/oauth-client'
import { fetchWithInitialAccessToken } from '@neonpanel/testing-kit/client/sdk-client'
import { createPerson } from '@neonpanel/testing-kit/person/people'
import { describe, expect } from 'vitest'
import { adminApi } from '../harness/admin.ts'
import { passTime } from '../harness/clock.ts'
import { connectSdk, flowsOf } from '../harness/flows.ts'
import { callTool, initializeMessage, mcpRequest } from '../harness/mcp.ts'
import { stackForTest, testStack } from '../harness/stack.ts'
import { verifies } from '../verifies.ts'

const everyStep = {
  discovery: 'ok',
  register: 'ok',
  authorize: 'ok',
  sign_in: 'ok',
  consent: 'ok',
  code: 'ok',
  token: 'ok',
  connect: 'ok',
  tool_call: 'ok',
}

const stack = await testStack()
const admin = adminApi(stack)
const flows = flowsOf(stack)

/** Everything before is forgotten: what is listed then is of this test. */
const fresh = () => admin.post('/reset', {})

async function connectWithToken(name?: 'owner' | 'analyst') {
  const { initial_access_token } = await admin.mint()
  const fetch = fetchWithInitialAccessToken(stack, initial_access_token)
  return connectSdk(stack, name ? { person: name } : {}, fetch)
}

describe('a flow', () => {
  verifies(
    'contract-6-flows',
    'of a client on the v2 SDK is one story from the challenge to the first tool call',
    async () => {
      await fresh()
      const { finish } = await connectWithToken()
      const client = await finish()
      await client.callTool({ name: 'list_companies', arguments: {} })
      await client.callTool({ name: 'list_companies', arguments: {} })
      await client.close()
      expect(await flows.list()).toHaveLength(1)
      const flow = await flows.latest()
      expect(flow).toMatchObject({
        status: 'completed',
        step: 'tool_call',
        steps: everyStep,
        client_name: 'SDK client',
        person_id: 'prs_owner',
        grant_id: expect.any(String),
        verdict: null,
      })
      const requests = flow.exchanges.map(
        ({ step, request: { method, url }, response }) =>
          `${step} ${method} ${url.split(/[?]/)[0]!.replace(/(interaction|authorize)\/[\w-]{12}$/, '$1/:page')} ${response?.status}`,
      )
      expect(requests).toEqual([
        'discovery POST /mcp 401',
        'discovery GET /.well-known/oauth-protected-resource/mcp 200',
        'discovery GET /.well-known/oauth-authorization-server 200',
        'register POST /oauth2/register 201',
        'authorize GET /oauth2/authorize 303',
        'sign_in GET /interaction/:page 200',
        'sign_in POST /interaction/:page 303',
        'sign_in GET /oauth2/authorize/:page 303',
        'consent GET /interaction/:page 200',
        'consent POST /interaction/:page 303',
        'code GET /oauth2/authorize/:page 303',
        'token POST /oauth2/token 200',
        'connect POST /mcp 200',
        'connect GET /mcp 200',
        'tool_call POST /mcp 200',
      ])
      expect(flow.waits.map(({ step, open }) => [step, open])).toEqual([
        ['sign_in', false],
        ['consent', false],
      ])
    },
  )

  verifies(
    'contract-6-flows',
    'shows what was sent, and of tool calls neither arguments nor results',
    async () => {
      await fresh()
      const { access_token } = await tokensFor(stack)
      await callTool(stack.mcpUrl, access_token, 'get_inventory_items', { limit: 3 })
      const flow = await flows.latest()
      const call = flow.exchanges.at(-1)!
      expect(call).toMatchObject({
        step: 'tool_call',
        server: 'resource-server',
        request: { body: { method: 'tools/call', params: { name: 'get_inventory_items' } } },
      })
      expect(JSON.stringify(call)).toContain('[arguments, 11 chars]')
      expect(JSON.stringify(call)).toMatch(/\[structuredContent, \d+ chars\]/)
      expect(JSON.stringify(call)).not.toContain('item_')
      const redemption = flow.exchanges.find(({ step }) => step === 'token')!
      expect(redemption.request.body).toMatch(
        /grant_type=authorization_code.*code=\[code, 43 chars\]/,
      )
      expect(redemption.response?.body).toMatchObject({
        token_type: 'Bearer',
        refresh_token: '[refresh token, 43 chars]',
      })
    },
  )

  verifies(
    'contract-6-flows',
    'is found by the correlation id of any of its requests',
    async () => {
      await fresh()
      await tokensFor(stack)
      const flow = await flows.latest()
      for (const id of flow.correlation_ids) expect((await flows.read(id)).id).toBe(flow.id)
      expect((await admin.get('/flows/c-none')).status).toBe(404)
    },
  )

  verifies('contract-6-flows', 'is had as HTTP Archive and as a sequence diagram', async () => {
    await fresh()
    await tokensFor(stack)
    const { id, exchanges } = await flows.latest()
    const read = (query: string, accept = '*/*') =>
      send(`${stack.issuer}/console/api/flows/${id}${query}`, {
        headers: { ...bearer(stack.adminToken), accept },
      })
    const har = await read('?format=har')
    expect(har.headers.get('content-type')).toBe('application/har+json')
    const { log } = JSON.parse(har.text)
    expect(log).toMatchObject({ version: '1.2', creator: { name: 'NeonPanel' } })
    expect(log.entries).toHaveLength(exchanges.length)
    expect(log.entries[0].request.url).toContain(`${stack.issuer}/oauth2/authorize?`)
    const diagram = await read('', 'text/vnd.mermaid')
    expect(diagram.text).toMatch(/^sequenceDiagram\n {2}participant C as Local client\n/)
    expect(diagram.text).toContain('C->>AS: POST /oauth2/token')
    expect((await read('?format=json')).text).toBe((await read('')).text)
    expect((await read('?format=pdf')).status).toBe(400)
  })
})

describe('a flow that ends early', () => {
  verifies('contract-6-flows', 'shows a redirect URI that is not registered', async () => {
    await fresh()
    const asked = oauthClient(stack, chatGpt).authorization({ redirect_uri: 'https://evil.test/' })
    await createPerson(stack.issuer).open(asked.url)
    const flow = await flows.latest()
    expect(flow).toMatchObject({
      status: 'failed',
      step: 'authorize',
      client_id: 'chatgpt-mcp-connector',
    })
    expect(flow.steps).toMatchObject({ authorize: 'failed', sign_in: 'skipped' })
    expect(flow.notes.map(({ step }) => step)).toContain('authorize')
  })

  verifies('contract-6-flows', 'shows a verifier that is not the challenge’s', async () => {
    await fresh()
    const { redeem } = await codeFlow(stack)
    expect((await redeem({ code_verifier: 'w'.repeat(43) })).status).toBe(400)
    const flow = await flows.latest()
    expect(flow).toMatchObject({ status: 'failed', step: 'token', person_id: 'prs_owner' })
    expect(flow.steps).toMatchObject({ code: 'ok', token: 'failed', connect: 'skipped' })
    expect(await flows.list()).toHaveLength(1)
  })

  verifies('contract-6-flows', 'shows that the person said no', async () => {
    await fresh()
    await codeFlow(stack, { press: 'Deny' })
    const flow = await flows.latest()
    expect(flow).toMatchObject({ status: 'denied', step: 'consent' })
    expect(flow.notes).toContainEqual(expect.objectContaining({ reason: 'consent_denied' }))
  })

  verifies('contract-6-flows', 'is abandoned ten minutes after the person stopped', async () => {
    await fresh()
    await createPerson(stack.issuer).reachConsent(oauthClient(stack).authorization().url)
    const waiting = await flows.latest()
    expect(waiting).toMatchObject({ status: 'in_progress', step: 'consent' })
    expect(waiting.waits.at(-1)).toMatchObject({ step: 'consent', open: true })
    passTime(601)
    expect(await flows.latest()).toMatchObject({ status: 'abandoned', step: 'consent' })
  })

  verifies('contract-6-flows', 'shows a token that is never sent', async () => {
    await fresh()
    await tokensFor(stack)
    await mcpRequest(stack.mcpUrl, initializeMessage('2025-11-25'))
    expect(await flows.latest()).toMatchObject({ status: 'in_progress', step: 'token' })
    passTime(601)
    const [flow, ...others] = await flows.list()
    expect(others).toEqual([])
    expect(flow).toMatchObject({ status: 'abandoned', step: 'token' })
    expect(flow!.steps).toMatchObject({ token: 'stopped', connect: 'skipped' })
  })

  verifies('contract-6-flows', 'shows a registration without initial access token', async () => {
    await fresh()
    await register(stack, { redirect_uris: ['http://127.0.0.1/cb'] })
    const flow = await flows.latest()
    expect(flow).toMatchObject({ status: 'failed', step: 'register', client_id: null })
    expect(flow.exchanges[0]!.response?.status).toBe(401)
  })

  verifies(
    'contract-6-flows',
    'may be no more than a challenge, or a look at metadata',
    async () => {
      await fresh()
      const agent = { 'user-agent': 'scanner/1' }
      await mcpRequest(stack.mcpUrl, initializeMessage('2025-11-25'), agent)
      await send(`${stack.issuer}/.well-known/oauth-authorization-server`)
      const listed = await flows.list()
      expect(listed.map(({ step, status }) => [step, status])).toEqual([
        ['discovery', 'in_progress'],
        ['discovery', 'in_progress'],
      ])
    },
  )

  verifies('contract-6-flows', 'shows a fault’s answer as the client got it', async () => {
    await fresh()
    await admin.post('/faults', {
      where: { path: '/oauth2/register' },
      what: {
        status: 500,
        body: '<h1>Server Error</h1>',
        headers: { 'content-type': 'text/html' },
      },
    })
    await register(stack, { redirect_uris: ['http://127.0.0.1/cb'] })
    const flow = await flows.latest()
    expect(flow).toMatchObject({ status: 'failed', step: 'register' })
    expect(flow.exchanges[0]!.response).toMatchObject({ status: 500 })
  })
})

describe('flows are told apart', () => {
  verifies('contract-6-flows-apart', 'when two clients connect at once', async () => {
    await fresh()
    const attempts = await Promise.all([connectWithToken('owner'), connectWithToken('analyst')])
    const clients = await Promise.all(attempts.map(({ finish }) => finish()))
    await Promise.all(
      clients.map((client) => client.callTool({ name: 'list_companies', arguments: {} })),
    )
    await Promise.all(clients.map((client) => client.close()))
    const listed = await flows.list()
    expect(listed.map(({ status }) => status)).toEqual(['completed', 'completed'])
    expect(new Set(listed.map(({ person_id }) => person_id)).size).toBe(2)
    expect(new Set(listed.flatMap(({ correlation_ids }) => correlation_ids)).size).toBe(30)
    for (const { id, steps } of listed) {
      expect(steps, id).toEqual(everyStep)
      const { exchanges, client_id } = await flows.read(id)
      expect(exchanges).toHaveLength(15)
      expect(exchanges.find(({ step }) => step === 'authorize')!.request.url).toContain(client_id!)
    }
  })

  verifies('contract-6-flows-apart', 'when a client refreshes, retries and steps up', async () => {
    await fresh()
    const first = await tokensFor(stack, { scope: 'read:companies' })
    await callTool(stack.mcpUrl, first.access_token, 'list_companies')
    await first.client.refresh(first.refresh_token)
    expect(await flows.list()).toHaveLength(1)
    await callTool(stack.mcpUrl, first.access_token, 'get_inventory_items')
    const stepped = await tokensFor(stack, { scope: 'read:companies read:inventory' })
    await callTool(stack.mcpUrl, stepped.access_token, 'get_inventory_items')
    const listed = await flows.list()
    expect(listed.map(({ status, step }) => [status, step])).toEqual([
      ['completed', 'tool_call'],
      ['completed', 'tool_call'],
    ])
    const stepUp = await flows.read(listed[0]!.id)
    expect(stepUp.exchanges[0]!.response?.status).toBe(403)
    expect(stepUp.grant_id).not.toBe(listed[1]!.grant_id)
  })

  verifies('contract-6-flows-apart', 'from a token that says it is of their grant', async () => {
    await fresh()
    const { access_token } = await tokensFor(stack)
    const [head, payload] = access_token.split('.')
    await callTool(stack.mcpUrl, `${head}.${payload}.${'A'.repeat(86)}`, 'list_companies')
    await callTool(stack.mcpUrl, access_token, 'list_companies')
    const listed = await flows.list()
    expect(listed.map(({ status, client_id }) => [status, client_id])).toEqual([
      ['failed', null],
      ['completed', localClient.clientId],
    ])
    const { notes } = await flows.read(listed[0]!.id)
    const claims = notes.find(({ reason }) => reason === 'unverified_claims')
    expect(JSON.parse(claims!.got!)).toMatchObject({ client_id: 'local-client', typ: 'at+jwt' })
  })

  verifies('contract-6-flows-apart', 'from what an expired token makes a client do', async () => {
    await fresh()
    const { access_token, refresh_token, client } = await tokensFor(stack)
    await callTool(stack.mcpUrl, access_token, 'list_companies')
    passTime(3_700)
    await callTool(stack.mcpUrl, access_token, 'list_companies')
    expect((await flows.list()).map(({ status }) => status)).toEqual(['failed', 'completed'])
    const { body } = await client.refresh(refresh_token)
    await callTool(stack.mcpUrl, body.access_token, 'list_companies')
    expect((await flows.list()).map(({ status }) => status)).toEqual(['completed'])
  })
})

describe('what is recorded', () => {
  verifies('contract-6-flows-bounded', 'are first calls, and not ordinary ones', async () => {
    await fresh()
    const { access_token } = await tokensFor(stack)
    for (let call = 0; call < 5; call += 1) {
      await callTool(stack.mcpUrl, access_token, 'list_companies')
      await mcpRequest(
        stack.mcpUrl,
        { jsonrpc: '2.0', id: 1, method: 'ping' },
        bearer(access_token),
      )
    }
    await flows.list()
    const { prisma } = stack.database
    expect(await prisma.flowExchange.count({ where: { kind: 'tool_call' } })).toBe(1)
  })

  verifies('contract-6-flows-bounded', 'is gone after a reset', async () => {
    await tokensFor(stack)
    await fresh()
    expect(await flows.list()).toEqual([])
    expect(await stack.database.prisma.flowExchange.count()).toBe(0)
  })

  verifies('contract-6-flows-secrets', 'holds none of a flow’s secrets', async () => {
    const own = await stackForTest({ REGISTRATION_MODE: 'open' })
    const { body } = await register(own, {
      redirect_uris: ['https://app.test/cb'],
      token_endpoint_auth_method: 'client_secret_basic',
      grant_types: ['authorization_code', 'refresh_token'],
    })
    const identity = {
      clientId: body.client_id,
      clientSecret: body.client_secret!,
      redirectUri: 'https://app.test/cb',
    }
    const asked = await codeFlow(own, { client: identity })
    const { body: tokens } = await asked.redeem()
    await callTool(own.mcpUrl, tokens.access_token, 'list_companies')
    const again = await asked.client.refresh(tokens.refresh_token!)
    const secrets = [
      identity.clientSecret,
      body.registration_access_token,
      asked.code,
      asked.verifier,
      tokens.access_token,
      tokens.refresh_token!,
      again.body.access_token,
      again.body.refresh_token!,
      'neonpanel-demo',
    ]
    await flowsOf(own).list()
    const rows = JSON.stringify(await own.database.prisma.flowExchange.findMany())
    expect(rows).toContain('/oauth2/token')
    for (const secret of secrets) {
      expect(secret.length).toBeGreaterThan(12)
      const forms = [secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64url')]
      for (const form of forms) expect(rows).not.toContain(form)
    }
  })
})
