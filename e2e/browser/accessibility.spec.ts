import { resourceScopes } from '@neonpanel/contracts/scopes'
import type { Stack } from '@neonpanel/stack'
import { localClient, oauthClient } from '@neonpanel/testing-kit/client/oauth-client'
import { type Browser, expect, type Page } from '@playwright/test'
import { signIn } from './person.ts'
import { expectSound, watchPolicy } from './sound-page.ts'
import { test } from './stack-test.ts'

// axe itself is a script, so it runs where scripts may.
test.use({ javaScriptEnabled: true })
test.setTimeout(180_000)

const everything = { scope: resourceScopes.join(' ') }

test('sign-in and consent pages are accessible', async ({ page, stack }) => {
  const policy = watchPolicy(page)
  const client = oauthClient(stack, localClient)
  await page.goto(client.authorization(everything).url)
  await expectSound(page, 'sign-in')
  await signIn(page, 'analyst', 'wrong')
  await expectSound(page, 'sign-in-wrong')
  await signIn(page, 'analyst')
  await expectSound(page, 'consent')
  await page.getByRole('button', { name: 'Deny' }).waitFor()
  await page.goto(client.authorization({ redirect_uri: 'https://elsewhere.example/x' }).url)
  await expectSound(page, 'error')
  await page.goto(`${stack.issuer}/device`)
  await expectSound(page, 'device')
  await page.goto(`${stack.issuer}/oauth2/logout`)
  await expectSound(page, 'logout')
  expect(policy).toEqual([])
})

test('error pages and their document are accessible', async ({ page, stack }) => {
  const policy = watchPolicy(page)
  const client = oauthClient(stack, localClient)
  await page.goto(client.authorization({ client_id: 'nobody' }).url)
  await page.getByText('Technical details').click()
  await expectSound(page, 'error-unknown-client')
  const unreviewed = await unreviewedClient(stack, 'http://127.0.0.1:9/callback', 'held-client')
  await page.goto(unreviewed.authorization({ scope: 'read:all' }).url)
  await expectSound(page, 'error-held')
  await page.goto(`${stack.issuer}/docs/errors#pkce`)
  await expectSound(page, 'docs-errors')
  expect(policy).toEqual([])
})

test('the suspended page is accessible', async ({ page, stack }) => {
  await page.goto(oauthClient(stack, localClient).authorization().url)
  await signIn(page, 'suspended')
  await expectSound(page, 'suspended')
})

test('an unreviewed app’s consent page is accessible', async ({ browser, stack, callback }) => {
  const page = await openPage(browser)
  const client = await unreviewedClient(stack, callback.redirectUri)
  await page.goto(client.authorization(everything).url)
  await signIn(page, 'owner')
  await expectSound(page, 'consent-unverified')
  await page.close()
})

test('account pages are accessible', async ({ page, stack, callback }) => {
  await page.goto(`${stack.issuer}/account`)
  await expectSound(page, 'own-sign-in')
  await signIn(page, 'owner')
  await expectSound(page, 'account-empty')
  const client = oauthClient(stack, { ...localClient, redirectUri: callback.redirectUri })
  const granted = client.authorization({ scope: 'read:companies read:inventory' })
  await page.goto(granted.url)
  await page.getByRole('button', { name: 'Authorize' }).click()
  await page.goto(client.authorization({ scope: 'read:inventory read:cogs' }).url)
  await expectSound(page, 'consent-step-up')
  await page.goto(`${stack.issuer}/account`)
  await expectSound(page, 'account')
  await page.getByRole('button', { name: /^Revoke access/ }).click()
  await expectSound(page, 'account-revoke')
})

test('pages that change an app or a password are accessible', async ({ page, stack, callback }) => {
  const client = oauthClient(stack, { ...localClient, redirectUri: callback.redirectUri })
  await page.goto(client.authorization({ scope: 'profile email read:inventory read:cogs' }).url)
  await signIn(page, 'analyst')
  await page.getByRole('button', { name: 'Authorize' }).click()
  await page.goto(`${stack.issuer}/account`)
  await page.getByRole('link', { name: /^Change access/ }).click()
  await expectSound(page, 'account-app')
  await page.getByRole('radio', { name: 'Selected companies' }).check()
  await expectSound(page, 'account-app-selected')
  await page.getByRole('button', { name: 'Change access' }).click()
  await expectSound(page, 'account-app-refused')
  await page.goto(`${stack.issuer}/account/profile`)
  await expectSound(page, 'account-profile')
  await page.goto(`${stack.issuer}/account/security`)
  await expectSound(page, 'account-security')
  await page.getByLabel('Current password').fill('wrong')
  await page.getByLabel('New password', { exact: true }).fill('short')
  await page.getByLabel('New password again').fill('short')
  await page.getByRole('button', { name: 'Change password' }).click()
  await expectSound(page, 'account-security-refused')
})

async function openPage(browser: Browser): Promise<Page> {
  const context = await browser.newContext({ javaScriptEnabled: true })
  return context.newPage()
}

/** A client that nobody vouched for, as open registration would have left it. */
async function unreviewedClient(stack: Stack, redirectUri: string, clientId = 'open-client') {
  const metadata = {
    client_name: 'Pallet Pilot',
    redirect_uris: [redirectUri],
    application_type: 'native',
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
  }
  await stack.database.prisma.client.create({
    data: { clientId, name: 'Pallet Pilot', metadata: JSON.stringify(metadata), origin: 'open' },
  })
  return oauthClient(stack, { clientId, redirectUri })
}
