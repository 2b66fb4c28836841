import { identityScopes, resourceScopes } from '@neonpanel/contracts/scopes'
import type { Database } from '@neonpanel/database/open'
import { z } from 'zod'
import {
  type InitialAccessToken,
  listInitialAccessTokens,
} from '../../initial-access-tokens/initial-access-tokens.ts'
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
  ttl_seconds: z.int().min(1).max(longestTtlSeconds).optional(),
  max_uses: z.int().min(1).max(100).default(1),
  note: z.string().trim().max(200).default(''),
  allowed_redirect_hosts: z.array(host).max(20).default([]),
  allowed_scopes: z.array(z.enum([...resourceScopes, ...identityScopes])).default([]),
})

export type MintInput = z.output<typeof mintSchema>

/** A token as the list shows it, with what it was used for. */
export interface ListedToken extends InitialAccessToken {
  readonly status: 'ready' | 'used_up' | 'expired' | 'revoked'
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
