import { postForm, type RequestParameters } from '@neonpanel/testing-kit/client/http'
import { oauthClient, register } from '@neonpanel/testing-kit/client/oauth-client'
import { controls, fill, findControl } from '@neonpanel/testing-kit/person/page'
import { createPerson } from '@neonpanel/testing-kit/person/people'
import { describe, expect } from 'vitest'
import { adminApi } from '../harness/admin.ts'
import { passTime } from '../harness/clock.ts'
import { approveDevice, pressFirst } from '../harness/device.ts'
import { callTool } from '../harness/mcp.ts'
import { testStack } from '../harness/stack.ts'
import { contentsOf, scopesOf } from '../harness/token-contents.ts'
import { verifies } from '../verifies.ts'

interface DeviceBody {
  device_code: string
  user_code: string
  verification_uri: string
  verification_uri_complete: string
  expires_in: number
  interval?: number
  error?: string
}

const stack = await testStack()
const grant_type = 'urn:ietf:params:oauth:grant-type:device_code'
const { initial_access_token } = await adminApi(stack).mint({ max_uses: 10 })
const { body: registration } = await register(
  stack,
  {
    client_name: 'Television',
    grant_types: [grant_type, 'refresh_token'],
    redirect_uris: [],
    response_types: [],
    token_endpoint_auth_method: 'none',
  },
  initial_access_token,
)
const client = oauthClient(stack, { clientId: registration.client_id, redirectUri: '' })

async function start(changes: RequestParameters = {}) {
  return postForm<DeviceBody>(`${stack.issuer}/oauth2/device`, {
    client_id: registration.client_id,
    scope: 'read:companies read:inventory',
    ...changes,
  })
}
const poll = (device_code: string) => client.token({ grant_type, device_code })

describe('the device grant', () => {
  verifies(
    ['contract-1.1-device', 'decision-9', 'rfc8628-3.2'],
    'gives a code for the device and one for the person, to be typed at /device',
    async () => {
      const { status, headers, body } = await start()
      expect(status).toBe(200)
      expect(headers.get('cache-control')).toContain('no-store')
      expect(body.verification_uri).toBe(`${stack.issuer}/device`)
      expect(body.user_code).toMatch(/^[A-Z0-9]{4}-?[A-Z0-9]{4}/)
      expect(body.expires_in).toBeGreaterThan(0)
    },
  )

  verifies(
    ['contract-1.1-device', 'rfc8628-3.5'],
    'waits, and gives tokens once the person has authorized',
    async () => {
      const { body } = await start()
      const pending = await poll(body.device_code)
      expect(pending.status).toBe(400)
      expect(pending.body.error).toBe('authorization_pending')
      const end = await approveDevice(
        stack,
        createPerson(stack.issuer),
        body.user_code,
        'Authorize',
      )
      expect(end.status).toBe(200)
      passTime(10)
      const granted = await poll(body.device_code)
      expect(granted.status, JSON.stringify(granted.body)).toBe(200)
      const { claims } = contentsOf(granted.body.access_token)
      expect(claims.aud).toBe(stack.mcpUrl)
      expect(scopesOf(claims.scope)).toEqual(['read:companies', 'read:inventory'])
      const answer = await callTool(stack.mcpUrl, granted.body.access_token, 'list_companies')
      expect(answer.status).toBe(200)
      expect((await poll(body.device_code)).body.error).toBe('invalid_grant')
    },
  )

  verifies('rfc8628-3.5', 'tells the device when the person denied', async () => {
    const { body } = await start()
    await approveDevice(stack, createPerson(stack.issuer), body.user_code, 'Deny')
    passTime(10)
    expect((await poll(body.device_code)).body.error).toBe('access_denied')
  })

  verifies('rfc8628-3.5', 'tells the device when its code has expired', async () => {
    const { body } = await start()
    passTime(body.expires_in + 5)
    expect((await poll(body.device_code)).body.error).toBe('expired_token')
  })

  verifies(
    'rfc8628-3.2',
    'refuses a client that did not register it, and an unknown one',
    async () => {
      expect((await start({ client_id: 'claude' })).status).toBe(400)
      expect((await start({ client_id: 'nobody' })).status).toBe(401)
      expect((await start({ resource: 'https://other.example/mcp' })).body.error).toBe(
        'invalid_target',
      )
    },
  )

  verifies(
    'rfc8628-3.5',
    'a device code belongs to its client, and a wrong one is invalid_grant',
    async () => {
      expect((await poll('unknown')).body.error).toBe('invalid_grant')
      const { body } = await start()
      const other = await oauthClient(stack).token({ grant_type, device_code: body.device_code })
      expect(other.status).toBe(400)
    },
  )

  verifies('contract-1.1-device', 'a wrong user code leads nowhere', async () => {
    const person = createPerson(stack.issuer)
    const page = await person.open(`${stack.issuer}/device`)
    const [code] = controls(page, 'textbox').filter(({ name }) => /code/i.test(name))
    fill(page, code?.name ?? 'Code', 'AAAA-AAAA')
    const after = await pressFirst(person, page)
    expect(findControl(after, 'button', 'Authorize')).toBeUndefined()
    expect(findControl(after, 'textbox', 'Password')).toBeUndefined()
  })
})
