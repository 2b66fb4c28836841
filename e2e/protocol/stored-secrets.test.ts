import { createHash } from 'node:crypto'
import { codeFlow, tokensFor } from '@neonpanel/testing-kit/client/grant'
import { postForm } from '@neonpanel/testing-kit/client/http'
import { oauthClient, register } from '@neonpanel/testing-kit/client/oauth-client'
import { demoPassword } from '@neonpanel/testing-kit/person/demo-people'
import { createPerson } from '@neonpanel/testing-kit/person/people'
import { describe, expect } from 'vitest'
import { adminApi } from '../harness/admin.ts'
import { testStack } from '../harness/stack.ts'
import { storedText } from '../harness/stored-text.ts'
import { contentsOf } from '../harness/token-contents.ts'
import { verifies } from '../verifies.ts'

const stack = await testStack()

/** One of every credential that this server issues, by its name. */
async function issuedCredentials(): Promise<Record<string, string>> {
  const { initial_access_token } = await adminApi(stack).mint({ max_uses: 5 })
  const redirectUri = 'https://app.example/cb'
  const { body } = await register(stack, { redirect_uris: [redirectUri] }, initial_access_token)
  const identity = { clientId: body.client_id, clientSecret: body.client_secret ?? '', redirectUri }
  const unused = await codeFlow(stack, { client: identity })
  const tokens = await tokensFor(stack, { client: identity })
  const rotated = await tokens.client.refresh(tokens.refresh_token)
  const waiting = createPerson(stack.issuer)
  await waiting.open(oauthClient(stack).authorization().url)
  const cookies = [
    ...(await unused.person.jar.getCookies(stack.issuer)),
    ...(await waiting.jar.getCookies(stack.issuer)),
  ].filter(({ key }) => !/sig$|resume/.test(key))
  const pushed = await postForm<{ request_uri: string }>(`${stack.issuer}/oauth2/par`, {
    ...Object.fromEntries(oauthClient(stack).authorization().parameters),
  })
  return {
    'initial access token': initial_access_token,
    'registration access token': body.registration_access_token,
    'client secret': body.client_secret ?? '',
    code: unused.code,
    'code verifier': unused.verifier,
    'refresh token': tokens.refresh_token,
    'rotated refresh token': rotated.body.refresh_token ?? '',
    'access token': tokens.access_token,
    'demo password': demoPassword,
    'demo client secret': 'neonpanel-demo-secret',
    'pushed request': pushed.body.request_uri.split(':').at(-1) ?? '',
    ...Object.fromEntries(
      cookies.map(({ key, value }, index) => [`cookie ${key} ${index}`, value]),
    ),
  }
}

const credentials = await issuedCredentials()
// What is written a moment later is written by then.
await adminApi(stack).get('/flows')
const stored = await storedText(stack)

describe('the database', () => {
  verifies(['contract-4-hashed', 'AS-39'], 'holds no credential that could be replayed', () => {
    expect(Object.keys(credentials).length).toBeGreaterThanOrEqual(12)
    for (const [name, value] of Object.entries(credentials)) {
      expect(value.length, name).toBeGreaterThanOrEqual(14)
      expect(stored.includes(value), name).toBe(false)
      const decoded = Buffer.from(value).toString('base64')
      expect(stored.includes(decoded), `${name} in base64`).toBe(false)
    }
  })

  verifies(
    'AS-38',
    'keeps digests of what cannot be guessed: random credentials have 128 bits or more',
    () => {
      const chosen = /^(demo|code verifier|access token|initial access token)/
      const random = Object.entries(credentials).filter(([name]) => !chosen.test(name))
      expect(random.length).toBeGreaterThanOrEqual(7)
      for (const [name, value] of random) expect(value, name).toMatch(/^[\w-]{22,}/)
      expect(new Set(random.map(([, value]) => value)).size).toBe(random.length)
    },
  )

  verifies('contract-4-hashed', 'knows opaque credentials by their SHA-256', async () => {
    const { refresh_token } = await tokensFor(stack)
    const now = await storedText(stack)
    const digest = createHash('sha256').update(refresh_token).digest()
    expect(now.includes(digest.toString('base64url')) || now.includes(digest.toString('hex'))).toBe(
      true,
    )
  })

  verifies('contract-4-hashed', 'keeps passwords and client secrets as argon2id', async () => {
    const { prisma } = stack.database
    const people = await prisma.person.findMany()
    for (const { passwordHash } of people) expect(passwordHash).toMatch(/^\$argon2id\$v=19\$/)
    const clients = await prisma.client.findMany({ where: { secretHash: { not: null } } })
    expect(clients.length).toBeGreaterThanOrEqual(2)
    for (const { secretHash } of clients) expect(secretHash).toMatch(/^\$argon2id\$v=19\$/)
  })

  verifies('contract-4-hashed', 'keeps private signing keys encrypted', async () => {
    const keys = await stack.database.prisma.signingKey.findMany()
    expect(keys.length).toBeGreaterThanOrEqual(1)
    for (const { encryptedPrivateJwk, publicJwk } of keys) {
      expect(encryptedPrivateJwk).not.toContain('"d"')
      expect(JSON.parse(publicJwk)).not.toHaveProperty('d')
    }
    expect(stored).not.toMatch(/"d"\s*:\s*"/)
  })

  verifies(
    'AS-169',
    'has an audit trail of what happened, by ids and without secrets',
    async () => {
      const events = await stack.database.prisma.auditEvent.findMany()
      const types = events.map(({ type }) => type).join(' ')
      for (const word of ['sign_in', 'consent.granted', 'token.issued', 'client.registered']) {
        expect(types).toContain(word)
      }
      expect(types).toContain('initial_access_token.issued')
      const log = JSON.stringify(events)
      for (const [name, value] of Object.entries(credentials)) {
        expect(log.includes(value), name).toBe(false)
      }
      const { claims } = contentsOf(credentials['access token'] ?? '')
      expect(events.some(({ grantId }) => grantId === claims.grant_id)).toBe(true)
    },
  )
})
