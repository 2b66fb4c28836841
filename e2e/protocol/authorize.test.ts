import { codeFlow } from '@neonpanel/testing-kit/client/grant'
import {
  type Answer,
  parametersOf,
  postForm,
  type RequestParameters,
  send,
} from '@neonpanel/testing-kit/client/http'
import {
  chatGpt,
  claude,
  localClient,
  oauthClient,
} from '@neonpanel/testing-kit/client/oauth-client'
import { createBrowser } from '@neonpanel/testing-kit/person/browser'
import { findControl, parsePage } from '@neonpanel/testing-kit/person/page'
import { createPerson } from '@neonpanel/testing-kit/person/people'
import { describe, expect } from 'vitest'
import { testStack } from '../harness/stack.ts'
import { scopesOf } from '../harness/token-contents.ts'
import { verifies } from '../verifies.ts'

const stack = await testStack()
const trusted = oauthClient(stack, chatGpt)

/** The first answer to an authorization request in a browser that is not signed in. */
function ask(changes: RequestParameters = {}, client = trusted): Promise<Answer> {
  return send(client.authorization(changes).url, { headers: { accept: 'text/html' } })
}

function errorAt(answer: Answer) {
  expect(answer.status).toBe(303)
  const location = new URL(answer.headers.get('location') ?? '')
  expect(`${location.origin}${location.pathname}`).toBe(chatGpt.redirectUri)
  // A response type with a token answers in the fragment (OAuth 2.0 Multiple Response Types, section 2.1).
  const parameters = location.hash
    ? new URLSearchParams(location.hash.slice(1))
    : location.searchParams
  expect(parameters.get('iss')).toBe(stack.issuer)
  expect(parameters.get('state')).toEqual(expect.any(String))
  expect(parameters.has('code')).toBe(false)
  expect(parameters.get('error_description') ?? '').toMatch(/^[\x20\x21\x23-\x5b\x5d-\x7e]*$/)
  return parameters.get('error')
}

describe('the authorization endpoint', () => {
  verifies(
    ['contract-1.1-authorize', 'AS-40', 'AS-25'],
    'sends the browser to sign in with 303, by GET and by POST',
    async () => {
      const { url, parameters } = trusted.authorization()
      expect((await send(url)).status).toBe(303)
      const endpoint = new URL(`${stack.issuer}/oauth2/authorize`)
      for (const page of [
        await createBrowser(stack.issuer).open(url),
        await createBrowser(stack.issuer).submit({
          url: endpoint,
          method: 'POST',
          fields: parameters,
        }),
      ]) {
        expect(page.url.pathname).toMatch(/^\/interaction\/[\w-]+$/)
        expect(findControl(page, 'textbox', 'Password')).toBeDefined()
      }
      const form = await postForm(endpoint.href, Object.fromEntries(parameters))
      expect(form.status).toBe(303)
    },
  )

  verifies(['AS-49', 'AS-50'], 'returns code, the very same state, and iss', async () => {
    const state = 'a b+c/d=%26é"<>'
    const { callback } = await codeFlow(stack, { request: { state } })
    expect([...callback.searchParams.keys()].sort()).toEqual(['code', 'iss', 'state'])
    expect(callback.searchParams.get('state')).toBe(state)
    expect(callback.searchParams.get('iss')).toBe(stack.issuer)
  })

  verifies('AS-43', 'a query makes another redirect URI', async () => {
    const uri = `${claude.redirectUri}?a=1`
    expect((await ask({ redirect_uri: uri }, oauthClient(stack, claude))).status).toBe(400)
  })

  for (const [what, uri] of Object.entries({
    'another host': 'https://evil.example/connector_platform_oauth_redirect',
    'a trailing slash': `${chatGpt.redirectUri}/`,
    'another case': chatGpt.redirectUri.replace('connector', 'Connector'),
    'an escaped letter': chatGpt.redirectUri.replace('connector', '%63onnector'),
    'a query': `${chatGpt.redirectUri}?x=1`,
    'a fragment': `${chatGpt.redirectUri}#x`,
    'a dot segment': chatGpt.redirectUri.replace('/connector', '/x/../connector'),
    'user information': chatGpt.redirectUri.replace('://', '://user@'),
    'an explicit port': chatGpt.redirectUri.replace('chatgpt.com', 'chatgpt.com:443'),
    'a host suffix': chatGpt.redirectUri.replace('chatgpt.com', 'chatgpt.com.evil.example'),
    'a backslash': chatGpt.redirectUri.replace('chatgpt.com/', 'chatgpt.com\\@evil.example/'),
    'nothing at all': '',
  })) {
    verifies(
      ['AS-42', 'AS-43'],
      `a redirect URI with ${what} gets a page, never a redirect`,
      async () => {
        const answer = await ask({ redirect_uri: uri })
        expect(answer.status).toBe(400)
        expect(answer.headers.get('location')).toBeNull()
        expect(answer.headers.get('content-type')).toMatch(/^text\/html/)
      },
    )
  }

  verifies(
    'AS-47',
    'a redirect URI may be left out only by a client that has exactly one',
    async () => {
      expect((await ask({ redirect_uri: undefined })).status).toBe(400)
    },
  )

  for (const [error, changes] of [
    ['unsupported_response_type', { response_type: 'token' }],
    ['unsupported_response_type', { response_type: 'code id_token' }],
    ['invalid_request', { response_type: undefined }],
    ['request_not_supported', { request: 'eyJhbGciOiJub25lIn0.e30.' }],
    ['request_uri_not_supported', { request_uri: 'https://evil.example/request' }],
    ['invalid_request', { code_challenge: undefined }],
    ['login_required', { prompt: 'none' }],
  ] as const) {
    const [name] = Object.keys(changes)
    verifies(
      ['AS-53', 'AS-59', 'AS-57', 'AS-50'],
      `${name} ${Object.values(changes)[0] ?? 'left out'} is answered with ${error}, state and iss`,
      async () => {
        expect(errorAt(await ask(changes))).toBe(error)
      },
    )
  }

  verifies(
    'AS-35',
    'a repeated parameter is an error, an unknown or empty one is not',
    async () => {
      expect(errorAt(await ask({ scope: ['read:inventory', 'read:cogs'] }))).toBe('invalid_request')
      const harmless = await ask({ audience: 'x', foo: '1', login_hint: '' })
      expect(harmless.headers.get('location')).toMatch(/\/interaction\//)
    },
  )

  verifies('AS-36', 'what was sent is not repeated in an error description', async () => {
    const answer = await ask({ response_type: '<script>"\\' })
    const location = answer.headers.get('location') ?? answer.text
    expect(new URL(location, stack.issuer).searchParams.get('error_description') ?? '').not.toMatch(
      /[<"\\]/,
    )
  })

  verifies(
    ['AS-54', 'decision-3'],
    'without a scope the client is offered every read scope that the person may grant',
    async () => {
      const owner = await codeFlow(stack, { client: chatGpt, request: { scope: undefined } })
      const { body } = await owner.redeem()
      expect(scopesOf(body.scope)).toEqual([
        'read:analytics',
        'read:cogs',
        'read:companies',
        'read:inventory',
        'read:landed-cost',
        'read:reports',
        'read:revenue',
        'read:warehouses',
      ])
      const manager = await codeFlow(stack, { person: 'warehouse', request: { scope: '' } })
      const answer = await manager.redeem()
      expect(scopesOf(answer.body.scope)).toEqual([
        'read:companies',
        'read:inventory',
        'read:warehouses',
      ])
    },
  )

  verifies(
    'AS-56',
    'an unknown scope is ignored, and the answer says what was granted',
    async () => {
      const { redeem } = await codeFlow(stack, {
        scope: 'read:inventory read:everything dcr.create',
      })
      expect(scopesOf((await redeem()).body.scope)).toEqual(['read:companies', 'read:inventory'])
    },
  )

  verifies('AS-85', 'offline_access is accepted and harmless', async () => {
    const { redeem } = await codeFlow(stack, {
      scope: 'read:inventory offline_access',
      request: { prompt: 'consent' },
    })
    const { status, body } = await redeem()
    expect(status).toBe(200)
    expect(body.refresh_token).toEqual(expect.any(String))
    expect(scopesOf(body.scope)).toContain('read:inventory')
  })

  verifies('AS-57', 'prompt=login asks a signed-in person to sign in again', async () => {
    const { person, client } = await codeFlow(stack)
    const page = await person.open(client.authorization({ prompt: 'login' }).url)
    expect(findControl(page, 'textbox', 'Password')).toBeDefined()
    const later = await person.open(client.authorization().url)
    expect(findControl(later, 'textbox', 'Password')).toBeUndefined()
  })

  verifies('AS-26', 'is not readable for other origins', async () => {
    const answer = await send(trusted.authorization().url, {
      headers: { origin: 'https://chatgpt.com' },
    })
    expect(answer.headers.get('access-control-allow-origin')).toBeNull()
  })

  verifies(
    'contract-1.1-pages',
    'an interaction that does not exist is a page that says so',
    async () => {
      const browser = createBrowser(stack.issuer)
      const page = await browser.open(`${stack.issuer}/interaction/AAAAAAAAAAAAAAAAAAAAA`)
      expect(page.status).toBeGreaterThanOrEqual(400)
      expect(page.status).toBeLessThan(500)
      expect(page.root.querySelector('h1')).not.toBeNull()
    },
  )

  verifies('AS-41', 'a signed-in person’s consent page belongs to them alone', async () => {
    const owner = createPerson(stack.issuer)
    const page = await owner.reachConsent(oauthClient(stack, localClient).authorization().url)
    const other = createPerson(stack.issuer, 'warehouse')
    await other.reachConsent(oauthClient(stack, localClient).authorization().url)
    const stolen = await other.open(page.url)
    expect(stolen.status).toBeGreaterThanOrEqual(400)
  })

  verifies(
    'AS-34',
    'errors for a person are pages with a heading, errors for a program JSON',
    async () => {
      const bad = `${stack.issuer}/oauth2/authorize?${parametersOf({ client_id: 'nobody' })}`
      const page = await send(bad, { headers: { accept: 'text/html' } })
      expect(
        parsePage(new URL(bad), page.status, page.headers, page.text).root.querySelector('h1'),
      ).not.toBeNull()
      const token = await postForm(
        `${stack.issuer}/oauth2/token`,
        { grant_type: 'x' },
        { accept: 'text/html' },
      )
      expect(token.headers.get('content-type')).toMatch(/^application\/json/)
    },
  )
})
