import AxeBuilder from '@axe-core/playwright'
import { resourceScopes } from '@neonpanel/contracts/scopes'
import type { Stack } from '@neonpanel/stack'
import { localClient, oauthClient } from '@neonpanel/testing-kit/client/oauth-client'
import { type Browser, expect, type Page } from '@playwright/test'
import { adminApi } from '../harness/admin.ts'
import { complete, failAtToken } from './attempts.ts'
import { signIn } from './person.ts'
import { test } from './stack-test.ts'

// axe itself is a script, so it runs where scripts may.
test.use({ javaScriptEnabled: true })
test.setTimeout(180_000)

const sizes = [
  { width: 1280, height: 900 },
  { width: 390, height: 844 },
]

/** Every look of the page: light and dark, wide and narrow; and no sideways scroll on the narrowest screens. */
async function expectSound(page: Page, name: string) {
  for (const colorScheme of ['light', 'dark'] as const) {
    // Colours must not be on their way from one scheme to the other.
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    for (const size of sizes) {
      await page.setViewportSize(size)
      const { violations } = await new AxeBuilder({ page }).analyze()
      const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map((n) => n.html).join()}`)
      expect.soft(found, `${name}, ${colorScheme}, ${size.width} px`).toEqual([])
      await page.screenshot({
        path: `test-results/pages/${name}-${colorScheme}-${size.width}.png`,
        fullPage: true,
      })
    }
  }
  await page.setViewportSize({ width: 360, height: 800 })
  const overflow = await page.evaluate<number>(
    'document.documentElement.scrollWidth - document.documentElement.clientWidth',
  )
  expect.soft(overflow, `${name} scrolls sideways at 360 px`).toBe(0)
}

/** Fails when a page asks for something that its Content-Security-Policy forbids. */
function watchPolicy(page: Page): string[] {
  const reports: string[] = []
  page.on('console', (message) => {
    if (message.text().includes('Content Security Policy')) reports.push(message.text())
  })
  return reports
}

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

test('console pages are accessible', async ({ page, stack }) => {
  const policy = watchPolicy(page)
  await page.goto(`${stack.issuer}/console`)
  await signIn(page, 'admin')
  await expectSound(page, 'console-overview')
  const sections = [
    'flows',
    'clients',
    'clients/chatgpt-mcp-connector',
    'initial-access-tokens',
    'users',
    'scopes',
    'keys',
    'audit',
    'faults',
  ]
  for (const section of sections) {
    const answer = await page.goto(`${stack.issuer}/console/${section}`)
    expect(answer?.status(), section).toBe(200)
    await expectSound(page, `console-${section.replaceAll('/', '-')}`)
  }
  expect(policy).toEqual([])
})

test('the console’s forms, and what it shows once, are accessible', async ({ page, stack }) => {
  const policy = watchPolicy(page)
  await page.goto(`${stack.issuer}/console/initial-access-tokens`)
  await signIn(page, 'admin')
  await page.getByLabel('Note').fill('Accessibility')
  await page.getByRole('button', { name: 'Mint token' }).click()
  await expectSound(page, 'console-token-minted')
  await page.goto(`${stack.issuer}/console/clients/new`)
  await expectSound(page, 'console-client-new')
  await page.getByLabel('Name').fill('Wrong address')
  await page.getByLabel('Redirect URIs').fill('http://elsewhere.example/')
  await page.getByRole('button', { name: 'Register client' }).click()
  await expectSound(page, 'console-client-new-wrong')
  await page.getByLabel('Redirect URIs').fill('https://elsewhere.example/')
  await page.getByLabel('Kind').selectOption('confidential')
  await page.getByRole('button', { name: 'Register client' }).click()
  await expectSound(page, 'console-client-secret')
  await page.getByRole('button', { name: 'Rotate secret' }).click()
  await expectSound(page, 'console-client-rotate')
  await page.goto(`${stack.issuer}/console/clients/chatgpt-mcp-connector/edit`)
  await expectSound(page, 'console-client-edit')
  expect(policy).toEqual([])
})

test('the console’s flows are accessible: failed, completed, in progress, none', async ({
  page,
  stack,
  callback,
}) => {
  const policy = watchPolicy(page)
  const failing = await failAtToken(page, stack, callback)
  await complete(page, stack, callback)
  const waiting = oauthClient(stack, { ...localClient, redirectUri: callback.redirectUri })
  await page.goto(waiting.authorization(everything).url)
  await signIn(page, 'warehouse')
  await page.context().clearCookies()
  await page.goto(`${stack.issuer}/console/flows`)
  await signIn(page, 'admin')
  await expectSound(page, 'console-flows-all')
  await page.goto(`${stack.issuer}/console/flows?q=nothing-like-that`)
  await expectSound(page, 'console-flows-none')
  await page.goto(`${stack.issuer}/console/flows?client_id=${failing.client.clientId}`)
  await page.locator('tbody a').first().click()
  await expectSound(page, 'console-flow-failed')
  for (const status of ['completed', 'in_progress']) {
    await page.goto(`${stack.issuer}/console/flows?client_id=local-client&status=${status}`)
    await page.locator('tbody a').first().click()
    await expectSound(page, `console-flow-${status}`)
  }
  expect(policy).toEqual([])
})

test('the console is accessible while faults are on and the clock is shifted', async ({
  page,
  stack,
}) => {
  const policy = watchPolicy(page)
  const api = adminApi(stack)
  await api.post('/clock', { advance: '61m' })
  await page.goto(`${stack.issuer}/console/faults`)
  await signIn(page, 'admin')
  const preset = page.getByRole('form', { name: 'Slow MCP responses' })
  await preset.getByLabel('Applies to').selectOption('client:chatgpt-mcp-connector')
  await preset.getByRole('switch').click()
  await expect(page.getByRole('region', { name: /^1 fault is on/ })).toBeVisible()
  await expectSound(page, 'console-faults-on')
  await page.goto(`${stack.issuer}/console/keys`)
  await expectSound(page, 'console-keys-fault-on')
  await page.goto(`${stack.issuer}/console/faults`)
  await page.getByText('All 19 kinds').click()
  await page.getByLabel('Status', { exact: true }).fill('1')
  await page.getByRole('button', { name: 'Turn on' }).click()
  await expectSound(page, 'console-faults-wrong')
  await api.remove('/faults')
  await api.post('/clock', { reset: true })
  expect(policy).toEqual([])
})

test('the console’s details are accessible', async ({ page, stack, callback }) => {
  const policy = watchPolicy(page)
  const client = oauthClient(stack, { ...localClient, redirectUri: callback.redirectUri })
  await page.goto(client.authorization(everything).url)
  await signIn(page, 'owner')
  await page.getByRole('button', { name: 'Authorize' }).click()
  await page.context().clearCookies()
  await page.goto(`${stack.issuer}/console/users/prs_owner`)
  await signIn(page, 'admin')
  await expectSound(page, 'console-user')
  await page.getByRole('button', { name: 'Sign out everywhere' }).click()
  await expectSound(page, 'console-user-sign-out')
  await page.goto(`${stack.issuer}/console/clients/local-client`)
  await expectSound(page, 'console-client-granted')
  await page.goto(`${stack.issuer}/console/flows`)
  await page.locator('tbody a').first().click()
  await expectSound(page, 'console-flow')
  await page.goto(`${stack.issuer}/console/audit?type=consent.&since=2020-01-01T00:00`)
  await expectSound(page, 'console-audit-filtered')
  await page.goto(`${stack.issuer}/console/audit?since=yesterday`)
  await expectSound(page, 'console-audit-nonsense')
  expect(policy).toEqual([])
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
