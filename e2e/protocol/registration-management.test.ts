import { tokensFor } from '@neonpanel/testing-kit/client/grant'
import { bearer, send, sendJson } from '@neonpanel/testing-kit/client/http'
import {
  oauthClient,
  type RegistrationBody,
  register,
} from '@neonpanel/testing-kit/client/oauth-client'
import { describe, expect } from 'vitest'
import { adminApi } from '../harness/admin.ts'
import { callTool } from '../harness/mcp.ts'
import { testStack } from '../harness/stack.ts'
import { verifies } from '../verifies.ts'

const stack = await testStack({ REVOCATION_CHECK_SECONDS: '0' })
const { initial_access_token } = await adminApi(stack).mint({ max_uses: 50 })
const redirectUri = 'https://app.example/cb'
const metadata = {
  client_name: 'App',
  redirect_uris: [redirectUri],
  token_endpoint_auth_method: 'none',
}

async function registered(): Promise<RegistrationBody> {
  const { status, body } = await register(stack, metadata, initial_access_token)
  expect(status).toBe(201)
  return body
}

const read = (url: string, token: string) => send<RegistrationBody>(url, { headers: bearer(token) })
const replace = (client: RegistrationBody, changes: Record<string, unknown>) =>
  sendJson<RegistrationBody>(
    'PUT',
    client.registration_client_uri,
    { ...metadata, client_id: client.client_id, ...changes },
    bearer(client.registration_access_token),
  )
const remove = (client: RegistrationBody) =>
  send(client.registration_client_uri, {
    method: 'DELETE',
    headers: bearer(client.registration_access_token),
  })

describe('management of a registration', () => {
  verifies(['contract-1.1-manage', 'AS-132', 'AS-24'], 'reads it with its token', async () => {
    const client = await registered()
    const { status, headers, body } = await read(
      client.registration_client_uri,
      client.registration_access_token,
    )
    expect(status).toBe(200)
    expect(headers.get('cache-control')).toContain('no-store')
    expect(body).toMatchObject({ client_id: client.client_id, client_name: 'App' })
  })

  verifies('AS-132', 'replaces it', async () => {
    const client = await registered()
    const { status, body } = await replace(client, { client_name: 'Renamed' })
    expect(status).toBe(200)
    expect(body.client_name).toBe('Renamed')
    const again = await read(
      client.registration_client_uri,
      body.registration_access_token ?? client.registration_access_token,
    )
    expect(again.body.client_name).toBe('Renamed')
  })

  verifies(
    ['AS-132', 'AS-134', 'contract-1.1-manage'],
    'deletes it, and with it every token of the client',
    async () => {
      const client = await registered()
      const identity = { clientId: client.client_id, redirectUri }
      const { access_token, refresh_token } = await tokensFor(stack, { client: identity })
      expect((await callTool(stack.mcpUrl, access_token, 'list_companies')).status).toBe(200)
      expect((await remove(client)).status).toBe(204)
      const { body } = await oauthClient(stack, identity).refresh(refresh_token)
      expect(body.error).toBe('invalid_client')
      expect((await callTool(stack.mcpUrl, access_token, 'list_companies')).status).toBe(401)
      const gone = await read(client.registration_client_uri, client.registration_access_token)
      expect(gone.status).toBe(401)
    },
  )

  verifies(
    'AS-132',
    'refuses a replacement that names another client or breaks the rules',
    async () => {
      const client = await registered()
      for (const changes of [
        { client_id: 'admin' },
        { redirect_uris: ['http://evil.example/cb'] },
        { redirect_uris: ['javascript:alert(1)'] },
      ]) {
        const { status } = await replace(client, changes)
        expect(status, JSON.stringify(changes)).toBe(400)
      }
    },
  )

  verifies(
    'AS-133',
    'refuses the token of another client, no token and a wrong one, without a word',
    async () => {
      const [mine, theirs] = [await registered(), await registered()]
      for (const token of [mine.registration_access_token, 'wrong', initial_access_token]) {
        const { status, text } = await read(theirs.registration_client_uri, token)
        expect(status).toBe(401)
        expect(text).not.toContain(redirectUri)
      }
      const unknown = `${stack.issuer}/oauth2/register/unknown`
      expect((await read(unknown, mine.registration_access_token)).status).toBe(401)
    },
  )

  verifies('AS-133', 'does not open pre-registered clients to anyone', async () => {
    const client = await registered()
    const url = `${stack.issuer}/oauth2/register/local-client`
    const headers = bearer(client.registration_access_token)
    expect((await send(url, { headers })).status).toBe(401)
    expect((await send(url, { method: 'DELETE', headers })).status).toBe(401)
    const { url: authorize } = oauthClient(stack).authorization()
    expect((await send(authorize)).status).toBe(303)
  })
})
