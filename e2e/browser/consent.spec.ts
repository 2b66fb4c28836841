import { resourceScopes, type Scope } from '@neonpanel/contracts/scopes'
import { claude, localClient, oauthClient } from '@neonpanel/testing-kit/client/oauth-client'
import { expect } from '@playwright/test'
import { adminApi } from '../harness/admin.ts'
import { redeem, registerClient, scopeBox, signIn } from './person.ts'
import { test } from './stack-test.ts'
import { verifies } from './verifies.ts'

const everything = resourceScopes.join(' ')

test(
  'an owner grants everything, write access by a tick of their own',
  verifies(['contract-8-consent-scopes', 'contract-3-write-unticked', 'contract-3-trusted-ticked']),
  async ({ page, stack, callback }) => {
    const client = await registerClient(stack, callback)
    const request = client.authorization({ scope: everything })
    await page.goto(request.url)
    await signIn(page, 'owner')
    for (const scope of resourceScopes.filter((one) => one.startsWith('read:'))) {
      await expect(scopeBox(page, scope)).toBeChecked()
    }
    await expect(scopeBox(page, 'write:import')).not.toBeChecked()
    await scopeBox(page, 'write:import').check()
    await page.getByRole('radio', { name: 'All companies' }).check()
    await page.getByRole('button', { name: 'Authorize' }).click()
    const tokens = await redeem(page, callback, client, request, stack.issuer)
    expect(new Set(tokens.scope.split(' '))).toEqual(new Set(resourceScopes))
  },
)

test(
  'what the person unticks is left out of the grant, and so is a company',
  verifies(['contract-8-consent-scopes', 'contract-8-consent-companies']),
  async ({ page, stack, callback }) => {
    const client = await registerClient(stack, callback)
    const request = client.authorization({ scope: everything })
    await page.goto(request.url)
    await signIn(page, 'owner')
    const kept: Scope[] = ['read:companies', 'read:warehouses']
    for (const scope of resourceScopes.filter((one) => !kept.includes(one))) {
      await scopeBox(page, scope).uncheck()
    }
    await page.getByRole('radio', { name: 'Selected companies' }).check()
    await page.getByRole('checkbox', { name: 'Harbor Goods EU B.V.' }).check()
    await page.getByRole('checkbox', { name: 'Harbor Goods LLC' }).uncheck()
    await page.getByRole('button', { name: 'Authorize' }).click()
    const tokens = await redeem(page, callback, client, request, stack.issuer)
    expect(tokens.scope.split(' ').sort()).toEqual(kept)
    const { body } = await client.introspect(tokens.access_token)
    expect(body).toMatchObject({ companies: ['co_harbor_eu'] })
  },
)

test(
  'Selected companies without a company is refused in words, and nothing chosen is lost',
  verifies('contract-8-consent-companies'),
  async ({ page, stack, callback }) => {
    const client = await registerClient(stack, callback)
    await page.goto(client.authorization({ scope: everything }).url)
    await signIn(page, 'owner')
    await scopeBox(page, 'read:revenue').uncheck()
    await page.getByRole('radio', { name: 'Selected companies' }).check()
    for (const company of await page.locator('.company-list').getByRole('checkbox').all()) {
      await company.uncheck()
    }
    await page.getByRole('button', { name: 'Authorize' }).click()
    await expect(page.getByRole('alert')).toContainText(/compan/i)
    await expect(scopeBox(page, 'read:revenue')).not.toBeChecked()
    await expect(page.getByRole('radio', { name: 'Selected companies' })).toBeChecked()
  },
)

test(
  'Deny sends the client access_denied with its state and the issuer',
  verifies('contract-8-consent-buttons'),
  async ({ page, stack, callback }) => {
    const client = await registerClient(stack, callback)
    const request = client.authorization()
    await page.goto(request.url)
    await signIn(page, 'owner')
    await page.getByRole('button', { name: 'Deny' }).click()
    await expect(page.getByRole('heading', { name: 'Back in the client' })).toBeVisible()
    const { received } = callback
    expect(received.get('error')).toBe('access_denied')
    expect([received.get('state'), received.get('iss')]).toEqual([request.state, stack.issuer])
    expect(received.get('code')).toBeNull()
  },
)

test(
  'an analyst sees that landed costs are not available, and why',
  verifies('contract-3-not-available'),
  async ({ page, stack, callback }) => {
    const client = await registerClient(stack, callback)
    const request = client.authorization({ scope: 'read:cogs read:landed-cost' })
    await page.goto(request.url)
    await signIn(page, 'analyst')
    await expect(scopeBox(page, 'read:landed-cost')).toBeDisabled()
    await expect(scopeBox(page, 'read:landed-cost')).not.toBeChecked()
    await expect(
      page.getByText(/Finance analyst and Viewer, can’t read landed costs/),
    ).toBeVisible()
    await page.getByRole('radio', { name: 'All companies' }).check()
    await page.getByRole('button', { name: 'Authorize' }).click()
    const tokens = await redeem(page, callback, client, request, stack.issuer)
    expect(tokens.scope.split(' ').sort()).toEqual(['read:cogs', 'read:companies'])
  },
)

test(
  'a step-up asks only for what is new and keeps what was granted',
  verifies('contract-8-consent-buttons'),
  async ({ page, stack, callback }) => {
    const client = await registerClient(stack, callback)
    const first = client.authorization({ scope: 'read:companies read:inventory' })
    await page.goto(first.url)
    await signIn(page, 'owner')
    await page.getByRole('radio', { name: 'All companies' }).check()
    await page.getByRole('button', { name: 'Authorize' }).click()
    await redeem(page, callback, client, first, stack.issuer)

    const more = client.authorization({ scope: 'read:companies read:inventory read:cogs' })
    await page.goto(more.url)
    await expect(scopeBox(page, 'read:cogs')).toBeEnabled()
    await expect(scopeBox(page, 'read:inventory')).toHaveCount(0)
    await expect(page.getByText(/Already granted/)).toBeVisible()
    await scopeBox(page, 'read:cogs').check()
    await page.getByRole('button', { name: 'Authorize' }).click()
    const tokens = await redeem(page, callback, client, more, stack.issuer)
    expect(tokens.scope.split(' ').sort()).toEqual([
      'read:cogs',
      'read:companies',
      'read:inventory',
    ])
  },
)

test(
  'Switch account asks for another person, who then decides',
  verifies(['contract-3-companies-required', 'contract-8-consent-buttons']),
  async ({ page, stack }) => {
    const client = oauthClient(stack, localClient)
    await page.goto(client.authorization({ scope: 'read:inventory' }).url)
    await signIn(page, 'owner')
    await expect(scopeBox(page, 'read:companies')).toBeChecked()
    await page.getByRole('link', { name: 'Switch account' }).click()
    await signIn(page, 'warehouse')
    await expect(page.getByText('warehouse@neonpanel.test')).toBeVisible()
    await expect(page.getByRole('button', { name: 'Authorize' })).toBeVisible()
  },
)

test(
  'a review in the console turns a self-declared name into a verified app',
  verifies('contract-8-consent-buttons'),
  async ({ page, stack, callback }) => {
    const client = await registerClient(stack, callback)
    const reviewed = await adminApi(stack).patch(`/clients/${client.clientId}`, { reviewed: true })
    expect(reviewed.status).toBe(200)
    await page.goto(client.authorization().url)
    await signIn(page, 'owner')
    await expect(page.getByText('Verified app')).toBeVisible()
  },
)

test(
  'Authorize leads out of the page to an https app, and to one with a scheme of its own',
  verifies('AS-31'),
  async ({ page, stack }) => {
    const refused: string[] = []
    page.on('console', (message) => {
      if (/Content Security Policy/i.test(message.text())) refused.push(message.text())
    })
    await page.route('https://claude.ai/**', (route) =>
      route.fulfill({ contentType: 'text/html', body: '<h1>Back in Claude</h1>' }),
    )
    await page.goto(oauthClient(stack, claude).authorization().url)
    await signIn(page, 'owner')
    await page.getByRole('button', { name: 'Authorize' }).click()
    await expect(page.getByRole('heading', { name: 'Back in Claude' })).toBeVisible()
    expect(new URL(page.url()).searchParams.get('code')).toMatch(/^[\w-]{22,}$/)

    const redirectUri = 'cursor://anysphere.cursor-mcp/oauth/callback'
    const cursor = await registerClient(stack, { redirectUri })
    await page.goto(cursor.authorization().url)
    // A scheme of the system's programs leaves the browser: the navigation ends there.
    const left = page.waitForEvent('requestfailed')
    await page.getByRole('button', { name: 'Authorize' }).click()
    expect((await left).failure()?.errorText).toBe('net::ERR_ABORTED')
    expect(refused).toEqual([])
  },
)
