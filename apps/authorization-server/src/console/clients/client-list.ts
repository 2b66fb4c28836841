import type { Prisma } from '@neonpanel/database/client'
import type { Database } from '@neonpanel/database/open'
import { z } from 'zod'
import { type Client, type ClientOrigin, listClients } from '../../clients/clients.ts'
import { countActiveGrants } from '../grants.ts'
import { containing, newestFirst, type Page, type PageRequest, pageOf } from '../paging.ts'

export const clientOrigins = [
  'pre-registered',
  'initial_access_token',
  'open',
  'administrator',
] as const satisfies ClientOrigin[]

export const clientFilter = {
  q: z
    .string()
    .max(200)
    .optional()
    .describe('Part of a name, client id or redirect URI, in any case'),
  origin: z.enum(clientOrigins).optional(),
  kind: z.enum(['public', 'confidential']).optional(),
  standing: z
    .enum(['reviewed', 'unreviewed', 'suspended'])
    .optional()
    .describe('`unreviewed`: registered itself, and nobody has looked at it'),
  initial_access_token_jti: z.string().max(100).optional().describe('Made by this token'),
}

export type ClientFilter = z.output<z.ZodObject<typeof clientFilter>>

export interface ListedClient extends Client {
  readonly activeGrants: number
}

export async function searchClients(
  database: Database,
  filter: ClientFilter,
  request: PageRequest,
): Promise<Page<ListedClient>> {
  const { after, order } = newestFirst(request, 'createdAt', 'clientId')
  const where = { AND: [conditions(database, filter), after] }
  const found = await listClients(database, { where, ...order })
  const { rows, nextCursor } = pageOf(found, request.limit, ({ createdAt, clientId }) => ({
    at: createdAt,
    id: clientId,
  }))
  return { rows: await withGrants(database, rows), nextCursor }
}

export async function withGrants(
  database: Database,
  clients: readonly Client[],
): Promise<ListedClient[]> {
  const counts = await countActiveGrants(
    database,
    clients.map(({ clientId }) => clientId),
  )
  return clients.map((client) => ({ ...client, activeGrants: counts.get(client.clientId) ?? 0 }))
}

function conditions(database: Database, filter: ClientFilter) {
  const { q, origin, kind, standing, initial_access_token_jti: jti } = filter
  const text = q && containing(database, q)
  return {
    ...(text && { OR: [{ name: text }, { clientId: text }, { metadata: text }] }),
    ...(jti && { initialAccessTokenJti: jti }),
    AND: [
      origin ? { origin } : {},
      kind ? { secretHash: kind === 'public' ? null : { not: null } } : {},
      standing ? standings[standing] : {},
    ],
  }
}

/** Registered itself, with or without a token, and nobody has looked at it. */
export const unreviewed = {
  reviewedAt: null,
  suspendedAt: null,
  origin: { in: ['open', 'initial_access_token'] },
} as const satisfies Prisma.ClientWhereInput

const standings = {
  reviewed: { reviewedAt: { not: null } },
  unreviewed,
  suspended: { suspendedAt: { not: null } },
} as const satisfies Record<string, Prisma.ClientWhereInput>

/** Whether a client can keep a secret (RFC 6749 section 2.1). */
export function isConfidential({ metadata }: Pick<Client, 'metadata'>): boolean {
  return metadata.token_endpoint_auth_method !== 'none'
}

/** Where a client's answers go, by host; a custom scheme stands for itself. */
export function redirectHosts({ metadata }: Pick<Client, 'metadata'>): string[] {
  const hosts = (metadata.redirect_uris ?? []).map((uri) => {
    const { protocol, hostname } = new URL(uri)
    return /^https?:$/.test(protocol) ? hostname : `${protocol}//`
  })
  return [...new Set(hosts)]
}
