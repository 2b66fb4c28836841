import { oauthClient } from '@neonpanel/testing-kit/client/oauth-client'
import { createTest } from '@neonpanel/testing-kit/playwright'
import { expect } from '@playwright/test'
import { openCallback } from './callback.ts'

const test = createTest()

test('the kit’s fixtures take a person from sign-in to a token', async ({
  stack,
  page,
  signIn,
  consent,
}) => {
  await using callback = await openCallback()
  const client = oauthClient(
    stack,
    await stack.registerClient({ redirect_uris: [callback.redirectUri] }),
  )
  const asked = client.authorization({ scope: 'read:companies read:inventory read:revenue' })
  await page.goto(asked.url)
  await signIn('owner')
  await consent.chooseScopes(['read:companies', 'read:revenue'])
  await consent.chooseCompanies(['Harbor Goods LLC'])
  await consent.authorize()
  await expect(page.getByRole('heading', { name: 'Back in the client' })).toBeVisible()
  const { body } = await client.redeem(callback.received.get('code') ?? '', asked.verifier)
  expect(body.scope).toBe('read:companies read:revenue')
  expect(await stack.grants()).toMatchObject([
    { companies: 'selected', company_ids: ['co_harbor_us'], scope: body.scope },
  ])
})

test('the kit’s stack is as after its start, and a person can be signed in before anything else', async ({
  stack,
  page,
  signIn,
  consent,
}) => {
  expect(await stack.grants()).toEqual([])
  await signIn('analyst')
  await expect(page.getByRole('heading', { name: 'Connected apps', exact: true })).toBeVisible()
  await using callback = await openCallback()
  const client = oauthClient(stack, {
    ...stack.clients.local,
    redirectUri: callback.redirectUri,
  })
  await page.goto(client.authorization({ scope: 'read:companies' }).url)
  await consent.deny()
  await expect(page.getByRole('heading', { name: 'Back in the client' })).toBeVisible()
  expect(callback.received.get('error')).toBe('access_denied')
})
