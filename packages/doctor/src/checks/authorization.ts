import type { Examination } from '../examination.ts'
import type { AuthorizationServer, Resource } from '../servers.ts'
import { examineAuthorizationEndpoint } from './authorization/authorization-endpoint.ts'
import { examineTokenEndpoint } from './authorization/token-endpoint.ts'

/** Asks both endpoints as a client that nobody knows, with a code that nobody issued. */
export async function examineAuthorization(
  examination: Examination,
  { metadata }: AuthorizationServer,
  resource: Resource,
): Promise<void> {
  const { authorization_endpoint, token_endpoint } = metadata
  const target = resource.metadata?.resource ?? examination.mcpUrl
  if (isHttp(authorization_endpoint)) {
    await examineAuthorizationEndpoint(examination, authorization_endpoint, target)
  }
  if (isHttp(token_endpoint)) await examineTokenEndpoint(examination, token_endpoint, target)
}

const isHttp = (url: string | undefined): url is string =>
  /^https?:$/.test(URL.parse(url ?? '')?.protocol ?? '')
