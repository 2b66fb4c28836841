import { createTest } from '@neonpanel/testing-kit/playwright'
import { expect } from '@playwright/test'
import { startApp } from '../src/app.ts'

const test = createTest().extend<{ appUrl: string }>({
  appUrl: async ({ stack }, use) => {
    const { issuer, mcpUrl, clients } = stack
    const app = await startApp({ issuer, mcpUrl, clientId: clients.local.clientId })
    await use(app.url)
    app.stop()
  },
})

test('a person connects the app', async ({ page, appUrl, signIn, consent }) => {
  await page.goto(appUrl)
  await page.getByRole('link', { name: 'Connect' }).click()
  await signIn('owner')
  await consent.chooseScopes(['read:companies', 'read:inventory'])
  await consent.authorize()
  await expect(page.getByRole('heading')).toHaveText('Connected: read:companies read:inventory')
})

test('a person declines', async ({ page, appUrl, signIn, consent }) => {
  await page.goto(`${appUrl}/connect`)
  await signIn('owner')
  await consent.deny()
  await expect(page.getByRole('heading')).toHaveText('You declined')
})

test('the token endpoint is out of order', async ({ page, stack, appUrl, signIn, consent }) => {
  await stack.faults.preset('token-503')
  await page.goto(`${appUrl}/connect`)
  await signIn('owner')
  await consent.authorize()
  await expect(page.getByRole('heading')).toHaveText('Please try again later')
})

test('an answer that somebody else sent is not taken', async ({
  page,
  stack,
  appUrl,
  signIn,
  consent,
}) => {
  await stack.faults.preset('answer-issuer-wrong')
  await page.goto(`${appUrl}/connect`)
  await signIn('owner')
  await consent.authorize()
  await expect(page.getByRole('heading')).toHaveText('This is not our sign-in')
})
