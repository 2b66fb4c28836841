import { z } from 'zod'
import type { ServerContext } from '../../context.ts'
import { apiActor } from '../actor.ts'
import { endGrant, type ListedGrant, listGrants } from '../grants.ts'
import { pageParameters } from '../paging.ts'
import { epochSeconds, epochSecondsSchema, listOf, listSchema } from './answers.ts'
import { type Operation, operation } from './operation.ts'
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

const grantSchema = z
  .object({
    id: z.string(),
    person_id: z.string(),
    email: z.string(),
    client_id: z.string(),
    scope: z.string().describe('Space-delimited'),
    companies: z.enum(['all', 'selected']),
    company_ids: z.array(z.string()).describe('Empty when `companies` is `all`'),
    active: z.boolean(),
    created_at: epochSecondsSchema,
    last_used_at: epochSecondsSchema.nullable(),
    expires_at: epochSecondsSchema,
    revoked_at: epochSecondsSchema.nullable(),
    revoked_by: z
      .string()
      .nullable()
      .describe('client, person, administrator, suspension, reuse or replaced'),
  })
  .meta({ id: 'Grant' })

/** What people allowed; deleting ends a grant, its row stays for the record. */
export function grantOperations(context: ServerContext): Operation[] {
  const { database } = context
  const tag = 'Grants'
  return [
    operation({
      id: 'listGrants',
      method: 'get',
      path: '/grants',
      tag,
      summary: 'What people allowed to clients, newest first',
      query: filterSchema,
      answer: listSchema(grantSchema),
      async run({ query: { person_id, client_id, active, ...request } }) {
        const filter = { personId: person_id, clientId: client_id, active }
        return listOf(await listGrants(database, filter, request), describeGrant)
      },
    }),
    operation({
      id: 'revokeGrant',
      method: 'delete',
      path: '/grants/:id',
      tag,
      summary: 'End a grant and every token of it; it stays in the list',
      async run({ params: { id }, ctx }) {
        const grant = await database.prisma.grant.findUnique({
          where: { id },
          select: { id: true },
        })
        if (!grant) throw notFound('grant')
        await endGrant(context, id, apiActor(ctx))
      },
    }),
  ]
}

function describeGrant(grant: ListedGrant): z.output<typeof grantSchema> {
  return {
    id: grant.id,
    person_id: grant.personId,
    email: grant.person.email,
    client_id: grant.clientId,
    scope: grant.scope,
    companies: grant.companies === 'all' ? 'all' : 'selected',
    company_ids: JSON.parse(grant.companyIds) as string[],
    active: grant.revokedAt === null && grant.expiresAt > new Date(),
    created_at: epochSeconds(grant.createdAt),
    last_used_at: epochSeconds(grant.lastUsedAt),
    expires_at: epochSeconds(grant.expiresAt),
    revoked_at: epochSeconds(grant.revokedAt),
    revoked_by: grant.revokedBy,
  }
}
