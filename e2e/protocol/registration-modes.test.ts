import { tokensFor } from '@neonpanel/testing-kit/client/grant'
import { send } from '@neonpanel/testing-kit/client/http'
import { oauthClient, register } from '@neonpanel/testing-kit/client/oauth-client'
import { createBrowser } from '@neonpanel/testing-kit/person/browser'
import { textOf } from '@neonpanel/testing-kit/person/page'
import { describe, expect } from 'vitest'
import { adminApi } from '../harness/admin.ts'
import { testStack } from '../harness/stack.ts'
import { verifies } from '../verifies.ts'

const open = await testStack({ REGISTRATION_MODE: 'open' })
const off = await testStack({ REGISTRATION_MODE: 'off' })
const redirectUri = 'https://anyone.example/cb'
const metadata = {
  client_name: 'Anyone',
  redirect_uris: [redirectUri],
  token_endpoint_auth_method: 'none',
}

describe('with open registration', () => {
  verifies(
    ['contract-2.1-registration-mode', 'decision-5', 'AS-110'],
    'a client registers without an initial access token and does its work',
    async () => {
      const { status, body } = await register(open, metadata)
      expect(status).toBe(201)
      const client = { clientId: body.client_id, redirectUri }
      const tokens = await tokensFor(open, { client })
      expect(tokens.access_token).toEqual(expect.any(String))
      const row = await open.database.prisma.client.findUniqueOrThrow({
        where: { clientId: body.client_id },
      })
      expect(row).toMatchObject({ origin: 'open', initialAccessTokenJti: null })
    },
  )

  verifies('contract-2.1-registration-mode', 'the rules for metadata are the same', async () => {
    for (const uri of ['http://evil.example/cb', 'javascript:alert(1)', 'myapp://x']) {
      expect((await register(open, { ...metadata, redirect_uris: [uri] })).status).toBe(400)
    }
  })

  verifies(
    'contract-2.1-registration-mode',
    'a token that is sent all the same must be a good one',
    async () => {
      expect((await register(open, metadata, 'garbage')).status).toBe(401)
      const { initial_access_token } = await adminApi(open).mint()
      expect((await register(open, metadata, initial_access_token)).status).toBe(201)
    },
  )

  verifies(
    'AS-51',
    'a client that nobody vouches for cannot use errors to redirect people who are not signed in',
    async () => {
      const { body } = await register(open, metadata)
      const client = oauthClient(open, { clientId: body.client_id, redirectUri })
      for (const changes of [
        { prompt: 'none' },
        { response_type: 'token' },
        { resource: 'https://other.example' },
      ]) {
        const page = await createBrowser(open.issuer).open(client.authorization(changes).url)
        expect(page.status, JSON.stringify(changes)).toBeGreaterThanOrEqual(200)
        expect(textOf(page)).toContain('anyone.example')
      }
    },
  )
})

describe('with registration off', () => {
  verifies(
    ['contract-2.1-registration-mode', 'contract-1.1-metadata-true', 'decision-5'],
    'neither document names a registration endpoint, and there is none',
    async () => {
      for (const name of ['oauth-authorization-server', 'openid-configuration']) {
        const { body } = await send(`${off.issuer}/.well-known/${name}`)
        expect(body).not.toHaveProperty('registration_endpoint')
      }
      const { status, body } = await register(off, metadata)
      expect(status).toBe(404)
      expect(body.client_id).toBeUndefined()
    },
  )

  verifies('contract-2.1-registration-mode', 'pre-registered clients work', async () => {
    expect((await tokensFor(off)).access_token).toEqual(expect.any(String))
  })
})
