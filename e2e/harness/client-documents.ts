import { randomUUID } from 'node:crypto'
import { afterAll } from 'vitest'
import { startDocumentServer } from '../../apps/authorization-server/src/testing/document-server.ts'

/**
 * A web server on which apps lay their client metadata (Client ID Metadata Documents), for the tests of one file. Gives
 * what publishes a document for a public client with these redirect URIs, and answers its URL, the client id.
 */
export async function clientDocuments(): Promise<(redirectUris: readonly string[]) => string> {
  const web = await startDocumentServer()
  afterAll(() => web[Symbol.dispose]())
  return (redirectUris) => {
    const path = `/${randomUUID()}.json`
    const client_id = `${web.origin}${path}`
    const body = {
      client_id,
      client_name: 'Documented app',
      redirect_uris: redirectUris,
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
    }
    web.served.set(path, { body })
    return client_id
  }
}
