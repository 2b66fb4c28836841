import { readFile } from 'node:fs/promises'
import { localClient, oauthClient } from '@neonpanel/testing-kit/client/oauth-client'
import { expect } from '@playwright/test'
import { adminApi } from '../harness/admin.ts'
import { flowsOf } from '../harness/flows.ts'
import { callTool } from '../harness/mcp.ts'
import { complete, failAtToken } from './attempts.ts'
import { redeem, signIn } from './person.ts'
import { test } from './stack-test.ts'
import { verifies } from './verifies.ts'

test(
  'an administrator finds a flow that failed, and reads what happened, why, and what to do',
  verifies(['console-flows', 'contract-8-no-script']),
  async ({ page, stack, callback }) => {
    const name = 'Pallet Lookout'
    const { elsewhere } = await failAtToken(page, stack, callback, name)
    await page.goto(`${stack.issuer}/console/flows`)
    await signIn(page, 'admin')
    await page
      .getByRole('navigation', { name: 'Status' })
      .getByRole('link', { name: /^Failed/ })
      .click()
    await page.getByLabel('Search flows').fill('analyst@neonpanel')
    await page.getByLabel('Step reached').selectOption({ label: 'Token' })
    await page.getByLabel('Period').selectOption({ label: 'Last hour' })
    await page.getByRole('button', { name: 'Filter' }).click()
    const row = page.getByRole('row', { name: /Pallet Lookout.*analyst@neonpanel\.test/ })
    await expect(row).toHaveCount(1)
    await expect(row).toContainText('Token, redirect_uri does not match')
    await row.getByRole('link', { name }).click()

    await expect(page.getByRole('heading', { level: 1 })).toContainText('could not get a token')
    const steps = page.getByRole('navigation', { name: 'Steps of this flow' }).getByRole('link')
    await expect(steps).toHaveCount(9)
    await expect(steps.nth(6)).toHaveText('Token, failed')
    await expect(steps.nth(8)).toHaveText('Tool call, not reached or not needed')
    await page.getByRole('link', { name: 'Go to the failed step' }).click()
    await expect(page).toHaveURL(/#token$/)

    const told = page.getByRole('article', { name: 'redirect_uri does not match' })
    await expect(told.locator('mark')).toHaveText(['localhost', '127.0.0.1'])
    await expect(told.getByRole('heading', { name: 'How to fix' })).toBeVisible()
    await expect(told.getByRole('link', { name: /^RFC 6749/ })).toBeVisible()
    // Copying takes a script.
    await expect(told.getByRole('button', { name: 'Copy diagnosis' })).toBeHidden()
    const failed = page.locator('.flow-step[data-state="failed"] details')
    await expect(failed).toHaveAttribute('open')
    await expect(failed).toContainText(`redirect_uri=${elsewhere}`)
    await expect(failed).toContainText('"invalid_grant"')
    await expect(failed.locator('.redacted').first()).toContainText(/\d+ chars/)
    await expect(page.locator('.flow')).toContainText(/reading the consent page/)
    await page.getByRole('link', { name: 'Open client' }).click()
    await expect(page.getByRole('heading', { level: 1 })).toContainText(name)
  },
)

test(
  'a flow that completed has all of its steps, leads to client, person and grant, and can be saved',
  verifies(['console-flows', 'contract-8-no-script']),
  async ({ page, stack, callback }) => {
    await complete(page, stack, callback)
    await page.goto(`${stack.issuer}/console/flows?status=completed&client_id=local-client`)
    await signIn(page, 'admin')
    await page
      .getByRole('row', { name: /owner@neonpanel\.test/ })
      .first()
      .getByRole('link')
      .click()
    await expect(page.getByRole('heading', { level: 1 })).toContainText(
      'connected and called a tool',
    )
    await expect(page.locator('.diagnosis')).toHaveCount(0)
    const steps = page.getByRole('navigation', { name: 'Steps of this flow' }).getByRole('link')
    await expect(steps.nth(8)).toHaveText('Tool call, done')
    await page.getByText('tools/call', { exact: true }).click()
    await expect(page.locator('#tool_call pre').first()).toContainText('list_companies')

    const summary = page.getByRole('region', { name: 'Summary' })
    await expect(summary.getByRole('link', { name: 'owner@neonpanel.test' })).toHaveAttribute(
      'href',
      '/console/users/prs_owner',
    )
    await expect(summary.locator('a[href="/console/clients/local-client"]')).toBeVisible()
    await expect(
      summary.locator('a[href="/console/clients/local-client#grants-title"]'),
    ).toBeVisible()

    const save = async (name: string) => {
      const [file] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('link', { name }).click(),
      ])
      return { name: file.suggestedFilename(), text: await readFile(await file.path(), 'utf8') }
    }
    const har = await save('Export HAR')
    expect(har.name).toMatch(/^flow-.+\.har$/)
    expect(JSON.parse(har.text).log.entries.length).toBeGreaterThan(4)
    const json = await save('JSON')
    expect(JSON.parse(json.text)).toMatchObject({ status: 'completed', step: 'tool_call' })
    expect((await save('Mermaid')).text).toMatch(/^sequenceDiagram/)
    for (const { text } of [har, json]) expect(text).not.toMatch(/eyJ[\w-]{20}/)
  },
)

test(
  'a list without flows says so, and what leads to the next one',
  verifies(['console-flows', 'contract-8-no-script']),
  async ({ page, stack }) => {
    await page.goto(`${stack.issuer}/console/flows?q=there-is-no-such-flow`)
    await signIn(page, 'admin')
    await expect(page.getByRole('heading', { name: 'No flows match' })).toBeVisible()
    await page.getByRole('link', { name: 'Show all flows' }).click()
    await expect(page).toHaveURL(`${stack.issuer}/console/flows`)
  },
)

test.describe('where scripts run', () => {
  test.use({ javaScriptEnabled: true })

  test(
    'the list and an open flow follow what happens, and what was opened stays open',
    verifies('console-flows-live'),
    async ({ page, stack, browser, callback }) => {
      const refusals: string[] = []
      page.on('console', (message) => {
        if (message.text().includes('Content Security Policy')) refusals.push(message.text())
      })
      // Other tests of this stack may have made flows of the same person.
      await adminApi(stack).post('/reset', undefined)
      await page.goto(`${stack.issuer}/console/flows?q=warehouse@neonpanel.test`)
      await signIn(page, 'admin')
      await expect(page.getByText('Last 7 days · live')).toBeVisible()
      await expect(page.getByRole('heading', { name: /^No flows/ })).toBeVisible()

      const theirs = await browser.newPage({ javaScriptEnabled: false })
      const client = oauthClient(stack, { ...localClient, redirectUri: callback.redirectUri })
      const request = client.authorization({ scope: 'read:companies' })
      await theirs.goto(request.url)
      await signIn(theirs, 'warehouse')
      const row = page.getByRole('row', { name: /warehouse@neonpanel\.test/ })
      await expect(row).toContainText('In progress')

      await row.getByRole('link').click()
      await expect(page.getByRole('heading', { level: 1 })).toContainText('is connecting')
      await expect(page.getByText('· live')).toBeVisible()
      const asked = page.locator('#authorize details').first()
      await asked.locator('summary').click()
      await expect(asked).toHaveAttribute('open')
      await theirs.getByRole('button', { name: 'Authorize' }).click()
      const tokens = await redeem(theirs, callback, client, request, stack.issuer)
      await callTool(stack.mcpUrl, tokens.access_token, 'list_companies')
      await expect(page.getByRole('heading', { level: 1 })).toContainText('called a tool')
      await expect(asked).toHaveAttribute('open')
      await expect(asked.locator('summary')).toBeFocused()
      await theirs.close()
      expect(refusals).toEqual([])
    },
  )

  test(
    'a diagnosis can be copied',
    verifies('console-flows'),
    async ({ page, stack, callback }) => {
      await failAtToken(page, stack, callback)
      await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
      const { id } = await flowsOf(stack).latest('?status=failed')
      await page.goto(`${stack.issuer}/console/flows/${id}`)
      await signIn(page, 'admin')
      await page.getByRole('button', { name: 'Copy diagnosis' }).click()
      await expect(page.getByRole('button', { name: 'Copied' })).toBeVisible()
      const copied = await page.evaluate<string>('navigator.clipboard.readText()')
      expect(copied).toContain('redirect_uri does not match')
      expect(copied).toContain('Fix: ')
    },
  )
})
