import { parametersOf, type RequestParameters, send } from '@neonpanel/testing-kit/client/http'
import {
  chatGpt,
  claude,
  localClient,
  oauthClient,
  register,
} from '@neonpanel/testing-kit/client/oauth-client'
import { createBrowser } from '@neonpanel/testing-kit/person/browser'
import { findControl, textOf } from '@neonpanel/testing-kit/person/page'
import { createPerson } from '@neonpanel/testing-kit/person/people'
import { describe, expect } from 'vitest'
import { adminApi } from '../harness/admin.ts'
import { testStack } from '../harness/stack.ts'
import { verifies } from '../verifies.ts'
import { attacksOn } from './attack.ts'

const stack = await testStack({ REGISTRATION_MODE: 'open' })
const attack = attacksOn(stack)
const trusted = oauthClient(stack, chatGpt)

const ask = (changes: RequestParameters, client = trusted) =>
  send(client.authorization(changes).url, { headers: { accept: 'text/html' } })

/** A client that anybody can make, with a redirect anywhere. */
async function selfRegistered(redirectUri = 'https://phish.example/cb', name = 'NeonPanel Login') {
  const metadata = {
    client_name: name,
    redirect_uris: [redirectUri],
    token_endpoint_auth_method: 'none',
  }
  const { status, body } = await register(stack, metadata)
  expect(status).toBe(201)
  return oauthClient(stack, { clientId: body.client_id, redirectUri })
}

describe('redirect tricks (RFC 9700 section 4.1)', () => {
  for (const [what, uri] of Object.entries({
    'another scheme': chatGpt.redirectUri.replace('https:', 'http:'),
    'a subdomain': chatGpt.redirectUri.replace('chatgpt.com', 'evil.chatgpt.com'),
    'an encoded dot segment': chatGpt.redirectUri.replace('/connector', '/%2e%2e/connector'),
    'an encoded slash': chatGpt.redirectUri.replace('.com/', '.com%2f'),
    'a double encoding': chatGpt.redirectUri.replace('.com/', '.com%252f@evil.example/'),
    'a tab within': chatGpt.redirectUri.replace('chatgpt', 'chat\tgpt'),
    'a null byte': `${chatGpt.redirectUri}\0.evil.example`,
    'a line break': `${chatGpt.redirectUri}\r\nLocation: https://evil.example`,
    'an at sign': chatGpt.redirectUri.replace('https://', 'https://chatgpt.com@evil.example/'),
    'a look-alike letter': chatGpt.redirectUri.replace('chatgpt', 'chаtgpt'),
    'only its beginning': chatGpt.redirectUri.slice(0, -1),
    'no scheme': chatGpt.redirectUri.replace('https:', ''),
    script: 'javascript:alert(document.domain)//',
    data: 'data:text/html,<script>alert(1)</script>',
    'the issuer itself': `${stack.issuer}/account`,
    'a long tail': `${chatGpt.redirectUri}?${'x'.repeat(4_000)}`,
  })) {
    verifies(
      ['AS-42', 'AS-43', 'attack-fails'],
      `a redirect URI with ${what} leads nowhere`,
      attack(async (strike) => {
        const { status, headers } = await strike(ask({ redirect_uri: uri }))
        expect(status).toBe(400)
        expect(headers.get('location')).toBeNull()
        expect(headers.get('refresh')).toBeNull()
      }),
    )
  }

  verifies(
    ['AS-43', 'attack-fails'],
    'of two redirect URIs neither is used',
    attack(async (strike) => {
      const both = [chatGpt.redirectUri, 'https://evil.example/cb']
      for (const redirect_uri of [both, both.toReversed()]) {
        const { status, headers } = await strike(ask({ redirect_uri }))
        expect(status).toBe(400)
        expect(headers.get('location')).toBeNull()
      }
    }),
  )

  verifies(
    ['AS-44', 'attack-fails'],
    'the freedom of loopback ports is for loopback only',
    attack(async (strike) => {
      for (const redirect_uri of [
        'http://127.0.0.1.evil.example:51789/callback',
        'http://127.0.0.1:51789@evil.example/callback',
        'http://localhost.evil.example/callback',
        'http://192.168.0.1:51789/callback',
        'http://0.0.0.0:51789/callback',
        'http://127.0.0.2:51789/callback',
        'https://127.0.0.1:51789/callback',
        'http://127.0.0.1:51789/callback/../other',
        'http://2130706433:51789/callback',
        'http://127.1:51789/callback',
      ]) {
        const answer = await strike(ask({ redirect_uri }, oauthClient(stack, localClient)))
        expect(answer.status, redirect_uri).toBe(400)
        expect(answer.headers.get('location'), redirect_uri).toBeNull()
      }
    }),
  )

  verifies(
    ['AS-42', 'attack-fails'],
    'a redirect URI of another client is nobody else’s',
    attack(async (strike) => {
      const answer = await strike(ask({ redirect_uri: claude.redirectUri }))
      expect(answer.status).toBe(400)
      expect(answer.headers.get('location')).toBeNull()
    }),
  )
})

describe('open redirection by errors (RFC 9700 section 4.11)', () => {
  for (const [what, changes] of Object.entries({
    'prompt=none': { prompt: 'none' },
    'a bad response type': { response_type: 'token' },
    'no PKCE': { code_challenge: undefined, code_challenge_method: undefined },
    'a foreign resource': { resource: 'https://evil.example/mcp' },
    'a request object': { request: 'eyJhbGciOiJub25lIn0.e30.' },
    'a doubled parameter': { scope: ['read:inventory', 'read:cogs'] },
  } satisfies Record<string, RequestParameters>)) {
    for (const mode of ['query', 'fragment', 'form_post']) {
      verifies(
        ['AS-51', 'attack-fails'],
        `${what} with response_mode=${mode} does not make this host a springboard`,
        attack(async (strike) => {
          const client = await selfRegistered()
          const answer = await strike(ask({ ...changes, response_mode: mode }, client))
          expect(answer.status).toBe(400)
          expect(answer.headers.get('location')).toBeNull()
          expect(answer.text).not.toContain('<script')
          expect(answer.headers.get('content-security-policy')).not.toContain('script-src')
          expect(answer.text).toContain('phish.example')
          expect(answer.text).toContain('We have not reviewed this app')
        }),
      )
    }
  }

  verifies(
    ['AS-51', 'attack-fails'],
    'an error held on our page can be sent on by the person, and nothing is lost on the way',
    attack(async (strike) => {
      const client = await selfRegistered()
      const { url, state } = client.authorization({ prompt: 'none', response_mode: 'form_post' })
      const page = await strike(createBrowser(stack.issuer).open(url))
      const form = page.root.querySelector('form[method=post]')
      expect(form?.getAttribute('action')).toBe('https://phish.example/cb')
      const fields = new Map(
        form
          ?.querySelectorAll('input')
          .map((input) => [input.getAttribute('name'), input.getAttribute('value')]),
      )
      expect(fields.get('error')).toBe('login_required')
      expect(fields.get('state')).toBe(state)
      expect(fields.get('iss')).toBe(stack.issuer)
      expect(page.headers.get('content-security-policy')).toContain('https://phish.example')
    }),
  )

  verifies(
    ['AS-51', 'AS-36', 'attack-fails'],
    'neither state nor the app’s name puts markup on the held page',
    attack(async (strike) => {
      const client = await selfRegistered('https://phish.example/cb', '"><img src=x onerror=1>')
      for (const response_mode of ['query', 'form_post']) {
        const state = '"><script>alert(1)</script>'
        const answer = await strike(ask({ prompt: 'none', response_mode, state }, client))
        expect(answer.text).not.toMatch(/<script|<img src=x/)
      }
    }),
  )

  verifies(
    ['AS-164', 'attack-fails'],
    'signing out sends nobody to an address that the client did not register',
    attack(async (strike) => {
      for (const parameters of [
        { post_logout_redirect_uri: 'https://evil.example/' },
        { post_logout_redirect_uri: 'https://evil.example/', client_id: 'claude' },
        { post_logout_redirect_uri: 'javascript:alert(1)', client_id: 'claude' },
        { id_token_hint: 'x.y.z', post_logout_redirect_uri: 'https://evil.example/' },
      ]) {
        const url = `${stack.issuer}/oauth2/logout?${parametersOf(parameters)}`
        const answer = await strike(send(url, { headers: { accept: 'text/html' } }))
        expect(answer.headers.get('location') ?? '').not.toContain('evil')
        expect(answer.text).not.toMatch(/(href|action)="(https:\/\/evil|javascript:)/)
      }
    }),
  )

  verifies(
    ['AS-42', 'attack-fails'],
    'signing in returns to no other site',
    attack(async (strike) => {
      for (const target of [
        'https://evil.example',
        '//evil.example',
        '/\\evil.example',
        '/account/../..//evil.example',
        '/account\\@evil.example',
        'javascript:alert(1)',
        '/oauth2/authorize?client_id=x',
      ]) {
        const person = createPerson(stack.issuer)
        const start = `${stack.issuer}/sign-in?${parametersOf({ return_to: target })}`
        const page = await strike(person.signIn(await person.open(start)))
        expect(page.url.origin, target).toBe(stack.issuer)
        expect(page.url.pathname, target).toMatch(/^\/account/)
      }
    }),
  )
})

describe('mix-up and downgrade', () => {
  verifies(
    ['AS-50', 'attack-fails'],
    'every answer names its issuer, so that a mixed-up client notices (RFC 9207)',
    attack(async (strike) => {
      for (const changes of [{ prompt: 'none' }, { scope: ['a', 'b'] }]) {
        const { headers } = await strike(ask(changes))
        expect(new URL(headers.get('location') ?? '').searchParams.get('iss')).toBe(stack.issuer)
      }
    }),
  )

  verifies(
    ['AS-68', 'AS-07', 'attack-fails'],
    'PKCE is not left out, weakened or emptied',
    attack(async (strike) => {
      for (const changes of [
        { code_challenge: undefined, code_challenge_method: undefined },
        { code_challenge_method: 'plain' },
        { code_challenge_method: undefined },
        { code_challenge_method: 's256' },
        { code_challenge_method: 'none' },
        { code_challenge: '' },
        { code_challenge: 'short' },
        { code_challenge: 'x'.repeat(200) },
        { code_challenge: ['a'.repeat(43), 'b'.repeat(43)] },
      ]) {
        const { headers } = await strike(ask(changes))
        const location = new URL(headers.get('location') ?? '')
        expect(location.searchParams.get('error'), JSON.stringify(changes)).toBe('invalid_request')
      }
    }),
  )

  verifies(
    ['AS-10', 'AS-53', 'attack-fails'],
    'no response type hands out tokens in a redirect',
    attack(async (strike) => {
      for (const response_type of ['token', 'id_token', 'code token', 'id_token token', 'none']) {
        const { headers } = await strike(ask({ response_type }))
        const location = headers.get('location') ?? ''
        expect(location, response_type).toContain('error=unsupported_response_type')
        expect(location).not.toContain('token=')
      }
    }),
  )

  verifies(
    ['AS-59', 'attack-fails'],
    'a request object makes the server neither believe nor fetch anything',
    attack(async (strike) => {
      const header = Buffer.from('{"alg":"none"}').toString('base64url')
      const claims = Buffer.from(
        JSON.stringify({ redirect_uri: 'https://evil.example', client_id: chatGpt.clientId }),
      ).toString('base64url')
      for (const changes of [
        { request: `${header}.${claims}.` },
        { request_uri: 'http://169.254.169.254/latest/meta-data' },
        { request_uri: 'urn:ietf:params:oauth:request_uri:guess' },
      ]) {
        const answer = await strike(ask(changes))
        expect(answer.headers.get('location') ?? '').not.toContain('evil.example')
        expect(`${answer.headers.get('location')}${answer.text}`).toMatch(
          /request_|invalid_request/,
        )
      }
    }),
  )

  verifies(
    ['AS-25', 'attack-fails'],
    'a password is never posted on by a 307 or 308 (RFC 9700 section 4.12)',
    attack(async (strike) => {
      const person = createPerson(stack.issuer)
      const page = await person.open(trusted.authorization().url)
      const fields = new URLSearchParams({
        email: person.email,
        password: 'neonpanel-demo',
        csrf: page.root.querySelector('input[name=csrf]')?.getAttribute('value') ?? '',
      })
      const cookie = await person.jar.getCookieString(page.url.href)
      const answer = await strike(
        send(page.url, { method: 'POST', body: fields, headers: { cookie, origin: stack.issuer } }),
      )
      expect(answer.status).toBe(303)
      const form = await strike(
        send(`${stack.issuer}/oauth2/authorize`, {
          method: 'POST',
          body: trusted.authorization().parameters,
        }),
      )
      expect(form.status).toBe(303)
    }),
  )

  verifies(
    ['AS-55', 'attack-fails'],
    'a client with a ceiling asks for more in vain, whatever the person would tick',
    attack(async (strike) => {
      const { initial_access_token } = await adminApi(stack).mint({
        allowed_scopes: ['read:inventory'],
      })
      const redirectUri = 'https://app.example/cb'
      const metadata = { redirect_uris: [redirectUri], token_endpoint_auth_method: 'none' }
      const { body } = await register(stack, metadata, initial_access_token)
      const client = oauthClient(stack, { clientId: body.client_id, redirectUri })
      const { url } = client.authorization({ scope: 'read:inventory read:cogs write:import' })
      const { headers } = await strike(send(url))
      expect(new URL(headers.get('location') ?? '').searchParams.get('error')).toBe('invalid_scope')
    }),
  )

  verifies(
    ['AS-62', 'attack-fails'],
    'an app that calls itself NeonPanel is shown as what it is: unverified, by its host',
    attack(async (strike) => {
      const client = await selfRegistered('https://phish.example/cb', 'NeonPanel official')
      const person = createPerson(stack.issuer)
      const page = await strike(person.reachConsent(client.authorization().url))
      expect(textOf(page)).toContain('phish.example')
      expect(textOf(page)).toMatch(/unverified/i)
      expect(findControl(page, 'checkbox', 'Read inventory')?.checked).toBe(false)
    }),
  )
})
