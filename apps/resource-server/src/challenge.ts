import { proofAlgorithms } from '@neonpanel/contracts/dpop'
import type { Scope } from '@neonpanel/contracts/scopes'
import { noteFlow } from '@neonpanel/flows/recording/flow-notes'
import type { ServerNote } from '@neonpanel/flows/recording/recorded-exchange'
import type { Scheme } from './credentials.ts'
import type { McpContext } from './request-state.ts'

/** Why a request with credentials is refused (RFC 6750 section 3.1, RFC 9449 section 7.1). */
export interface ChallengeError {
  readonly code: 'invalid_request' | 'invalid_token' | 'insufficient_scope' | 'invalid_dpop_proof'
  /** Without quotes or backslashes: it travels in a quoted string. */
  readonly description: string
  /** Tells the flow more exactly why. */
  readonly note?: ServerNote | undefined
}

/** What a client is told to come back with. */
export interface Challenge {
  /** The scheme that the client used; without credentials it is told of bearer tokens, as every MCP client knows them. */
  readonly scheme: Scheme
  readonly scopes: readonly Scope[]
  readonly error?: ChallengeError
  /** Whether the bearer token in the request is bound to a key, so that it could come with a proof. */
  readonly isBound?: boolean
}

/**
 * Answers with a challenge on one line (RFC 9728 section 5.1). Without credentials it carries no error code. The other scheme
 * is named only to who presents a bound token as a bearer token: clients differ in how they read several challenges.
 */
export function challenge(
  ctx: McpContext,
  status: 400 | 401 | 403,
  { scheme, scopes, error, isBound = false }: Challenge,
): void {
  if (error?.note) noteFlow(ctx, error.note)
  const parameters = [
    ...(scheme === 'DPoP' ? [algorithms] : []),
    `resource_metadata="${ctx.state.resource.metadataUrl}"`,
    `scope="${scopes.join(' ')}"`,
    ...(error ? [`error="${error.code}"`, `error_description="${error.description}"`] : []),
  ]
  const others = isBound && scheme === 'Bearer' ? [`DPoP ${algorithms}`] : []
  ctx.status = status
  ctx.set('WWW-Authenticate', [`${scheme} ${parameters.join(', ')}`, ...others].join(', '))
  ctx.set('Cache-Control', 'no-store')
  ctx.body = {
    error: error?.code ?? 'unauthorized',
    error_description: error?.description ?? 'An access token is required.',
  }
}

const algorithms = `algs="${proofAlgorithms.join(' ')}"`
