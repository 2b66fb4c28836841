import { codeFlow } from '@neonpanel/testing-kit/client/grant'
import { chatGpt, oauthClient, register } from '@neonpanel/testing-kit/client/oauth-client'
import { createPerson } from '@neonpanel/testing-kit/person/people'
import { describe, expect } from 'vitest'
import { adminApi } from '../harness/admin.ts'
import { testStack } from '../harness/stack.ts'
import { verifies } from '../verifies.ts'

const stack = await testStack()
const { initial_access_token } = await adminApi(stack).mint({ max_uses: 10 })

async function registered(redirectUri: string) {
  const metadata = { redirect_uris: [redirectUri], token_endpoint_auth_method: 'none' }
  const { status, body } = await register(stack, metadata, initial_access_token)
  expect(status).toBe(201)
  return { clientId: body.client_id, redirectUri }
}

describe('the way back to the client', () => {
  verifies('AS-48', 'keeps the query of the redirect URI', async () => {
    const client = await registered('https://app.example/cb?tenant=a&x=1')
    const { callback, redeem } = await codeFlow(stack, { client })
    expect(callback.href.startsWith(`${client.redirectUri}&`)).toBe(true)
    expect(callback.searchParams.get('code')).toMatch(/^[\w-]{22,}$/)
    expect((await redeem()).status).toBe(200)
  })

  verifies('AS-47', 'need not be named by a client that has registered one only', async () => {
    const client = await registered('https://app.example/only')
    const { callback, redeem } = await codeFlow(stack, {
      client,
      request: { redirect_uri: undefined },
    })
    expect(callback.href.startsWith(`${client.redirectUri}?`)).toBe(true)
    expect((await redeem({ redirect_uri: undefined })).status).toBe(200)
  })

  verifies(['AS-49', 'AS-50'], 'brings the very same state back with an error too', async () => {
    const state = 'a b+c/d=%26é"<>'
    const person = createPerson(stack.issuer)
    for (const changes of [{ prompt: 'none' }, { resource: 'https://other.example' }]) {
      const { url } = oauthClient(stack, chatGpt).authorization({ state, ...changes })
      const callback = await person.authorize(url)
      expect(callback.searchParams.get('error')).toEqual(expect.any(String))
      expect(callback.searchParams.get('state')).toBe(state)
      expect(callback.searchParams.get('iss')).toBe(stack.issuer)
    }
  })

  verifies(
    'AS-10',
    'has neither tokens nor a fragment, whatever response mode is asked for',
    async () => {
      const { callback } = await codeFlow(stack, { client: chatGpt })
      expect(callback.hash).toBe('')
      expect(callback.searchParams.has('access_token')).toBe(false)
      const person = createPerson(stack.issuer)
      for (const response_type of ['token', 'id_token', 'code token', 'none']) {
        const { url } = oauthClient(stack, chatGpt).authorization({ response_type, nonce: 'n' })
        const { search, hash } = await person.authorize(url)
        const answer = new URLSearchParams(search || hash.slice(1))
        expect([response_type, answer.get('error')]).toEqual([
          response_type,
          'unsupported_response_type',
        ])
      }
    },
  )
})
