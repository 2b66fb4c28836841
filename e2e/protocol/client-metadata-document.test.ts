import { randomUUID } from 'node:crypto'
import { resourceScopes } from '@neonpanel/contracts/scopes'
import { codeFlow } from '@neonpanel/testing-kit/client/grant'
import { send } from '@neonpanel/testing-kit/client/http'
import { oauthClient } from '@neonpanel/testing-kit/client/oauth-client'
import { createBrowser } from '@neonpanel/testing-kit/person/browser'
import { findControl, textOf } from '@neonpanel/testing-kit/person/page'
import { createPerson, scopeCheckboxes } from '@neonpanel/testing-kit/person/people'
import { afterAll, describe, expect } from 'vitest'
import { startDocumentServer } from '../../apps/authorization-server/src/testing/document-server.ts'
import { callTool } from '../harness/mcp.ts'
import { testStack } from '../harness/stack.ts'
import { verifies } from '../verifies.ts'

const web = await startDocumentServer()
afterAll(() => web[Symbol.dispose]())
const stack = await testStack()
const redirectUri = 'http://127.0.0.1:33418/callback'

/** Publishes a document like that of Claude Code or Codex, changed as given, and gives its URL. */
function publish(members: Record<string, unknown> = {}, answer: object = {}): string {
  const path = `/${randomUUID()}.json`
  const client_id = `${web.origin}${path}`
  const body = {
    client_id,
    client_name: 'Documented app',
    redirect_uris: ['http://127.0.0.1/callback', 'http://localhost/callback'],
    grant_types: ['authorization_code', 'refresh_token'],
    ...members,
  }
  web.served.set(path, { body, ...answer })
  return client_id
}

const open = (clientId: string) =>
  createBrowser(stack.issuer).open(
    oauthClient(stack, { clientId, redirectUri }).authorization().url,
  )

describe('a client known by its metadata document', () => {
  verifies(
    ['AS-09', 'AS-136', 'AS-143'],
    'is announced, and does its work without registering',
    async () => {
      const { body: metadata } = await send(
        `${stack.issuer}/.well-known/oauth-authorization-server`,
      )
      expect(metadata.client_id_metadata_document_supported).toBe(true)
      const { redeem, client } = await codeFlow(stack, {
        client: { clientId: publish(), redirectUri },
      })
      const { status, body } = await redeem()
      expect(status).toBe(200)
      expect((await callTool(stack.mcpUrl, body.access_token, 'list_companies')).status).toBe(200)
      expect((await client.refresh(body.refresh_token ?? '')).status).toBe(200)
    },
  )

  verifies(
    ['contract-3-unknown-unticked', 'contract-3-unknown-loopback', 'AS-62', 'AS-63', 'AS-153'],
    'has nothing pre-ticked but what is required, is named by its host, and asks who started the sign-in',
    async () => {
      const clientId = publish({ logo_uri: `${web.origin}/logo.png` })
      const client = oauthClient(stack, { clientId, redirectUri })
      const { url } = client.authorization({ scope: resourceScopes.join(' ') })
      const page = await createPerson(stack.issuer).reachConsent(url)
      const ticked = scopeCheckboxes(page).filter(({ checked }) => checked)
      expect(ticked.map(({ scope }) => scope)).toEqual(['read:companies'])
      const computer = findControl(page, 'checkbox', 'I started this sign-in on this computer')
      expect(computer).toMatchObject({ checked: false })
      expect(textOf(page)).toContain(new URL(clientId).host)
      expect(page.root.toString()).not.toContain('logo.png')
      expect(web.requests).not.toContain('/logo.png')
    },
  )

  verifies(
    ['AS-137', 'AS-138', 'AS-139', 'AS-140', 'AS-141', 'AS-142', 'AS-148', 'AS-150'],
    'is refused with a page when its document is not what it must be',
    async () => {
      for (const [what, clientId] of Object.entries({
        'another client_id': publish({ client_id: `${web.origin}/other.json` }),
        'no name': publish({ client_name: undefined }),
        'no redirect URIs': publish({ redirect_uris: [] }),
        'a shared secret': publish({ token_endpoint_auth_method: 'client_secret_basic' }),
        'an insecure redirect': publish({ redirect_uris: ['http://evil.example/cb'] }),
        HTML: publish({}, { headers: { 'content-type': 'text/html' } }),
        'a redirect': publish({}, { status: 302, headers: { location: `${web.origin}/x.json` } }),
        'an error': publish({}, { status: 500 }),
        'six kilobytes': publish({ filler: 'x'.repeat(6_000) }),
        nothing: `${web.origin}/no-such.json`,
        'a query': `${publish()}?x=1`,
        'plain http': publish().replace('https:', 'http:'),
      })) {
        const page = await open(clientId)
        expect(page.status, what).toBe(400)
        expect(page.root.querySelector('h1'), what).not.toBeNull()
      }
    },
  )

  verifies('AS-147', 'is not fetched from inside the network', async () => {
    for (const host of ['169.254.169.254', '10.0.0.1', '127.0.0.1', '[::1]', '0x7f000001']) {
      expect((await open(`https://${host}/client.json`)).status, host).toBe(400)
    }
  })

  verifies('AS-146', 'returns to the addresses of its document only', async () => {
    const clientId = publish()
    for (const uri of ['https://evil.example/cb', 'http://127.0.0.1:33418/other']) {
      const { url } = oauthClient(stack, { clientId, redirectUri: uri }).authorization()
      const { status, headers } = await send(url)
      expect(status).toBe(400)
      expect(headers.get('location')).toBeNull()
    }
  })

  verifies('AS-149', 'is fetched once while its document may be cached', async () => {
    const clientId = publish({}, { headers: { 'cache-control': 'max-age=600' } })
    for (let turn = 0; turn < 3; turn++) {
      expect(findControl(await open(clientId), 'textbox', 'Password')).toBeDefined()
    }
    const path = new URL(clientId).pathname
    expect(web.requests.filter((asked) => asked === path)).toHaveLength(1)
  })
})
