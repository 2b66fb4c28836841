import { tokensFor } from '@neonpanel/testing-kit/client/grant'
import { claude } from '@neonpanel/testing-kit/client/oauth-client'
import { choose, findControl, tick } from '@neonpanel/testing-kit/person/page'
import { createPerson } from '@neonpanel/testing-kit/person/people'
import { describe, expect } from 'vitest'
import { callTool } from '../harness/mcp.ts'
import { stackForTest, testStack } from '../harness/stack.ts'
import { contentsOf, scopesOf } from '../harness/token-contents.ts'
import { verifies } from '../verifies.ts'

const stack = await testStack({ REVOCATION_CHECK_SECONDS: '0' })

type Tokens = Awaited<ReturnType<typeof tokensFor>>
const wide = { scope: 'read:companies read:inventory read:revenue read:cogs' }

async function appPage({ person }: Pick<Tokens, 'person'>, servers: { issuer: string } = stack) {
  const account = await person.open(`${servers.issuer}/account`)
  const link = account.root.querySelector('a[href^="/account/apps/"]')
  return person.open(new URL(link?.getAttribute('href') ?? '', servers.issuer))
}

describe('an app that its person narrows', () => {
  verifies(
    'account-narrow',
    'loses a permission at /mcp and in introspection with the token that it has, and stays connected',
    async () => {
      const tokens = await tokensFor(stack, wide)
      const call = (tool: string, input = {}) =>
        callTool(stack.mcpUrl, tokens.access_token, tool, input)
      expect((await call('get_revenue_and_cogs')).status).toBe(200)
      const page = await appPage(tokens)
      tick(page, 'Read revenue', false)
      const done = await tokens.person.press(page, 'Change access')
      expect(done.url.pathname).toBe('/account')
      expect((await call('get_revenue_and_cogs')).status).toBe(403)
      expect((await call('get_inventory_items')).status).toBe(200)
      const { body } = await tokens.client.introspect(tokens.access_token)
      expect(String(body.scope).split(' ').toSorted()).toEqual([
        'read:cogs',
        'read:companies',
        'read:inventory',
      ])
      const refreshed = await tokens.client.refresh(tokens.refresh_token)
      expect(refreshed.status).toBe(200)
      expect(scopesOf(refreshed.body.scope)).not.toContain('read:revenue')
    },
  )

  verifies(
    'account-narrow',
    'loses a company at /mcp with the token that it has, and in the next one',
    async () => {
      const alone = await stackForTest({ REVOCATION_CHECK_SECONDS: '0' })
      const tokens = await tokensFor(alone, { client: claude })
      const companies = async (token: string) => {
        const { tool } = await callTool(alone.mcpUrl, token, 'list_companies')
        return JSON.stringify(tool.structuredContent)
      }
      expect(await companies(tokens.access_token)).toContain('Harbor Goods EU B.V.')
      const page = await appPage(tokens, alone)
      choose(page, 'Selected companies')
      tick(page, 'Harbor Goods LLC')
      await tokens.person.press(page, 'Change access')
      expect(await companies(tokens.access_token)).not.toContain('Harbor Goods EU B.V.')
      const { body } = await tokens.client.refresh(tokens.refresh_token)
      expect(contentsOf(body.access_token).claims.companies).toHaveLength(1)
      expect(await companies(body.access_token)).toContain('Harbor Goods LLC')
      const after = await appPage(tokens, alone)
      expect(findControl(after, 'radio', 'All companies')).toBeUndefined()
      expect(findControl(after, 'checkbox', 'Harbor Goods EU B.V.')).toBeUndefined()
    },
  )

  verifies('account-narrow', 'may ask for more again, and then the person decides', async () => {
    const alone = await stackForTest({ REVOCATION_CHECK_SECONDS: '0' })
    const tokens = await tokensFor(alone, wide)
    const page = await appPage(tokens, alone)
    tick(page, 'Read revenue', false)
    await tokens.person.press(page, 'Change access')
    const asked = await tokens.person.reachConsent(tokens.client.authorization(wide).url)
    expect(findControl(asked, 'checkbox', 'Read revenue')).toBeDefined()
    const more = await tokensFor(alone, { ...wide, person: tokens.person })
    expect(scopesOf(more.scope)).toContain('read:revenue')
  })
})

describe('a new password', () => {
  verifies(
    'account-password',
    'is refused without the current one, and too many wrong ones pause sign-in as well',
    async () => {
      const alone = await stackForTest()
      const person = createPerson(alone.issuer, 'analyst')
      const security = `${alone.issuer}/account/security`
      await person.signIn(await person.open(security))
      const wrong = { current: 'wrong', wanted: 'another one, and long', repeated: '' }
      wrong.repeated = wrong.wanted
      const page = await person.open(security)
      const csrf = page.root.querySelector('input[name=csrf]')?.getAttribute('value') ?? ''
      const attempt = () =>
        person.submit({
          url: new URL(`${security}/password`),
          method: 'POST',
          fields: new URLSearchParams({ csrf, ...wrong }),
        })
      expect((await attempt()).status).toBe(422)
      for (let count = 0; count < 4; count += 1) await attempt()
      const paused = await attempt()
      expect(paused.status).toBe(429)
      expect(Number(paused.headers.get('retry-after'))).toBeGreaterThan(0)
      const elsewhere = createPerson(alone.issuer, 'analyst')
      const signIn = await elsewhere.signIn(await elsewhere.open(security))
      expect(signIn.status).toBe(429)
    },
  )
})
