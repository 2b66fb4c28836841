import type { Stack } from '@neonpanel/stack'
import { localClient, oauthClient } from '@neonpanel/testing-kit/client/oauth-client'
import { expect, type Page } from '@playwright/test'
import { callTool, initializeMessage, mcpRequest } from '../harness/mcp.ts'
import type { Callback } from './callback.ts'
import { redeem, registerClient, signIn } from './person.ts'

/**
 * A client that registers, has its person authorize, and redeems the code with another redirect_uri.
 *
 * @param name by which a list is to find it alone: test files may share a stack
 */
export async function failAtToken(page: Page, stack: Stack, callback: Callback, name?: string) {
  await mcpRequest(stack.mcpUrl, initializeMessage('2025-11-25'))
  const client = await registerClient(stack, callback, name)
  const request = client.authorization({ scope: 'read:companies read:inventory' })
  await page.goto(request.url)
  await signIn(page, 'analyst')
  await page.getByRole('button', { name: 'Authorize' }).click()
  await expect(page.getByRole('heading', { name: 'Back in the client' })).toBeVisible()
  const elsewhere = callback.redirectUri.replace('127.0.0.1', 'localhost')
  const code = callback.received.get('code') ?? ''
  const answer = await client.redeem(code, request.verifier, { redirect_uri: elsewhere })
  expect(answer.status).toBe(400)
  await page.context().clearCookies()
  return { client, elsewhere }
}

/** A known client that connects and calls a tool. */
export async function complete(page: Page, stack: Stack, callback: Callback) {
  const client = oauthClient(stack, { ...localClient, redirectUri: callback.redirectUri })
  const request = client.authorization({ scope: 'read:companies read:inventory' })
  await page.goto(request.url)
  await signIn(page, 'owner')
  await page.getByRole('button', { name: 'Authorize' }).click()
  const tokens = await redeem(page, callback, client, request, stack.issuer)
  await callTool(stack.mcpUrl, tokens.access_token, 'list_companies')
  await page.context().clearCookies()
}
