import { postForm } from '@neonpanel/testing-kit/client/http'
import { demoService, oauthClient, register } from '@neonpanel/testing-kit/client/oauth-client'
import { createPerson } from '@neonpanel/testing-kit/person/people'
import { describe, expect } from 'vitest'
import { adminApi } from '../harness/admin.ts'
import { approveDevice } from '../harness/device.ts'
import { flowsOf } from '../harness/flows.ts'
import { callTool } from '../harness/mcp.ts'
import { testStack } from '../harness/stack.ts'
import { verifies } from '../verifies.ts'

const stack = await testStack({ REGISTRATION_MODE: 'open' })
const flows = flowsOf(stack)

const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code'

/** Everything before is forgotten: what is listed then is of this test. */
const fresh = () => adminApi(stack).post('/reset', {})

describe('other ways to a token', () => {
  verifies('contract-6-flows', 'a service’s token and its first call are a flow', async () => {
    await fresh()
    const { clientId, clientSecret } = demoService
    const { body } = await oauthClient(stack, {
      clientId,
      clientSecret,
      redirectUri: '',
    }).token({ grant_type: 'client_credentials', scope: 'read:inventory' })
    await callTool(stack.mcpUrl, body.access_token, 'get_inventory_items')
    const [flow, ...others] = await flows.list()
    expect(others).toEqual([])
    expect(flow).toMatchObject({ status: 'completed', step: 'tool_call', client_id: clientId })
    expect(flow!.steps).toMatchObject({ authorize: 'skipped', token: 'ok', tool_call: 'ok' })
  })

  verifies('contract-6-flows', 'a pushed request is where its flow begins', async () => {
    await fresh()
    const client = oauthClient(stack)
    const asked = client.authorization()
    const { body } = await postForm<{ request_uri: string }>(
      `${stack.issuer}/oauth2/par`,
      Object.fromEntries(asked.parameters),
    )
    const query = new URLSearchParams({ client_id: client.clientId, request_uri: body.request_uri })
    const callback = await createPerson(stack.issuer).authorize(
      `${stack.issuer}/oauth2/authorize?${query}`,
    )
    await client.redeem(callback.searchParams.get('code')!, asked.verifier)
    const flow = await flows.latest()
    expect(await flows.list()).toHaveLength(1)
    expect(flow.exchanges[0]!.request.url).toBe('/oauth2/par')
    expect(flow).toMatchObject({ step: 'token', person_id: 'prs_owner' })
  })

  verifies('contract-6-flows', 'a device and the person who lets it in are one flow', async () => {
    await fresh()
    const { body: registered } = await register(stack, {
      grant_types: [deviceGrant, 'refresh_token'],
      response_types: [],
      token_endpoint_auth_method: 'none',
    })
    const client = oauthClient(stack, { clientId: registered.client_id, redirectUri: '' })
    const { body: device } = await postForm<{ device_code: string; user_code: string }>(
      `${stack.issuer}/oauth2/device`,
      { client_id: client.clientId, scope: 'read:companies', resource: stack.mcpUrl },
    )
    const poll = () => client.token({ grant_type: deviceGrant, device_code: device.device_code })
    expect((await poll()).body.error).toBe('authorization_pending')
    expect((await flows.list())[0]).toMatchObject({ status: 'in_progress' })
    await approveDevice(stack, createPerson(stack.issuer), device.user_code)
    const { body } = await poll()
    await callTool(stack.mcpUrl, body.access_token, 'list_companies')
    const listed = await flows.list()
    expect(listed.map(({ status, step }) => [status, step])).toEqual([['completed', 'tool_call']])
    expect(listed[0]).toMatchObject({ person_id: 'prs_owner', client_id: client.clientId })
    expect(listed[0]!.steps).toMatchObject({ sign_in: 'ok', consent: 'ok', token: 'ok' })
  })
})
