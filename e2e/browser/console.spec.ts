import { expect } from '@playwright/test'
import { register } from '../harness/oauth-client.ts'
import { signIn } from './person.ts'
import { test } from './stack-test.ts'
import { verifies } from './verifies.ts'

const sections = [
  'Overview',
  'Flows',
  'Clients',
  'Initial access tokens',
  'Users',
  'Scopes',
  'Keys',
  'Audit log',
  'Faults',
]

test(
  'the console’s navigation leads to nine sections',
  verifies(['contract-8-console', 'contract-8-no-script']),
  async ({ page, stack }) => {
    await page.goto(`${stack.issuer}/console`)
    await signIn(page, 'admin')
    for (const section of sections) {
      await page.getByRole('navigation').getByRole('link', { name: section }).first().click()
      await expect(page.getByRole('heading', { level: 1, name: section })).toBeVisible()
    }
  },
)

test(
  'the console is closed to people who are not administrators',
  verifies('contract-8-console'),
  async ({ page, stack }) => {
    await page.goto(`${stack.issuer}/console`)
    await signIn(page, 'owner')
    await expect(page.getByRole('navigation').getByRole('link', { name: 'Clients' })).toHaveCount(0)
    const answer = await page.goto(`${stack.issuer}/console/clients`)
    expect(answer?.status()).toBe(403)
  },
)

test(
  'an administrator mints an initial access token, and the client it made is listed',
  verifies('contract-8-console'),
  async ({ page, stack }) => {
    await page.goto(`${stack.issuer}/console/initial-access-tokens`)
    await signIn(page, 'admin')
    await page.getByRole('button', { name: 'Mint token' }).click()
    const shown = (await page.locator('main').textContent()) ?? ''
    const [token = ''] = /eyJ[\w-]+\.[\w-]+\.[\w-]+/.exec(shown) ?? []
    const answer = await register(
      stack,
      { client_name: 'Pallet Pilot', redirect_uris: ['https://pallet.example/callback'] },
      token,
    )
    expect(answer.status, answer.text).toBe(201)
    await page.goto(`${stack.issuer}/console/clients`)
    await expect(page.getByText('Pallet Pilot').first()).toBeVisible()
  },
)
