import { codeFlow, tokensFor } from '@neonpanel/testing-kit/client/grant'
import { send } from '@neonpanel/testing-kit/client/http'
import {
  chatGpt,
  localClient,
  oauthClient,
  register,
} from '@neonpanel/testing-kit/client/oauth-client'
import { createPerson } from '@neonpanel/testing-kit/person/people'
import { expect } from 'vitest'
import { adminApi } from '../harness/admin.ts'
import { clientDocuments } from '../harness/client-documents.ts'
import { passTime } from '../harness/clock.ts'
import { flowsOf } from '../harness/flows.ts'
import { callTool } from '../harness/mcp.ts'
import { testStack } from '../harness/stack.ts'
import { verdictOf } from '../harness/verdicts.ts'
import { verifies } from '../verifies.ts'

const stack = await testStack()
const publish = await clientDocuments()
const flows = flowsOf(stack)
const client = oauthClient(stack, chatGpt)

const fresh = () => adminApi(stack).post('/reset', {})
const ask = (resource: string) => send(client.authorization({ resource }).url)

verifies('verdict-provoked', 'a verdict names both values and the part that differs', async () => {
  await fresh()
  const path = await verdictOf(stack, await ask(`${stack.mcpUrl}/v2`), 'resource_mismatch')
  expect(path).toMatchObject({
    step: 'authorize',
    compare: { got: `${stack.mcpUrl}/v2`, expected: stack.mcpUrl },
    says: expect.stringContaining('The path differs.'),
  })
  const host = stack.mcpUrl.replace('localhost', 'mcp.example')
  const other = await verdictOf(stack, await ask(host), 'resource_mismatch')
  expect(other.says).toContain('The host differs.')
})

verifies('verdict-provoked', 'a spelling that is accepted has no verdict', async () => {
  await fresh()
  const { redeem } = await codeFlow(stack, { request: { resource: `${stack.mcpUrl}/` } })
  const { body } = await redeem()
  await callTool(stack.mcpUrl, body.access_token, 'list_companies')
  expect(await flows.latest()).toMatchObject({ status: 'completed', verdict: null })
})

verifies(
  'verdict-provoked',
  'the redirect_uri of a metadata document is compared as one that was registered',
  async () => {
    await fresh()
    const clientId = publish(['https://shelfwise.example/cb'])
    const identity = { clientId, redirectUri: 'https://shelfwise.example/callback' }
    const answer = await send(oauthClient(stack, identity).authorization().url)
    expect(await verdictOf(stack, answer, 'redirect_uri_path')).toMatchObject({
      compare: {
        got: 'https://shelfwise.example/callback',
        expected: 'https://shelfwise.example/cb',
      },
    })
  },
)

verifies(
  'verdict-provoked',
  'a client that is gone is known by what people granted it',
  async () => {
    await fresh()
    const admin = adminApi(stack)
    const redirectUri = 'https://shelfwise.example/cb'
    const { initial_access_token } = await admin.mint()
    const metadata = { redirect_uris: [redirectUri], token_endpoint_auth_method: 'none' }
    const { body } = await register(stack, metadata, initial_access_token)
    const own = { clientId: body.client_id, redirectUri }
    await tokensFor(stack, { client: own })
    await admin.remove(`/clients/${own.clientId}`)
    passTime(86_400)
    await verdictOf(stack, await send(oauthClient(stack, own).authorization().url), 'client_pruned')
  },
)

verifies('verdict-provoked', 'what was overcome is not told', async () => {
  await fresh()
  const person = createPerson(stack.issuer)
  const local = oauthClient(stack, localClient)
  const asked = local.authorization()
  const again = await person.signIn(await person.open(asked.url), 'not-it')
  await verdictOf(stack, undefined, 'wrong_password')
  const page = await person.signIn(again)
  expect((await flows.latest()).verdict).toBeNull()
  const callback = (await person.decide(page)).url
  const code = callback.searchParams.get('code') ?? ''
  const { body } = await local.redeem(code, asked.verifier)
  await callTool(stack.mcpUrl, body.access_token, 'list_companies')
  expect(await flows.latest()).toMatchObject({ status: 'completed', verdict: null })
})

verifies('verdict-provoked', 'a token that is replaced in time is no verdict', async () => {
  await fresh()
  const { access_token, refresh_token, client: owner } = await tokensFor(stack)
  await callTool(stack.mcpUrl, access_token, 'list_companies')
  passTime(3_700)
  const late = await callTool(stack.mcpUrl, access_token, 'list_companies')
  await verdictOf(stack, late, 'token_expired')
  const { body } = await owner.refresh(refresh_token)
  await callTool(stack.mcpUrl, body.access_token, 'list_companies')
  expect((await flows.latest()).verdict).toBeNull()
})
