import { z } from 'zod'
import type { ServerContext } from '../../context.ts'
import {
  findInitialAccessToken,
  revokeInitialAccessToken,
} from '../../initial-access-tokens/initial-access-tokens.ts'
import { routes } from '../../provider/configuration.ts'
import { apiActor } from '../actor.ts'
import {
  type ListedToken,
  listTokens,
  mintInitialAccessToken,
  mintSchema,
  tokenStatuses,
} from '../initial-access-tokens/minting.ts'
import { pageParameters } from '../paging.ts'
import { epochSeconds, epochSecondsSchema, listOf, listSchema } from './answers.ts'
import { type Operation, operation } from './operation.ts'
import { ApiRefusal, notFound } from './refusal.ts'

const issuedSchema = z
  .object({
    initial_access_token: z.string().describe('Shown once: it is not stored'),
    jti: z.string(),
    expires_at: epochSecondsSchema,
    max_uses: z.int(),
    registration_endpoint: z.url(),
  })
  .meta({ id: 'IssuedInitialAccessToken' })

const listedSchema = z
  .object({
    jti: z.string(),
    status: z.enum(tokenStatuses),
    note: z.string(),
    uses: z.int(),
    max_uses: z.int(),
    allowed_redirect_hosts: z.array(z.string()),
    allowed_scopes: z.array(z.string()),
    client_ids: z.array(z.string()).describe('Clients that registered with it'),
    created_by: z.string().describe('Person id, `admin_api` or `startup`'),
    created_at: epochSecondsSchema,
    expires_at: epochSecondsSchema,
    revoked_at: epochSecondsSchema.nullable(),
  })
  .meta({ id: 'InitialAccessToken' })

/** The token itself is in the answer to its minting and nowhere else. */
export function initialAccessTokenOperations(context: ServerContext): Operation[] {
  const { config, database } = context
  const tag = 'Initial access tokens'
  return [
    operation({
      id: 'listInitialAccessTokens',
      method: 'get',
      path: '/initial-access-tokens',
      tag,
      summary: 'Tokens that were minted, newest first, and the clients that they made',
      query: z.object(pageParameters),
      answer: listSchema(listedSchema),
      run: async ({ query }) => listOf(await listTokens(database, query), describeToken),
    }),
    operation({
      id: 'mintInitialAccessToken',
      method: 'post',
      path: '/initial-access-tokens',
      tag,
      summary: 'Mint a token that a client registers itself with',
      status: 201,
      body: mintSchema,
      answer: issuedSchema,
      refusals: { 409: 'REGISTRATION_MODE is off' },
      async run({ body, ctx }) {
        if (config.registrationMode === 'off') throw registrationIsOff()
        const issued = await mintInitialAccessToken(context, body, apiActor(ctx))
        return {
          initial_access_token: issued.token,
          jti: issued.jti,
          expires_at: epochSeconds(issued.expiresAt),
          max_uses: issued.maxUses,
          registration_endpoint: `${config.issuer}${routes.registration}`,
        }
      },
    }),
    operation({
      id: 'revokeInitialAccessToken',
      method: 'delete',
      path: '/initial-access-tokens/:jti',
      tag,
      summary: 'Revoke a token; the clients that it made stay',
      async run({ params: { jti }, ctx }) {
        if (!(await findInitialAccessToken(database, jti))) throw notFound('initial access token')
        await revokeInitialAccessToken(context, jti, apiActor(ctx))
      },
    }),
  ]
}

function registrationIsOff(): ApiRefusal {
  return new ApiRefusal(
    409,
    'registration_off',
    'REGISTRATION_MODE is off: there is no registration endpoint that would take the token.',
  )
}

function describeToken(token: ListedToken): z.output<typeof listedSchema> {
  return {
    jti: token.jti,
    status: token.status,
    note: token.note,
    uses: token.uses,
    max_uses: token.maxUses,
    allowed_redirect_hosts: [...token.allowedRedirectHosts],
    allowed_scopes: [...token.allowedScopes],
    client_ids: [...token.clientIds],
    created_by: token.createdBy,
    created_at: epochSeconds(token.createdAt),
    expires_at: epochSeconds(token.expiresAt),
    revoked_at: epochSeconds(token.revokedAt),
  }
}
