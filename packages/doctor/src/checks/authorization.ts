import { NoAnswer } from '../ask.ts'
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
    await whereReached(examination, authorization_endpoint, () =>
      examineAuthorizationEndpoint(examination, authorization_endpoint, target),
    )
  }
  if (isHttp(token_endpoint)) {
    await whereReached(examination, token_endpoint, () =>
      examineTokenEndpoint(examination, token_endpoint, target),
    )
  }
}

async function whereReached({ found }: Examination, where: string, run: () => Promise<void>) {
  try {
    await run()
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error
    const { exchange } = error
    const detail = { where, got: exchange.failure, expected: 'an answer', exchanges: [exchange] }
    found('endpoint_unreachable', detail)
  }
}

const isHttp = (url: string | undefined): url is string =>
  /^https?:$/.test(URL.parse(url ?? '')?.protocol ?? '')
