import { localClient, oauthClient } from '@neonpanel/testing-kit/client/oauth-client'
import { expect } from '@playwright/test'
import { signIn } from './person.ts'
import { test } from './stack-test.ts'
import { verifies } from './verifies.ts'

test(
  'a wrong password is told without saying which of the two was wrong',
  verifies('contract-8-sign-in'),
  async ({ page, stack }) => {
    await page.goto(oauthClient(stack, localClient).authorization().url)
    await signIn(page, 'analyst', 'not the password')
    await expect(page.getByRole('alert')).toContainText('don’t match')
    await expect(page.getByLabel('Email')).toHaveValue('analyst@neonpanel.test')
    await expect(page.getByLabel('Password')).toHaveValue('')
    await signIn(page, 'analyst')
    await expect(page.getByRole('button', { name: 'Authorize' })).toBeVisible()
  },
)

test(
  'a suspended person is told so and gets nowhere',
  verifies('contract-3.1-suspended'),
  async ({ page, stack }) => {
    await page.goto(oauthClient(stack, localClient).authorization().url)
    await signIn(page, 'suspended')
    await expect(page.getByRole('heading', { name: /suspended/ })).toBeVisible()
    await expect(page.getByRole('button', { name: 'Authorize' })).toHaveCount(0)
  },
)

test(
  'after too many wrong passwords sign-in pauses, with a time, even for the right one',
  verifies('AS-37'),
  async ({ page, stack }) => {
    await page.goto(oauthClient(stack, localClient).authorization().url)
    const paused = page.getByText(/Too many attempts. Try again at \d\d:\d\d/)
    for (let attempt = 0; attempt < 12 && !(await paused.isVisible()); attempt++) {
      await signIn(page, 'warehouse', `wrong ${attempt}`)
    }
    await expect(paused).toBeVisible()
    await signIn(page, 'warehouse')
    await expect(paused).toBeVisible()
    await expect(page.getByRole('button', { name: 'Authorize' })).toHaveCount(0)
  },
)
