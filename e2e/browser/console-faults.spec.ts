import { send } from '@neonpanel/testing-kit/client/http'
import { expect, type Page } from '@playwright/test'
import { adminApi } from '../harness/admin.ts'
import { signIn } from './person.ts'
import { test } from './stack-test.ts'
import { verifies } from './verifies.ts'

const sections = [
  '',
  '/flows',
  '/clients',
  '/initial-access-tokens',
  '/users',
  '/scopes',
  '/keys',
  '/audit',
  '/faults',
]

test.afterEach(async ({ stack }) => {
  await adminApi(stack).remove('/faults')
  await adminApi(stack).post('/clock', { reset: true })
})

const fault = (page: Page, name: string) => page.getByRole('form', { name })

test(
  'a preset is switched on for one client and off again, and every page says so meanwhile',
  verifies(['console-faults', 'contract-8-no-script']),
  async ({ page, stack }) => {
    // A preset offers the latest clients; other tests of this stack may have made many.
    const created = await adminApi(stack).post('/clients', {
      client_id: 'struck',
      client_name: 'Struck client',
      redirect_uris: ['http://127.0.0.1/callback'],
      token_endpoint_auth_method: 'none',
    })
    expect(created.status, created.text).toBe(201)
    await page.goto(`${stack.issuer}/console/faults`)
    await signIn(page, 'admin')
    const preset = fault(page, 'Token endpoint answers 503')
    await expect(preset).toContainText('A good client waits')
    await expect(preset.getByRole('link', { name: 'navikt/mock-oauth2-server#345' })).toBeVisible()
    await preset.getByLabel('Applies to').selectOption('client:struck')
    await preset.getByLabel('Turns off after').selectOption('1 hour')
    await preset.getByRole('switch').click()

    await expect(page.getByRole('status')).toContainText('Fault is on')
    const banner = page.getByRole('region', { name: /^1 fault is on for/ })
    await expect(banner).toContainText('No other client is affected.')
    const active = page.getByRole('form', { name: /^Token endpoint answers 503/ })
    await expect(active.getByRole('switch')).toBeChecked()
    await expect(active).toContainText('in 60 min')
    await expect(active).toContainText('Not hit yet.')
    const ask = (client_id: string) =>
      send(`${stack.issuer}/oauth2/token`, {
        method: 'POST',
        body: new URLSearchParams({ grant_type: 'authorization_code', code: 'x', client_id }),
      })
    expect((await ask('struck')).status).toBe(503)
    expect((await ask('claude')).status).not.toBe(503)
    await page.reload()
    await expect(active).toContainText(/Hit 1 time, last \d+ s ago\./)

    for (const section of sections) {
      await page.goto(`${stack.issuer}/console${section}`)
      await expect(page.getByRole('region', { name: /^1 fault is on for/ }), section).toBeVisible()
    }
    await active.getByRole('switch').click()
    await expect(page.getByRole('status')).toContainText('Fault is off')
    await expect(page.locator('.fault-banner')).toHaveCount(0)
    expect((await ask('struck')).status).not.toBe(503)
  },
)

test(
  'a fault of one’s own is made by fields or as JSON, what is wrong with it is told, and all are turned off at once',
  verifies(['console-faults', 'contract-8-no-script']),
  async ({ page, stack }) => {
    const keys = () => send(`${stack.issuer}/oauth2/jwks`)
    await page.goto(`${stack.issuer}/console/faults`)
    await signIn(page, 'admin')
    const own = page.getByRole('region', { name: 'A fault of your own' })
    await own.getByLabel('Endpoint').selectOption('jwks')
    await own.getByLabel('Status').fill('99')
    await own.getByRole('button', { name: 'Turn on' }).click()
    await expect(own.getByLabel('Status')).toHaveAttribute('aria-invalid', 'true')
    await own.getByLabel('Status').fill('418')
    await own.getByLabel('Title').fill('Keys are a teapot')
    await own.getByRole('button', { name: 'Turn on' }).click()
    await expect(fault(page, 'Keys are a teapot')).toContainText('endpoint jwks')
    expect((await keys()).status).toBe(418)

    await own.getByLabel('What').selectOption('json')
    await own.getByLabel('JSON, for every other kind').fill('{"nothing": 1}')
    await own.getByRole('button', { name: 'Turn on' }).click()
    await expect(own.getByLabel('JSON, for every other kind')).toHaveAttribute(
      'aria-invalid',
      'true',
    )
    await own.getByLabel('JSON, for every other kind').fill('{"jwks": "empty"}')
    await own.getByLabel('Person').fill('nobody@neonpanel.test')
    await own.getByRole('button', { name: 'Turn on' }).click()
    await expect(own).toContainText('there is no such person')
    await own.getByLabel('Person').fill('owner@neonpanel.test')
    await own.getByRole('button', { name: 'Turn on' }).click()
    await expect(page.getByRole('region', { name: '2 faults are on' })).toBeVisible()

    await page.goto(`${stack.issuer}/console/users`)
    await page.getByRole('button', { name: 'Turn all off' }).click()
    await expect(page.getByRole('status')).toContainText('All faults are off')
    expect((await keys()).status).toBe(200)
  },
)

test(
  'every page says what time it is for the servers while their clock is not the machine’s',
  verifies(['clock-visible', 'contract-8-no-script']),
  async ({ page, stack }) => {
    await page.goto(`${stack.issuer}/console`)
    await signIn(page, 'admin')
    const told = page.locator('main').getByRole('status').filter({ hasText: 'Clock' })
    await expect(told).toHaveCount(0)
    await adminApi(stack).post('/clock', { advance: '61m' })
    for (const section of sections) {
      await page.goto(`${stack.issuer}/console${section}`)
      await expect(told, section).toContainText('Clock 1 hour ahead')
    }
    await adminApi(stack).post('/clock', { freeze: true })
    await page.reload()
    await expect(told).toContainText('Clock frozen')
  },
)
