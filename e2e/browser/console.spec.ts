import { readFile } from 'node:fs/promises'
import { basic, postForm, send } from '@neonpanel/testing-kit/client/http'
import { expect } from '@playwright/test'
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
  'an administrator mints a token, a client registers with its command, is reviewed and suspended, and the log tells it',
  verifies([
    'contract-8-console',
    'contract-8-no-script',
    'contract-4-iat-origin',
    'contract-4-iat-jwt',
  ]),
  async ({ page, stack }) => {
    await page.goto(`${stack.issuer}/console/initial-access-tokens`)
    await signIn(page, 'admin')

    await page.getByLabel('Note').fill('For Pallet Pilot')
    await page.getByLabel('Max uses').fill('2')
    await page.getByLabel('Allowed redirect hosts').fill('pallet.example')
    await page.getByRole('button', { name: 'Mint token' }).click()
    const minted = page.getByRole('status', { name: 'Copy this token now' })
    const commands = await minted.locator('pre').allTextContents()
    expect(commands[1]).toMatch(/^npx neonpanel register .* --iat eyJ/)

    const answer = await runCurl(commands[0] ?? '')
    expect(answer.status, answer.text).toBe(201)
    const clientId = answer.body.client_id

    await page.goto(`${stack.issuer}/console/initial-access-tokens`)
    const row = page.getByRole('row', { name: /For Pallet Pilot/ })
    await expect(row).toContainText('1 of 2')
    await expect(page.locator('main')).not.toContainText(/eyJ/)
    await row.getByRole('link', { name: clientId }).click()
    await expect(page.locator('main')).toContainText('with initial access token “For Pallet Pilot”')

    await page.getByRole('button', { name: 'Mark as reviewed' }).click()
    await expect(page.getByRole('status')).toContainText('Client reviewed')
    await expect(page.locator('main')).toContainText('Verified')

    await page.getByRole('button', { name: 'Suspend client' }).click()
    const question = page.getByRole('dialog', { name: 'Suspend this client?' })
    await question.getByRole('button', { name: 'Suspend client' }).click()
    await expect(page.getByRole('status')).toContainText('Client suspended')

    await page.getByRole('navigation').getByRole('link', { name: 'Audit log' }).click()
    await page.getByLabel('Client ID').fill(clientId)
    await page.getByRole('button', { name: 'Filter' }).click()
    const events = await page.locator('tbody tr td:nth-child(2)').allTextContents()
    expect(events).toEqual(['client.suspended', 'client.reviewed', 'client.registered'])
    await expect(page.locator('tbody')).toContainText('by: prs_admin')
  },
)

test(
  'an administrator registers a confidential client, rotates its secret and edits it',
  verifies(['contract-8-console', 'contract-8-no-script']),
  async ({ page, stack }) => {
    await page.goto(`${stack.issuer}/console/clients/new`)
    await signIn(page, 'admin')
    await page.getByLabel('Name').fill('Nightly sync')
    await page.getByLabel('Kind').selectOption('service')
    await page.getByRole('checkbox', { name: 'Read inventory' }).check()
    await page.getByRole('button', { name: 'Register client' }).click()
    const first = await page.locator('.secret code').textContent()
    const clientId = (await page.locator('.copy-field code').first().textContent()) ?? ''
    const tokenWith = (secret: string | null) =>
      postForm(
        `${stack.issuer}/oauth2/token`,
        { grant_type: 'client_credentials', scope: 'read:inventory' },
        basic(clientId, secret ?? ''),
      )
    expect((await tokenWith(first)).status).toBe(200)

    await page.getByRole('button', { name: 'Rotate secret' }).click()
    const question = page.getByRole('dialog', { name: 'Rotate the client secret?' })
    await question.getByRole('button', { name: 'Rotate secret' }).click()
    await expect(page.getByRole('status')).toContainText('Copy the client secret now')
    const second = await page.locator('.secret code').textContent()
    expect((await tokenWith(first)).status).toBe(401)
    expect((await tokenWith(second)).status).toBe(200)

    await page.getByRole('link', { name: 'Edit' }).click()
    await page.getByLabel('Name').fill('Hourly sync')
    await page.getByRole('button', { name: 'Save changes' }).click()
    await expect(page.getByRole('heading', { level: 1 })).toContainText('Hourly sync')
    await expect(page.locator('.secret')).toHaveCount(0)
  },
)

test(
  'an administrator finds a person by a scope and signs them out everywhere',
  verifies(['contract-8-console', 'contract-8-no-script']),
  async ({ page, stack, browser }) => {
    const theirs = await browser.newPage({ javaScriptEnabled: false })
    await theirs.goto(`${stack.issuer}/account`)
    await signIn(theirs, 'warehouse')
    await expect(theirs).toHaveURL(`${stack.issuer}/account`)

    await page.goto(`${stack.issuer}/console/scopes`)
    await signIn(page, 'admin')
    await page.getByRole('link', { name: 'people hold write:import' }).click()
    await page
      .getByRole('row', { name: /warehouse@neonpanel\.test/ })
      .getByRole('link')
      .click()
    await page.getByRole('button', { name: 'Sign out everywhere' }).click()
    const question = page.getByRole('dialog')
    await question.getByRole('button', { name: 'Sign out everywhere' }).click()
    await expect(page.getByRole('status')).toContainText('Signed out everywhere')
    await theirs.goto(`${stack.issuer}/account`)
    await expect(theirs.getByLabel('Password')).toBeVisible()
    await theirs.close()
  },
)

test(
  'the audit log is saved as a file, narrowed as on the page',
  verifies(['contract-8-console', 'contract-8-no-script']),
  async ({ page, stack }) => {
    await page.goto(`${stack.issuer}/console/audit`)
    await signIn(page, 'admin')
    await page.getByLabel('Event').selectOption('sign_in.succeeded')
    await page.getByLabel('Person ID or email').fill('admin@neonpanel.test')
    await page.getByRole('button', { name: 'Filter' }).click()
    const shown = await page.locator('tbody tr').count()
    expect(shown).toBeGreaterThan(0)
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Export CSV' }).click(),
    ])
    expect(file.suggestedFilename()).toMatch(/^audit-log-\d{4}-\d\d-\d\d\.csv$/)
    const lines = (await readFile(await file.path(), 'utf8')).split('\r\n')
    expect(lines).toHaveLength(shown + 2)
    expect(lines[1]).toContain('sign_in.succeeded,prs_admin')
  },
)

/** Sends what a shell would send for the page's command. */
async function runCurl(command: string) {
  const [, url = ''] = /^curl -X POST (\S+)/.exec(command) ?? []
  const headers = [...command.matchAll(/-H "([^:]+): ([^"]*)"/g)].map(
    ([, name, value]): [string, string] => [name ?? '', value ?? ''],
  )
  const [, body = ''] = /-d '([^']*)'/s.exec(command) ?? []
  return send<{ client_id: string }>(url, {
    method: 'POST',
    headers: Object.fromEntries(headers),
    body,
  })
}
