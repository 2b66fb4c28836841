import { roleNames } from '@neonpanel/contracts/roles'
import { resourceScopes, type Scope } from '@neonpanel/contracts/scopes'
import { z } from 'zod'
import { behaviourSchema, changeAutoConsent } from '../../auto-consent/settings.ts'
import type { ServerContext } from '../../context.ts'
import { apiActor } from '../actor.ts'
import { pageParameters } from '../paging.ts'
import {
  type AdministeredPerson,
  changeRoles,
  findAdministeredPerson,
  listPeople,
  reinstatePerson,
  signOutEverywhere,
  suspendPerson,
} from '../users/administration.ts'
import { epochSeconds, epochSecondsSchema, listOf, listSchema } from './answers.ts'
import { type Operation, operation } from './operation.ts'
import { ApiRefusal, notFound } from './refusal.ts'

const filterSchema = z.object({
  q: z.string().max(200).optional().describe('Part of a name or e-mail address, in any case'),
  scope: z
    .enum(resourceScopes as readonly [Scope, ...Scope[]])
    .optional()
    .describe('Only those who may hold it somewhere now'),
  ...pageParameters,
})

const changes = {
  suspended: z.boolean().optional(),
  roles: z
    .record(z.string(), z.enum(roleNames).nullable())
    .optional()
    .describe(
      'Company id → role; null = no longer a member. Companies that are not named keep their role',
    ),
}

const changeSchema = z
  .strictObject(changes)
  .refine((change) => Object.keys(change).length > 0, { error: 'must have suspended or roles' })

/** What tests may change besides. */
const testChangeSchema = z
  .strictObject({
    ...changes,
    auto_consent: behaviourSchema
      .nullable()
      .optional()
      .describe('How the person decides by themselves; null = at a page'),
  })
  .refine((change) => Object.keys(change).length > 0, {
    error: 'must have suspended, roles or auto_consent',
  })

const personSchema = z
  .object({
    id: z.string(),
    email: z.string(),
    name: z.string(),
    administrator: z.boolean(),
    suspended: z.boolean(),
    suspended_at: epochSecondsSchema.nullable(),
    roles: z.record(z.string(), z.string()).describe('Role by company id'),
    active_grants: z.int(),
    created_at: epochSecondsSchema,
  })
  .meta({ id: 'Person' })

/** Roles per company, and suspension, which ends all that a person granted. */
export function peopleOperations(context: ServerContext): Operation[] {
  const tag = 'People'
  return [
    operation({
      id: 'listPeople',
      method: 'get',
      path: '/people',
      tag,
      summary: 'People who may sign in, newest first',
      query: filterSchema,
      answer: listSchema(personSchema),
      async run({ query: { limit, cursor, ...filter } }) {
        return listOf(await listPeople(context, filter, { limit, cursor }), describePerson)
      },
    }),
    operation({
      id: 'readPerson',
      method: 'get',
      path: '/people/:id',
      tag,
      summary: 'One person',
      answer: personSchema,
      run: async ({ params }) => describePerson(await existingPerson(context, params.id)),
    }),
    operation({
      id: 'changePerson',
      method: 'patch',
      path: '/people/:id',
      tag,
      summary: 'Change roles, suspend, or lift a suspension',
      body: context.testControls ? testChangeSchema : (changeSchema as typeof testChangeSchema),
      answer: personSchema,
      async run({ params, body, ctx }) {
        const { suspended, roles } = body
        const { id } = await existingPerson(context, params.id)
        if (roles) {
          const changed = await changeRoles(context, id, roles, apiActor(ctx))
          if (!changed.ok) throw unknownCompanies(changed.companyIds)
        }
        if (body.auto_consent !== undefined) {
          await changeAutoConsent(context.database, id, body.auto_consent)
        }
        if (suspended === true) await suspendPerson(context, id, apiActor(ctx))
        if (suspended === false) await reinstatePerson(context, id, apiActor(ctx))
        return describePerson(await existingPerson(context, id))
      },
    }),
    operation({
      id: 'signOutPerson',
      method: 'delete',
      path: '/people/:id/sessions',
      tag,
      summary: 'Sign a person out of every browser; apps that they connected stay connected',
      answer: z.object({ ended: z.int().describe('Sessions that were open') }),
      async run({ params, ctx }) {
        const { id } = await existingPerson(context, params.id)
        return { ended: await signOutEverywhere(context, id, apiActor(ctx)) }
      },
    }),
  ]
}

async function existingPerson(context: ServerContext, id: string) {
  const person = await findAdministeredPerson(context, id)
  if (!person) throw notFound('person')
  return person
}

function unknownCompanies(companyIds: readonly string[]): ApiRefusal {
  const problems = companyIds.map((companyId) => ({
    path: `roles.${companyId}`,
    message: 'there is no such company',
  }))
  return new ApiRefusal(400, 'invalid_request', 'roles: there is no such company', problems)
}

function describePerson(person: AdministeredPerson): z.output<typeof personSchema> {
  return {
    id: person.id,
    email: person.email,
    name: person.name,
    administrator: person.administrator,
    suspended: person.suspendedAt !== null,
    suspended_at: epochSeconds(person.suspendedAt),
    roles: Object.fromEntries(person.memberships.map(({ companyId, role }) => [companyId, role])),
    active_grants: person._count.grants,
    created_at: epochSeconds(person.createdAt),
  }
}
