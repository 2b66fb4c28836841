import type Router from '@koa/router'
import { z } from 'zod'
import type { ServerContext } from '../../context.ts'
import { revokeGrant } from '../../provider/grants.ts'
import { type ListedGrant, listGrants } from '../grants.ts'
import { pageParameters } from '../paging.ts'
import { epochSeconds, listOf } from './answers.ts'
import { readQuery } from './input.ts'
import { notFound } from './refusal.ts'

const filterSchema = z.object({
  person_id: z.string().optional(),
  client_id: z.string().optional(),
  active: z
    .enum(['true', 'false'])
    .transform((active) => active === 'true')
    .optional(),
  ...pageParameters,
})

/** `GET /grants`, `DELETE /grants/:id`: what people allowed; deleting ends a grant, its row stays for the record. */
export function serveGrants(router: Router, context: ServerContext): void {
  router.get('/grants', async (ctx) => {
    const { person_id, client_id, active, ...request } = readQuery(ctx, filterSchema)
    const filter = { personId: person_id, clientId: client_id, active }
    ctx.body = listOf(await listGrants(context.database, filter, request), describeGrant)
  })
  router.delete('/grants/:id', async (ctx) => {
    const id = String(ctx.params.id)
    const grant = await context.database.prisma.grant.findUnique({
      where: { id },
      select: { id: true },
    })
    if (!grant) throw notFound('grant')
    await revokeGrant(context, id, 'administrator', ctx.state.correlationId)
    ctx.status = 204
  })
}

function describeGrant(grant: ListedGrant) {
  return {
    id: grant.id,
    person_id: grant.personId,
    email: grant.person.email,
    client_id: grant.clientId,
    scope: grant.scope,
    companies: grant.companies,
    company_ids: JSON.parse(grant.companyIds) as string[],
    active: grant.revokedAt === null && grant.expiresAt > new Date(),
    created_at: epochSeconds(grant.createdAt),
    last_used_at: epochSeconds(grant.lastUsedAt),
    expires_at: epochSeconds(grant.expiresAt),
    revoked_at: epochSeconds(grant.revokedAt),
    revoked_by: grant.revokedBy,
  }
}
