import { codeFlow, tokensFor } from '@neonpanel/testing-kit/client/grant'
import { parametersOf, send } from '@neonpanel/testing-kit/client/http'
import { oauthClient, register } from '@neonpanel/testing-kit/client/oauth-client'
import { controls, findControl, type Page, textOf } from '@neonpanel/testing-kit/person/page'
import { createPerson, type Person } from '@neonpanel/testing-kit/person/people'
import { describe, expect } from 'vitest'
import { adminApi } from '../harness/admin.ts'
import { testStack } from '../harness/stack.ts'
import { verifies } from '../verifies.ts'

const stack = await testStack()
const url = `${stack.issuer}/oauth2/logout`

/** Presses the button that says yes. */
function confirm(person: Person, page: Page): Promise<Page> {
  const [button] = controls(page, 'button').filter(({ name }) => /^(yes|sign out)/i.test(name))
  return person.press(page, button?.name ?? 'Sign out')
}

async function isSignedIn(person: Person): Promise<boolean> {
  const page = await person.open(oauthClient(stack).authorization().url)
  return findControl(page, 'textbox', 'Password') === undefined
}

describe('signing out', () => {
  verifies(
    ['contract-1.1-logout', 'AS-164'],
    'asks the person, then ends their session',
    async () => {
      const { person } = await codeFlow(stack)
      expect(await isSignedIn(person)).toBe(true)
      const asked = await person.open(url)
      expect(asked.status).toBe(200)
      expect(await isSignedIn(person)).toBe(true)
      const done = await confirm(person, await person.open(url))
      expect(done.status).toBe(200)
      expect(textOf(done)).toMatch(/signed out/i)
      expect(await isSignedIn(person)).toBe(false)
    },
  )

  verifies(
    'contract-1.1-logout',
    'with nobody signed in says so, on a page that does nothing by itself',
    async () => {
      const page = await createPerson(stack.issuer).open(url)
      expect(page.status).toBe(200)
      expect(textOf(page)).toMatch(/signed out/i)
      expect(controls(page, 'button')).toEqual([])
    },
  )

  verifies('AS-92', 'leaves what the person granted to apps alone', async () => {
    const { person, client, refresh_token } = await tokensFor(stack)
    await confirm(person, await person.open(url))
    expect((await client.refresh(refresh_token)).status).toBe(200)
  })

  verifies(
    'AS-164',
    'returns to an address that the client has registered, with its state',
    async () => {
      const { initial_access_token } = await adminApi(stack).mint()
      const redirectUri = 'https://app.example/cb'
      const { body } = await register(
        stack,
        {
          redirect_uris: [redirectUri],
          post_logout_redirect_uris: ['https://app.example/bye'],
          token_endpoint_auth_method: 'none',
        },
        initial_access_token,
      )
      const { person } = await codeFlow(stack, {
        client: { clientId: body.client_id, redirectUri },
      })
      const parameters = parametersOf({
        client_id: body.client_id,
        post_logout_redirect_uri: 'https://app.example/bye',
        state: 's',
      })
      const end = await confirm(person, await person.open(`${url}?${parameters}`))
      expect(end.url.href).toBe('https://app.example/bye?state=s')
    },
  )

  verifies('AS-164', 'never returns to an address that is not registered', async () => {
    for (const uri of ['https://evil.example/', 'https://claude.ai/api/mcp/auth_callback']) {
      const parameters = parametersOf({ client_id: 'claude', post_logout_redirect_uri: uri })
      const { status, headers } = await send(`${url}?${parameters}`)
      expect(status).toBe(400)
      expect(headers.get('location')).toBeNull()
    }
  })

  verifies('AS-164', 'cannot be done to a person by another site', async () => {
    const { person } = await codeFlow(stack)
    const cookie = await person.jar.getCookieString(url)
    await fetch(`${url}/confirm`, {
      method: 'POST',
      headers: { cookie, origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
      body: new URLSearchParams({ logout: 'yes' }),
      redirect: 'manual',
    })
    expect(await isSignedIn(person)).toBe(true)
    expect(createPerson(stack.issuer).email).toBe(person.email)
  })
})
