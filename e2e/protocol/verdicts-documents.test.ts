import { send } from '@neonpanel/testing-kit/client/http'
import { oauthClient } from '@neonpanel/testing-kit/client/oauth-client'
import { afterAll } from 'vitest'
import {
  type Served,
  startDocumentServer,
} from '../../apps/authorization-server/src/testing/document-server.ts'
import { testStack } from '../harness/stack.ts'
import { provokes } from '../harness/verdicts.ts'

const stack = await testStack()
const redirectUri = 'https://shelfwise.example/cb'
const web = await startDocumentServer()
afterAll(() => web[Symbol.dispose]())
let documents = 0

const authorizeAs = (clientId: string) =>
  send(oauthClient(stack, { clientId, redirectUri }).authorization().url)

/** A client whose document is so. */
function authorizeWith(members: object, served: Partial<Served> = {}) {
  documents += 1
  const path = `/client-${documents}.json`
  const clientId = `${web.origin}${path}`
  const body = {
    client_id: clientId,
    client_name: 'Shelfwise',
    redirect_uris: [redirectUri],
    token_endpoint_auth_method: 'none',
    ...members,
  }
  web.served.set(path, { body, ...served })
  return authorizeAs(clientId)
}

provokes(stack, {
  document_url_invalid: () => authorizeAs(`${web.origin}/client.json?version=2`),
  document_forbidden_address: () => authorizeAs('https://169.254.169.254/client.json'),
  document_too_large: () => authorizeWith({ filler: 'x'.repeat(6_000) }),
  document_client_id_mismatch: () => authorizeWith({ client_id: 'https://other.example/c.json' }),
  document_not_json: () => authorizeWith({}, { headers: { 'content-type': 'text/html' } }),
  document_unreachable: () => authorizeWith({}, { status: 503 }),
  document_invalid: () => authorizeWith({ client_name: undefined }),
})
