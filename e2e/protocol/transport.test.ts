import { tokensFor } from '@neonpanel/testing-kit/client/grant'
import { postForm, send } from '@neonpanel/testing-kit/client/http'
import {
  claude,
  localClient,
  oauthClient,
  register,
} from '@neonpanel/testing-kit/client/oauth-client'
import { createBrowser } from '@neonpanel/testing-kit/person/browser'
import { demoPassword } from '@neonpanel/testing-kit/person/demo-people'
import { control, fill, findControl, submission } from '@neonpanel/testing-kit/person/page'
import { createPerson } from '@neonpanel/testing-kit/person/people'
import { describe, expect } from 'vitest'
import { adminApi } from '../harness/admin.ts'
import { passTime } from '../harness/clock.ts'
import { testStack } from '../harness/stack.ts'
import { verifies } from '../verifies.ts'

const stack = await testStack()
const at = (path: string) => `${stack.issuer}/oauth2/${path}`
const machineEndpoints = ['token', 'register', 'revoke', 'introspect', 'par', 'device'] as const

describe('endpoints for programs', () => {
  verifies(
    ['AS-34', 'AS-24'],
    'answer errors as JSON that nobody stores, whatever Accept says',
    async () => {
      for (const endpoint of machineEndpoints) {
        const { status, headers, body } = await postForm(
          at(endpoint),
          { grant_type: 'x', token: 'x' },
          { accept: 'text/html,*/*;q=0.1' },
        )
        expect(status, endpoint).toBeGreaterThanOrEqual(400)
        expect(status, endpoint).toBeLessThan(500)
        expect(headers.get('content-type'), endpoint).toMatch(/^application\/json/)
        expect(headers.get('cache-control'), endpoint).toContain('no-store')
        expect(body.error, endpoint).toEqual(expect.any(String))
      }
    },
  )

  verifies('AS-33', 'answer a wrong method with 405 and Allow', async () => {
    for (const endpoint of machineEndpoints) {
      for (const method of ['GET', 'PUT', 'DELETE']) {
        const { status, headers } = await send(at(endpoint), { method })
        expect([method, endpoint, status]).toEqual([method, endpoint, 405])
        expect(headers.get('allow'), endpoint).toMatch(/\bPOST\b/)
      }
    }
    const metadata = await send(`${stack.issuer}/.well-known/openid-configuration`, {
      method: 'POST',
    })
    expect(metadata.status).toBe(405)
    expect(metadata.headers.get('allow')).toMatch(/\bGET\b/)
  })

  verifies('AS-32', 'refuse a body of a megabyte, and go on', async () => {
    for (const endpoint of [...machineEndpoints, 'authorize', 'logout']) {
      const { status } = await postForm(at(endpoint), { code: 'x'.repeat(1 << 20) })
      expect([endpoint, status]).toEqual([endpoint, 413])
    }
    expect((await tokensFor(stack)).access_token).toEqual(expect.any(String))
  })

  verifies('AS-35', 'refuse a repeated parameter and ignore unknown and empty ones', async () => {
    const client = oauthClient(stack)
    const { refresh_token } = await tokensFor(stack)
    const twice = await client.refresh(refresh_token, {
      scope: ['read:companies', 'read:inventory'],
    })
    expect([twice.status, twice.body.error]).toEqual([400, 'invalid_request'])
    const harmless = await client.refresh(refresh_token, { scope: '', resource: '', foo: 'bar' })
    expect(harmless.status).toBe(200)
  })

  verifies('AS-36', 'keep to the allowed characters and repeat nothing that was sent', async () => {
    const hostile = '<script>"\\é\r\n'
    const client = oauthClient(stack)
    for (const { body } of [
      await client.token({ grant_type: hostile }),
      await client.token({ grant_type: 'refresh_token', refresh_token: hostile, scope: hostile }),
      await client.token({
        grant_type: 'authorization_code',
        code: hostile,
        code_verifier: hostile,
      }),
      await client.token({ client_id: hostile, grant_type: 'refresh_token', refresh_token: 'x' }),
      await client.revoke('x', { client_id: hostile }),
    ]) {
      expect(body.error).toMatch(/^[a-z_]+$/)
      expect(String(body.error_description ?? '')).toMatch(/^[\x20\x21\x23-\x5b\x5d-\x7e]*$/)
      expect(String(body.error_description ?? '')).not.toContain('<')
    }
  })

  verifies('AS-28', 'revocation can be called by a client that lives in a browser', async () => {
    const tokens = await tokensFor(stack, { client: claude })
    const origin = new URL(claude.redirectUri).origin
    const preflight = await send(at('revoke'), {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST' },
    })
    expect(preflight.status).toBe(204)
    expect(preflight.headers.get('access-control-allow-origin')).toMatch(
      /^(\*|https:\/\/claude\.ai)$/,
    )
    const parameters = { client_id: claude.clientId, token: tokens.refresh_token }
    const answer = await postForm(at('revoke'), parameters, { origin })
    expect(answer.status).toBe(200)
    expect(answer.headers.get('access-control-allow-origin')).toBe(origin)
  })
})

describe('the way of a person', () => {
  verifies('AS-25', 'is led on by 303 at every step that carries credentials', async () => {
    const person = createPerson(stack.issuer)
    const post = async (page: Awaited<ReturnType<typeof person.open>>, button: string) => {
      const { url, fields } = submission(page, control(page, 'button', button).element)
      const headers = { cookie: await person.jar.getCookieString(url.href), origin: stack.issuer }
      return send(url, { method: 'POST', body: fields, headers })
    }
    const signIn = await person.open(oauthClient(stack).authorization().url)
    fill(signIn, 'Email', person.email)
    fill(signIn, 'Password', demoPassword)
    expect((await post(signIn, 'Sign in')).status).toBe(303)
    const consent = await person.reachConsent(oauthClient(stack).authorization().url)
    expect((await post(consent, 'Authorize')).status).toBe(303)
    const consented = await createPerson(stack.issuer, 'warehouse').authorize(
      oauthClient(stack).authorization().url,
    )
    expect(consented.searchParams.get('code')).toEqual(expect.any(String))
  })

  verifies(
    ['AS-29', 'AS-30'],
    'cannot be framed or followed at the pages of logout, device and account either',
    async () => {
      const { person } = await tokensFor(stack)
      for (const path of ['/oauth2/logout', '/device', '/account', '/nothing']) {
        const { headers } = await person.open(`${stack.issuer}${path}`)
        expect(headers.get('content-security-policy'), path).toMatch(/frame-ancestors 'none'/)
        expect(headers.get('x-frame-options'), path).toBe('DENY')
        expect(headers.get('referrer-policy'), path).toBe('no-referrer')
      }
    },
  )

  verifies('AS-26', 'is not open to other origins, by preflight or by POST', async () => {
    const origin = 'https://chatgpt.com'
    const { parameters } = oauthClient(stack).authorization()
    const preflight = await send(at('authorize'), { method: 'OPTIONS', headers: { origin } })
    const posted = await postForm(at('authorize'), Object.fromEntries(parameters), { origin })
    for (const { headers } of [preflight, posted]) {
      expect([...headers.keys()].filter((name) => name.startsWith('access-control-'))).toEqual([])
    }
  })

  verifies(
    'AS-31',
    'may end at an app-scheme, loopback or https client, says the policy of its forms',
    async () => {
      const { initial_access_token } = await adminApi(stack).mint({ max_uses: 5 })
      const cursor = 'cursor://anysphere.cursor-mcp/oauth/callback'
      const metadata = { redirect_uris: [cursor], token_endpoint_auth_method: 'none' }
      const { body } = await register(stack, metadata, initial_access_token)
      for (const [client, source] of [
        [{ clientId: body.client_id, redirectUri: cursor }, 'cursor:'],
        [localClient, new URL(localClient.redirectUri).origin],
        [claude, new URL(claude.redirectUri).origin],
      ] as const) {
        const url = oauthClient(stack, client).authorization().url
        const page = await createPerson(stack.issuer).reachConsent(url)
        const policy = page.headers.get('content-security-policy') ?? ''
        const [, sources = ''] = /form-action ([^;]*)/.exec(policy) ?? []
        expect(sources.split(' ')).toContain(source)
      }
    },
  )
})

describe('without a browser session', () => {
  verifies('AS-57', 'login_hint fills in the address, and no more', async () => {
    const { url } = oauthClient(stack).authorization({ login_hint: 'analyst@neonpanel.test' })
    const page = await createBrowser(stack.issuer).open(url)
    expect(control(page, 'textbox', 'Email').element.getAttribute('value')).toBe(
      'analyst@neonpanel.test',
    )
    expect(control(page, 'textbox', 'Password').element.getAttribute('value') ?? '').toBe('')
  })
})

describe('with a browser session', () => {
  verifies(
    'AS-57',
    'max_age asks again once it is over; prompt=none never shows a page',
    async () => {
      const { person, client } = await tokensFor(stack)
      const silent = await person.open(client.authorization({ prompt: 'none' }).url)
      expect(silent.status).toBe(0)
      expect(silent.url.searchParams.get('error')).toMatch(/^(consent|interaction)_required$/)
      const aged = client.authorization({ scope: 'openid read:inventory', max_age: '3600' }).url
      expect(findControl(await person.open(aged), 'textbox', 'Password')).toBeUndefined()
      passTime(3_700)
      expect(findControl(await person.open(aged), 'textbox', 'Password')).toBeDefined()
    },
  )
})
