import type Router from '@koa/router'
import { z } from 'zod'
import type { ServerContext } from '../../context.ts'
import {
  findInitialAccessToken,
  issueInitialAccessToken,
  revokeInitialAccessToken,
} from '../../initial-access-tokens/initial-access-tokens.ts'
import { routes } from '../../provider/configuration.ts'
import { apiActor } from '../actor.ts'
import { type ListedToken, listTokens, mintSchema } from '../initial-access-tokens/minting.ts'
import { pageParameters } from '../paging.ts'
import { epochSeconds, listOf } from './answers.ts'
import { readInput, readQuery } from './input.ts'
import { ApiRefusal, notFound } from './refusal.ts'

/**
 * `GET|POST /initial-access-tokens`, `DELETE /initial-access-tokens/:jti`. The token itself is in the answer to its
 * minting and nowhere else.
 */
export function serveInitialAccessTokens(router: Router, context: ServerContext): void {
  const { config, database } = context
  router.get('/initial-access-tokens', async (ctx) => {
    const request = readQuery(ctx, z.object(pageParameters))
    ctx.body = listOf(await listTokens(database, request), describeToken)
  })
  router.post('/initial-access-tokens', async (ctx) => {
    const input = await readInput(ctx, mintSchema)
    if (config.registrationMode === 'off') throw registrationIsOff()
    const issued = await issueInitialAccessToken(context, {
      ttlSeconds: input.ttl_seconds ?? config.initialAccessTokenTtlSeconds,
      maxUses: input.max_uses,
      note: input.note,
      allowedRedirectHosts: input.allowed_redirect_hosts,
      allowedScopes: input.allowed_scopes,
      createdBy: apiActor(ctx).by,
    })
    ctx.status = 201
    ctx.body = {
      initial_access_token: issued.token,
      jti: issued.jti,
      expires_at: epochSeconds(issued.expiresAt),
      max_uses: issued.maxUses,
      registration_endpoint: `${config.issuer}${routes.registration}`,
    }
  })
  router.delete('/initial-access-tokens/:jti', async (ctx) => {
    const jti = String(ctx.params.jti)
    if (!(await findInitialAccessToken(database, jti))) throw notFound('initial access token')
    await revokeInitialAccessToken(context, jti)
    ctx.status = 204
  })
}

function registrationIsOff(): ApiRefusal {
  return new ApiRefusal(
    409,
    'registration_off',
    'REGISTRATION_MODE is off: there is no registration endpoint that would take the token.',
  )
}

function describeToken(token: ListedToken) {
  return {
    jti: token.jti,
    status: token.status,
    note: token.note,
    uses: token.uses,
    max_uses: token.maxUses,
    allowed_redirect_hosts: token.allowedRedirectHosts,
    allowed_scopes: token.allowedScopes,
    client_ids: token.clientIds,
    created_by: token.createdBy,
    created_at: epochSeconds(token.createdAt),
    expires_at: epochSeconds(token.expiresAt),
    revoked_at: epochSeconds(token.revokedAt),
  }
}
