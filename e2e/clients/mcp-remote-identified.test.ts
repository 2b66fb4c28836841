import { register } from '@neonpanel/testing-kit/client/oauth-client'
import { createPerson } from '@neonpanel/testing-kit/person/people'
import { describe, expect } from 'vitest'
import { adminApi } from '../harness/admin.ts'
import { freePort } from '../harness/balancer.ts'
import { clientDocuments } from '../harness/client-documents.ts'
import { passTime } from '../harness/clock.ts'
import { type Desktop, startDesktop } from '../harness/desktop.ts'
import { approveDevice } from '../harness/device.ts'
import { startMcpRemote } from '../harness/mcp-remote.ts'
import { testStack } from '../harness/stack.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'
import { verifies } from '../verifies.ts'

const publish = await clientDocuments()
const stack = await testStack()

/** Registers what mcp-remote cannot: it has no option for an initial access token. */
async function registered(metadata: Record<string, unknown>): Promise<string> {
  const { initial_access_token } = await adminApi(stack).mint()
  const { status, body } = await register(
    stack,
    { client_name: 'mcp-remote', token_endpoint_auth_method: 'none', ...metadata },
    initial_access_token,
  )
  expect(status).toBe(201)
  return JSON.stringify({ client_id: body.client_id })
}

/** Signs in at the first start and calls; calls again after another, when the access token has expired. */
async function worksTwice(
  desktop: Desktop,
  parameters: readonly string[],
  onSaid?: (said: string) => void,
) {
  const directory = await temporaryDirectory()
  for (const waits of [0, 3_700]) {
    if (waits) passTime(waits)
    const { client } = await startMcpRemote(stack, desktop, directory, parameters, onSaid)
    const result = await client.callTool({ name: 'list_companies', arguments: {} })
    expect(JSON.stringify(result.structuredContent)).toContain('Harbor Goods LLC')
    await client.close()
  }
}

describe('mcp-remote, where nobody registers without an initial access token,', () => {
  verifies(['CL-07', 'AS-136'], 'is known by a metadata document', async () => {
    const desktop = await startDesktop(stack)
    const port = await freePort()
    const document = publish([`http://localhost:${port}/oauth/callback`])
    await worksTwice(desktop, [String(port), '--client-metadata-url', document])
    expect(desktop.opened.map((url) => url.searchParams.get('client_id'))).toEqual([document])
  })

  verifies(['CL-07', 'AS-113'], 'is told the id that somebody registered for it', async () => {
    const desktop = await startDesktop(stack)
    const info = await registered({ redirect_uris: ['http://localhost/oauth/callback'] })
    await worksTwice(desktop, ['--static-oauth-client-info', info])
    expect(desktop.opened).toHaveLength(1)
  })

  verifies(['CL-07', 'contract-3.2-local'], 'is told a pre-registered id', async () => {
    const desktop = await startDesktop(stack)
    await worksTwice(desktop, [
      '--callback-path',
      '/callback',
      '--static-oauth-client-info',
      '{"client_id":"local-client"}',
    ])
    expect(desktop.opened).toHaveLength(1)
  })

  verifies(
    ['CL-07', 'contract-1.1-device'],
    'signs in on another device, without a browser on its own',
    async () => {
      const desktop = await startDesktop(stack)
      const info = await registered({
        grant_types: ['urn:ietf:params:oauth:grant-type:device_code', 'refresh_token'],
        redirect_uris: [],
        response_types: [],
      })
      const approvals: Promise<unknown>[] = []
      await worksTwice(desktop, ['--device-code', '--static-oauth-client-info', info], (said) => {
        const [, code] = /\?user_code=(\S+)\n/.exec(said) ?? []
        if (code && approvals.length === 0) {
          approvals.push(approveDevice(stack, createPerson(stack.issuer), code))
        }
      })
      await Promise.all(approvals)
      expect(desktop.opened).toHaveLength(0)
    },
  )
})
