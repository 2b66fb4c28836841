import { identityScopes, resourceScopes } from '@neonpanel/contracts/scopes'
import type { Database } from '@neonpanel/database/open'
import { z } from 'zod'
import type { ServerContext } from '../../context.ts'
import {
  type InitialAccessToken,
  type IssuedInitialAccessToken,
  issueInitialAccessToken,
  listInitialAccessTokens,
} from '../../initial-access-tokens/initial-access-tokens.ts'
import type { Actor } from '../actor.ts'
import { newestFirst, type Page, type PageRequest, pageOf } from '../paging.ts'

/** Thirty days: an initial access token is for one registration, not for keeping. */
export const longestTtlSeconds = 2_592_000

const host = z
  .string()
  .transform((value) => value.trim().toLowerCase())
  .refine(
    (value) => URL.canParse(`https://${value}`) && new URL(`https://${value}`).host === value,
    {
      error: 'must be a host such as chatgpt.com or localhost, without scheme and path',
    },
  )

/** What an administrator decides about a new initial access token; both the API and the console's form. */
export const mintSchema = z.strictObject({
  ttl_seconds: z
    .int()
    .min(1)
    .max(longestTtlSeconds)
    .optional()
    .describe('INITIAL_ACCESS_TOKEN_TTL_SECONDS when absent'),
  max_uses: z.int().min(1).max(100).default(1),
  note: z.string().trim().max(200).default(''),
  allowed_redirect_hosts: z.array(host).max(20).default([]).describe('Empty for any'),
  allowed_scopes: z
    .array(z.enum([...resourceScopes, ...identityScopes]))
    .default([])
    .describe('Empty for all'),
})

export type MintInput = z.output<typeof mintSchema>

/** Issues a token for an administrator. */
export async function mintInitialAccessToken(
  context: ServerContext,
  input: MintInput,
  { by, correlationId }: Actor,
): Promise<IssuedInitialAccessToken & { readonly ttlSeconds: number }> {
  const ttlSeconds = input.ttl_seconds ?? context.config.initialAccessTokenTtlSeconds
  const issued = await issueInitialAccessToken(context, {
    ttlSeconds,
    maxUses: input.max_uses,
    note: input.note,
    allowedRedirectHosts: input.allowed_redirect_hosts,
    allowedScopes: input.allowed_scopes,
    createdBy: by,
    correlationId,
  })
  return { ...issued, ttlSeconds }
}

export const tokenStatuses = ['ready', 'used_up', 'expired', 'revoked'] as const

/** A token as the list shows it, with what it was used for. */
export interface ListedToken extends InitialAccessToken {
  readonly status: (typeof tokenStatuses)[number]
  readonly clientIds: readonly string[]
}

export async function listTokens(
  database: Database,
  request: PageRequest,
): Promise<Page<ListedToken>> {
  const { after, order } = newestFirst(request, 'createdAt', 'jti')
  const found = await listInitialAccessTokens({ database }, { where: after, ...order })
  const { rows, nextCursor } = pageOf(found, request.limit, ({ createdAt, jti }) => ({
    at: createdAt,
    id: jti,
  }))
  const clients = await database.prisma.client.findMany({
    where: { initialAccessTokenJti: { in: rows.map(({ jti }) => jti) } },
    select: { clientId: true, initialAccessTokenJti: true },
    orderBy: { createdAt: 'asc' },
  })
  const madeBy = Map.groupBy(clients, ({ initialAccessTokenJti }) => initialAccessTokenJti)
  const listed = rows.map((token) => ({
    ...token,
    status: statusOf(token),
    clientIds: (madeBy.get(token.jti) ?? []).map(({ clientId }) => clientId),
  }))
  return { rows: listed, nextCursor }
}

function statusOf({
  revokedAt,
  uses,
  maxUses,
  expiresAt,
}: InitialAccessToken): ListedToken['status'] {
  if (revokedAt) return 'revoked'
  if (uses >= maxUses) return 'used_up'
  return expiresAt.getTime() <= Date.now() ? 'expired' : 'ready'
}
