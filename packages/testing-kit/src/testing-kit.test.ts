import { Client, UnauthorizedError } from '@modelcontextprotocol/client'
import { exportJWK, generateKeyPair, importJWK, type JWK, jwtVerify } from 'jose'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { AdminApiError } from './admin/admin-api.ts'
import { oauthClient } from './client/oauth-client.ts'
import { RegistrationRefused } from './stack/clients.ts'
import { connectStack, SharedClockError, startStack } from './testing-kit.ts'

const started = await startStack()
afterAll(() => started.stop())

// Whoever started a stack and whoever only knows where it is have the same kit.
const kits = [
  ['that this process started', started],
  ['over HTTP alone', await connectStack(started)],
] as const

describe.each(kits)('a stack %s', (_, stack) => {
  afterEach(() => stack.reset())

  const companies = async (token: string) => {
    const client = await stack.mcpClient({ token })
    const { structuredContent } = await client.callTool({ name: 'list_companies', arguments: {} })
    return (structuredContent as { companies: { name: string }[] }).companies.map(
      ({ name }) => name,
    )
  }

  test('an initial access token is minted as wished, and registers one client', async () => {
    const minted = await stack.mintInitialAccessToken({ maxUses: 1, note: 'for a test' })
    expect(minted).toMatchObject({
      max_uses: 1,
      registration_endpoint: `${stack.issuer}/oauth2/register`,
    })
    const initialAccessToken = minted.initial_access_token
    const client = await stack.registerClient({ client_name: 'Mine' }, { initialAccessToken })
    expect(client.registration.client_name).toBe('Mine')
    const again = stack.registerClient({}, { initialAccessToken })
    await expect(again).rejects.toBeInstanceOf(RegistrationRefused)
    await expect(again).rejects.toMatchObject({ status: 401, error: 'invalid_token' })
  })

  test('a registered client is authorized like any other', async () => {
    const client = await stack.registerClient({ token_endpoint_auth_method: 'client_secret_basic' })
    expect(client.clientSecret).toMatch(/./)
    const tokens = await stack.tokens({ client, scope: 'read:companies' })
    expect(tokens.scope).toBe('read:companies')
    expect(await companies(tokens.access_token)).toEqual([
      'Harbor Goods EU B.V.',
      'Harbor Goods LLC',
    ])
  })

  test('a person chooses scopes and companies', async () => {
    const { redeem } = await stack.authorize({
      person: 'analyst',
      scope: 'read:companies read:revenue',
      scopes: ['read:companies'],
      companies: ['Tallow'],
    })
    const { body } = await redeem()
    expect(body.scope).toBe('read:companies')
    expect(await companies(body.access_token)).toEqual([expect.stringMatching(/^Tallow/)])
  })

  test('a person denies', async () => {
    const { callback, code } = await stack.authorize({ press: 'Deny' })
    expect(callback.searchParams.get('error')).toBe('access_denied')
    expect(code).toBe('')
    await expect(stack.tokens({ press: 'Deny' })).rejects.toThrow(/access_denied/)
  })

  test('a person of the stack keeps their browser, a name has a fresh one', async () => {
    const { owner } = stack.people
    await stack.authorize({ person: owner })
    const browser = await owner.browser()
    const page = await browser.open(`${stack.issuer}/account`)
    expect(page.status).toBe(200)
    expect(page.root.text).toContain('Local client')
    await stack.reset()
    expect(await owner.browser()).not.toBe(browser)
  })

  test('a suspended person cannot sign in until they are reinstated', async () => {
    const { warehouse } = stack.people
    await warehouse.suspend()
    await expect(stack.tokens({ person: 'warehouse' })).rejects.toThrow(
      /Sign in|suspended|password/,
    )
    await warehouse.reinstate()
    expect((await stack.tokens({ person: 'warehouse' })).token_type).toBe('Bearer')
  })

  test('a person decides by themselves, for a browser that nobody watches', async () => {
    const { owner, analyst } = stack.people
    const client = oauthClient(stack)
    const visit = async () => {
      const { url } = client.authorization({ scope: 'read:companies' })
      const { headers } = await fetch(url, { redirect: 'manual' })
      return new URL(headers.get('location') ?? '', stack.issuer)
    }
    await owner.autoConsent('approve')
    expect((await visit()).searchParams.get('code')).toMatch(/./)
    await analyst.autoConsent('deny')
    expect((await visit()).searchParams.get('error')).toBe('access_denied')
    await owner.autoConsent('slow', { delayMs: 1, companies: ['Harbor Goods LLC'] })
    expect((await visit()).searchParams.get('code')).toMatch(/./)
    expect(await stack.grants({ active: true })).toMatchObject([
      { companies: 'selected', company_ids: ['co_harbor_us'] },
      { companies: 'all' },
    ])
    await owner.autoConsent('abandon')
    expect((await visit()).pathname).toMatch(/^\/interaction\//)
    await owner.autoConsent(null)
    expect((await visit()).pathname).toMatch(/^\/interaction\//)
  })

  test('tokens are refreshed and revoked by their client', async () => {
    const { client, refresh_token } = await stack.tokens({ scope: 'read:companies' })
    const { body } = await client.refresh(refresh_token)
    expect(body.access_token).toMatch(/./)
    await client.revoke(body.refresh_token ?? '')
    expect((await client.refresh(body.refresh_token ?? '')).body.error).toBe('invalid_grant')
  })

  test('grants are listed, and end with every token', async () => {
    const { access_token } = await stack.tokens({ scope: 'read:companies' })
    const [grant] = await stack.grants({ client_id: 'local-client', active: true })
    expect(grant).toMatchObject({ email: 'owner@neonpanel.test', scope: 'read:companies' })
    await stack.revoke(grant?.id ?? '')
    expect(await stack.grants({ active: true })).toEqual([])
    const { client, code } = await stack.authorize({ person: stack.people.owner })
    expect(code).toMatch(/./)
    expect((await client.introspect(access_token)).body.active).not.toBe(true)
  })

  test('an MCP client is connected without a word, with a token, and by its own OAuth', async () => {
    const minted = await stack.mcpClient()
    expect(minted).toBeInstanceOf(Client)
    expect((await minted.listTools()).tools.length).toBeGreaterThan(10)
    const { isError } = await minted.callTool({ name: 'list_reports', arguments: {} })
    expect(isError ?? false).toBe(false)
    const { access_token } = await stack.tokens({ scope: 'read:companies' })
    const given = await stack.mcpClient({ token: access_token, versions: 'legacy' })
    expect(given.getServerVersion()?.name).toBe(minted.getServerVersion()?.name)
    const { initial_access_token } = await stack.mintInitialAccessToken()
    const own = await stack.mcpClient({
      oauth: { initialAccessToken: initial_access_token, person: 'analyst' },
    })
    expect((await own.listTools()).tools.length).toBeGreaterThan(10)
    expect(await stack.grants({ active: true })).toMatchObject([
      { email: 'analyst@neonpanel.test' },
      { client_id: 'local-client' },
      { client_id: 'local-client' },
    ])
  })

  test('the clock moves, stops and goes back', async () => {
    const { access_token } = await stack.tokens({ scope: 'read:companies' })
    await stack.clock.advance('61m')
    await expect(stack.mcpClient({ token: access_token })).rejects.toBeInstanceOf(UnauthorizedError)
    const stopped = await stack.clock.freeze()
    expect(await stack.clock.now()).toEqual(stopped)
    expect(await stack.clock.set('2030-01-02T03:04:05Z')).toEqual(new Date('2030-01-02T03:04:05Z'))
    await stack.clock.unfreeze()
    expect((await stack.clock.reset()).getTime()).toBeLessThan(Date.UTC(2030, 0, 1))
  })

  test('what was exchanged can be read, without secrets', async () => {
    const { access_token } = await stack.tokens({ scope: 'read:companies' })
    const [request] = await stack.requests({ path: '/oauth2/token', status: 200 })
    expect(request).toMatchObject({ method: 'POST', server: 'authorization-server' })
    expect(JSON.stringify(request)).not.toContain(access_token)
    expect(await stack.requests({ path: '/oauth2/token', status: 500 })).toEqual([])
  })

  test('what the admin API refuses is an error with its words', async () => {
    await expect(stack.mintInitialAccessToken({ maxUses: 0 })).rejects.toThrow(
      /POST \/initial-access-tokens answered 400 invalid_request: max_uses/,
    )
    await expect(stack.revoke('nobody')).rejects.toBeInstanceOf(AdminApiError)
  })

  test('reset leaves nothing of what a test did', async () => {
    await stack.registerClient()
    await stack.tokens()
    await stack.people.analyst.suspend()
    await stack.faults.add({ where: { path: '/nowhere' }, what: { status: 503 } })
    await stack.clock.advance('1h')
    const client = await stack.mcpClient()
    await stack.reset()
    expect(client.transport).toBeUndefined()
    expect(await stack.grants()).toEqual([])
    expect(await stack.flows()).toEqual([])
    expect(await stack.requests()).toEqual([])
    expect(await stack.faults.list()).toEqual([])
    const clients = await stack.admin.get<{ items: unknown[] }>('/clients')
    expect(clients.items).toHaveLength(5)
    expect(Math.abs((await stack.clock.now()).getTime() - Date.now())).toBeLessThan(60_000)
    const tokens = await stack.tokens({ person: 'analyst', scope: 'read:companies' })
    expect(tokens.scope).toBe('read:companies')
  })
})

describe('a rogue’s toolbox', () => {
  const stack = started
  afterEach(() => stack.reset())

  const isTaken = async (token: string) => {
    try {
      await stack.mcpClient({ token })
      return true
    } catch (error) {
      expect(error).toBeInstanceOf(UnauthorizedError)
      return false
    }
  }
  const owner = stack.people.owner.email

  test('makes a good token, and everything that is wrong with one', async () => {
    expect(await isTaken((await stack.mintToken({ person: owner })).token)).toBe(true)
    for (const wrong of [
      { ttlSeconds: -1 },
      { issuer: 'https://elsewhere.example' },
      { audience: 'https://elsewhere.example/mcp' },
      { claims: { aud: null } },
      { header: { typ: 'JWT' } },
      { header: { kid: 'nobody' } },
      { key: 'rogue' },
      { key: 'none' },
      { alg: 'HS256' },
    ] as const) {
      const { token } = await stack.mintToken({ person: owner, ...wrong })
      expect(await isTaken(token), JSON.stringify(wrong)).toBe(false)
    }
  })

  test('signs with a key and an algorithm of one’s own', async () => {
    const { publicKey, privateKey } = await generateKeyPair('RS256', { extractable: true })
    const { token, claims } = await stack.mintToken({
      person: owner,
      key: privateKey,
      alg: 'RS256',
    })
    const verified = await jwtVerify(token, publicKey)
    expect(verified.payload).toEqual(claims)
    expect(verified.protectedHeader.alg).toBe('RS256')
    expect(await isTaken(token)).toBe(false)
    const asJwk = await exportJWK(privateKey)
    const again = await stack.mintToken({ person: owner, key: asJwk, alg: 'RS256' })
    await jwtVerify(again.token, publicKey)
  })

  test('takes the server’s public key for a secret', async () => {
    const { keys } = (await (await fetch(`${stack.issuer}/oauth2/jwks`)).json()) as { keys: JWK[] }
    const secret = new TextEncoder().encode(JSON.stringify(keys[0]))
    const { token } = await stack.mintToken({ person: owner, key: secret, alg: 'HS256' })
    await jwtVerify(token, secret)
    expect(await isTaken(token)).toBe(false)
    expect(await importJWK(keys[0] ?? {})).toBeDefined()
  })
})

describe('stacks next to each other', () => {
  test('do not see each other', async () => {
    await using one = await startStack()
    await using other = await startStack({ registration: 'open' })
    expect(new Set([one.issuer, one.mcpUrl, other.issuer, other.mcpUrl]).size).toBe(4)
    const [mine, theirs] = await Promise.all([
      one.tokens({ scope: 'read:companies' }),
      other.tokens({ scope: 'read:companies' }),
    ])
    await other.mcpClient({ token: theirs.access_token })
    await expect(other.mcpClient({ token: mine.access_token })).rejects.toBeInstanceOf(
      UnauthorizedError,
    )
    await one.reset()
    expect(await one.grants()).toEqual([])
    expect(await other.grants()).toHaveLength(1)
    await one.faults.add({ what: { status: 503 } })
    expect((await other.tokens()).token_type).toBe('Bearer')
  })

  test('share the process’s clock, which none may move under the other', async () => {
    await using other = await startStack()
    await expect(other.clock.advance('1h')).rejects.toBeInstanceOf(SharedClockError)
    await expect(started.clock.freeze()).rejects.toThrow(/2 stacks run in this process/)
    await other.stop()
    await started.clock.advance('1s')
    await started.clock.reset()
  })

  test('an address without a stack, or another token, is told at once', async () => {
    const address = { issuer: started.issuer, mcpUrl: started.mcpUrl, adminToken: 'wrong' }
    await expect(connectStack(address)).rejects.toBeInstanceOf(AdminApiError)
  })
})
