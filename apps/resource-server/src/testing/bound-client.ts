import { modernToolCall } from './messages.ts'
import { createProofKey, type ProofChanges, type ProofKey } from './proofs.ts'
import type { RunningServer } from './running-server.ts'
import { type TinyAuthorizationServer, testResource } from './tiny-authorization-server.ts'

export interface BoundCall {
  readonly path?: string
  readonly method?: string
  /** The `DPoP` header; none unless given. */
  readonly proof?: string | undefined
  readonly authorization?: string
  readonly headers?: Record<string, string>
  readonly body?: unknown
}

/** A client with a key, and a token that is bound to it. */
export interface BoundClient {
  readonly key: ProofKey
  readonly token: string
  /** A proof for a POST to the canonical URL with the client's token, or as changed. */
  prove(changes?: ProofChanges): Promise<string>
  /** A tool call of today with the token in scheme DPoP, unless said otherwise. */
  call(options?: BoundCall): Promise<Response>
}

export async function createBoundClient(
  server: RunningServer,
  authorizationServer: TinyAuthorizationServer,
): Promise<BoundClient> {
  const key = await createProofKey()
  const token = await authorizationServer.mint({ cnf: { jkt: key.thumbprint } })
  return {
    key,
    token,
    prove: (changes) => key.prove({ method: 'POST', url: testResource, token }, changes),
    call(options = {}) {
      const { path = '/mcp', proof, authorization = `DPoP ${token}`, headers, ...rest } = options
      const isModern = !('body' in options) && rest.method === undefined
      const message = modernToolCall('list_companies')
      return server.request(path, {
        ...rest,
        ...(isModern && { body: message.body }),
        headers: {
          ...(isModern && message.headers),
          ...headers,
          authorization,
          ...(proof !== undefined && { DPoP: proof }),
        },
      })
    },
  }
}

/**
 * A refusal in one line, `401 DPoP invalid_token: why`, where its challenge is a single one in that scheme and says the same as
 * the body; else the challenge as it came.
 */
export async function refusalOf(response: Response): Promise<string> {
  const challenge = response.headers.get('WWW-Authenticate') ?? ''
  const body = (await response.json()) as { error: string; error_description: string }
  const said = `error="${body.error}", error_description="${body.error_description}"`
  const isSingle = /^DPoP algs="[^"]*", resource_metadata="[^"]*", scope="[^"]*", error="/
  if (!isSingle.test(challenge) || !challenge.endsWith(said)) return challenge
  return `${response.status} DPoP ${body.error}: ${body.error_description}`
}
