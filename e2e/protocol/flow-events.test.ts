import { tokensFor } from '@neonpanel/testing-kit/client/grant'
import { bearer } from '@neonpanel/testing-kit/client/http'
import { register } from '@neonpanel/testing-kit/client/oauth-client'
import { createPerson } from '@neonpanel/testing-kit/person/people'
import { expect, onTestFinished } from 'vitest'
import { type EventStream, openEventStream } from '../harness/event-stream.ts'
import type { FlowJson } from '../harness/flows.ts'
import { callTool, initializeMessage, mcpRequest } from '../harness/mcp.ts'
import { stackForTest, testStack } from '../harness/stack.ts'
import { verifies } from '../verifies.ts'

const stack = await testStack({ REGISTRATION_MODE: 'open' })
const address = `${stack.issuer}/console/api/flows/events`

/** A stream from which on nothing is missed. */
async function follow(headers: Record<string, string>): Promise<EventStream> {
  const stream = await openEventStream(address, headers)
  onTestFinished(() => stream.close())
  expect(await stream.next()).toMatchObject({ event: 'ready' })
  return stream
}

/** The next flow that is told and fits. */
async function told(stream: EventStream, fits: (flow: FlowJson) => boolean): Promise<FlowJson> {
  for (;;) {
    const { event, data } = await stream.next()
    if (event !== 'flow') continue
    const flow: FlowJson = JSON.parse(data)
    if (fits(flow)) return flow
  }
}

verifies('contract-6-flows-live', 'a flow is told as it goes on', async () => {
  const stream = await follow(bearer(stack.adminToken))
  const { access_token } = await tokensFor(stack)
  const issued = await told(stream, ({ step }) => step === 'token')
  expect(issued).toMatchObject({ status: 'in_progress', client_id: 'local-client' })
  await callTool(stack.mcpUrl, access_token, 'list_companies')
  expect(await told(stream, ({ id }) => id === issued.id)).toMatchObject({
    status: 'completed',
    step: 'tool_call',
  })
})

verifies('contract-6-flows-live', 'what becomes part of another flow is told as gone', async () => {
  const stream = await follow(bearer(stack.adminToken))
  await mcpRequest(stack.mcpUrl, initializeMessage('2025-11-25'))
  const challenged = await told(stream, ({ step }) => step === 'discovery')
  await register(stack, { redirect_uris: ['http://127.0.0.1/cb'] })
  const registered = await told(stream, ({ step }) => step === 'register')
  expect(registered.correlation_ids).toContain(challenged.id)
  expect(await stream.next()).toMatchObject({
    event: 'gone',
    data: JSON.stringify({ id: challenged.id }),
  })
})

verifies(
  'contract-6-flows-live',
  'the session of an administrator is enough, and no other',
  async () => {
    const cookieOf = async (name: 'admin' | 'owner') => {
      const person = createPerson(stack.issuer, name)
      await person.signIn(await person.open(`${stack.issuer}/sign-in?return_to=/account`))
      return { cookie: await person.jar.getCookieString(address) }
    }
    await follow(await cookieOf('admin'))
    for (const headers of [await cookieOf('owner'), {}, bearer('wrong'.repeat(8))]) {
      expect((await openEventStream(address, headers)).status).toBe(401)
    }
    const other = `${stack.issuer}/console/api/flows`
    expect((await openEventStream(other, await cookieOf('admin'))).status).toBe(401)
  },
)

verifies('contract-6-flows-live', 'a server that stops ends the streams', async () => {
  const own = await stackForTest()
  const stream = await openEventStream(
    `${own.issuer}/console/api/flows/events`,
    bearer(own.adminToken),
  )
  await stream.next()
  await own.stop()
  await stream.ended()
})
