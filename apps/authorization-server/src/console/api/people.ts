import type Router from '@koa/router'
import { roleNames } from '@neonpanel/contracts/roles'
import { z } from 'zod'
import type { ServerContext } from '../../context.ts'
import { apiActor } from '../actor.ts'
import { pageParameters } from '../paging.ts'
import {
  type AdministeredPerson,
  changeRoles,
  findAdministeredPerson,
  listPeople,
  reinstatePerson,
  suspendPerson,
} from '../users/administration.ts'
import { epochSeconds, listOf } from './answers.ts'
import { readInput, readQuery } from './input.ts'
import { ApiRefusal, notFound } from './refusal.ts'

const filterSchema = z.object({ q: z.string().max(200).optional(), ...pageParameters })

const changeSchema = z
  .strictObject({
    suspended: z.boolean().optional(),
    /** Company id → role; null = no longer a member. Companies that are not named keep their role. */
    roles: z.record(z.string(), z.enum(roleNames).nullable()).optional(),
  })
  .refine(({ suspended, roles }) => suspended !== undefined || roles !== undefined, {
    error: 'must have suspended or roles',
  })

/** `GET /people`, `GET|PATCH /people/:id`: roles per company, and suspension, which ends all that they granted. */
export function servePeople(router: Router, context: ServerContext): void {
  router.get('/people', async (ctx) => {
    const { q, ...request } = readQuery(ctx, filterSchema)
    ctx.body = listOf(await listPeople(context, q, request), describePerson)
  })
  router.get('/people/:id', async (ctx) => {
    ctx.body = describePerson(await existingPerson(context, String(ctx.params.id)))
  })
  router.patch('/people/:id', async (ctx) => {
    const { suspended, roles } = await readInput(ctx, changeSchema)
    const { id } = await existingPerson(context, String(ctx.params.id))
    if (roles) {
      const changed = await changeRoles(context, id, roles, apiActor(ctx))
      if (!changed.ok) throw unknownCompanies(changed.companyIds)
    }
    if (suspended === true) await suspendPerson(context, id, apiActor(ctx))
    if (suspended === false) await reinstatePerson(context, id, apiActor(ctx))
    ctx.body = describePerson(await existingPerson(context, id))
  })
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

function describePerson(person: AdministeredPerson) {
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
