import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { startStack } from '../testing-kit.ts'
import type { FlowExchange, FlowInFull } from './flow.ts'
import { expectFlow, type FlowExpectation, FlowExpectationError } from './flow-expectation.ts'

const asked = (parameters: object, method = 'GET'): FlowExchange => ({
  ...exchange,
  id: 'authorize',
  step: 'authorize',
  request: {
    method,
    url: `/oauth2/authorize?${new URLSearchParams({ ...parameters })}`,
    headers: {},
  },
})

const exchange = {
  server: 'authorization-server',
  at: '2026-01-01T00:00:00.000Z',
  duration_ms: 1,
  correlation_id: null,
  response: { status: 303, headers: {} },
} as const

const redeemed = (body: unknown): FlowExchange => ({
  ...exchange,
  id: 'token',
  step: 'token',
  request: { method: 'POST', url: '/oauth2/token', headers: {}, body },
  response: { status: 400, headers: {} },
})

const flow = (changes: Partial<FlowInFull> = {}): FlowInFull => ({
  id: 'f-1',
  status: 'failed',
  step: 'token',
  steps: {},
  client_id: 'claude',
  client_name: 'Claude',
  person_id: null,
  grant_id: null,
  correlation_ids: [],
  started_at: '2026-01-01T00:00:00.000Z',
  duration_ms: 1,
  verdict: null,
  exchanges: [],
  notes: [],
  ...changes,
})

async function refusal(
  told: FlowInFull,
  expectation: (expected: FlowExpectation) => FlowExpectation,
): Promise<FlowExpectationError> {
  try {
    await expectation(expectFlow(async () => told))
  } catch (error) {
    if (error instanceof FlowExpectationError) return error
    throw error
  }
  throw new Error('The expectation held.')
}

describe('what a flow is not is told with what was got and what was expected', () => {
  const pkce = { code_challenge: 'x', code_challenge_method: 'S256' }

  test('another code challenge method, or none', async () => {
    const plain = flow({ exchanges: [asked({ code_challenge: 'x' })] })
    expect((await refusal(plain, (one) => one.toHaveUsedPkce())).message).toBe(
      [
        'Expected code_challenge_method of the authorization request to be S256',
        '  expected: S256',
        '  got:      plain',
        '',
        'Flow f-1 of claude: failed at token',
        '  authorize  GET /oauth2/authorize → 303',
      ].join('\n'),
    )
    const none = flow({ exchanges: [asked({ scope: 'a' })] })
    expect(await refusal(none, (one) => one.toHaveUsedPkce('S256'))).toMatchObject({
      got: undefined,
      expected: 'S256',
    })
  })

  test('a code that was redeemed without the verifier', async () => {
    const forgotten = flow({
      exchanges: [asked(pkce), redeemed('grant_type=authorization_code&code=x')],
    })
    expect((await refusal(forgotten, (one) => one.toHaveUsedPkce())).message).toMatch(
      /^Expected code_verifier of the token request to be one\n {2}expected: one\n {2}got: {6}nothing/,
    )
  })

  test('another resource, in either request', async () => {
    const other = flow({ exchanges: [asked({ resource: 'https://mcp.test/' })] })
    expect(await refusal(other, (one) => one.toHaveSentResource('https://mcp.test'))).toMatchObject(
      {
        got: 'https://mcp.test/',
        expected: 'https://mcp.test',
      },
    )
    const lost = flow({
      exchanges: [asked({ resource: 'r' }), redeemed({ grant_type: 'authorization_code' })],
    })
    expect((await refusal(lost, (one) => one.toHaveSentResource('r'))).message).toMatch(
      /resource of the token request/,
    )
  })

  test('other scopes', async () => {
    const more = flow({ exchanges: [asked({ scope: 'b a' })] })
    await expectFlow(async () => more).toHaveRequestedScope('a b')
    expect((await refusal(more, (one) => one.toHaveRequestedScope('a'))).got).toBe('a b')
  })

  test('an earlier step, another status, another verdict', async () => {
    expect((await refusal(flow(), (one) => one.toHaveReached('connect'))).message).toMatch(
      /^Expected the step that the flow reached to be connect or further\n.*\n {2}got: {6}token/,
    )
    expect(await refusal(flow(), (one) => one.toHaveStatus('completed'))).toMatchObject({
      got: 'failed',
    })
    const diagnosed = flow({
      notes: [{ step: 'token', at: '', reason: 'code_reused', got: 'twice', expected: 'once' }],
      verdict: {
        cause: 'code_reused',
        title: 'The code was used twice',
        says: 'It was redeemed before.',
        fix: 'Redeem it once.',
        source: 'RFC 6749 section 4.1.2',
        step: 'token',
      },
    })
    const { message } = await refusal(diagnosed, (one) => one.toHaveVerdict(null))
    expect(message).toContain('got:      code_reused')
    expect(message).toContain('token      code_reused got twice, expected once')
    expect(message).toContain('verdict: code_reused. It was redeemed before. Redeem it once.')
  })

  test('no authorization request at all', async () => {
    const { message } = await refusal(flow(), (one) => one.toHaveUsedPkce())
    expect(message).toContain('Expected the authorization request to be one')
  })

  test('the first that does not hold, whatever follows', async () => {
    const { message } = await refusal(flow(), (one) =>
      one.toHaveStatus('denied').toHaveReached('tool_call'),
    )
    expect(message).toContain('status')
  })
})

describe('the flows of a stack', () => {
  const stack = startStack()
  afterAll(async () => (await stack).stop())
  afterEach(async () => (await stack).reset())

  test('show what a good client did', async () => {
    const { tokens, expectFlow, mcpUrl, flows } = await stack
    const { access_token } = await tokens({ scope: 'read:companies' })
    const client = await (await stack).mcpClient({ token: access_token })
    await client.callTool({ name: 'list_companies', arguments: {} })
    const [latest] = await flows({ client_id: 'local-client' })
    const told = await expectFlow(latest?.id)
      .toHaveUsedPkce('S256')
      .toHaveSentResource(mcpUrl)
      .toHaveRequestedScope('read:companies')
      .toHaveReached('token')
      .toHaveStatus('completed')
      .toHaveVerdict(null)
    expect(told.client_id).toBe('local-client')
    await expectFlow({ client_id: 'local-client' }).toHaveReached('tool_call')
  })

  test('show who denied', async () => {
    const { authorize, expectFlow } = await stack
    await authorize({ press: 'Deny', client: (await stack).clients.claude })
    await expectFlow({ client_id: 'claude' }).toHaveStatus('denied').toHaveReached('consent')
  })

  test('are asked for by name where there are none', async () => {
    const { expectFlow } = await stack
    await expect(expectFlow({ client_id: 'claude' }).toHaveReached('token')).rejects.toThrow(
      'There is no flow of {"client_id":"claude"}',
    )
  })
})
