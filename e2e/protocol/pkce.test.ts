import { codeFlow } from '@neonpanel/testing-kit/client/grant'
import { send } from '@neonpanel/testing-kit/client/http'
import {
  chatGpt,
  oauthClient,
  randomText,
  register,
} from '@neonpanel/testing-kit/client/oauth-client'
import { createPerson } from '@neonpanel/testing-kit/person/people'
import { describe, expect } from 'vitest'
import { adminApi } from '../harness/admin.ts'
import { testStack } from '../harness/stack.ts'
import { verifies } from '../verifies.ts'

const stack = await testStack()
const client = oauthClient(stack, chatGpt)

async function errorOf(changes: Record<string, string | undefined>) {
  const { headers } = await send(client.authorization(changes).url)
  const location = new URL(headers.get('location') ?? '', stack.issuer)
  return location.searchParams.get('error')
}

describe('PKCE', () => {
  verifies(['AS-67', 'rfc7636-4.4.1'], 'a request without a challenge is refused', async () => {
    expect(await errorOf({ code_challenge: undefined })).toBe('invalid_request')
    expect(await errorOf({ code_challenge: undefined, code_challenge_method: undefined })).toBe(
      'invalid_request',
    )
  })

  verifies(
    ['AS-67', 'AS-70'],
    'no client gets a code without a challenge, so that a verifier never stands alone',
    async () => {
      const { initial_access_token } = await adminApi(stack).mint()
      const redirectUri = 'https://confidential.example/cb'
      const { body } = await register(stack, { redirect_uris: [redirectUri] }, initial_access_token)
      const clientSecret = body.client_secret ?? ''
      expect(clientSecret).not.toBe('')
      const confidential = { clientId: body.client_id, clientSecret, redirectUri }
      const person = createPerson(stack.issuer)
      for (const identity of [confidential, chatGpt]) {
        const bare = { code_challenge: undefined, code_challenge_method: undefined, nonce: 'n' }
        const { url } = oauthClient(stack, identity).authorization({ scope: 'openid', ...bare })
        const callback = await person.authorize(url)
        expect(callback.searchParams.get('error')).toBe('invalid_request')
        expect(callback.searchParams.has('code')).toBe(false)
      }
    },
  )

  verifies('AS-68', 'plain, and no method, which means plain, are refused', async () => {
    expect(await errorOf({ code_challenge_method: 'plain' })).toBe('invalid_request')
    expect(await errorOf({ code_challenge_method: undefined })).toBe('invalid_request')
    expect(await errorOf({ code_challenge_method: 'S512' })).toBe('invalid_request')
  })

  verifies('AS-71', 'a malformed challenge or verifier is refused', async () => {
    const malformed = ['x'.repeat(42), 'x'.repeat(129), `${'x'.repeat(42)}+`, `${'x'.repeat(42)}é`]
    for (const text of malformed) {
      expect(await errorOf({ code_challenge: text }), text).toBe('invalid_request')
      const { redeem } = await codeFlow(stack)
      const { status, body } = await redeem({ code_verifier: text })
      expect([text, status, body.error]).toEqual([text, 400, 'invalid_request'])
    }
  })

  verifies(
    ['AS-69', 'AS-79'],
    'a wrong verifier is invalid_grant and does not burn the code',
    async () => {
      const { redeem } = await codeFlow(stack)
      const wrong = await redeem({ code_verifier: randomText() })
      expect(wrong.status).toBe(400)
      expect(wrong.body.error).toBe('invalid_grant')
      expect((await redeem()).status).toBe(200)
    },
  )

  verifies('AS-69', 'no verifier at all is refused', async () => {
    const { redeem } = await codeFlow(stack)
    const { status, body } = await redeem({ code_verifier: undefined })
    expect(status).toBe(400)
    expect(body.error).toBe('invalid_grant')
  })

  verifies('AS-72', 'the challenge cannot be read from the code', async () => {
    const { code, parameters } = await codeFlow(stack)
    expect(code).toMatch(/^[\w-]{22,}$/)
    expect(code).not.toContain(parameters.get('code_challenge'))
  })
})
