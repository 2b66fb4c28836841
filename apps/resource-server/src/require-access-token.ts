import { leastUsefulScopes, type Scope } from '@neonpanel/contracts/scopes'
import type { AccessToken } from './access-token.ts'
import type { VerifyAccessToken } from './access-token-verifier.ts'
import type { AuthorizationServerUnavailable } from './authorization-server.ts'
import { answerUnavailable } from './authorization-server-mirror.ts'
import { type Challenge, challenge } from './challenge.ts'
import type { ReportChallenge } from './challenge-report.ts'
import { readCredentials, type Scheme } from './credentials.ts'
import type { JudgePossession, Possession } from './proof-of-possession.ts'
import type { McpContext, McpMiddleware } from './request-state.ts'
import { createTokenWatch, type TokenWatch } from './token-watch.ts'

/** The scopes that a message needs, all of them; none for anything but tool calls. */
export type NeededScopes = (message: unknown) => readonly Scope[]

/**
 * Lets a request pass with a valid access token in its header (RFC 6750 section 2.1, RFC 9449 section 7.1) and in no other
 * place. Every request is judged, also within a session. An authorization server that does not answer is 503, never 401:
 * that would make every client throw its token away.
 */
export function requireAccessToken({
  verifyAccessToken,
  judgePossession,
  neededScopes,
  reportChallenge,
  tokens = createTokenWatch(),
}: {
  verifyAccessToken: VerifyAccessToken
  judgePossession: JudgePossession
  neededScopes: NeededScopes
  reportChallenge: ReportChallenge
  tokens?: TokenWatch
}): McpMiddleware {
  return async function judgeAccessToken(ctx, next) {
    const refuse = (status: 400 | 401, refusal: Omit<Challenge, 'scopes'>) =>
      challenge(ctx, status, { ...refusal, scopes: scopesToAskFor(ctx, neededScopes) })
    const credentials = readCredentials(ctx.req)
    if (credentials.kind === 'none') return refuse(401, { scheme: 'Bearer' })
    const { scheme } = credentials
    if (credentials.kind === 'malformed') {
      const description = `The Authorization header must be ${scheme} and one token.`
      return refuse(400, { scheme, error: { code: 'invalid_request', description } })
    }
    const { token } = credentials
    const verification = await verifyAccessToken(token)
    if (!verification.ok) {
      const { reason } = verification
      if (reason === 'unavailable') return leaveUndecided(ctx, verification.error)
      const { description, note } = verification
      return refuse(401, { scheme, error: { code: reason, description, note } })
    }
    const { accessToken } = verification
    const possession = await judgeHolder(ctx, judgePossession, { scheme, token, accessToken })
    if (!possession.ok) {
      const isBound = accessToken.boundTo !== undefined
      return refuse(401, { scheme, error: possession, isBound })
    }
    ctx.state.accessToken = accessToken
    ctx.state.judgeAgain = async () => {
      const again = await verifyAccessToken(token)
      return again.ok ? again.accessToken : undefined
    }
    ctx.state.reportChallenge = (scopes) => reportChallenge(token, scopes, ctx.state.log)
    ctx.state.endWithToken = (end) => {
      const { res: response, state } = ctx
      const stillLives = async () => {
        const again = await verifyAccessToken(token)
        return again.ok || again.reason === 'unavailable'
      }
      tokens.endWithToken({ token, stillLives, response, log: state.log, end })
    }
    return next()
  }
}

function leaveUndecided(ctx: McpContext, error: AuthorizationServerUnavailable) {
  ctx.state.log.warn({ err: error }, 'authorization server unavailable')
  answerUnavailable(ctx, error)
}

/** Whether the token is presented as it must be: a bound one with proof of its key, a bearer token without. */
async function judgeHolder(
  { req: request, path }: McpContext,
  judgePossession: JudgePossession,
  presented: { scheme: Scheme; token: string; accessToken: AccessToken },
): Promise<Possession> {
  const { scheme, token, accessToken } = presented
  const { boundTo: thumbprint } = accessToken
  if (scheme === 'Bearer') return thumbprint === undefined ? { ok: true } : boundToken
  if (thumbprint === undefined) return bearerToken
  return judgePossession({ request, path, token, thumbprint })
}

const boundToken: Possession = {
  ok: false,
  code: 'invalid_token',
  description: 'The access token is bound to a key and is no bearer token.',
  note: { reason: 'bound_token_as_bearer' },
}

const bearerToken: Possession = {
  ok: false,
  code: 'invalid_token',
  description: 'The access token is a bearer token and is bound to no key.',
  note: { reason: 'bearer_token_as_bound' },
}

/**
 * Whether the token holds every scope that the message needs; if not, answers 403 with all of them in one challenge
 * (MCP authorization, scope challenge), before anything of the call is dispatched. The authorization server knows by then.
 */
export async function holdsNeededScopes(
  ctx: McpContext,
  needed: readonly Scope[],
): Promise<boolean> {
  const { accessToken, reportChallenge } = ctx.state
  if (needed.every((scope) => accessToken.scopes.has(scope))) return true
  await reportChallenge(needed)
  challenge(ctx, 403, {
    scheme: accessToken.boundTo === undefined ? 'Bearer' : 'DPoP',
    scopes: needed,
    error: {
      code: 'insufficient_scope',
      note: {
        reason: 'insufficient_scope',
        got: [...accessToken.scopes].join(' ') || 'no scope',
        expected: needed.join(' '),
      },
      description: `This call needs the scopes ${needed.join(' ')}.`,
    },
  })
  return false
}

/** What the call needs, or where no call is known yet, enough to begin with. */
function scopesToAskFor({ state }: McpContext, neededScopes: NeededScopes): readonly Scope[] {
  const needed = state.body?.ok ? neededScopes(state.body.json) : []
  return needed.length > 0 ? needed : leastUsefulScopes
}
