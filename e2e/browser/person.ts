import type { Scope } from '@neonpanel/contracts/scopes'
import { scopes } from '@neonpanel/contracts/scopes'
import type { Stack } from '@neonpanel/stack'
import { oauthClient, register } from '@neonpanel/testing-kit/client/oauth-client'
import { demoPassword, people } from '@neonpanel/testing-kit/person/demo-people'
import type { PersonName } from '@neonpanel/testing-kit/person/people'
import { expect, type Page } from '@playwright/test'
import { adminApi } from '../harness/admin.ts'
import type { Callback } from './callback.ts'

/** Fills in the sign-in form by its labels and submits it. */
export async function signIn(page: Page, person: PersonName, password = demoPassword) {
  await page.getByLabel('Email').fill(people[person])
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
}

/** The checkbox of a scope, by the scope's title. */
export function scopeBox(page: Page, scope: Scope) {
  return page.getByRole('checkbox', { name: scopes[scope].title })
}

/** Registers a client with a fresh initial access token and the test's callback address. */
export async function registerClient(
  stack: Stack,
  callback: Pick<Callback, 'redirectUri'>,
  client_name = 'Stock Watcher',
) {
  const { initial_access_token: token } = await adminApi(stack).mint({ note: 'browser test' })
  const answer = await register(
    stack,
    { client_name, redirect_uris: [callback.redirectUri] },
    token,
  )
  expect(answer.status).toBe(201)
  return oauthClient(stack, {
    clientId: answer.body.client_id,
    redirectUri: callback.redirectUri,
    ...(answer.body.client_secret ? { clientSecret: answer.body.client_secret } : {}),
  })
}

/** The browser is back at the client, which then redeems the code. */
export async function redeem(
  page: Page,
  callback: Callback,
  client: ReturnType<typeof oauthClient>,
  request: { verifier: string; state: string },
  issuer: string,
) {
  await expect(page.getByRole('heading', { name: 'Back in the client' })).toBeVisible()
  expect(callback.received.get('error')).toBeNull()
  expect(callback.received.get('state')).toBe(request.state)
  expect(callback.received.get('iss')).toBe(issuer)
  const answer = await client.redeem(callback.received.get('code') ?? '', request.verifier)
  expect(answer.status, answer.text).toBe(200)
  return answer.body
}
