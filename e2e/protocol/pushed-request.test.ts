import { parametersOf, postForm, send } from '@neonpanel/testing-kit/client/http'
import { chatGpt, claude, oauthClient } from '@neonpanel/testing-kit/client/oauth-client'
import { createPerson } from '@neonpanel/testing-kit/person/people'
import { describe, expect } from 'vitest'
import { passTime } from '../harness/clock.ts'
import { testStack } from '../harness/stack.ts'
import { contentsOf } from '../harness/token-contents.ts'
import { verifies } from '../verifies.ts'

interface PushedBody {
  request_uri: string
  expires_in: number
  error?: string
}

const stack = await testStack()
const client = oauthClient(stack, chatGpt)

function push(parameters: URLSearchParams) {
  return postForm<PushedBody>(`${stack.issuer}/oauth2/par`, Object.fromEntries(parameters))
}

const authorizeUrl = (request_uri: string, client_id: string = chatGpt.clientId) =>
  `${stack.issuer}/oauth2/authorize?${parametersOf({ client_id, request_uri })}`

describe('a pushed authorization request', () => {
  verifies(
    ['contract-1.1-par', 'decision-9', 'rfc9126-2.2'],
    'is kept for a moment and carries the whole flow',
    async () => {
      const asked = client.authorization()
      const { status, headers, body } = await push(asked.parameters)
      expect(status).toBe(201)
      expect(headers.get('cache-control')).toContain('no-store')
      expect(body.request_uri).toMatch(/^urn:ietf:params:oauth:request_uri:/)
      const callback = await createPerson(stack.issuer).authorize(authorizeUrl(body.request_uri))
      expect(callback.searchParams.get('state')).toBe(asked.state)
      const tokens = await client.redeem(callback.searchParams.get('code') ?? '', asked.verifier)
      expect(contentsOf(tokens.body.access_token).claims.aud).toBe(stack.mcpUrl)
    },
  )

  verifies('rfc9126-2.2', 'may spell the resource as any other request does', async () => {
    const resource = `${new URL(stack.mcpUrl).origin}/sse/`
    expect((await push(client.authorization({ resource }).parameters)).status).toBe(201)
    expect((await push(client.authorization({ resource: undefined }).parameters)).status).toBe(201)
  })

  verifies('rfc9126-2.2', 'is refused at once when it is wrong', async () => {
    for (const [changes, error] of [
      [{ resource: 'https://other.example/mcp' }, 'invalid_target'],
      [{ code_challenge: undefined }, 'invalid_request'],
      [{ response_type: 'token' }, 'unsupported_response_type'],
    ] as const) {
      const { status, body } = await push(client.authorization(changes).parameters)
      expect(status).toBe(400)
      expect(body.error).toBe(error)
    }
    const wrong = await push(
      client.authorization({ redirect_uri: 'https://evil.example/cb' }).parameters,
    )
    expect(wrong.status).toBe(400)
    expect((await push(client.authorization({ client_id: 'nobody' }).parameters)).status).toBe(401)
  })

  verifies('rfc9126-2.2', 'belongs to its client, and expires', async () => {
    const { body } = await push(client.authorization().parameters)
    const foreign = await send(authorizeUrl(body.request_uri, claude.clientId))
    expect(foreign.status === 303 && /code=/.test(foreign.headers.get('location') ?? '')).toBe(
      false,
    )
    expect(foreign.headers.get('location') ?? '').not.toMatch(/\/interaction\//)
    passTime(body.expires_in + 20)
    const late = await send(authorizeUrl(body.request_uri))
    expect(late.headers.get('location') ?? '').not.toMatch(/\/interaction\//)
  })
})
