import type { Stack } from '@neonpanel/stack'
import { localClient, oauthClient } from '@neonpanel/testing-kit/client/oauth-client'
import { demoPassword } from '@neonpanel/testing-kit/person/demo-people'
import { expect, type Page } from '@playwright/test'
import { callTool } from '../harness/mcp.ts'
import type { Callback } from './callback.ts'
import { redeem, registerClient, scopeBox, signIn } from './person.ts'
import { test } from './stack-test.ts'
import { verifies } from './verifies.ts'

test(
  'an account without connected apps says what to do next',
  verifies('contract-8-account'),
  async ({ page, stack }) => {
    await page.goto(`${stack.issuer}/account`)
    await signIn(page, 'outsider')
    await expect(page.getByRole('heading', { name: 'Connected apps', exact: true })).toBeVisible()
    await expect(page.getByRole('button', { name: /^Revoke access/ })).toHaveCount(0)
  },
)

test(
  'Sign out ends the session: the account asks for a sign-in again',
  verifies('contract-8-account'),
  async ({ page, stack }) => {
    await page.goto(`${stack.issuer}/account`)
    await signIn(page, 'analyst')
    await page.getByRole('button', { name: 'Sign out', exact: true }).first().click()
    await page.goto(`${stack.issuer}/account`)
    await expect(page.getByRole('button', { name: 'Sign in' })).toBeVisible()
  },
)

test(
  'another browser’s session is listed and can be ended',
  verifies('contract-8-account'),
  async ({ page, context, stack }) => {
    const elsewhere = await context.browser()?.newContext({ javaScriptEnabled: false })
    const other = await elsewhere?.newPage()
    if (!other) throw new Error('no second browser context')
    await other.goto(`${stack.issuer}/account`)
    await signIn(other, 'analyst')
    await page.goto(`${stack.issuer}/account`)
    await signIn(page, 'analyst')
    await page.getByRole('button', { name: 'Sign out everywhere else' }).click()
    await other.goto(`${stack.issuer}/account`)
    await expect(other.getByRole('button', { name: 'Sign in' })).toBeVisible()
    await page.goto(`${stack.issuer}/account`)
    await expect(page.getByRole('heading', { name: 'Connected apps', exact: true })).toBeVisible()
    await elsewhere?.close()
  },
)

/** Whoever is signed in on this page connects the demo's local client, up to its tokens. */
async function connect(page: Page, stack: Stack, callback: Callback, scope: string) {
  const client = oauthClient(stack, { ...localClient, redirectUri: callback.redirectUri })
  const request = client.authorization({ scope })
  await page.goto(request.url)
  await page.getByRole('button', { name: 'Authorize' }).click()
  return redeem(page, callback, client, request, stack.issuer)
}

test(
  'an app is narrowed: a permission and a company go, the connection stays',
  verifies('account-narrow'),
  async ({ page, stack, callback }) => {
    await page.goto(`${stack.issuer}/account`)
    await signIn(page, 'analyst')
    const scope = 'read:companies read:inventory read:reports'
    const tokens = await connect(page, stack, callback, scope)
    await page.goto(`${stack.issuer}/account`)
    await page.getByRole('link', { name: 'Change access for Local client' }).click()
    await expect(scopeBox(page, 'read:companies')).toBeDisabled()
    await scopeBox(page, 'read:reports').uncheck()
    await page.getByRole('radio', { name: 'Selected companies' }).check()
    await page.getByRole('button', { name: 'Change access' }).click()
    await expect(page.getByRole('alert')).toContainText('Choose at least one company')
    await expect(scopeBox(page, 'read:reports')).not.toBeChecked()
    await page.getByRole('checkbox', { name: 'Harbor Goods LLC' }).check()
    await page.getByRole('button', { name: 'Change access' }).click()
    await expect(page.getByRole('status')).toHaveText('Access changed')
    await expect(page.getByText('read:reports')).toHaveCount(0)
    await expect(page.getByText('Harbor Goods LLC')).toBeVisible()
    const { tool } = await callTool(stack.mcpUrl, tokens.access_token, 'list_companies')
    expect(JSON.stringify(tool.structuredContent)).not.toContain('Tallow Studio')
    expect((await callTool(stack.mcpUrl, tokens.access_token, 'list_reports')).status).toBe(403)
  },
)

test(
  'all apps are revoked at once, after a question',
  verifies('account-revoke-all'),
  async ({ page, stack, callback }) => {
    await page.goto(`${stack.issuer}/account`)
    await signIn(page, 'owner')
    const tokens = await connect(page, stack, callback, 'read:companies read:inventory')
    const other = await registerClient(stack, callback)
    await page.goto(other.authorization().url)
    await page.getByRole('button', { name: 'Authorize' }).click()
    await page.goto(`${stack.issuer}/account`)
    await page.getByRole('button', { name: 'Revoke all connected apps' }).click()
    await expect(page.getByRole('heading', { name: 'Revoke access for all 2 apps?' })).toBeVisible()
    await page.getByRole('button', { name: 'Revoke all', exact: true }).click()
    await expect(page.getByRole('heading', { name: 'No connected apps yet' })).toBeVisible()
    expect((await callTool(stack.mcpUrl, tokens.access_token, 'list_companies')).status).toBe(401)
  },
)

test(
  'a password is changed: what it ends is said before, and is over afterwards',
  verifies('account-password'),
  async ({ page, stack, callback }) => {
    await page.goto(`${stack.issuer}/account`)
    await signIn(page, 'warehouse')
    const tokens = await connect(page, stack, callback, 'read:companies read:inventory')
    await page.goto(`${stack.issuer}/account`)
    await page.getByRole('link', { name: 'Security' }).click()
    await expect(page.getByText('The app that you connected loses its access')).toBeVisible()
    const change = async (current: string, wanted: string, repeated = wanted) => {
      await page.getByLabel('Current password').fill(current)
      await page.getByLabel('New password', { exact: true }).fill(wanted)
      await page.getByLabel('New password again').fill(repeated)
      await page.getByRole('button', { name: 'Change password' }).click()
    }
    const wanted = 'four unrelated words'
    await change(demoPassword, 'short')
    await expect(page.getByLabel('New password', { exact: true })).toHaveAccessibleDescription(
      /12 characters or more/,
    )
    await change(demoPassword, wanted, 'three unrelated words')
    await expect(page.getByText('The two new passwords differ')).toBeVisible()
    await change('not the current one', wanted)
    await expect(page.getByText('That is not your current password')).toBeVisible()
    await change(demoPassword, wanted)
    await expect(page.getByRole('status')).toContainText('Password changed')
    expect((await callTool(stack.mcpUrl, tokens.access_token, 'list_companies')).status).toBe(401)
    await page.getByRole('button', { name: 'Sign out', exact: true }).first().click()
    await page.goto(`${stack.issuer}/account`)
    await signIn(page, 'warehouse')
    await expect(page.getByText('That email and password don’t match')).toBeVisible()
    await signIn(page, 'warehouse', wanted)
    await expect(page.getByRole('heading', { name: 'Connected apps', exact: true })).toBeVisible()
    await page.goto(`${stack.issuer}/account/security`)
    await change(wanted, demoPassword)
    await expect(page.getByRole('status')).toContainText('Password changed')
  },
)

test(
  'an error page leads to what the error means',
  verifies('errors-document'),
  async ({ page, stack }) => {
    const request = oauthClient(stack, localClient).authorization({ client_id: 'nobody' })
    await page.goto(request.url)
    await page.getByText('Technical details').click()
    await page.getByRole('link', { name: 'What this error means' }).click()
    await expect(page.getByRole('heading', { name: 'unknown-client' })).toBeInViewport()
  },
)

test(
  'an unregistered redirect address keeps the person on a page that shows both addresses',
  verifies('AS-42'),
  async ({ page, stack }) => {
    const request = oauthClient(stack, localClient).authorization({
      redirect_uri: 'https://elsewhere.example/callback',
    })
    const answer = await page.goto(request.url)
    expect(answer?.status()).toBe(400)
    await expect(page.getByText('https://elsewhere.example/callback')).toBeVisible()
    await expect(page.getByText('http://127.0.0.1/callback')).toBeVisible()
    await expect(page.getByText(/c-[0-9a-z]{20}/i)).toBeVisible()
  },
)
