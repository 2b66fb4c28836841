import { resourceScopes } from '@neonpanel/contracts/scopes'
import { localClient, oauthClient } from '@neonpanel/testing-kit/client/oauth-client'
import { expect } from '@playwright/test'
import { adminApi } from '../harness/admin.ts'
import { complete, failAtToken } from './attempts.ts'
import { signIn } from './person.ts'
import { expectSound, watchPolicy } from './sound-page.ts'
import { test } from './stack-test.ts'

// axe itself is a script, so it runs where scripts may.
test.use({ javaScriptEnabled: true })
test.setTimeout(180_000)

const everything = { scope: resourceScopes.join(' ') }

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
