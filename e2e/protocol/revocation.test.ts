import { tokensFor } from '@neonpanel/testing-kit/client/grant'
import { bearer, postForm, send } from '@neonpanel/testing-kit/client/http'
import { claude, oauthClient, register } from '@neonpanel/testing-kit/client/oauth-client'
import { demoPassword } from '@neonpanel/testing-kit/person/demo-people'
import { controls, fill, findControl, textOf } from '@neonpanel/testing-kit/person/page'
import type { Person } from '@neonpanel/testing-kit/person/people'
import { describe, expect } from 'vitest'
import { adminApi } from '../harness/admin.ts'
import { passTime } from '../harness/clock.ts'
import { openEventStream } from '../harness/event-stream.ts'
import { callTool } from '../harness/mcp.ts'
import { stackForTest, testStack } from '../harness/stack.ts'
import { contentsOf } from '../harness/token-contents.ts'
import { verifies } from '../verifies.ts'

const checkSeconds = 1

/** For a busy machine. */
const marginMs = 8_000

const stack = await testStack({ REVOCATION_CHECK_SECONDS: String(checkSeconds) })
const admin = adminApi(stack)

type Tokens = Awaited<ReturnType<typeof tokensFor>>

const statusAtMcp = async ({ access_token }: Pick<Tokens, 'access_token'>, servers = stack) =>
  (await callTool(servers.mcpUrl, access_token, 'list_companies')).status

/** Tokens that work, so that the resource server has trusted them a moment ago. */
async function livingTokens(wish: Parameters<typeof tokensFor>[1] = {}): Promise<Tokens> {
  const tokens = await tokensFor(stack, wish)
  expect(await statusAtMcp(tokens)).toBe(200)
  return tokens
}

/** Refresh ends at once, and /mcp within the check interval. */
async function expectEnd(tokens: Tokens, error = 'invalid_grant') {
  const { status, body } = await tokens.client.refresh(tokens.refresh_token)
  expect(status).toBe(error === 'invalid_client' ? 401 : 400)
  expect(body.error).toBe(error)
  await expectEndAtMcp(tokens)
}

async function expectEndAtMcp(tokens: Tokens) {
  await expect
    .poll(() => statusAtMcp(tokens), { timeout: checkSeconds * 1000 + marginMs })
    .toBe(401)
}

/** Another client than the demo's, with what manages its registration. */
async function registeredClient() {
  const { initial_access_token: iat } = await admin.mint()
  const redirectUri = 'https://app.example/callback'
  const { body: registration } = await register(stack, { redirect_uris: [redirectUri] }, iat)
  const { client_id: clientId, client_secret: clientSecret } = registration
  return {
    identity: { clientId, redirectUri, ...(clientSecret && { clientSecret }) },
    registration,
  }
}

async function changePassword(servers: { issuer: string }, person: Person) {
  const page = await person.open(`${servers.issuer}/account/security`)
  expect(textOf(page)).toContain('All 2 apps that you connected lose their access at once')
  fill(page, 'Current password', demoPassword)
  fill(page, 'New password', 'another one, and long')
  fill(page, 'New password again', 'another one, and long')
  return person.press(page, 'Change password')
}

const grantIdOf = ({ access_token }: Tokens) => String(contentsOf(access_token).claims.grant_id)

describe('revocation', () => {
  verifies(
    ['contract-4-revoke-endpoint', 'contract-1.1-revoke', 'AS-155', 'AS-157', 'AS-94', 'RS-28'],
    'of a refresh token by its client ends refresh at once and /mcp soon after',
    async () => {
      const tokens = await livingTokens()
      const { status } = await tokens.client.revoke(tokens.refresh_token)
      expect(status).toBe(200)
      await expectEnd(tokens)
    },
  )

  verifies(
    ['contract-4-revoke-endpoint', 'AS-155', 'RS-28'],
    'of an access token ends that token at /mcp',
    async () => {
      const tokens = await livingTokens()
      expect((await tokens.client.revoke(tokens.access_token)).status).toBe(200)
      await expectEndAtMcp(tokens)
    },
  )

  verifies(
    ['contract-4-revoke-person', 'AS-66'],
    'by the person on the account page ends both',
    async () => {
      const tokens = await livingTokens({ client: claude })
      const account = await tokens.person.open(`${stack.issuer}/account`)
      expect(account.status).toBe(200)
      const asked = await tokens.person.press(account, 'Revoke access for Claude')
      const done = await tokens.person.press(asked, 'Revoke access')
      expect(done.status).toBe(200)
      expect(findControl(done, 'button', 'Revoke access for Claude')).toBeUndefined()
      await expectEnd(tokens)
    },
  )

  verifies(['contract-4-revoke-admin', 'AS-66'], 'by an administrator ends both', async () => {
    const tokens = await livingTokens()
    expect((await admin.remove(`/grants/${grantIdOf(tokens)}`)).status).toBeLessThan(300)
    await expectEnd(tokens)
  })

  verifies(
    'contract-4-revoke-suspension',
    'by suspending the person ends both, in every app, and they can’t sign in',
    async () => {
      const alone = await stackForTest({ REVOCATION_CHECK_SECONDS: '0' })
      const [one, two] = [await tokensFor(alone), await tokensFor(alone, { client: claude })]
      const other = await tokensFor(alone, { person: 'warehouse' })
      expect(await statusAtMcp(one, alone)).toBe(200)
      const id = contentsOf(one.access_token).claims.sub
      const { status } = await adminApi(alone).patch(`/people/${id}`, { suspended: true })
      expect(status).toBe(200)
      for (const tokens of [one, two]) {
        expect((await tokens.client.refresh(tokens.refresh_token)).body.error).toBe('invalid_grant')
        expect(await statusAtMcp(tokens, alone)).toBe(401)
      }
      expect(await statusAtMcp(other, alone)).toBe(200)
      const page = await one.person.open(one.client.authorization().url)
      expect(findControl(page, 'button', 'Authorize')).toBeUndefined()
    },
  )

  verifies(
    ['contract-4-revoke-person', 'account-revoke-all'],
    'of all apps at once on the account page ends each',
    async () => {
      const one = await livingTokens({ person: 'analyst', client: claude })
      const two = await livingTokens({ person: one.person })
      const other = await livingTokens({ person: 'warehouse' })
      const account = await one.person.open(`${stack.issuer}/account`)
      const asked = await one.person.press(account, 'Revoke all connected apps')
      const done = await one.person.press(asked, 'Revoke all')
      expect(textOf(done)).toContain('No connected apps yet')
      for (const tokens of [one, two]) await expectEnd(tokens)
      expect((await other.client.refresh(other.refresh_token)).status).toBe(200)
    },
  )

  verifies(
    ['AS-92', 'account-password'],
    'by a new password ends every app and every other session, and this session goes on',
    async () => {
      const alone = await stackForTest({ REVOCATION_CHECK_SECONDS: '0' })
      const [one, two] = [await tokensFor(alone), await tokensFor(alone, { client: claude })]
      const other = await tokensFor(alone, { person: 'warehouse' })
      const done = await changePassword(alone, one.person)
      expect(done.status).toBe(200)
      expect(textOf(done)).toContain('Password changed')
      expect(textOf(done)).toContain('No connected apps yet')
      for (const tokens of [one, two]) {
        expect((await tokens.client.refresh(tokens.refresh_token)).body.error).toBe('invalid_grant')
        expect(await statusAtMcp(tokens, alone)).toBe(401)
      }
      const elsewhere = await two.person.open(`${alone.issuer}/account`)
      expect(elsewhere.url.pathname).toBe('/sign-in')
      expect(await statusAtMcp(other, alone)).toBe(200)
    },
  )

  verifies(
    ['contract-4-revoke-reuse', 'AS-87'],
    'by reuse of a refresh token ends the newest one and /mcp',
    async () => {
      const strict = await stackForTest({
        REFRESH_LEEWAY_SECONDS: '0',
        REVOCATION_CHECK_SECONDS: '0',
      })
      const tokens = await tokensFor(strict)
      const { body: newest } = await tokens.client.refresh(tokens.refresh_token)
      expect(await statusAtMcp(newest, strict)).toBe(200)
      expect((await tokens.client.refresh(tokens.refresh_token)).status).toBe(400)
      const after = await tokens.client.refresh(newest.refresh_token ?? '')
      expect(after.body.error).toBe('invalid_grant')
      expect(await statusAtMcp(newest, strict)).toBe(401)
    },
  )

  verifies(
    ['contract-4-revoke-suspension', 'AS-134'],
    'by suspending the client ends both, and what it had does not come back',
    async () => {
      const { identity } = await registeredClient()
      const tokens = await livingTokens({ client: identity })
      const path = `/clients/${identity.clientId}`
      expect((await admin.patch(path, { suspended: true })).status).toBe(200)
      await expectEnd(tokens, 'invalid_client')
      await admin.patch(path, { suspended: false })
      await expectEnd(tokens)
    },
  )

  verifies('AS-134', 'by an administrator who deletes the client ends both', async () => {
    const { identity } = await registeredClient()
    const tokens = await livingTokens({ client: identity })
    expect((await admin.remove(`/clients/${identity.clientId}`)).status).toBeLessThan(300)
    await expectEnd(tokens, 'invalid_client')
  })

  verifies(
    ['AS-134', 'AS-132'],
    'by the client that deletes its own registration ends both',
    async () => {
      const { identity, registration } = await registeredClient()
      const tokens = await livingTokens({ client: identity })
      const { status } = await send(registration.registration_client_uri, {
        method: 'DELETE',
        headers: bearer(registration.registration_access_token),
      })
      expect(status).toBe(204)
      await expectEnd(tokens, 'invalid_client')
    },
  )

  verifies(
    'contract-4-revoke-endpoint',
    'of one grant leaves other grants of the person alone',
    async () => {
      const [ended, kept] = [await livingTokens(), await livingTokens({ client: claude })]
      await ended.client.revoke(ended.refresh_token)
      await expectEnd(ended)
      expect(await statusAtMcp(kept)).toBe(200)
      expect((await kept.client.refresh(kept.refresh_token)).status).toBe(200)
    },
  )

  verifies('AS-156', 'by another client has no effect', async () => {
    const tokens = await livingTokens()
    await oauthClient(stack, claude).revoke(tokens.refresh_token)
    await oauthClient(stack, claude).revoke(tokens.access_token)
    expect((await tokens.client.introspect(tokens.access_token)).body.active).toBe(true)
    expect((await tokens.client.refresh(tokens.refresh_token)).status).toBe(200)
    expect(await statusAtMcp(tokens)).toBe(200)
  })

  verifies(
    ['AS-155', 'AS-158'],
    'of something unknown is 200, and a hint is only a hint',
    async () => {
      const tokens = await livingTokens()
      expect((await tokens.client.revoke('unknown')).status).toBe(200)
      expect((await tokens.client.revoke('a.b.c')).status).toBe(200)
      const hinted = await tokens.client.revoke(tokens.refresh_token, {
        token_type_hint: 'access_token',
      })
      expect(hinted.status).toBe(200)
      await expectEnd(tokens)
    },
  )

  verifies('AS-155', 'needs a client', async () => {
    const tokens = await livingTokens()
    const anonymous = await postForm(`${stack.issuer}/oauth2/revoke`, {
      token: tokens.refresh_token,
    })
    expect([400, 401]).toContain(anonymous.status)
    const unknown = await postForm(`${stack.issuer}/oauth2/revoke`, {
      token: tokens.refresh_token,
      client_id: 'nobody',
    })
    expect(unknown.status).toBe(401)
    expect((await tokens.client.refresh(tokens.refresh_token)).status).toBe(200)
  })

  verifies('AS-158', 'is not done by GET', async () => {
    const tokens = await livingTokens()
    const query = new URLSearchParams({ token: tokens.refresh_token, client_id: 'local-client' })
    expect((await send(`${stack.issuer}/oauth2/revoke?${query}`)).status).toBe(405)
    expect((await tokens.client.refresh(tokens.refresh_token)).status).toBe(200)
  })

  verifies(
    ['contract-4-revoke-endpoint', 'RS-47'],
    'ends the streams that the token has open',
    async () => {
      const tokens = await livingTokens()
      const stream = await openEventStream(stack.mcpUrl, bearer(tokens.access_token))
      expect((await stream.next()).event).toBe('endpoint')
      await tokens.client.revoke(tokens.refresh_token)
      await stream.ended(checkSeconds * 1000 + marginMs)
    },
  )

  verifies(
    ['contract-2.1-revocation-check', 'decision-1'],
    'is seen by the very next request when REVOCATION_CHECK_SECONDS is 0',
    async () => {
      const always = await stackForTest({ REVOCATION_CHECK_SECONDS: '0' })
      const tokens = await tokensFor(always)
      expect(await statusAtMcp(tokens, always)).toBe(200)
      await tokens.client.revoke(tokens.refresh_token)
      expect(await statusAtMcp(tokens, always)).toBe(401)
    },
  )

  verifies(
    'contract-2.1-revocation-check',
    'is seen at the latest when the trusted answer is too old',
    async () => {
      const trusting = await stackForTest({ REVOCATION_CHECK_SECONDS: '600' })
      const tokens = await tokensFor(trusting)
      expect(await statusAtMcp(tokens, trusting)).toBe(200)
      await tokens.client.revoke(tokens.refresh_token)
      passTime(601)
      expect(await statusAtMcp(tokens, trusting)).toBe(401)
    },
  )
})

describe('the account page', () => {
  verifies(
    ['contract-8-account', 'AS-66', 'contract-1.1-pages'],
    'has a Revoke access button for each connected app, and only the person’s own',
    async () => {
      const fresh = await stackForTest()
      const { person } = await tokensFor(fresh, { client: claude })
      await tokensFor(fresh, { person })
      await tokensFor(fresh, { person: 'warehouse' })
      const page = await person.open(`${fresh.issuer}/account`)
      expect(page.status).toBe(200)
      expect(textOf(page)).toMatch(/Claude/)
      const apps = controls(page, 'button').filter(({ name }) => name.startsWith('Revoke access'))
      expect(apps).toHaveLength(2)
    },
  )

  verifies('AS-66', 'asks a stranger to sign in', async () => {
    const fresh = await send(`${stack.issuer}/account`, { headers: { accept: 'text/html' } })
    expect(fresh.text).not.toContain('Revoke access')
    expect([200, 302, 303, 401]).toContain(fresh.status)
  })
})
