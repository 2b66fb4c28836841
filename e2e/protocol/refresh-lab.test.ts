import {
  Client,
  StreamableHTTPClientTransport,
  UnauthorizedError,
} from '@modelcontextprotocol/client'
import { tokensFor } from '@neonpanel/testing-kit/client/grant'
import { oauthClient } from '@neonpanel/testing-kit/client/oauth-client'
import { oauthProvider } from '@neonpanel/testing-kit/client/sdk-client'
import { afterEach, describe, expect, onTestFinished } from 'vitest'
import { adminApi } from '../harness/admin.ts'
import { callTool } from '../harness/mcp.ts'
import { stackForTest, testStack } from '../harness/stack.ts'
import { verifies } from '../verifies.ts'

const stack = await testStack({ REVOCATION_CHECK_SECONDS: '0' })
const admin = adminApi(stack)

type Order = 'arrival' | 'reverse' | 'together' | readonly number[]

interface Race {
  state: string
  winner: number | null
  contenders: {
    arrived: number
    finished: number | null
    presented: string
    status: number | null
    error: string | null
    access_token: string | null
    refresh_token: string | null
  }[]
  credentials: { label: string; kind: string; given_to: number[]; survives: boolean }[]
}

interface Lab {
  policy: { policy: string; leeway_seconds: number } | null
  clients: Record<string, unknown>
  barrier: { count: number; waiting: number } | null
  race: Race | null
}

const lab = async () => (await admin.get<Lab>('/refresh-lab')).body

afterEach(async () => {
  await admin.remove('/refresh-lab')
})

/** As many refreshes with one token as the barrier waits for, in the order in which they are sent. */
async function race(policy: string, count: number, order: Order) {
  const tokens = await tokensFor(stack)
  const armed = await admin.post('/refresh-lab', { policy, barrier: { count, order } })
  expect(armed.status, armed.text).toBe(200)
  const answers = []
  for (let sent = 1; sent <= count; sent += 1) {
    answers.push(tokens.client.refresh(tokens.refresh_token))
    if (sent === count) break
    await expect.poll(async () => (await lab()).barrier?.waiting).toBe(sent)
  }
  const bodies = (await Promise.all(answers)).map(({ status, body }) => ({ status, ...body }))
  const report = (await lab()).race!
  expect(report.state).toBe('done')
  expect(report.contenders.map(({ status }) => status)).toEqual(bodies.map(({ status }) => status))
  return { tokens, bodies, report }
}

const statuses = ({ contenders }: Race) => contenders.map(({ status }) => status)

const survivors = ({ credentials }: Race, kind: string) =>
  credentials.filter((one) => one.kind === kind && one.survives).map(({ label }) => label)

const orders: readonly { count: number; order: Order; winner: number | undefined }[] = [
  { count: 2, order: 'arrival', winner: 1 },
  { count: 3, order: 'reverse', winner: 3 },
  { count: 4, order: [3, 1, 4, 2], winner: 3 },
  { count: 3, order: 'together', winner: undefined },
]

for (const { count, order, winner } of orders) {
  describe(`${count} refreshes at once, ${JSON.stringify(order)}`, () => {
    const expectWinner = (report: Race) =>
      expect(report.winner).toEqual(winner ?? expect.any(Number))
    const others = Array.from({ length: count - 1 }, (_, index) => index + 2)

    verifies('refresh-lab', 'none: the token stays, all get an access token', async () => {
      const { report } = await race('none', count, order)
      expectWinner(report)
      expect(statuses(report)).toEqual(Array(count).fill(200))
      expect(survivors(report, 'refresh_token')).toEqual(['R0'])
      expect(survivors(report, 'access_token')).toHaveLength(count)
    })

    verifies('refresh-lab', 'rotate: one wins, the others are refused, nothing ends', async () => {
      const { report } = await race('rotate', count, order)
      expectWinner(report)
      expect(statuses(report).toSorted()).toEqual([200, ...others.map(() => 400)])
      expect(survivors(report, 'refresh_token')).toEqual(['R1'])
      expect(survivors(report, 'access_token')).toEqual(['A1'])
    })

    verifies('refresh-lab', 'leeway: all win, each with a token of its own', async () => {
      const { report } = await race('leeway', count, order)
      expectWinner(report)
      const own = [1, ...others].map((number) => `R${number}`)
      expect(survivors(report, 'refresh_token')).toEqual(['R0', ...own])
    })

    verifies('refresh-lab', 'replay: all win the same token', async () => {
      const { report, bodies } = await race('replay', count, order)
      expectWinner(report)
      expect(new Set(bodies.map((body) => body.refresh_token)).size).toBe(1)
      expect(survivors(report, 'refresh_token')).toEqual(['R0', 'R1'])
      expect(report.credentials.find(({ label }) => label === 'R1')?.given_to).toHaveLength(count)
    })

    verifies('refresh-lab', 'strict: one wins what the next one ends', async () => {
      const { report, bodies } = await race('strict', count, order)
      expect(statuses(report).filter((status) => status === 200).length).toBeLessThanOrEqual(1)
      if (winner) expect(report.winner).toBe(winner)
      expect(report.credentials.filter(({ survives }) => survives)).toEqual([])
      const won = bodies.find(({ status }) => status === 200)
      if (won) {
        expect((await callTool(stack.mcpUrl, won.access_token, 'list_companies')).status).toBe(401)
      }
    })
  })
}

describe('the lab', () => {
  verifies('refresh-lab', 'has a policy for a single client', async () => {
    await admin.post('/refresh-lab', { policy: 'strict', client_id: 'claude' })
    expect((await lab()).clients).toEqual({ claude: { policy: 'strict', leeway_seconds: 10 } })
    const { client, refresh_token: first } = await tokensFor(stack)
    await client.refresh(first)
    expect((await client.refresh(first)).status).toBe(200)
    await admin.post('/refresh-lab', { policy: 'strict', client_id: 'local-client' })
    expect((await client.refresh(first)).body.error).toBe('invalid_grant')
  })

  verifies('refresh-lab', 'holds nothing else, and nobody for longer than it says', async () => {
    await admin.post('/refresh-lab', { barrier: { count: 2, timeout_ms: 100 } })
    const { client, refresh_token: token } = await tokensFor(stack)
    expect((await client.refresh(token)).status).toBe(200)
    expect((await lab()).race).toMatchObject({ state: 'incomplete', winner: 1 })
  })

  verifies('refresh-lab', 'is over with a reset, and lets go whom it holds', async () => {
    const own = await stackForTest()
    const controls = adminApi(own)
    const { client, refresh_token: token } = await tokensFor(own)
    await controls.post('/refresh-lab', { policy: 'none', barrier: { count: 2 } })
    const waiting = client.refresh(token)
    await expect
      .poll(async () => (await controls.get<Lab>('/refresh-lab')).body.barrier?.waiting)
      .toBe(1)
    await controls.post('/reset', {})
    await waiting
    expect((await controls.get<Lab>('/refresh-lab')).body).toEqual({
      policy: null,
      clients: {},
      barrier: null,
      race: null,
    })
  })

  verifies('refresh-lab', 'tells no token', async () => {
    const { bodies, tokens } = await race('rotate', 2, 'arrival')
    const { text } = await admin.get('/refresh-lab')
    for (const { access_token: token } of bodies.filter(({ status }) => status === 200)) {
      expect(text).not.toContain(token)
    }
    expect(text).not.toContain(tokens.refresh_token)
  })

  verifies('refresh-lab', 'is not there without test controls, nor is what it chose', async () => {
    const without = await stackForTest({ TEST_CONTROLS: 'false' })
    expect((await adminApi(without).get('/refresh-lab')).status).toBe(404)
    await without.database.prisma.setting.create({
      data: { key: 'refresh-policy', value: '{"policy":"none","leewaySeconds":10}' },
    })
    const { refresh_token: first } = await tokensFor(without)
    const { body } = await oauthClient(without).refresh(first)
    expect(body.refresh_token).not.toBe(first)
  })

  for (const wrong of [
    {},
    { policy: 'magic' },
    { barrier: { count: 1 } },
    { barrier: { count: 3, order: [1, 2] } },
    { barrier: { count: 2, order: [0, 1] } },
  ]) {
    verifies('refresh-lab', `takes not ${JSON.stringify(wrong)}`, async () => {
      expect((await admin.post('/refresh-lab', wrong)).status).toBe(400)
    })
  }
})

type Provider = ReturnType<typeof oauthProvider>

/** A host that lets go of tokens when the SDK says that they are worth nothing. */
function forgetful(provider: Provider): Provider {
  let isForgotten = false
  return Object.assign(Object.create(provider), {
    tokens: () => (isForgotten ? undefined : provider.tokens()),
    saveTokens(saved: Parameters<Provider['saveTokens']>[0]) {
      isForgotten = false
      provider.saveTokens(saved)
    },
    invalidateCredentials() {
      isForgotten = true
    },
  })
}

describe('the v2 SDK that refreshes twice at once', () => {
  async function connected() {
    const provider = forgetful(oauthProvider(stack, { clientId: 'local-client' }))
    const transport = () =>
      new StreamableHTTPClientTransport(new URL(stack.mcpUrl), { authProvider: provider })
    const newClient = () => {
      const client = new Client({ name: 'v2', version: '1.0.0' })
      onTestFinished(() => client.close())
      return client
    }
    const first = transport()
    await expect(newClient().connect(first)).rejects.toThrow(UnauthorizedError)
    await first.finishAuth(provider.callback())
    const client = newClient()
    await client.connect(transport())
    return { client, provider }
  }

  /** The SDK and another process of the same host refresh with the same token; the SDK comes second. */
  async function callsWhileAnotherRefreshes(policy: string) {
    const { client, provider } = await connected()
    await admin.post('/refresh-lab', {
      policy,
      barrier: { count: 2, order: 'arrival', timeout_ms: 20_000 },
    })
    const stored = provider.tokens()!
    const other = oauthClient(stack).refresh(stored.refresh_token ?? '')
    await expect.poll(async () => (await lab()).barrier?.waiting).toBe(1)
    provider.saveTokens({ ...stored, access_token: 'stale' })
    const call = client.callTool({ name: 'list_companies', arguments: {} })
    return { call, other, provider }
  }

  verifies('refresh-lab', 'goes on under leeway', async () => {
    const { call, other, provider } = await callsWhileAnotherRefreshes('leeway')
    expect((await other).status).toBe(200)
    expect((await call).isError).toBeFalsy()
    expect(provider.asked).toHaveLength(1)
  })

  verifies('refresh-lab', 'loses its session under strict, and has to ask the person', async () => {
    const { call, other, provider } = await callsWhileAnotherRefreshes('strict')
    expect((await other).status).toBe(200)
    await expect(call).rejects.toThrow(UnauthorizedError)
    expect(provider.asked).toHaveLength(2)
    expect((await lab()).race?.credentials.filter(({ survives }) => survives)).toEqual([])
  })
})
