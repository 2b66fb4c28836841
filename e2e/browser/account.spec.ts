import { expect } from '@playwright/test'
import { localClient, oauthClient } from '../harness/oauth-client.ts'
import { signIn } from './person.ts'
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
