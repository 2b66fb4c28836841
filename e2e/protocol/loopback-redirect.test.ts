import { codeFlow } from '@neonpanel/testing-kit/client/grant'
import { send } from '@neonpanel/testing-kit/client/http'
import { oauthClient, register } from '@neonpanel/testing-kit/client/oauth-client'
import { describe, expect } from 'vitest'
import { adminApi } from '../harness/admin.ts'
import { testStack } from '../harness/stack.ts'
import { verifies } from '../verifies.ts'

const stack = await testStack()
const { initial_access_token } = await adminApi(stack).mint({ max_uses: 20 })

async function nativeClient(redirectUri: string): Promise<string> {
  const metadata = { redirect_uris: [redirectUri], token_endpoint_auth_method: 'none' }
  const { status, body } = await register(stack, metadata, initial_access_token)
  expect(status).toBe(201)
  return body.client_id
}

async function accepted(clientId: string, redirectUri: string): Promise<boolean> {
  const { status } = await send(oauthClient(stack, { clientId, redirectUri }).authorization().url)
  return status === 303
}

describe('loopback redirects', () => {
  for (const host of ['127.0.0.1', 'localhost', '[::1]']) {
    verifies(
      ['rfc8252-7.3', 'AS-44', 'AS-45'],
      `a client registered with http://${host} returns to any port there`,
      async () => {
        const clientId = await nativeClient(`http://${host}/callback`)
        for (const port of [1024, 33_418, 65_535]) {
          expect(await accepted(clientId, `http://${host}:${port}/callback`)).toBe(true)
        }
      },
    )
  }

  verifies(
    'rfc8252-7.3',
    'the port of the request is the port of the answer, up to the token',
    async () => {
      const clientId = await nativeClient('http://127.0.0.1:8000/callback')
      const redirectUri = 'http://127.0.0.1:51234/callback'
      const { callback, redeem } = await codeFlow(stack, { client: { clientId, redirectUri } })
      expect(callback.href.startsWith(`${redirectUri}?`)).toBe(true)
      expect((await redeem({ redirect_uri: 'http://127.0.0.1:51235/callback' })).status).toBe(400)
    },
  )

  verifies(['rfc8252-7.3', 'AS-43'], 'nothing but the port may differ', async () => {
    const clientId = await nativeClient('http://127.0.0.1/callback')
    for (const uri of [
      'http://127.0.0.1:8000/other',
      'http://127.0.0.1:8000/callback/',
      'http://127.0.0.1:8000/callback?x=1',
      'https://127.0.0.1:8000/callback',
      'http://localhost:8000/callback',
      'http://127.0.0.2:8000/callback',
      'http://127.0.0.1.evil.example:8000/callback',
      'http://user@127.0.0.1:8000/callback',
    ]) {
      expect(await accepted(clientId, uri), uri).toBe(false)
    }
  })

  verifies('AS-43', 'a port of an https address is part of its name', async () => {
    const metadata = {
      redirect_uris: ['https://app.example/cb'],
      token_endpoint_auth_method: 'none',
    }
    const { body } = await register(stack, metadata, initial_access_token)
    expect(await accepted(body.client_id, 'https://app.example/cb')).toBe(true)
    expect(await accepted(body.client_id, 'https://app.example:8443/cb')).toBe(false)
  })
})
