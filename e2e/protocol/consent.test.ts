import { resourceScopes, scopes } from '@neonpanel/contracts/scopes'
import { codeFlow, tokensFor } from '@neonpanel/testing-kit/client/grant'
import {
  type ClientIdentity,
  chatGpt,
  claude,
  oauthClient,
  register,
} from '@neonpanel/testing-kit/client/oauth-client'
import { controls, findControl, textOf } from '@neonpanel/testing-kit/person/page'
import { createPerson, scopeCheckboxes } from '@neonpanel/testing-kit/person/people'
import { describe, expect } from 'vitest'
import { adminApi } from '../harness/admin.ts'
import { stackForTest, testStack } from '../harness/stack.ts'
import { contentsOf, scopesOf } from '../harness/token-contents.ts'
import { verifies } from '../verifies.ts'

const stack = await testStack()
const everything = resourceScopes.join(' ')

async function consentPage(
  person: 'owner' | 'analyst' | 'warehouse',
  client: ClientIdentity = chatGpt,
  scope = everything,
) {
  const { url } = oauthClient(stack, client).authorization({ scope })
  return createPerson(stack.issuer, person).reachConsent(url)
}

const tickedOn = (page: Awaited<ReturnType<typeof consentPage>>) =>
  scopeCheckboxes(page)
    .filter(({ checked }) => checked)
    .map(({ scope }) => scope)

const everythingTo = (identity: ClientIdentity) => ({
  client: identity,
  scope: everything,
})

describe('consent', () => {
  verifies(
    ['contract-8-consent-buttons', 'contract-8-consent-scopes', 'contract-8-consent-companies'],
    'the page has Authorize and Deny, a checkbox per scope named by its title, and the choice of companies',
    async () => {
      const page = await consentPage('owner')
      const buttons = controls(page, 'button').map(({ name }) => name)
      expect(buttons).toContain('Authorize')
      expect(buttons).toContain('Deny')
      expect(
        scopeCheckboxes(page)
          .map(({ scope }) => scope)
          .sort(),
      ).toEqual([...resourceScopes].sort())
      expect(findControl(page, 'radio', 'All companies')).toBeDefined()
      expect(findControl(page, 'radio', 'Selected companies')).toBeDefined()
      expect(findControl(page, 'checkbox', 'Harbor Goods LLC')).toBeDefined()
      expect(findControl(page, 'checkbox', 'Tallow Studio')).toBeUndefined()
    },
  )

  verifies(
    ['AS-62', 'contract-1.1-pages'],
    'the page names the client, where it leads back to, whose data it is, who is signed in, and each scope in words',
    async () => {
      const page = await consentPage('owner')
      const text = textOf(page)
      expect(page.url.pathname).toMatch(/^\/interaction\/[\w-]+/)
      expect(text).toContain('chatgpt.com')
      expect(text.replace(/\s/g, '')).toContain(chatGpt.redirectUri)
      expect(text).toContain('ChatGPT')
      expect(text).toContain('your NeonPanel data')
      expect(text).toContain('owner@neonpanel.test')
      for (const scope of resourceScopes) expect(text).toContain(scopes[scope].asks)
    },
  )

  verifies(
    ['contract-3-trusted-ticked', 'contract-3-write-unticked'],
    'a pre-registered client has its permitted read scopes pre-ticked and nothing else',
    async () => {
      const page = await consentPage('owner')
      expect(tickedOn(page)).toEqual(resourceScopes.filter((scope) => scope !== 'write:import'))
      expect(tickedOn(await consentPage('warehouse', claude))).toEqual([
        'read:companies',
        'read:inventory',
        'read:warehouses',
      ])
    },
  )

  verifies(
    ['contract-3-not-available', 'contract-3-role-analyst'],
    'what the role does not hold is shown as not available, with the reason, and cannot be ticked',
    async () => {
      const page = await consentPage('analyst')
      const boxes = scopeCheckboxes(page)
      for (const scope of ['read:landed-cost', 'write:import'] as const) {
        const box = boxes.find((one) => one.scope === scope)
        expect(box, scope).toMatchObject({ checked: false, disabled: true })
        expect(box?.name).toMatch(/not available/i)
        expect(box?.element.hasAttribute('name')).toBe(false)
      }
      expect(textOf(page)).toContain('Finance analyst')
    },
  )

  verifies(
    'contract-3-companies-required',
    'read:companies is required: it is ticked, cannot be unticked, and is granted though not requested',
    async () => {
      const page = await consentPage('owner', chatGpt, 'read:inventory')
      const required = scopeCheckboxes(page).find(({ scope }) => scope === 'read:companies')
      expect(required).toMatchObject({ checked: true, disabled: true })
      const { access_token } = await tokensFor(stack, { scope: 'read:inventory' })
      expect(scopesOf(contentsOf(access_token).claims.scope)).toEqual([
        'read:companies',
        'read:inventory',
      ])
    },
  )

  verifies(
    ['AS-108', 'AS-54'],
    'what is unticked is not granted, and the answer says what is',
    async () => {
      const tokens = await tokensFor(stack, {
        ...everythingTo(chatGpt),
        scopes: ['read:inventory', 'read:cogs'],
      })
      const granted = ['read:cogs', 'read:companies', 'read:inventory']
      expect(scopesOf(tokens.scope)).toEqual(granted)
      expect(scopesOf(contentsOf(tokens.access_token).claims.scope)).toEqual(granted)
    },
  )

  verifies(
    'contract-3-write-unticked',
    'write:import is granted when the person ticks it',
    async () => {
      const offered = await tokensFor(stack, { ...everythingTo(chatGpt), scopes: 'offered' })
      expect(scopesOf(offered.scope)).not.toContain('write:import')
      const ticked = await tokensFor(stack, everythingTo(chatGpt))
      expect(scopesOf(ticked.scope)).toContain('write:import')
    },
  )

  verifies(
    'contract-4-companies',
    'selected companies are the companies of the token',
    async () => {
      const { access_token } = await tokensFor(stack, { companies: ['Harbor Goods EU B.V.'] })
      const { companies } = contentsOf(access_token).claims
      expect(companies).toHaveLength(1)
      const company = await stack.database.prisma.company.findFirstOrThrow({
        where: { name: 'Harbor Goods EU B.V.' },
      })
      expect(companies).toEqual([company.id])
    },
  )

  verifies(
    'AS-52',
    'Deny returns access_denied with state and iss, and asks again next time',
    async () => {
      const flow = await codeFlow(stack, { press: 'Deny' })
      expect(Object.fromEntries(flow.callback.searchParams)).toMatchObject({
        error: 'access_denied',
        state: flow.state,
        iss: stack.issuer,
      })
      expect(flow.callback.searchParams.has('code')).toBe(false)
      const again = await flow.person.reachConsent(flow.client.authorization().url)
      expect(findControl(again, 'button', 'Authorize')).toBeDefined()
    },
  )

  verifies(
    'AS-61',
    'a native client is asked about each time, never approved silently',
    async () => {
      const flow = await codeFlow(stack)
      const silent = flow.client.authorization({ prompt: 'none' })
      const callback = await flow.person.authorize(silent.url)
      expect(callback.searchParams.get('error')).toMatch(/^(consent|interaction)_required$/)
      expect(await flow.person.reachConsent(flow.client.authorization().url)).toBeDefined()
    },
  )

  verifies(
    'AS-64',
    'a consent form without its token, or for another browser, is refused',
    async () => {
      const person = createPerson(stack.issuer)
      const page = await person.reachConsent(oauthClient(stack).authorization().url)
      const cookie = await person.jar.getCookieString(page.url.href)
      const [form] = page.root.querySelectorAll('form').filter((one) => /Authorize/.test(one.text))
      const target = new URL(form?.getAttribute('action') ?? page.url.href, page.url)
      const body = new URLSearchParams({ decision: 'authorize', scope: 'read:inventory' })
      const origin = stack.issuer
      const withoutToken = await fetch(target, {
        method: 'POST',
        body,
        headers: { cookie, origin: 'null', 'sec-fetch-site': 'cross-site' },
        redirect: 'manual',
      })
      expect(withoutToken.status).toBe(403)
      const stranger = await fetch(target, {
        method: 'POST',
        body,
        headers: { origin },
        redirect: 'manual',
      })
      expect(stranger.status).toBeGreaterThanOrEqual(400)
      expect(stranger.headers.get('location')).toBeNull()
    },
  )

  verifies('AS-65', 'what a client says of itself is text, and loads nothing', async () => {
    const { initial_access_token } = await adminApi(stack).mint()
    const client_name = '<img src=x onerror=alert(1)> & "Co"'
    const metadata = {
      client_name,
      redirect_uris: ['https://app.example/cb'],
      logo_uri: 'https://app.example/logo.png',
      token_endpoint_auth_method: 'none',
    }
    const { body } = await register(stack, metadata, initial_access_token)
    const client = oauthClient(stack, {
      clientId: body.client_id,
      redirectUri: 'https://app.example/cb',
    })
    const page = await createPerson(stack.issuer).reachConsent(client.authorization().url)
    expect(page.root.querySelector('img[src=x]')).toBeNull()
    expect(page.root.toString()).not.toContain('logo.png')
    expect(page.headers.get('content-security-policy')).toMatch(/img-src 'self'(;|$)/)
    expect(textOf(page)).toContain(client_name)
  })

  verifies(
    ['contract-3-trusted-ticked', 'contract-3-unknown-unticked'],
    'a client registered with an initial access token is trusted as a pre-registered one',
    async () => {
      const { initial_access_token } = await adminApi(stack).mint()
      const redirectUri = 'https://app.example/cb'
      const metadata = {
        client_name: 'App',
        redirect_uris: [redirectUri],
        token_endpoint_auth_method: 'none',
      }
      const { body } = await register(stack, metadata, initial_access_token)
      const client = oauthClient(stack, { clientId: body.client_id, redirectUri })
      const page = await createPerson(stack.issuer).reachConsent(
        client.authorization({ scope: everything }).url,
      )
      expect(tickedOn(page)).toEqual(resourceScopes.filter((scope) => scope !== 'write:import'))
    },
  )

  verifies(
    ['contract-3-unknown-unticked', 'contract-3-unknown-loopback', 'AS-63'],
    'an openly registered client has nothing pre-ticked, and on loopback asks who started the sign-in',
    async () => {
      const open = await stackForTest({ REGISTRATION_MODE: 'open' })
      const redirectUri = 'http://127.0.0.1:3334/oauth/callback'
      const metadata = {
        client_name: 'Anyone',
        redirect_uris: [redirectUri],
        token_endpoint_auth_method: 'none',
      }
      const { body } = await register(open, metadata)
      const client = oauthClient(open, { clientId: body.client_id, redirectUri })
      const person = createPerson(open.issuer)
      const page = await person.reachConsent(client.authorization({ scope: everything }).url)
      expect(tickedOn(page)).toEqual(['read:companies'])
      const computer = 'I started this sign-in on this computer'
      expect(findControl(page, 'checkbox', computer)).toMatchObject({ checked: false })
      const refused = await person.press(page, 'Authorize')
      expect(refused.status).not.toBe(0)
      expect(findControl(refused, 'checkbox', computer)).toBeDefined()
      const callback = await person.authorize(client.authorization().url)
      expect(callback.searchParams.get('code')).toEqual(expect.any(String))
    },
  )

  verifies(
    'contract-3-unknown-loopback',
    'neither a trusted client nor an https redirect asks for that extra tick',
    async () => {
      const trusted = await createPerson(stack.issuer).reachConsent(
        oauthClient(stack).authorization().url,
      )
      expect(findControl(trusted, 'checkbox', 'I started this sign-in')).toBeUndefined()
      expect(
        findControl(await consentPage('owner'), 'checkbox', 'I started this sign-in'),
      ).toBeUndefined()
    },
  )

  verifies('contract-3-trusted-ticked', 'a reviewed client is trusted from then on', async () => {
    const open = await stackForTest({ REGISTRATION_MODE: 'open' })
    const redirectUri = 'https://later-reviewed.example/cb'
    const metadata = {
      client_name: 'Later',
      redirect_uris: [redirectUri],
      token_endpoint_auth_method: 'none',
    }
    const { body } = await register(open, metadata)
    const reviewed = await adminApi(open).patch(`/clients/${body.client_id}`, { reviewed: true })
    expect(reviewed.status).toBe(200)
    const client = oauthClient(open, { clientId: body.client_id, redirectUri })
    const page = await createPerson(open.issuer).reachConsent(
      client.authorization({ scope: everything }).url,
    )
    expect(tickedOn(page)).toEqual(resourceScopes.filter((scope) => scope !== 'write:import'))
  })
})
