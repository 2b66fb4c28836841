import { expect } from '@playwright/test'
import { callTool } from '../harness/mcp.ts'
import { redeem, registerClient, scopeBox, signIn } from './person.ts'
import { test } from './stack-test.ts'
import { verifies } from './verifies.ts'

test(
  'the guide from registration to a tool call, and its end by Revoke access',
  verifies([
    'contract-8-sign-in',
    'contract-8-consent-buttons',
    'contract-8-account',
    'contract-8-no-script',
    'AS-31',
  ]),
  async ({ page, stack, callback }) => {
    const client = await registerClient(stack, callback)
    const request = client.authorization({ scope: 'read:companies read:inventory write:import' })
    await page.goto(request.url)
    await signIn(page, 'owner')

    await expect(page.getByRole('heading', { level: 1 })).toContainText('Stock Watcher')
    await expect(page.getByText(callback.redirectUri)).toBeVisible()
    await expect(scopeBox(page, 'read:companies')).toBeDisabled()
    await expect(scopeBox(page, 'read:companies')).toBeChecked()
    await expect(scopeBox(page, 'read:inventory')).toBeChecked()
    await expect(scopeBox(page, 'write:import')).not.toBeChecked()
    await page.getByRole('radio', { name: 'All companies' }).check()
    await page.getByRole('button', { name: 'Authorize' }).click()

    const tokens = await redeem(page, callback, client, request, stack.issuer)
    expect(tokens.scope.split(' ').sort()).toEqual(['read:companies', 'read:inventory'])
    const { tool } = await callTool(stack.mcpUrl, tokens.access_token, 'get_inventory_items', {
      limit: 5,
    })
    expect(tool.isError).toBeFalsy()
    expect(tool.structuredContent.items).toHaveLength(5)

    await page.goto(`${stack.issuer}/account`)
    const app = page.getByRole('listitem').filter({ hasText: 'Stock Watcher' })
    await app.getByRole('button', { name: /^Revoke access/ }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke access' }).click()
    await expect(page.getByRole('listitem').filter({ hasText: 'Stock Watcher' })).toHaveCount(0)

    const refused = await callTool(stack.mcpUrl, tokens.access_token, 'get_inventory_items')
    expect(refused.status).toBe(401)
    const refresh = await client.refresh(tokens.refresh_token ?? '')
    expect([refresh.status, refresh.body.error]).toEqual([400, 'invalid_grant'])
  },
)
